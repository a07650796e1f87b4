#pragma once

#include "offline-queue/store/database.h"

#include <optional>

namespace pishkhan::store {

/// Of queue.db and of what its WAL has a frame for. A commit writes whole pages, and a record is mostly less than
/// one of SQLite's usual 4,096 bytes (README, Decisions).
inline constexpr int page_bytes = 1024;

/// "PKQ1", in the file's head: a queue's database and nobody else's.
inline constexpr int application_id = 0x504b5131;

/// What this program reads and writes; the file's user_version.
[[nodiscard]] int schema_version();

/// Takes the tables from version `from` to `to` within the caller's transaction, user_version included. A step
/// that was shipped is never edited, only followed by another; none drops or recreates a table.
[[nodiscard]] Result<void, StoreFault> bring_forward_within(Database& database, int from, int to);

/// The version whose tables these are, columns and types in their order, whatever user_version says; nothing: of
/// none that this program knows. Each step changes something of it.
[[nodiscard]] Result<std::optional<int>, StoreFault> version_by_tables(Database& database);

}  // namespace pishkhan::store
