#include "offline-queue/protocol/keyed_hash.h"

#include "offline-queue/protocol/receipt_secret.h"
#include "offline-queue/protocol/sodium.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

namespace pishkhan::protocol {
namespace {

Hash keyed_blake2b(const DeviceSecret& secret, std::string_view purpose, ByteView words) {
  initialise_sodium();
  crypto_generichash_state state;
  Hash hash{};
  const ByteView key = secret.view();
  crypto_generichash_init(&state, key.data(), key.size(), hash.size());
  const auto purpose_length = static_cast<std::uint8_t>(purpose.size());
  crypto_generichash_update(&state, &purpose_length, 1);
  crypto_generichash_update(&state, as_bytes(purpose).data(), purpose.size());
  crypto_generichash_update(&state, words.data(), words.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  wipe(&state, sizeof state);
  return hash;
}

}  // namespace

Hash keyed_hash(const DeviceSecret& secret, HashPurpose purpose, ByteView words) {
  return keyed_blake2b(secret, purpose == HashPurpose::Duplicate ? "duplicate" : "recovery", words);
}

PersonalText receipt_secret(const DeviceSecret& secret, const RequestId& request, const ReceiptSalt& salt) {
  std::array<std::uint8_t, std::tuple_size_v<RequestId> + std::tuple_size_v<ReceiptSalt>> words{};
  std::copy(salt.begin(), salt.end(), std::copy(request.begin(), request.end(), words.begin()));
  Hash hash = keyed_blake2b(secret, "receipt", words);
  wipe(words.data(), words.size());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | hash[i];
  // 2^64 is no multiple of 10^8, but the bias is below one in 10^11.
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08llu", static_cast<unsigned long long>(number % 100'000'000));
  PersonalText text(std::string_view(digits.data(), 8));
  wipe(digits.data(), digits.size());
  wipe(hash.data(), hash.size());
  return text;
}

}  // namespace pishkhan::protocol
