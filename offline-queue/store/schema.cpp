#include "offline-queue/store/schema.h"

#include "base/core/ensure.h"

#include <array>
#include <string>

namespace pishkhan::store {
namespace {

/// steps[n] takes version n to n + 1; version 0 is an empty file.
constexpr std::array<const char*, 4> steps = {
    // 1: the chain. No index on a random key: rows only ever go to the end. `progress` has a row per
    // acknowledged record, `pending` the keyed hashes that find a request again.
    "CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), kiosk INTEGER NOT NULL,"
    "                      epoch INTEGER NOT NULL) STRICT;"
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, header BLOB NOT NULL, payload BLOB, hash BLOB NOT NULL,"
    "                   signature BLOB NOT NULL) STRICT;"
    "CREATE TABLE progress(seq INTEGER PRIMARY KEY, stored_ms INTEGER, opened_ms INTEGER,"
    "                      verdict INTEGER NOT NULL, case_number TEXT) STRICT;"
    "CREATE TABLE pending(seq INTEGER PRIMARY KEY, duplicate BLOB, recovery BLOB,"
    "                     expires_ms INTEGER NOT NULL, printed INTEGER NOT NULL) STRICT;",
    // 2: what is wrong with the chain outlives a restart. `closed`: 0 open, 2 the backend has another chain, so
    // nothing is appended here any more (1 was never written). `damage`: what was reported already; 0: that the
    // file was made anew out of a damaged one, until that is reported.
    "ALTER TABLE identity ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE damage(seq INTEGER PRIMARY KEY, found_ms INTEGER NOT NULL) STRICT;",
    // 3: the hash that a record follows, beside it: so one destroyed row takes no other with it. Nothing in
    // rows of before.
    "ALTER TABLE entry ADD COLUMN previous BLOB;",
    // 4: what the number on the receipt is made with, until the receipt is printed. Nothing in rows of before.
    "ALTER TABLE pending ADD COLUMN receipt_salt BLOB;",
};

constexpr const char* columns =
    "SELECT group_concat(one, ';') FROM (SELECT owner.type || ' ' || owner.name || ' ' || coalesce(field.name, '') ||"
    " ' ' || coalesce(field.type, '') AS one FROM sqlite_master AS owner LEFT JOIN pragma_table_info(owner.name) AS"
    " field ORDER BY owner.type, owner.name, field.cid)";

}  // namespace

int schema_version() {
  return static_cast<int>(steps.size());
}

Result<void, StoreFault> bring_forward_within(Database& database, int from, int to) {
  ENSURE(0 <= from && to <= schema_version(), "only versions that there are");
  for (int version = from; version < to; ++version) {
    if (const auto done = database.execute(steps[static_cast<std::size_t>(version)]); !done) {
      return fail(done.error());
    }
  }
  return database.execute(("PRAGMA user_version = " + std::to_string(to)).c_str());
}

Result<std::optional<int>, StoreFault> version_by_tables(Database& database) {
  const auto here = database.text(columns);
  if (!here) return fail(here.error());
  const auto empty = Database::in_memory();
  if (!empty) return fail(empty.error());
  for (int version = 0; version < schema_version(); ++version) {
    if (const auto done = bring_forward_within(**empty, version, version + 1); !done) return fail(done.error());
    const auto known = (*empty)->text(columns);
    if (!known) return fail(known.error());
    if (*known == *here) return std::make_optional(version + 1);
  }
  return std::nullopt;
}

}  // namespace pishkhan::store
