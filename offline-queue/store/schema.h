#pragma once

#include "offline-queue/store/database.h"

namespace pishkhan::store {

/// What this program reads and writes; the file's user_version.
[[nodiscard]] int schema_version();

/// Takes the tables from version `from` to `to` within the caller's transaction, user_version included. A step
/// that was shipped is never edited, only followed by another; none drops or recreates a table.
[[nodiscard]] Result<void, StoreFault> bring_forward_within(Database& database, int from, int to);

}  // namespace pishkhan::store
