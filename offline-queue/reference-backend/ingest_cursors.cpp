#include "offline-queue/reference-backend/ingest_cursors.h"

#include "offline-queue/reference-backend/ingest_request.h"

#include <array>

namespace pishkhan::backend {
namespace {

constexpr const char* kBegin = R"sql(
CREATE TABLE IF NOT EXISTS life(
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  records INTEGER NOT NULL, words INTEGER NOT NULL, updates INTEGER NOT NULL) STRICT;  -- the last rows before it
INSERT INTO life(id, records, words, updates) SELECT lower(hex(randomblob(8))),
  (SELECT COALESCE(MAX(arrival), 0) FROM entry), (SELECT COALESCE(MAX(word), 0) FROM opened),
  (SELECT COALESCE(MAX(arrival), 0) FROM update_item);
)sql";

}  // namespace

bool IngestCursors::begin_life(Database& database) {
  if (!(database.begin() && database.run(kBegin) && database.commit())) {
    database.roll_back();
    return false;
  }
  return true;
}

std::optional<std::int64_t> IngestCursors::row(std::string_view cursor, std::span<const Over> overs) {
  const std::size_t end = cursor.find('-');
  if (end == std::string_view::npos) return std::nullopt;
  Statement query = database_.prepare(
      "SELECT next.number IS NULL, next.records, next.words, next.updates FROM life"
      " LEFT JOIN life next ON next.number=life.number+1 WHERE life.id=?");
  if (!query.bind(1, cursor.substr(0, end)).step()) return std::nullopt;
  const bool present = query.integer(0) != 0;
  std::optional<std::int64_t> first;
  std::string_view rest = cursor.substr(end);
  for (const Over over : overs) {
    if (rest.empty()) break;
    rest.remove_prefix(1);
    const std::string_view digits = rest.substr(0, rest.find('-'));
    const auto row = number(digits);
    if (!row || (!present && *row > query.integer(1 + static_cast<int>(over)))) return std::nullopt;
    rest.remove_prefix(digits.size());
    if (!first) first = row;
  }
  return rest.empty() ? first : std::nullopt;
}

std::optional<std::int64_t> IngestCursors::row_for_cases(std::string_view cursor) {
  return row(cursor, std::array{Over::Records, Over::Words, Over::Updates});
}

std::string IngestCursors::cursor_for_cases(std::int64_t record) {
  Statement query = database_.prepare(
      "SELECT (SELECT COALESCE(MAX(word), 0) FROM opened), (SELECT COALESCE(MAX(arrival), 0) FROM update_item)");
  if (!query.step()) return {};
  return cursor(record) + "-" + std::to_string(query.integer(0)) + "-" + std::to_string(query.integer(1));
}

std::string IngestCursors::cursor(std::int64_t row) {
  Statement query = database_.prepare("SELECT id FROM life ORDER BY number DESC LIMIT 1");
  return query.step() ? query.text(0) + "-" + std::to_string(row) : std::string();
}

}  // namespace pishkhan::backend
