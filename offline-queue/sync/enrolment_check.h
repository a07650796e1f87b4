#pragma once

#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/enrolment_messages.h"

#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::sync {

/// Why an answer to a request for a certificate is not taken.
enum class AnswerFault {
  NotProven,         ///< neither cases (by the code) nor the city (by its key) says so: somebody in between did
  BadDocument,       ///< the enrolment is none that this program takes
  DemoRefused,       ///< a demonstration's, in a build that is for citizens
  WrongKey,          ///< for another key than ours
  WrongKiosk,        ///< for another kiosk or epoch than was asked for
  ForeignAuthority,  ///< the certificate is not from the pinned authority
  NotNewer,          ///< a renewal that ends before what we have, or is that again: a repeated one
};

/// What the asker knows.
struct Expected {
  int kiosk = 0;
  int epoch = 0;  ///< 0: the answer decides
  protocol::PublicPoint key{};
  std::string authority_pem;                           ///< the pinned CA
  const protocol::Hash* proof_key = nullptr;           ///< of the code, for a first enrolment; else
  const protocol::VerifyingKey* city_key = nullptr;    ///< the city's, as it is known already
  std::optional<protocol::ClientCertificate> present;  ///< for a renewal: what is in force
};

struct CheckedAnswer {
  protocol::Enrolment enrolment;
  protocol::ClientCertificate certificate;
};

/// Everything that can be known of an answer before a key is made to depend on it. Pure.
[[nodiscard]] Result<CheckedAnswer, AnswerFault> check_answer(const protocol::EnrolmentAnswer& answer,
                                                              const Expected& expected,
                                                              protocol::DemoPolicy policy);
/// "not-proven", for logs and staff.
[[nodiscard]] const char* name(AnswerFault fault);

}  // namespace pishkhan::sync
