#pragma once

#include "base/services/catalogue.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/request_body.h"

#include <optional>
#include <span>
#include <string>

namespace pishkhan::backend {

/// What a sealed request turned out to be.
struct OpenedRequest {
  std::optional<protocol::Request> request;  ///< nothing: it could not be opened or read
  std::string reason;  ///< why it is invalid, in stable words without anything typed; empty: valid
  std::optional<protocol::Hash> same_matter;  ///< equal for the same case of the same applicant
  std::string first_stage;                    ///< id of the service's first stage, or empty
};

/// Opens one sealed request and judges it by the same rules that the kiosk used (base/services). Pure but for
/// the time it takes.
[[nodiscard]] OpenedRequest open_request(const protocol::Record& record,
                                         std::span<const protocol::OpeningKey> keys,
                                         const services::Catalogue& catalogue);

}  // namespace pishkhan::backend
