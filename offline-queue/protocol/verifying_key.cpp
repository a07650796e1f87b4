#include "base/core/ensure.h"
#include "offline-queue/protocol/openssl_handles.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <cstring>

namespace pishkhan::protocol {

bool is_p256(EVP_PKEY* key) {
  std::array<char, 64> group{};
  std::size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") == 1 &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), &length) ==
             1 &&
         std::string_view(group.data(), length) == SN_X9_62_prime256v1;
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}

KeyFault as_key_fault(PrivateFileFault fault) {
  switch (fault) {
    case PrivateFileFault::Missing:
      return KeyFault::Missing;
    case PrivateFileFault::AlreadyThere:
      return KeyFault::AlreadyThere;
    case PrivateFileFault::CannotWrite:
      return KeyFault::CannotWrite;
    default:
      return KeyFault::Unreadable;
  }
}

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

void KeyDeleter::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

Result<VerifyingKey, KeyFault> VerifyingKey::from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyHandle key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) return fail(KeyFault::Unreadable);
  if (!is_p256(key.get())) return fail(KeyFault::WrongKind);
  return VerifyingKey(std::move(key));
}

Result<VerifyingKey, KeyFault> VerifyingKey::from_point(const PublicPoint& point) {
  // The parameter array is not written to; OpenSSL's type has no const form of it.
  std::array<char, 16> group{};
  std::memcpy(group.data(), SN_X9_62_prime256v1, sizeof SN_X9_62_prime256v1);
  PublicPoint copy = point;
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.data(), copy.size()),
      OSSL_PARAM_construct_end()};
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.data()) != 1) {
    return fail(KeyFault::Unreadable);
  }
  return VerifyingKey(KeyHandle(made));
}

Result<VerifyingKey, KeyFault> VerifyingKey::load(const std::filesystem::path& file) {
  const auto content = read_private_file(file, largest_key_file);
  if (!content) return fail(as_key_fault(content.error()));
  return from_pem(as_text(content->view()));
}

bool VerifyingKey::verify(ByteView message, const Signature& signature) const {
  const EcdsaSignature parts(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(signature.data(), 32, nullptr);
  BIGNUM* s = BN_bin2bn(signature.data() + 32, 32, nullptr);
  ENSURE(parts && r && s && ECDSA_SIG_set0(parts.get(), r, s) == 1, "memory for a signature");
  std::array<unsigned char, largest_der_signature> der{};
  unsigned char* end = der.data();
  const int der_bytes = i2d_ECDSA_SIG(parts.get(), &end);
  const Digest digest(EVP_MD_CTX_new());
  return der_bytes > 0 && EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(digest.get(), der.data(), static_cast<std::size_t>(der_bytes), message.data(),
                          message.size()) == 1;
}

PublicPoint VerifyingKey::point() const {
  // Asked for as coordinates, because the form in which OpenSSL hands out a point depends on how the key
  // was made.
  BIGNUM* x = nullptr;
  BIGNUM* y = nullptr;
  ENSURE(EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
             EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1,
         "a P-256 key has coordinates");
  PublicPoint point{};
  point[0] = BN_is_odd(y) ? 3 : 2;
  const int written = BN_bn2binpad(x, point.data() + 1, 32);
  BN_free(x);
  BN_free(y);
  ENSURE(written == 32, "a P-256 coordinate fits 32 bytes");
  return point;
}

std::string VerifyingKey::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  ENSURE(PEM_write_bio_PUBKEY(bio.get(), key_.get()) == 1, "a public key can be written");
  return text_of(bio.get());
}

}  // namespace pishkhan::protocol
