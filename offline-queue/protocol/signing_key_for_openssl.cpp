// TLS and X509_REQ_sign call EVP_DigestSign, which with the TPM's provider either hashes in the chip, in
// contexts that cannot be duplicated (so no handshake), or finds the key's public half only. So they get an
// EC_KEY with a sign method of ours: OpenSSL hashes, the TPM signs the digest. EC_KEY_METHOD is deprecated
// since OpenSSL 3.0 and still the way it offers for this; a provider of our own would be the other.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/core/ensure.h"
#include "offline-queue/protocol/openssl_handles.h"
#include "offline-queue/protocol/signing_key_parts.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

#include <algorithm>

namespace pishkhan::protocol {
namespace {

using EcKey = std::unique_ptr<EC_KEY, Releases<EC_KEY_free>>;

int our_data_index() {
  static const int index = EC_KEY_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

int sign_with_our_key(int, const unsigned char* digest, int digest_bytes, unsigned char* der,
                      unsigned int* der_bytes, const BIGNUM*, const BIGNUM*, EC_KEY* key) {
  const auto* parts = static_cast<const SigningKey::Private*>(EC_KEY_get_ex_data(key, our_data_index()));
  if (parts == nullptr || digest_bytes != 32) return 0;
  // OpenSSL gives no size; ECDSA_size() of P-256 is 72.
  std::array<std::uint8_t, largest_der_signature> made{};
  const std::size_t length = parts->sign_digest({digest, static_cast<std::size_t>(digest_bytes)}, made);
  if (length == 0 || length > 72) return 0;
  std::copy_n(made.begin(), length, der);
  *der_bytes = static_cast<unsigned int>(length);
  return 1;
}

const EC_KEY_METHOD* our_method() {
  static const std::unique_ptr<EC_KEY_METHOD, Releases<EC_KEY_METHOD_free>> method = [] {
    EC_KEY_METHOD* made = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    ENSURE(made != nullptr, "memory for a method");
    EC_KEY_METHOD_set_sign(made, sign_with_our_key, nullptr, nullptr);
    return std::unique_ptr<EC_KEY_METHOD, Releases<EC_KEY_METHOD_free>>(made);
  }();
  return method.get();
}

}  // namespace

KeyHandle SigningKey::for_openssl() const {
  if (place() == KeyPlace::File) {
    EVP_PKEY_up_ref(private_->key.get());
    return KeyHandle(private_->key.get());
  }
  const PublicPoint point = verifying_key().point();
  EcKey key(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  ENSURE(key && EC_KEY_set_method(key.get(), our_method()) == 1 &&
             EC_KEY_oct2key(key.get(), point.data(), point.size(), nullptr) == 1 &&
             EC_KEY_set_ex_data(key.get(), our_data_index(), private_.get()) == 1,
         "a public point makes a key");
  KeyHandle handle(EVP_PKEY_new());
  ENSURE(handle && EVP_PKEY_assign_EC_KEY(handle.get(), key.get()) == 1, "memory for a key");
  static_cast<void>(key.release());
  return handle;
}

}  // namespace pishkhan::protocol
