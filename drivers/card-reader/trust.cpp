// The one place in the card driver where OpenSSL is used.
#include "drivers/card-reader/trust.h"

#include "drivers/card-reader/tlv.h"

#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace pishkhan::card {

namespace {

template <auto Free>
struct Freed {
  template <class Handle>
  void operator()(Handle* handle) const {
    Free(handle);
  }
};
template <class Handle, auto Free>
using Owned = std::unique_ptr<Handle, Freed<Free>>;
using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

constexpr std::string_view signed_line = "pishkhan-card-profile-1\n";
constexpr std::size_t half_bytes = 32;  // r and s of P-256
constexpr std::size_t most_certificate_bytes = 4096;
constexpr int least_rsa_bits = 2048;
constexpr std::size_t most_name_bytes = 256;

/// Whatever failed below left its reasons in a queue of the thread; nobody else may find them there.
struct Errors {
  ~Errors() { ERR_clear_error(); }
};

bool is_p256(EVP_PKEY* key) {
  char group[32] = {};
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1 &&
         std::string_view(group, length) == "prime256v1";
}

bool verify_digest(EVP_PKEY* key, const Digest& digest, ByteView signature) {
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) != 1) return false;
  if (EVP_PKEY_is_a(key, "RSA") == 1 && (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
                                         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1)) {
    return false;
  }
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

TrustFault fault_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return TrustFault::Expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return TrustFault::NotYetValid;
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_INVALID_PURPOSE:
      return TrustFault::WrongUse;
    default:
      return TrustFault::Untrusted;
  }
}

}  // namespace

void KeyFree::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}
void CertificateFree::operator()(x509_st* certificate) const {
  X509_free(certificate);
}

Digest sha256(ByteView bytes) {
  Digest digest{};
  SHA256(bytes.data(), bytes.size(), digest.data());
  return digest;
}

Result<ProfileKey, TrustFault> ProfileKey::from_pem(std::string_view pem) {
  const Errors errors;
  if (pem.size() > most_certificate_bytes) return fail(TrustFault::Malformed);
  const Owned<BIO, BIO_free> source(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::unique_ptr<evp_pkey_st, KeyFree> key(
      source ? PEM_read_bio_PUBKEY(source.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key || !is_p256(key.get())) return fail(TrustFault::Malformed);
  return ProfileKey(std::move(key));
}

Bytes ProfileKey::signed_form(ByteView profile) {
  Bytes message;
  ByteWriter writer(message);
  writer.bytes(as_bytes(signed_line));
  writer.bytes(profile);
  return message;
}

bool ProfileKey::verify(ByteView profile, ByteView signature) const {
  const Errors errors;
  const Digest digest = sha256(signed_form(profile));
  if (signature.size() != 2 * half_bytes) return verify_digest(key_.get(), digest, signature);
  const Owned<ECDSA_SIG, ECDSA_SIG_free> halves(ECDSA_SIG_new());
  Owned<BIGNUM, BN_free> r(BN_bin2bn(signature.data(), half_bytes, nullptr));
  Owned<BIGNUM, BN_free> s(BN_bin2bn(signature.data() + half_bytes, half_bytes, nullptr));
  if (!halves || !r || !s || ECDSA_SIG_set0(halves.get(), r.get(), s.get()) != 1) return false;
  static_cast<void>(r.release());  // they belong to the signature now
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(halves.get(), nullptr);
  if (size <= 0) return false;
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  i2d_ECDSA_SIG(halves.get(), &end);
  return verify_digest(key_.get(), digest, der);
}

Result<Certificate, TrustFault> Certificate::parse(ByteView der) {
  const Errors errors;
  const Result<std::size_t, TlvFault> size = tlv_size(der);
  if (!size || *size > der.size() || *size > most_certificate_bytes) return fail(TrustFault::Malformed);
  const ByteView behind = der.subspan(*size);
  if (!std::ranges::all_of(behind, [](std::uint8_t byte) { return byte == 0x00 || byte == 0xFF; })) {
    return fail(TrustFault::Malformed);
  }
  const unsigned char* at = der.data();
  std::unique_ptr<x509_st, CertificateFree> parsed(d2i_X509(nullptr, &at, static_cast<long>(*size)));
  if (!parsed || at != der.data() + *size) return fail(TrustFault::Malformed);
  EVP_PKEY* key = X509_get0_pubkey(parsed.get());
  if (key == nullptr) return fail(TrustFault::Malformed);
  if (is_p256(key)) return Certificate(std::move(parsed), KeyKind::EcP256);
  if (EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) >= least_rsa_bits)
    return Certificate(std::move(parsed), KeyKind::Rsa);
  return fail(TrustFault::Malformed);
}

Result<void, TrustFault> Certificate::check(std::span<const Bytes> authorities, WallTime at) const {
  const Errors errors;
  const Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> context(X509_STORE_CTX_new());
  if (!store || !context) return fail(TrustFault::Untrusted);
  for (const Bytes& authority : authorities) {
    const unsigned char* from = authority.data();
    const std::unique_ptr<x509_st, CertificateFree> trusted(
        d2i_X509(nullptr, &from, static_cast<long>(authority.size())));
    if (trusted) X509_STORE_add_cert(store.get(), trusted.get());
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate_.get(), nullptr) != 1) {
    return fail(TrustFault::Untrusted);
  }
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(rules, std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  // An authority that the profile names is trusted as it is, be it below another.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_depth(rules, 0);  // nothing between the authority and the card
  if (X509_verify_cert(context.get()) != 1) {
    return fail(fault_of(X509_STORE_CTX_get_error(context.get())));
  }
  // A card that is itself an authority would be trusted by PARTIAL_CHAIN, and one without the use may not sign.
  const std::uint32_t flags = X509_get_extension_flags(certificate_.get());
  const std::uint32_t use = X509_get_key_usage(certificate_.get());
  if ((flags & EXFLAG_CA) != 0) return fail(TrustFault::WrongUse);
  if ((use & X509v3_KU_DIGITAL_SIGNATURE) == 0) return fail(TrustFault::WrongUse);
  return {};
}

std::size_t Certificate::key_bytes() const {
  return (static_cast<std::size_t>(EVP_PKEY_get_bits(X509_get0_pubkey(certificate_.get()))) + 7) / 8;
}

bool Certificate::verifies(const Digest& digest, ByteView signature) const {
  const Errors errors;
  return !signature.empty() && verify_digest(X509_get0_pubkey(certificate_.get()), digest, signature);
}

std::string Certificate::subject(Part part) const {
  const Errors errors;
  const int kind = part == Part::CommonName ? NID_commonName : NID_serialNumber;
  const X509_NAME* name = X509_get_subject_name(certificate_.get());
  const int found = X509_NAME_get_index_by_NID(name, kind, -1);
  if (found < 0 || X509_NAME_get_index_by_NID(name, kind, found) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, found)));
  if (size < 0) return {};
  std::string value(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_clear_free(text, static_cast<std::size_t>(size));  // the holder's
  return value.size() <= most_name_bytes ? value : std::string();
}

}  // namespace pishkhan::card
