#include "offline-queue/reference-backend/secret_verifier.h"

#include "base/core/ensure.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>

namespace pishkhan::backend {
namespace {

using Derived = std::array<std::uint8_t, 32>;

Derived derive(std::string_view secret, ByteView salt) {
  Derived derived{};
  const int done = EVP_PBE_scrypt(secret.data(), secret.size(), salt.data(), salt.size(), 4096, 8, 1,
                                  std::uint64_t{16} << 20U, derived.data(), derived.size());
  ENSURE(done == 1, "scrypt with constant parameters failed");
  return derived;
}

}  // namespace

std::string make_secret_verifier(std::string_view secret, Random& random) {
  const auto salt = random.bytes<16>();
  return "s1$" + to_hex(salt) + "$" + to_hex(derive(secret, salt));
}

bool secret_matches(std::string_view secret, std::string_view verifier) {
  Bytes salt(16);
  Bytes expected;
  if (verifier.size() == 3 + 32 + 1 + 64 && verifier.substr(0, 3) == "s1$" && verifier[35] == '$') {
    salt = from_hex(verifier.substr(3, 32)).value_or(salt);
    expected = from_hex(verifier.substr(36)).value_or(Bytes());
  }
  const Derived derived = derive(secret, salt);
  return expected.size() == derived.size() &&
         CRYPTO_memcmp(derived.data(), expected.data(), derived.size()) == 0;
}

}  // namespace pishkhan::backend
