#include "offline-queue/protocol/enrolment_code.h"

#include "base/core/ensure.h"
#include "base/core/personal.h"
#include "offline-queue/protocol/sodium.h"
#include "offline-queue/protocol/typed_digits.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace pishkhan::protocol {
namespace {

constexpr std::uint64_t random_places = 10'000'000'000;
constexpr std::string_view salt = "pishkhan enrolment 1";
constexpr std::uint64_t scrypt_cost = 32'768;
constexpr std::uint64_t scrypt_memory = std::uint64_t{64} << 20U;  ///< it needs 128 * r * N = 32 MiB

Hash keyed(const Hash& key, std::string_view purpose, ByteView words) {
  initialise_sodium();
  crypto_generichash_state state;
  Hash hash{};
  crypto_generichash_init(&state, key.data(), key.size(), hash.size());
  crypto_generichash_update(&state, as_bytes(purpose).data(), purpose.size());
  crypto_generichash_update(&state, words.data(), words.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  wipe(&state, sizeof state);
  return hash;
}

}  // namespace

EnrolmentSecrets::~EnrolmentSecrets() {
  wipe(pass.data(), pass.size());
  wipe(proof_key.data(), proof_key.size());
}

Hash EnrolmentSecrets::verifier() const {
  return blake2b(pass);
}

EnrolmentCode::~EnrolmentCode() {
  wipe(&number_, sizeof number_);
}

EnrolmentCode EnrolmentCode::generate(int kiosk, Random& random) {
  ENSURE(kiosk >= TrackingCode::lowest_kiosk && kiosk <= TrackingCode::highest_kiosk, "a kiosk's number");
  std::uint64_t drawn = 0;
  for (const std::uint8_t byte : random.bytes<8>()) drawn = drawn << 8 | byte;
  // 2^64 is no multiple of 10^10, but the bias is below one in 10^9.
  const std::uint64_t body = static_cast<std::uint64_t>(kiosk) * random_places + drawn % random_places;
  return EnrolmentCode(body * 100 + check_digits(body));
}

Result<EnrolmentCode, TrackingCodeFault> EnrolmentCode::parse(std::string_view text) {
  const auto typed = typed_digits(text, length);
  if (!typed) return fail(typed.error());
  if (check_digits(*typed / 100) != *typed % 100) return fail(TrackingCodeFault::CheckDigits);
  EnrolmentCode code(*typed);
  if (code.kiosk() < TrackingCode::lowest_kiosk) return fail(TrackingCodeFault::OutOfRange);
  return code;
}

std::string EnrolmentCode::digits() const {
  std::array<char, length + 1> text{};
  std::snprintf(text.data(), text.size(), "%016llu", static_cast<unsigned long long>(number_));
  std::string result(text.data(), length);
  wipe(text.data(), text.size());
  return result;
}

std::string EnrolmentCode::grouped() const {
  std::string all = digits();
  std::string text = all.substr(0, 4) + "-" + all.substr(4, 4) + "-" + all.substr(8, 4) + "-" + all.substr(12);
  wipe(all.data(), all.size());
  return text;
}

EnrolmentSecrets EnrolmentCode::derive() const {
  std::string all = digits();
  std::array<std::uint8_t, 64> both{};
  const ByteView salt_bytes = as_bytes(salt);
  ENSURE(EVP_PBE_scrypt(all.data(), all.size(), salt_bytes.data(), salt_bytes.size(), scrypt_cost, 8, 1,
                        scrypt_memory, both.data(), both.size()) == 1,
         "scrypt with constant parameters works");
  EnrolmentSecrets secrets;
  std::copy_n(both.begin(), 32, secrets.pass.begin());
  std::copy_n(both.begin() + 32, 32, secrets.proof_key.begin());
  wipe(both.data(), both.size());
  wipe(all.data(), all.size());
  return secrets;
}

Hash request_proof(const Hash& proof_key, ByteView certificate_request) {
  return keyed(proof_key, "pishkhan enrolment request 1", certificate_request);
}

Hash answer_proof(const Hash& proof_key, ByteView statement) {
  return keyed(proof_key, "pishkhan enrolment answer 1", statement);
}

bool same_secret(const Hash& one, const Hash& other) {
  return sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace pishkhan::protocol
