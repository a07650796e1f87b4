#pragma once

#include "base/core/bytes.h"
#include "base/core/random.h"
#include "base/core/result.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/tracking_code.h"

#include <string>
#include <string_view>

namespace pishkhan::protocol {

/// What both sides derive from an enrolment code, 32 bytes each, by scrypt (RFC 7914) with N=32768, r=8, p=1
/// over the code's 16 digits and the salt "pishkhan enrolment 1". Wiped when destroyed. Thread: a value.
struct EnrolmentSecrets {
  Hash pass{};       ///< the kiosk shows it to ingest; who has seen it still cannot answer for the code
  Hash proof_key{};  ///< never travels: proves the request to cases, and cases' answer to the kiosk
  /// All that ingest keeps of a code: BLAKE2b-256 of the pass.
  [[nodiscard]] Hash verifier() const;
  EnrolmentSecrets() = default;
  EnrolmentSecrets(const EnrolmentSecrets&) = default;
  EnrolmentSecrets& operator=(const EnrolmentSecrets&) = default;
  ~EnrolmentSecrets();
};

/// What staff give to the technician who sets a kiosk up: 16 digits, as on a bank card.
///
///     kiosk (4 digits, 1000-9999) · random (10) · check digits (2, ISO 7064 MOD 97-10)
///
/// Ten digits are enough because tries are limited where they are taken, and because whoever steals what is
/// kept of a code needs a slow hash (scrypt) for each guess. Thread: a value, wiped when destroyed.
class EnrolmentCode {
 public:
  static constexpr std::size_t length = 16;
  /// `kiosk` is 1000-9999.
  [[nodiscard]] static EnrolmentCode generate(int kiosk, Random& random);
  /// As TrackingCode::parse: any digits, spaces and dashes.
  [[nodiscard]] static Result<EnrolmentCode, TrackingCodeFault> parse(std::string_view text);
  [[nodiscard]] int kiosk() const { return static_cast<int>(number_ / 1'000'000'000'000); }
  /// "1042-5839-2047-7713". The caller wipes it.
  [[nodiscard]] std::string grouped() const;
  /// Slow on purpose (scrypt).
  [[nodiscard]] EnrolmentSecrets derive() const;

  EnrolmentCode(const EnrolmentCode&) = default;
  EnrolmentCode& operator=(const EnrolmentCode&) = default;
  ~EnrolmentCode();

 private:
  explicit EnrolmentCode(std::uint64_t number) : number_(number) {}
  [[nodiscard]] std::string digits() const;
  std::uint64_t number_;
};

/// By the kiosk, over its certificate request (PKCS#10, DER): BLAKE2b-256 keyed with the proof key over
/// "pishkhan enrolment request 1" and the request.
[[nodiscard]] Hash request_proof(const Hash& proof_key, ByteView certificate_request);
/// By cases, over enrolment_statement(): the same with "pishkhan enrolment answer 1".
[[nodiscard]] Hash answer_proof(const Hash& proof_key, ByteView statement);
/// In a time that tells nothing of where they differ.
[[nodiscard]] bool same_secret(const Hash& one, const Hash& other);

}  // namespace pishkhan::protocol
