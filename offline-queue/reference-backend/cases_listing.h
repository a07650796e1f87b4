#pragma once

#include "offline-queue/reference-backend/cases_store.h"

#include <string>
#include <vector>

namespace pishkhan::backend {

/// The opened requests for the municipality's own staff: they hold what citizens typed. JSON: {"requests":
/// [...]} in order of arrival.
[[nodiscard]] std::string listing_json(const std::vector<CasesStore::Row>& rows);
/// One line each without anything personal: case, verdict, tracking code, service, time.
[[nodiscard]] std::string listing_text(const std::vector<CasesStore::Row>& rows);

}  // namespace pishkhan::backend
