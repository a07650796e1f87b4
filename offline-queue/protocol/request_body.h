#pragma once

#include "base/core/clock.h"
#include "base/core/language.h"
#include "base/core/personal.h"
#include "base/core/result.h"
#include "base/services/catalogue.h"
#include "offline-queue/protocol/secret_bytes.h"
#include "offline-queue/protocol/tracking_code.h"

#include <array>
#include <map>
#include <optional>
#include <string>

namespace pishkhan::protocol {

/// The idempotency key: minted once with the request, committed with it, never replaced.
using RequestId = std::array<std::uint8_t, 16>;

/// What a citizen filed, as it lies inside the sealed envelope. Thread: a plain value.
struct Request {
  RequestId request_id{};
  TrackingCode code;  ///< kiosk, epoch, sequence
  std::string service_id;
  std::string catalogue_version;
  std::string catalogue_fingerprint;
  Language language = Language::Persian;                              ///< the language of the visit
  services::Assurance assurance = services::Assurance::MobileNumber;  ///< how surely the person is known
  std::map<std::string, PersonalText> fields;  ///< by the field's id in the service's definition
  /// Who the person is, as far as the service demands it: "national_id", and "name" from a card. Not fields
  /// of any form, so that a form can never pass for an identity.
  std::map<std::string, PersonalText> identity;
  WallTime filed_at{};                       ///< the kiosk's own clock: evidence, not truth
  std::optional<WallTime> last_server_time;  ///< the newest time that the backend told this kiosk
  PersonalText receipt_secret;               ///< printed on the receipt; see receipt_secret.h
  PersonalText case_key;                     ///< "the same case", in the service's own terms; may be empty
  friend bool operator==(const Request&, const Request&) = default;
};

enum class BodyFault {
  NotUtf8,       ///< a text that cannot be written as JSON
  TooLarge,      ///< more than `largest_body_bytes`
  Malformed,     ///< no JSON, or not exactly the expected members with the expected types
  NotCanonical,  ///< right in meaning but not the very bytes that encode_request() writes
  OutOfRange,    ///< a number, time or name that cannot be
};

constexpr std::size_t largest_body_bytes = 60'000;

/// Canonical JSON: members in alphabetic order, no white space, UTF-8, only `"`, `\` and control
/// characters escaped. The same request always gives the same bytes.
[[nodiscard]] Result<SecretBytes, BodyFault> encode_request(const Request& request);

/// Takes only what encode_request() can write: unknown, missing, repeated or reordered members, white
/// space and other spellings of the same value are refused. Used by the holder of the opening key.
[[nodiscard]] Result<Request, BodyFault> parse_request(ByteView json);

/// "mobile-number", "typed-national-id", "card".
[[nodiscard]] std::string_view assurance_name(services::Assurance assurance);

}  // namespace pishkhan::protocol
