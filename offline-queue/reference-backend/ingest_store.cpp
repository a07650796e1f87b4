#include "offline-queue/reference-backend/ingest_store.h"

#include "offline-queue/protocol/json_members.h"
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
  if (!IngestUpdates::prepare(*database) || !IngestEnrolments::prepare(*database))
    return fail(DatabaseFault::Failed);
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

bool IngestStore::run(const char* sql) {
  const bool done = database_.run(sql);
  failed_ = failed_ || !done;
  return done;
}

bool IngestStore::begin() {
  failed_ = false;
  return run("BEGIN IMMEDIATE");
}
bool IngestStore::commit() {
  return run("COMMIT");
}
void IngestStore::roll_back() {
  static_cast<void>(database_.run("ROLLBACK"));
  failed_ = false;
}
bool IngestStore::savepoint() {
  return run("SAVEPOINT one");
}
bool IngestStore::release() {
  return run("RELEASE one");
}
void IngestStore::roll_back_to_savepoint() {
  failed_ = !(database_.run("ROLLBACK TO one; RELEASE one"));
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
      " request_id=?5, created_ms=?6, payload=?7, previous=?8, hash=?9, head_signature=?10, received_ms=?11,"
      " kind=?12, header=?13 WHERE ?12 < kind";
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
}

Opened IngestStore::opened_since(int kiosk, int epoch, std::int64_t after, int limit) {
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
  page.cursor = std::to_string(cursor);
  failed_ = failed_ || query.failed();
  query.reset();
  return page;
}

namespace {

/// From a row of SealedPage IngestStore::sealed_since.
SealedPage::Entry sealed_in(const Statement& row) {
  SealedPage::Entry sealed;
  BatchEntry& entry = sealed.entry;
  RecordHeader& header = entry.record.header;
  entry.kind = static_cast<EntryKind>(row.integer(11));
  if (const auto as_it_came = RecordHeader::parse(row.blob(12))) {
    header = *as_it_came;
  } else {
    header.kiosk = static_cast<int>(row.integer(1));
    header.epoch = static_cast<int>(row.integer(2));
    header.sequence = static_cast<int>(row.integer(3));
  }
  if (entry.kind == EntryKind::Whole) {
    entry.record.payload = row.blob(7);
    if (row.is_null(12)) {  // a row of version 1
      header.type = static_cast<RecordType>(row.integer(4));
      header.request_id = fixed<16>(row.blob(5));
      header.created_at = time_of(row.integer(6));
      header.payload_size = static_cast<std::uint32_t>(entry.record.payload->size());
      header.payload_hash = blake2b(*entry.record.payload);
    }
  }
  sealed.previous_hash = fixed<32>(row.blob(8));
  entry.record.hash = fixed<32>(row.blob(9));
  sealed.received_at = time_of(row.integer(10));
  return sealed;
}

}  // namespace

SealedPage IngestStore::sealed_since(std::int64_t after, int limit) {
  static constexpr const char* kSql =
      "SELECT arrival, kiosk, epoch, sequence, type, request_id, created_ms, payload, previous, hash,"
      " received_ms, kind, header FROM entry WHERE arrival>? ORDER BY arrival LIMIT ?";
  Statement& query = statement(kSql);
  query.bind(1, after).bind(2, limit + 1);
  SealedPage page;
  std::int64_t cursor = after;
  while (query.step()) {
    if (static_cast<int>(page.entries.size()) == limit) {
      page.more = true;
      break;
    }
    cursor = query.integer(0);
    page.entries.push_back(sealed_in(query));
  }
  page.cursor = std::to_string(cursor);
  failed_ = failed_ || query.failed();
  query.reset();
  return page;
}

bool IngestStore::insert_opened(const OpenedReport::Case& one) {
  const Acknowledgement& word = one.acknowledgement;
  const std::optional<BatchEntry> stored = entry(word.kiosk, word.epoch, word.sequence);
  if (!stored || stored->record.hash != word.hash || stored->record.header.request_id != word.request_id)
    return false;
  if (word.verdict != Verdict::Missing) {
    // Its content came after all. The new word gets a new number, so that the kiosk is told.
    Statement& forget = statement("DELETE FROM opened WHERE kiosk=? AND epoch=? AND sequence=? AND verdict=4");
    static_cast<void>(forget.bind(1, word.kiosk).bind(2, word.epoch).bind(3, word.sequence).step());
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
