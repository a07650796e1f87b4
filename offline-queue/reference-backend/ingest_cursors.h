#pragma once

#include "offline-queue/reference-backend/sqlite.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pishkhan::backend {

/// Cursors that outlive a database which was put back from a backup. Numbers alone would name other rows there,
/// and whoever asked for what comes behind them would miss what was given out anew. So each start of ingest
/// begins a life of the database, which has a name and where each table stood; a cursor is "<life>-<row>". One
/// of a life that this database never had, or of a row that its life never reached, begins again at the
/// beginning: whoever asks has most of it already, and nothing is harmed by it. Within the caller's
/// transaction. Thread: the writer's.
class IngestCursors {
 public:
  enum class Over { Records, Words, Updates };

  /// Makes the table if it is not there, and begins a life. After all other tables.
  static bool begin_life(Database& database);
  explicit IngestCursors(Database& database) : database_(database) {}

  /// The row behind which to go on; nothing: at the beginning, because of the cursor or the database. Rows
  /// begin at 1.
  std::optional<std::int64_t> row(std::string_view cursor, Over over) { return row(cursor, {&over, 1}); }
  std::string cursor(std::int64_t row);
  /// The same for cases, which fetches records and gives words and updates: "<life>-<record>-<word>-<update>", so
  /// that whichever of them a database from a backup lacks, its cursor is not of that database.
  std::optional<std::int64_t> row_for_cases(std::string_view cursor);
  std::string cursor_for_cases(std::int64_t record);

 private:
  /// The first row of as many; a cursor may name fewer, as those of earlier versions do.
  std::optional<std::int64_t> row(std::string_view cursor, std::span<const Over> overs);
  Database& database_;
};

}  // namespace pishkhan::backend
