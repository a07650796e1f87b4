#include "offline-queue/reference-backend/ingest_store.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/reference-backend/ingest_cursors.h"
#include "offline-queue/reference-backend/ingest_enrolments.h"
#include "offline-queue/reference-backend/ingest_updates.h"

#include <algorithm>

namespace pishkhan::backend {
namespace {

using namespace protocol;

constexpr std::array<const char*, 2> kSchema{
    R"sql(
CREATE TABLE entry(
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,
  type INTEGER NOT NULL, request_id BLOB NOT NULL, created_ms INTEGER NOT NULL,
  payload BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT NULL,
  head_signature BLOB NOT NULL,       -- the kiosk's; zeros inside a batch
  received_ms INTEGER NOT NULL, word_signature BLOB NOT NULL,
  UNIQUE(kiosk, epoch, sequence)) STRICT;
CREATE TABLE opened(
  word INTEGER PRIMARY KEY AUTOINCREMENT,
  kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,
  verdict INTEGER NOT NULL, at_ms INTEGER NOT NULL, case_number TEXT NOT NULL, signature BLOB NOT NULL,
  stage TEXT NOT NULL, secret_verifier TEXT NOT NULL,
  UNIQUE(kiosk, epoch, sequence),
  FOREIGN KEY(kiosk, epoch, sequence) REFERENCES entry(kiosk, epoch, sequence)) STRICT;
)sql",
    // kind: protocol::EntryKind; what is not whole has an empty payload. header: as it came; NULL in rows of
    // version 1, whose other columns say the same.
    R"sql(
ALTER TABLE entry ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;
ALTER TABLE entry ADD COLUMN header BLOB;
ALTER TABLE entry DROP COLUMN word_signature;
)sql"};

template <std::size_t N>
std::array<std::uint8_t, N> fixed(const Bytes& bytes) {
  std::array<std::uint8_t, N> result{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), result.begin());
  return result;
}

CaseState state_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Accepted:
      return CaseState::Opened;
    case Verdict::Joined:
      return CaseState::Joined;
    case Verdict::Missing:
      return CaseState::Missing;
    default:
      return CaseState::Invalid;
  }
}

}  // namespace

Result<IngestStore, DatabaseFault> IngestStore::open(const std::filesystem::path& file,
                                                     const std::string& vfs) {
  Result<Database, DatabaseFault> database = Database::open(file, Sharing::Alone, kSchema, vfs);
  if (!database) return fail(database.error());
  if (!IngestUpdates::prepare(*database) || !IngestEnrolments::prepare(*database) ||
      !IngestCursors::begin_life(*database)) {
    return fail(DatabaseFault::Failed);
  }
  return IngestStore(std::move(*database));
}

Statement& IngestStore::statement(const char* sql) {
  const auto found = statements_.find(sql);
  Statement& result = found != statements_.end()
                          ? found->second
                          : statements_.emplace(sql, database_.prepare(sql)).first->second;
  result.reset();
  return result;
}

bool IngestStore::begin() {
  failed_ = !database_.begin();
  return !failed_;
}
bool IngestStore::commit() {
  failed_ = failed_ || !database_.commit();
  return !failed_;
}
void IngestStore::roll_back() {
  database_.roll_back();
  failed_ = false;
}
bool IngestStore::savepoint() {
  failed_ = failed_ || !database_.savepoint();
  return !failed_;
}
bool IngestStore::release() {
  failed_ = failed_ || !database_.release();
  return !failed_;
}
void IngestStore::roll_back_to_savepoint() {
  failed_ = !database_.roll_back_to_savepoint();
}

IngestStore::Head IngestStore::head(int kiosk, int epoch) {
  static constexpr const char* kSql =
      "SELECT sequence, hash FROM entry WHERE kiosk=? AND epoch=? ORDER BY sequence DESC LIMIT 1";
  Statement& query = statement(kSql);
  Head head{0, chain_start(kiosk, epoch)};
  if (query.bind(1, kiosk).bind(2, epoch).step()) {
    head = {static_cast<int>(query.integer(0)), fixed<32>(query.blob(1))};
  }
  failed_ = failed_ || query.failed();
  query.reset();
  return head;
}

std::optional<BatchEntry> IngestStore::entry(int kiosk, int epoch, int sequence) {
  static constexpr const char* kSql =
      "SELECT kind, hash, request_id FROM entry WHERE kiosk=? AND epoch=? AND sequence=?";
  Statement& query = statement(kSql);
  std::optional<BatchEntry> found;
  if (query.bind(1, kiosk).bind(2, epoch).bind(3, sequence).step()) {
    found.emplace();
    found->kind = static_cast<EntryKind>(query.integer(0));
    found->record.header.kiosk = kiosk;
    found->record.header.epoch = epoch;
    found->record.header.sequence = sequence;
    found->record.header.request_id = fixed<16>(query.blob(2));
    found->record.hash = fixed<32>(query.blob(1));
  }
  failed_ = failed_ || query.failed();
  query.reset();
  return found;
}

void IngestStore::put(const BatchEntry& entry, const Hash& previous, const Signature& head_signature,
                      WallTime received) {
  // A fuller one takes the place of a lesser one and arrives anew, so that cases sees it.
  static constexpr const char* kSql =
      "INSERT INTO entry(kiosk, epoch, sequence, type, request_id, created_ms, payload, previous, hash,"
      " head_signature, received_ms, kind, header) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"
      " ON CONFLICT(kiosk, epoch, sequence) DO UPDATE SET arrival=(SELECT MAX(arrival)+1 FROM entry), type=?4,"
      " request_id=?5, created_ms=?6, payload=?7, previous=?8, hash=?9, received_ms=?11, kind=?12, header=?13,"
      // What was signed before stays signed; of a lost place the signature was over something else.
      " head_signature=CASE WHEN ?10=zeroblob(64) AND kind<4 THEN head_signature ELSE ?10 END"
      " WHERE ?12 < kind";
  const RecordHeader& header = entry.record.header;
  const bool has_header = entry.kind == EntryKind::Whole || entry.kind == EntryKind::NoPayload;
  const auto head = header.encode();
  Statement& query = statement(kSql);
  query.bind(1, header.kiosk).bind(2, header.epoch).bind(3, header.sequence);
  query.bind(4, has_header ? static_cast<std::int64_t>(header.type) : 0).bind_blob(5, header.request_id);
  query.bind(6, milliseconds_of(header.created_at));
  query.bind_blob(7, entry.record.payload ? ByteView(*entry.record.payload) : ByteView());
  query.bind_blob(8, previous).bind_blob(9, entry.record.hash).bind_blob(10, head_signature);
  query.bind(11, milliseconds_of(received)).bind(12, static_cast<std::int64_t>(entry.kind));
  query.bind_blob(13, has_header ? ByteView(head) : ByteView());
  static_cast<void>(query.step());
  failed_ = failed_ || query.failed();
  query.reset();
  if (head_signature == Signature{} || entry.kind == EntryKind::Lost) return;
  // Known already, from the middle of another batch: now what ends here can be shown to be signed.
  static constexpr const char* kSign =
      "UPDATE entry SET head_signature=?4 WHERE kiosk=?1 AND epoch=?2 AND sequence=?3 AND hash=?5"
      " AND head_signature=zeroblob(64)";
  Statement& sign = statement(kSign);
  sign.bind(1, header.kiosk).bind(2, header.epoch).bind(3, header.sequence);
  sign.bind_blob(4, head_signature).bind_blob(5, entry.record.hash);
  static_cast<void>(sign.step());
  failed_ = failed_ || sign.failed();
  sign.reset();
}

Opened IngestStore::opened_since(int kiosk, int epoch, std::string_view given, int limit) {
  IngestCursors cursors(database_);
  const std::int64_t after = cursors.row(given, IngestCursors::Over::Words).value_or(0);
  static constexpr const char* kSql =
      "SELECT o.word, o.sequence, o.verdict, o.at_ms, o.case_number, o.signature, e.request_id, e.hash"
      " FROM opened o JOIN entry e USING(kiosk, epoch, sequence)"
      " WHERE o.kiosk=? AND o.epoch=? AND o.word>? ORDER BY o.word LIMIT ?";
  Statement& query = statement(kSql);
  query.bind(1, kiosk).bind(2, epoch).bind(3, after).bind(4, limit + 1);
  Opened page;
  std::int64_t cursor = after;
  while (query.step()) {
    if (static_cast<int>(page.acknowledgements.size()) == limit) {
      page.more = true;
      break;
    }
    cursor = query.integer(0);
    Acknowledgement word{static_cast<Verdict>(query.integer(2)),
                         kiosk,
                         epoch,
                         static_cast<int>(query.integer(1)),
                         fixed<16>(query.blob(6)),
                         fixed<32>(query.blob(7)),
                         time_of(query.integer(3)),
                         query.text(4),
                         fixed<64>(query.blob(5))};
    page.acknowledgements.push_back(std::move(word));
  }
  page.cursor = cursors.cursor(cursor);
  failed_ = failed_ || query.failed();
  query.reset();
  return page;
}

namespace {

/// Columns 0-7 of IngestStore::batch_from: kind, header, type, request_id, created_ms, payload, hash, sequence.
BatchEntry entry_in(const Statement& row, int kiosk, int epoch) {
  BatchEntry entry;
  RecordHeader& header = entry.record.header;
  entry.kind = static_cast<EntryKind>(row.integer(0));
  header.kiosk = kiosk;
  header.epoch = epoch;
  header.sequence = static_cast<int>(row.integer(7));
  if (entry.kind == EntryKind::Whole) {
    entry.record.payload = row.blob(5);
    if (row.is_null(1)) {  // a row of version 1
      header.type = static_cast<RecordType>(row.integer(2));
      header.request_id = fixed<16>(row.blob(3));
      header.created_at = time_of(row.integer(4));
      header.payload_size = static_cast<std::uint32_t>(entry.record.payload->size());
      header.payload_hash = blake2b(*entry.record.payload);
    }
  }
  if (const auto as_it_came = RecordHeader::parse(row.blob(1))) header = *as_it_came;
  entry.record.hash = fixed<32>(row.blob(6));
  return entry;
}

}  // namespace

Batch IngestStore::batch_from(int kiosk, int epoch, int sequence) {
  static constexpr const char* kSql =
      "SELECT kind, header, type, request_id, created_ms, payload, hash, sequence, previous, head_signature"
      " FROM entry WHERE kiosk=? AND epoch=? AND sequence>=? ORDER BY sequence LIMIT 64";
  Statement& query = statement(kSql);
  query.bind(1, kiosk).bind(2, epoch).bind(3, sequence);
  Batch batch{kiosk, epoch, {}, {}, {}};
  while (query.step()) {
    BatchEntry entry = entry_in(query, kiosk, epoch);
    if (batch.entries.empty()) {
      batch.previous_hash = fixed<32>(query.blob(8));
    } else if ((entry.kind == EntryKind::Lost) != (batch.entries.front().kind == EntryKind::Lost)) {
      break;
    }
    batch.entries.push_back(std::move(entry));
    batch.signature = fixed<64>(query.blob(9));
    if (batch.signature != Signature{}) break;
  }
  failed_ = failed_ || query.failed();
  query.reset();
  return batch;
}

SealedPage IngestStore::sealed_since(std::string_view given) {
  IngestCursors cursors(database_);
  const auto row = cursors.row_for_cases(given);
  const std::int64_t after = row.value_or(0);
  static constexpr const char* kSql =
      "SELECT arrival, kiosk, epoch, sequence, received_ms FROM entry WHERE arrival>? ORDER BY arrival LIMIT ?";
  struct Place {
    std::int64_t arrival = 0;
    int kiosk = 0;
    int epoch = 0;
    int sequence = 0;
    WallTime received{};
  };
  std::vector<Place> places;
  Statement& query = statement(kSql);
  query.bind(1, after).bind(2, static_cast<std::int64_t>(largest_batch_entries) + 1);
  while (query.step()) {
    places.push_back({query.integer(0), static_cast<int>(query.integer(1)), static_cast<int>(query.integer(2)),
                      static_cast<int>(query.integer(3)), time_of(query.integer(4))});
  }
  failed_ = failed_ || query.failed();
  query.reset();
  SealedPage page;
  std::size_t entries = 0;
  Batch last;
  std::int64_t cursor = after;
  for (const Place& place : places) {
    const bool came_along = !last.entries.empty() && last.kiosk == place.kiosk && last.epoch == place.epoch &&
                            last.first_sequence() <= place.sequence && place.sequence <= last.last_sequence();
    if (!came_along) {
      Batch batch = batch_from(place.kiosk, place.epoch, place.sequence);
      if (failed_) break;
      page.more = entries + batch.entries.size() > largest_batch_entries;
      if (page.more) break;
      entries += batch.entries.size();
      page.arrivals.push_back({batch.encode(), place.received});
      last = std::move(batch);
    }
    cursor = place.arrival;
  }
  page.more = page.more || places.size() > largest_batch_entries;
  page.anew = !given.empty() && !row;
  page.cursor = cursors.cursor_for_cases(cursor);
  return page;
}

bool IngestStore::insert_opened(const OpenedReport::Case& one) {
  const Acknowledgement& word = one.acknowledgement;
  const std::optional<BatchEntry> stored = entry(word.kiosk, word.epoch, word.sequence);
  if (!stored || stored->record.hash != word.hash || stored->record.header.request_id != word.request_id)
    return false;
  {
    // More came after all: content, or which record it is. The new word gets a new number, so that the kiosk is
    // told.
    Statement& forget =
        statement("DELETE FROM opened WHERE kiosk=? AND epoch=? AND sequence=? AND verdict=4 AND signature<>?");
    forget.bind(1, word.kiosk).bind(2, word.epoch).bind(3, word.sequence).bind_blob(4, word.signature);
    static_cast<void>(forget.step());
    failed_ = failed_ || forget.failed();
    forget.reset();
  }
  static constexpr const char* kSql =
      "INSERT OR IGNORE INTO opened(kiosk, epoch, sequence, verdict, at_ms, case_number, signature, stage,"
      " secret_verifier) VALUES(?,?,?,?,?,?,?,?,?)";
  Statement& query = statement(kSql);
  query.bind(1, word.kiosk).bind(2, word.epoch).bind(3, word.sequence);
  query.bind(4, static_cast<std::int64_t>(word.verdict)).bind(5, milliseconds_of(word.at));
  query.bind(6, word.case_number).bind_blob(7, word.signature).bind(8, one.stage).bind(9, one.secret_verifier);
  static_cast<void>(query.step());
  const bool inserted = !query.failed() && database_.changes() == 1;
  failed_ = failed_ || query.failed();
  query.reset();
  return inserted;
}

IngestStore::CaseRow IngestStore::look_up(const TrackingCode& code) {
  static constexpr const char* kSql =
      "SELECT e.received_ms, o.verdict, o.at_ms, o.stage, o.secret_verifier, o.case_number"
      " FROM entry e LEFT JOIN opened o USING(kiosk, epoch, sequence)"
      " WHERE e.kiosk=? AND e.epoch=? AND e.sequence=? AND e.type<2";
  Statement& query = statement(kSql);
  CaseRow row;
  if (query.bind(1, code.kiosk).bind(2, code.epoch).bind(3, code.sequence).step()) {
    row.view.state = CaseState::Received;
    row.view.received_at = time_of(query.integer(0));
    if (!query.is_null(1)) {
      row.view.state = state_of(static_cast<Verdict>(query.integer(1)));
      row.view.opened_at = time_of(query.integer(2));
      row.view.stage = query.text(3);
      row.secret_verifier = query.text(4);
      row.case_number = query.text(5);
    }
  }
  failed_ = failed_ || query.failed();
  query.reset();
  return row;
}

}  // namespace pishkhan::backend
