#include "offline-queue/reference-backend/ingest_updates.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/reference-backend/ingest_cursors.h"

#include <algorithm>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// Beside the chains' schema and never a change of it, so a database of an earlier version is used on.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS update_item(
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL, kiosk INTEGER NOT NULL, number INTEGER NOT NULL,
  item BLOB NOT NULL, signature BLOB NOT NULL,
  UNIQUE(kind, kiosk, number)) STRICT;
CREATE INDEX IF NOT EXISTS update_of_kiosk ON update_item(kiosk, arrival);
CREATE TABLE IF NOT EXISTS pack_part(
  hash BLOB NOT NULL, size INTEGER NOT NULL, place INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(hash, place)) STRICT;
CREATE TABLE IF NOT EXISTS health(
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  kiosk INTEGER NOT NULL, since_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  condition TEXT NOT NULL, report TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS health_of_kiosk ON health(kiosk, arrival);
)sql";

/// Changes of condition that are remembered of each kiosk.
constexpr int kLongestHistory = 200;

}  // namespace

bool IngestUpdates::prepare(Database& database) {
  return database.run(kSchema);
}

void IngestUpdates::step(Statement& statement) {
  static_cast<void>(statement.step());
  store_.note(statement);
}

int IngestUpdates::insert(const UpdatesReport& report) {
  int taken = 0;
  Statement query =
      prepare("INSERT OR IGNORE INTO update_item(kind, kiosk, number, item, signature) VALUES(?,?,?,?,?)");
  for (const SignedUpdate& update : report.items) {
    const auto item = UpdateItem::parse(update.item);
    if (!item) continue;  // nobody could read it
    query.bind(1, item->kind).bind(2, item->kiosk).bind(3, static_cast<std::int64_t>(item->number));
    query.bind_blob(4, update.item).bind_blob(5, update.signature);
    step(query);
    if (store_.failed()) return 0;
    if (store_.database().changes() == 1) {
      ++taken;
      show_stage(*item);
    }
    query.reset();
  }
  return taken;
}

void IngestUpdates::show_stage(const UpdateItem& item) {
  if (item.kind != static_cast<std::uint16_t>(UpdateKind::Case)) return;
  const auto told = CaseUpdate::parse(item.payload);
  if (!told) return;
  Statement query = prepare("UPDATE opened SET stage=? WHERE kiosk=? AND epoch=? AND sequence=?");
  query.bind(1, told->stage).bind(2, item.kiosk).bind(3, told->epoch).bind(4, told->sequence);
  step(query);
}

UpdatesPage IngestUpdates::since(int kiosk, std::string_view given, int limit) {
  IngestCursors cursors(store_.database());
  const std::int64_t after = cursors.row(given, IngestCursors::Over::Updates).value_or(0);
  // Two short walks over the index instead of one over what all other kiosks were told.
  Statement query = prepare(
      "SELECT arrival, item, signature FROM ("
      "SELECT * FROM (SELECT arrival, item, signature FROM update_item WHERE kiosk=0 AND arrival>?1"
      " ORDER BY arrival LIMIT ?3) UNION ALL "
      "SELECT * FROM (SELECT arrival, item, signature FROM update_item WHERE kiosk=?2 AND arrival>?1"
      " ORDER BY arrival LIMIT ?3)) ORDER BY arrival LIMIT ?3");
  query.bind(1, after).bind(2, kiosk).bind(3, limit + 1);
  UpdatesPage page;
  std::int64_t cursor = after;
  while (query.step()) {
    if (static_cast<int>(page.items.size()) == limit) {
      page.more = true;
      break;
    }
    cursor = query.integer(0);
    SignedUpdate update{query.blob(1), {}};
    const Bytes signature = query.blob(2);
    std::copy_n(signature.begin(), std::min(signature.size(), update.signature.size()),
                update.signature.begin());
    page.items.push_back(std::move(update));
  }
  store_.note(query);
  page.cursor = cursors.cursor(cursor);
  return page;
}

void IngestUpdates::insert(const CataloguePart& part) {
  Statement query = prepare("INSERT OR IGNORE INTO pack_part(hash, size, place, bytes) VALUES(?,?,?,?)");
  query.bind_blob(1, part.hash).bind(2, part.size).bind(3, part.offset).bind_blob(4, part.bytes);
  step(query);
}

std::optional<CataloguePart> IngestUpdates::part(const Hash& hash, std::int64_t offset) {
  Statement query = prepare("SELECT size, bytes FROM pack_part WHERE hash=? AND place=?");
  std::optional<CataloguePart> found;
  if (query.bind_blob(1, hash).bind(2, offset).step())
    found = CataloguePart{hash, static_cast<std::uint32_t>(query.integer(0)),
                          static_cast<std::uint32_t>(offset), query.blob(1)};
  store_.note(query);
  return found;
}

void IngestUpdates::insert(int kiosk, const Health& health, WallTime at) {
  const std::string condition = health.condition();
  const std::string report = health.encode();
  std::optional<std::int64_t> same;
  {
    Statement query =
        prepare("SELECT arrival, condition FROM health WHERE kiosk=? ORDER BY arrival DESC LIMIT 1");
    if (query.bind(1, kiosk).step() && query.text(1) == condition) same = query.integer(0);
    store_.note(query);
  }
  if (same) {
    Statement query = prepare("UPDATE health SET last_ms=?, report=? WHERE arrival=?");
    query.bind(1, milliseconds_of(at)).bind(2, report).bind(3, *same);
    step(query);
    return;
  }
  Statement query =
      prepare("INSERT INTO health(kiosk, since_ms, last_ms, condition, report) VALUES(?,?,?,?,?)");
  query.bind(1, kiosk).bind(2, milliseconds_of(at)).bind(3, milliseconds_of(at)).bind(4, condition);
  query.bind(5, report);
  step(query);
  Statement forget = prepare(
      "DELETE FROM health WHERE kiosk=?1 AND arrival <= (SELECT arrival FROM health WHERE kiosk=?1"
      " ORDER BY arrival DESC LIMIT 1 OFFSET ?2)");
  forget.bind(1, kiosk).bind(2, kLongestHistory);
  step(forget);
}

HealthPage IngestUpdates::health_since(std::int64_t after, int limit) {
  Statement query = prepare(
      "SELECT arrival, kiosk, since_ms, last_ms, report FROM health WHERE arrival>? ORDER BY arrival LIMIT ?");
  query.bind(1, after).bind(2, limit + 1);
  HealthPage page;
  std::int64_t cursor = after;
  while (query.step()) {
    if (static_cast<int>(page.rows.size()) == limit) {
      page.more = true;
      break;
    }
    cursor = query.integer(0);
    if (auto health = Health::parse(query.text(4)))
      page.rows.push_back({static_cast<int>(query.integer(1)), time_of(query.integer(2)),
                           time_of(query.integer(3)), std::move(*health)});
  }
  store_.note(query);
  page.cursor = std::to_string(cursor);
  return page;
}

}  // namespace pishkhan::backend
