#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/chain.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::protocol {

/// Every refusal that the backend knows, and the word after "urn:pishkhan:problem:" in its `type`.
enum class ProblemType {
  Malformed,        ///< 400 "malformed": no JSON, or not the message that belongs here
  BadChain,         ///< 400 "bad-chain": the entries do not follow one another or their hashes are wrong
  BadSignature,     ///< 403 "bad-signature": the head is not signed by the enrolled key
  UnknownKiosk,     ///< 403 "unknown-kiosk": never enrolled, or the certificate is another kiosk's
  RevokedEpoch,     ///< 403 "revoked-epoch": signatures of this epoch count no more
  BadCode,          ///< 403 "bad-code": no such enrolment code, or one spoilt by wrong tries
  CodeExpired,      ///< 403 "code-expired": right, but too late; staff issue another
  CodeUsed,         ///< 403 "code-used": another key has been enrolled with it
  WrongRole,        ///< 403 "wrong-role": the client's certificate is not for this interface
  NotFound,         ///< 404 "not-found": no such resource
  WrongMethod,      ///< 405 "wrong-method"
  Fork,             ///< 409 "fork": another record is already stored in this place
  Gap,              ///< 409 "gap": records before these are missing; `expected_sequence` says from where
  TooLarge,         ///< 413 "too-large": send less at once
  Unsupported,      ///< 415 "unsupported": a format, or a version of one, that is not known here
  TooManyAttempts,  ///< 429 "too-many-attempts": wait as Retry-After says
  Failed,           ///< 500 "failed": a mistake or a disk fault at the backend
  Busy,             ///< 503 "busy": wait as Retry-After says
  Other,            ///< a type that this version does not know
};

/// RFC 9457 problem details. Holds nothing that a citizen typed.
struct Problem {
  ProblemType type = ProblemType::Failed;
  int status = 500;
  std::string title;                     ///< English, for engineers
  std::optional<int> expected_sequence;  ///< for Gap and Fork: the first sequence that is not agreed upon
  /// For Gap and Fork: where the backend's chain of this epoch ends; 0 and zeros: it has none.
  struct Head {
    int sequence = 0;
    Hash hash{};
    friend bool operator==(const Head&, const Head&) = default;
  };
  std::optional<Head> stored;

  [[nodiscard]] static Problem of(ProblemType type);
  [[nodiscard]] std::string encode() const;
  /// Nothing if it is no problem document. A `type` from a later version becomes Other.
  [[nodiscard]] static std::optional<Problem> parse(std::string_view json);
  friend bool operator==(const Problem&, const Problem&) = default;
};

/// "fork". Empty for Other.
[[nodiscard]] std::string_view name(ProblemType type);

}  // namespace pishkhan::protocol
