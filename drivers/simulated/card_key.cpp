#include "drivers/simulated/card_key.h"

#include "base/core/ensure.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <utility>

namespace pishkhan::simulated {

namespace {

template <auto Free>
struct Freed {
  template <class Handle>
  void operator()(Handle* handle) const {
    Free(handle);
  }
};
using KeyHandle = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using ContextHandle = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using CertificateHandle = std::unique_ptr<X509, Freed<X509_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

constexpr std::size_t digest_bytes = 32;
constexpr int rsa_bits = 2048;
constexpr long version_3 = 2;  // X.509: 2 means v3
constexpr long day_seconds = 24L * 60 * 60;

void add_name(X509_NAME* name, const char* field, const std::string& value) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(value.data());
  const int added =
      X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, static_cast<int>(value.size()), -1, 0);
  ENSURE(added == 1, "a name of a certificate");
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  ENSURE(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension of a certificate");
}

/// RFC 5280. Without an issuer it is an authority's own.
Bytes make_certificate(X509* issuer, const std::string& issuer_name, const CardAuthority::Subject& subject,
                       EVP_PKEY* key, EVP_PKEY* signer) {
  const CertificateHandle certificate(X509_new());
  ENSURE(certificate != nullptr, "a certificate can be made");
  X509_set_version(certificate.get(), version_3);
  // The number is drawn from the key, so that no two cards share one.
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  X509_set_pubkey(certificate.get(), key);
  X509_pubkey_digest(certificate.get(), EVP_sha256(), digest, &size);
  std::uint64_t number = 1;
  for (int i = 0; i < 7; ++i) number = number << 8 | digest[i];
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_seconds * (subject.valid_days < 0 ? 100 : 1));
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), day_seconds * subject.valid_days);
  add_name(X509_get_issuer_name(certificate.get()), "CN", issuer_name);
  add_name(X509_get_subject_name(certificate.get()), "CN", subject.common_name);
  if (!subject.serial_number.empty()) {
    add_name(X509_get_subject_name(certificate.get()), "serialNumber", subject.serial_number);
  }
  const bool authority = issuer == nullptr;
  X509* above = authority ? certificate.get() : issuer;
  const auto extend = [&](int kind, const char* value) {
    add_extension(certificate.get(), above, kind, value);
  };
  extend(NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(NID_key_usage, authority ? "critical,keyCertSign" : "critical,digitalSignature");
  extend(NID_subject_key_identifier, "hash");
  if (!authority) extend(NID_authority_key_identifier, "keyid");
  ENSURE(X509_sign(certificate.get(), signer, EVP_sha256()) > 0, "a certificate can be signed");
  const int length = i2d_X509(certificate.get(), nullptr);
  ENSURE(length > 0, "a certificate has an encoding");
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* end = der.data();
  i2d_X509(certificate.get(), &end);
  return der;
}

}  // namespace

struct CardKey::Inside {
  KeyHandle key;
};

CardKey::CardKey(Kind kind) : kind_(kind), inside_(std::make_unique<Inside>()) {
  inside_->key.reset(kind == Kind::EcP256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(rsa_bits));
  ENSURE(inside_->key != nullptr, "the library makes keys");
}
CardKey::CardKey(CardKey&&) noexcept = default;
CardKey& CardKey::operator=(CardKey&&) noexcept = default;
CardKey::~CardKey() = default;

CardKey CardKey::generate(Kind kind) {
  return CardKey(kind);
}

Bytes CardKey::sign_digest(ByteView digest) const {
  if (kind_ != Kind::EcP256 || digest.size() != digest_bytes) return {};
  const ContextHandle context(EVP_PKEY_CTX_new(inside_->key.get(), nullptr));
  ENSURE(context && EVP_PKEY_sign_init(context.get()) == 1, "a key can sign");
  std::size_t size = 0;
  ENSURE(EVP_PKEY_sign(context.get(), nullptr, &size, digest.data(), digest.size()) == 1,
         "a signature has a size");
  Bytes signature(size);
  ENSURE(EVP_PKEY_sign(context.get(), signature.data(), &size, digest.data(), digest.size()) == 1,
         "a digest can be signed");
  signature.resize(size);
  return signature;
}

Bytes CardKey::rsa(ByteView data, int padding) const {
  if (kind_ != Kind::Rsa2048) return {};
  const ContextHandle context(EVP_PKEY_CTX_new(inside_->key.get(), nullptr));
  ENSURE(context && EVP_PKEY_sign_init(context.get()) == 1, "a key can sign");
  ENSURE(EVP_PKEY_CTX_set_rsa_padding(context.get(), padding) == 1, "RSA has that padding");
  Bytes signature(rsa_bits / 8);
  std::size_t size = signature.size();
  if (EVP_PKEY_sign(context.get(), signature.data(), &size, data.data(), data.size()) != 1) return {};
  signature.resize(size);
  return signature;
}

Bytes CardKey::sign_padded(ByteView data) const {
  return rsa(data, RSA_PKCS1_PADDING);
}

Bytes CardKey::sign_block(ByteView block) const {
  return rsa(block, RSA_NO_PADDING);
}

bool KioskKey::verifies(ByteView challenge, ByteView signature) const {
  constexpr std::size_t half = digest_bytes;
  if (signature.size() != 2 * half) return false;
  const std::unique_ptr<BIO, Freed<BIO_free>> source(
      BIO_new_mem_buf(pem_.data(), static_cast<int>(pem_.size())));
  const KeyHandle key(PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(signature.data(), half, nullptr);
  BIGNUM* s = BN_bin2bn(signature.data() + half, half, nullptr);
  ENSURE(pair && r != nullptr && s != nullptr && ECDSA_SIG_set0(pair.get(), r, s) == 1,
         "a signature has halves");
  if (!key) return false;
  Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)));
  unsigned char* end = der.data();
  i2d_ECDSA_SIG(pair.get(), &end);
  const std::string line = "pishkhan-kiosk-to-card-1\n";
  Bytes message;
  ByteWriter writer(message);
  writer.bytes(as_bytes(line));
  writer.bytes(challenge);
  const std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size()) == 1;
}

CardAuthority::CardAuthority(const std::string& name)
    : name_(name), key_(CardKey::generate(CardKey::Kind::EcP256)) {
  EVP_PKEY* own = key_.inside_->key.get();
  certificate_ = make_certificate(nullptr, name_, {.common_name = name_, .serial_number = {}}, own, own);
}
CardAuthority::~CardAuthority() = default;

Bytes CardAuthority::issue(const CardKey& key, const Subject& subject) const {
  const unsigned char* at = certificate_.data();
  const CertificateHandle own(d2i_X509(nullptr, &at, static_cast<long>(certificate_.size())));
  return make_certificate(own.get(), name_, subject, key.inside_->key.get(), key_.inside_->key.get());
}

}  // namespace pishkhan::simulated
