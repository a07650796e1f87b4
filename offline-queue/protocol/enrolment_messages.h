#pragma once

#include "offline-queue/protocol/certificates.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/enrolment_code.h"
#include "offline-queue/protocol/problem.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The JSON bodies of enrolment and of the book of kiosks (EST, RFC 7030, in spirit: one request, one
/// certificate, 202 while it is being made). As in messages.h: parsing checks types and ranges, passes over
/// unknown members, and gives nothing if anything is wrong; keys, proofs and signatures are checked by who uses
/// the message.
namespace pishkhan::protocol {

constexpr std::size_t largest_enrolment_text = 16'384;
/// What a stranger may send to the enrolment port.
constexpr std::size_t largest_enrol_request_bytes = 8'192;
constexpr int largest_code_tries = 10;

/// POST /v1/simpleenroll, without a client certificate: whoever holds the code asks for a certificate. The same
/// pass with the same key gets the same answer for as long as the code is remembered.
struct EnrolRequest {
  int kiosk = 0;
  Hash pass{};                               ///< EnrolmentSecrets::pass
  Bytes certificate_request;                 ///< PKCS#10 in DER
  Hash proof{};                              ///< request_proof()
  [[nodiscard]] std::string encode() const;  ///< the caller wipes it
  [[nodiscard]] static std::optional<EnrolRequest> parse(std::string_view json);
  friend bool operator==(const EnrolRequest&, const EnrolRequest&) = default;
};

/// POST /v1/simplereenroll, under the kiosk's present certificate: the same key goes on.
struct RenewalRequest {
  int epoch = 0;
  Bytes certificate_request;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<RenewalRequest> parse(std::string_view json);
  friend bool operator==(const RenewalRequest&, const RenewalRequest&) = default;
};

/// The answer to both. 202 with a ServerTime instead means: ask again after Retry-After.
struct EnrolmentAnswer {
  std::string certificate;     ///< PEM: the kiosk's, and those between it and the pinned CA
  std::string enrolment;       ///< Enrolment (enrolment.h)
  Signature city_signature{};  ///< over statement(); a renewing kiosk knows the city's key already
  Hash proof{};                ///< answer_proof(), for one that does not; zeros in a renewal
  /// "PKE", version (1, value 1), length of the certificate (4, big-endian), certificate, enrolment.
  [[nodiscard]] Bytes statement() const;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<EnrolmentAnswer> parse(std::string_view json);
  friend bool operator==(const EnrolmentAnswer&, const EnrolmentAnswer&) = default;
};

/// One epoch of one kiosk, as the city's book has it.
struct BookEntry {
  enum class State : std::uint8_t { Active, Revoked };
  int kiosk = 0;
  int epoch = 0;
  PublicPoint key{};  ///< zeros: not known here, only its number is
  State state = State::Active;
  friend bool operator==(const BookEntry&, const BookEntry&) = default;
};

/// A code that may be used, or was, and must not be used by another key.
struct BookCode {
  int kiosk = 0;
  Hash verifier{};  ///< EnrolmentSecrets::verifier()
  WallTime expires_at{};
  int tries = 0;  ///< wrong passes so far; from largest_code_tries on it is dead
  friend bool operator==(const BookCode&, const BookCode&) = default;
};

/// POST /internal/v1/kiosks: the whole book, by cases. Ingest never forgets a revocation and never changes a
/// key because of it; the codes replace those that it had.
struct BookReport {
  static constexpr std::size_t most_entries = 20'000;
  static constexpr std::size_t most_codes = 9'000;
  Hash digest{};  ///< cases' name for this state of the book; GET /internal/v1/enrolments tells it again
  std::vector<BookEntry> kiosks;
  std::vector<BookCode> codes;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<BookReport> parse(std::string_view json);
  friend bool operator==(const BookReport&, const BookReport&) = default;
};

/// Its answer: what ingest knows beyond it, so that a cases from an old backup gives no epoch twice.
struct BookTaken {
  std::vector<BookEntry> beyond;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<BookTaken> parse(std::string_view json);
  friend bool operator==(const BookTaken&, const BookTaken&) = default;
};

/// GET /internal/v1/enrolments: what waits to be signed.
struct EnrolmentsPage {
  static constexpr std::size_t largest = 64;
  struct Waiting {
    int kiosk = 0;
    int epoch = 0;    ///< of a renewal; 0: by code
    Hash verifier{};  ///< of the code; zeros in a renewal
    Bytes certificate_request;
    Hash proof{};  ///< zeros in a renewal
    friend bool operator==(const Waiting&, const Waiting&) = default;
  };
  Hash book{};  ///< digest of the book that ingest holds; zeros: none, so cases gives it
  std::vector<Waiting> waiting;
  std::vector<BookCode> tried;  ///< codes that wrong passes were shown for
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<EnrolmentsPage> parse(std::string_view json);
  friend bool operator==(const EnrolmentsPage&, const EnrolmentsPage&) = default;
};

/// POST /internal/v1/enrolments: what became of them.
struct EnrolmentAnswers {
  struct Answered {
    int kiosk = 0;
    int epoch = 0;                             ///< as it waited
    Hash request{};                            ///< BLAKE2b-256 of the certificate request that is answered
    ProblemType refusal = ProblemType::Other;  ///< Other: none, there is an answer
    std::optional<EnrolmentAnswer> answer;
    friend bool operator==(const Answered&, const Answered&) = default;
  };
  std::vector<Answered> answers;
  [[nodiscard]] std::string encode() const;
  [[nodiscard]] static std::optional<EnrolmentAnswers> parse(std::string_view json);
  friend bool operator==(const EnrolmentAnswers&, const EnrolmentAnswers&) = default;
};

}  // namespace pishkhan::protocol
