#pragma once

#include "base/services/catalogue.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/request_body.h"

#include <functional>
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

/// The pack that has this fingerprint, or the one to judge by instead.
using CatalogueOf = std::function<const services::Catalogue&(const std::string& fingerprint)>;

/// Opens one sealed request and judges it by the same rules that the kiosk used (base/services), from the pack
/// that it says it was filed under. Pure but for the time it takes, and for what `catalogue_of` does.
[[nodiscard]] OpenedRequest open_request(const protocol::Record& record,
                                         std::span<const protocol::OpeningKey> keys,
                                         const CatalogueOf& catalogue_of);

}  // namespace pishkhan::backend
