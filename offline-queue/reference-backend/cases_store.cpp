#include "offline-queue/reference-backend/cases_store.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/reference-backend/cases_updates.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pishkhan::backend {
namespace {

using namespace protocol;

constexpr std::array<const char*, 1> kSchema{R"sql(
CREATE TABLE progress(name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE case_file(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL, service TEXT NOT NULL, opened_ms INTEGER NOT NULL,
  state TEXT NOT NULL, same_matter BLOB) STRICT;
CREATE INDEX case_of_matter ON case_file(same_matter) WHERE same_matter IS NOT NULL AND state = 'open';
CREATE TABLE record(
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,
  type INTEGER NOT NULL, request_id BLOB NOT NULL, hash BLOB NOT NULL, received_ms INTEGER NOT NULL,
  verdict INTEGER NOT NULL, reason TEXT NOT NULL, case_number TEXT NOT NULL, at_ms INTEGER NOT NULL,
  signature BLOB NOT NULL, stage TEXT NOT NULL, secret_verifier TEXT NOT NULL, body BLOB NOT NULL,
  reported INTEGER NOT NULL,
  UNIQUE(kiosk, epoch, sequence)) STRICT;
CREATE INDEX record_of_request ON record(request_id);
CREATE INDEX record_unreported ON record(arrival) WHERE reported = 0;
)sql"};

constexpr const char* kReportColumns =
    "SELECT kiosk, epoch, sequence, request_id, hash, verdict, case_number, at_ms, signature, stage,"
    " secret_verifier, received_ms, reason, body, arrival FROM record ";

template <std::size_t N>
std::array<std::uint8_t, N> fixed(const Bytes& bytes) {
  std::array<std::uint8_t, N> result{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), result.begin());
  return result;
}

OpenedReport::Case report_in(const Statement& query) {
  OpenedReport::Case one;
  one.acknowledgement = {static_cast<Verdict>(query.integer(5)),
                         static_cast<int>(query.integer(0)),
                         static_cast<int>(query.integer(1)),
                         static_cast<int>(query.integer(2)),
                         fixed<16>(query.blob(3)),
                         fixed<32>(query.blob(4)),
                         time_of(query.integer(7)),
                         query.text(6),
                         fixed<64>(query.blob(8))};
  one.stage = query.text(9);
  one.secret_verifier = query.text(10);
  return one;
}

}  // namespace

Result<CasesStore, DatabaseFault> CasesStore::open(const std::filesystem::path& file, Sharing sharing,
                                                   const std::string& vfs) {
  Result<Database, DatabaseFault> database = Database::open(file, sharing, kSchema, vfs);
  if (!database) return fail(database.error());
  if (sharing != Sharing::ReadOnly && (!CasesUpdates::prepare(*database) || !CasesKiosks::prepare(*database)))
    return fail(DatabaseFault::Failed);
  return CasesStore(std::move(*database));
}

std::optional<std::string> CasesStore::cursor() {
  Statement query = database_.prepare("SELECT value FROM progress WHERE name='sealed'");
  if (query.step()) return query.text(0);
  return query.failed() ? std::nullopt : std::optional<std::string>("");
}

bool CasesStore::set_cursor(const std::string& cursor) {
  Statement query = database_.prepare("INSERT OR REPLACE INTO progress(name, value) VALUES('sealed', ?)");
  static_cast<void>(query.bind(1, cursor).step());
  return !query.failed();
}

std::optional<CasesStore::Said> CasesStore::said(int kiosk, int epoch, int sequence) {
  Statement query =
      database_.prepare("SELECT verdict, hash FROM record WHERE kiosk=? AND epoch=? AND sequence=?");
  if (!query.bind(1, kiosk).bind(2, epoch).bind(3, sequence).step()) return std::nullopt;
  return Said{static_cast<Verdict>(query.integer(0)), fixed<32>(query.blob(1))};
}

bool CasesStore::forget_missing(int kiosk, int epoch, int sequence) {
  Statement query =
      database_.prepare("DELETE FROM record WHERE kiosk=? AND epoch=? AND sequence=? AND verdict=4");
  static_cast<void>(query.bind(1, kiosk).bind(2, epoch).bind(3, sequence).step());
  return !query.failed();
}

std::optional<std::string> CasesStore::case_of_request(const RequestId& request_id) {
  Statement query =
      database_.prepare("SELECT case_number FROM record WHERE request_id=? AND type=1 AND verdict<3");
  if (!query.bind_blob(1, request_id).step()) return std::nullopt;
  return query.text(0);
}

std::optional<std::string> CasesStore::open_case_of_matter(const Hash& same_matter) {
  Statement query = database_.prepare(
      "SELECT number FROM case_file WHERE same_matter=? AND state='open' ORDER BY id LIMIT 1");
  if (!query.bind_blob(1, same_matter).step()) return std::nullopt;
  return query.text(0);
}

std::optional<std::string> CasesStore::new_case(int solar_year, const std::string& service_id,
                                                const std::optional<Hash>& same_matter, WallTime at) {
  std::int64_t next = 1;
  {
    Statement query = database_.prepare("SELECT COALESCE(MAX(id), 0) + 1 FROM case_file");
    if (!query.step()) return std::nullopt;
    next = query.integer(0);
  }
  std::array<char, 64> number{};
  std::snprintf(number.data(), number.size(), "%04d-%06lld", solar_year, static_cast<long long>(next));
  const std::string text(number.data());
  Statement query = database_.prepare(
      "INSERT INTO case_file(id, number, service, opened_ms, state, same_matter) VALUES(?,?,?,?,'open',?)");
  query.bind(1, next).bind(2, text).bind(3, service_id).bind(4, milliseconds_of(at));
  if (same_matter) query.bind_blob(5, *same_matter);
  static_cast<void>(query.step());
  if (query.failed()) return std::nullopt;
  return text;
}

bool CasesStore::insert(const Taken& taken) {
  const Acknowledgement& word = taken.report.acknowledgement;
  Statement query = database_.prepare(
      "INSERT INTO record(kiosk, epoch, sequence, type, request_id, hash, received_ms, verdict, reason, "
      "case_number,"
      " at_ms, signature, stage, secret_verifier, body, reported) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)");
  query.bind(1, word.kiosk).bind(2, word.epoch).bind(3, word.sequence);
  query.bind(4, static_cast<std::int64_t>(taken.type)).bind_blob(5, word.request_id).bind_blob(6, word.hash);
  query.bind(7, milliseconds_of(taken.received_at)).bind(8, static_cast<std::int64_t>(word.verdict));
  query.bind(9, taken.reason).bind(10, word.case_number).bind(11, milliseconds_of(word.at));
  query.bind_blob(12, word.signature).bind(13, taken.report.stage).bind(14, taken.report.secret_verifier);
  query.bind_blob(15, taken.body);
  static_cast<void>(query.step());
  return !query.failed();
}

CasesStore::Unreported CasesStore::unreported(std::size_t limit) {
  const std::string sql = std::string(kReportColumns) + "WHERE reported=0 ORDER BY arrival LIMIT ?";
  Statement query = database_.prepare(sql.c_str());
  query.bind(1, static_cast<std::int64_t>(limit));
  Unreported found;
  while (query.step()) {
    found.cases.push_back(report_in(query));
    found.last = query.integer(14);
  }
  return found;
}

bool CasesStore::report_again(int kiosk, int epoch, int sequence) {
  Statement query = database_.prepare("UPDATE record SET reported=0 WHERE kiosk=? AND epoch=? AND sequence=?");
  static_cast<void>(query.bind(1, kiosk).bind(2, epoch).bind(3, sequence).step());
  return !query.failed();
}

bool CasesStore::mark_reported(std::int64_t last) {
  Statement query = database_.prepare("UPDATE record SET reported=1 WHERE reported=0 AND arrival<=?");
  static_cast<void>(query.bind(1, last).step());
  return !query.failed();
}

bool CasesStore::set_aside(const std::vector<OpenedReport::Case>& cases) {
  Statement query = database_.prepare("UPDATE record SET reported=2 WHERE kiosk=? AND epoch=? AND sequence=?");
  for (const OpenedReport::Case& one : cases) {
    const Acknowledgement& word = one.acknowledgement;
    static_cast<void>(query.bind(1, word.kiosk).bind(2, word.epoch).bind(3, word.sequence).step());
    if (query.failed()) return false;
    query.reset();
  }
  return true;
}

std::optional<bool> CasesStore::differs_now(Database& database, const std::string& name,
                                            const std::string& value) {
  {
    Statement query = database.prepare("SELECT value FROM progress WHERE name=?");
    if (query.bind(1, name).step() && query.text(0) == value) return false;
    if (query.failed()) return std::nullopt;
  }
  Statement put = database.prepare("INSERT OR REPLACE INTO progress(name, value) VALUES(?, ?)");
  static_cast<void>(put.bind(1, name).bind(2, value).step());
  return put.failed() ? std::nullopt : std::optional(true);
}

bool CasesStore::signs_with(const PublicPoint& key) {
  const auto differs = differs_now(database_, "signing-key", to_hex(key));
  return differs && (!*differs || database_.run("UPDATE record SET reported=0 WHERE reported=2"));
}

std::vector<CasesStore::Row> CasesStore::rows(Statement& query) {
  std::vector<Row> rows;
  while (query.step())
    rows.push_back({report_in(query), time_of(query.integer(11)), query.text(12), query.blob(13)});
  return rows;
}

std::vector<CasesStore::Row> CasesStore::requests(const std::string& case_number) {
  const std::string sql =
      std::string(kReportColumns) + "WHERE type=1 AND (?1='' OR case_number=?1) ORDER BY arrival";
  Statement query = database_.prepare(sql.c_str());
  query.bind(1, case_number);
  return rows(query);
}

std::vector<CasesStore::Row> CasesStore::requests_since(std::int64_t& arrival) {
  const std::string sql = std::string(kReportColumns) + "WHERE type=1 AND arrival>? ORDER BY arrival";
  Statement query = database_.prepare(sql.c_str());
  query.bind(1, arrival);
  std::vector<Row> found = rows(query);
  Statement last = database_.prepare("SELECT COALESCE(MAX(arrival), 0) FROM record");
  if (last.step()) arrival = last.integer(0);
  return found;
}

std::vector<CasesStore::Row> CasesStore::audits() {
  const std::string sql = std::string(kReportColumns) + "WHERE type=3 ORDER BY arrival";
  Statement query = database_.prepare(sql.c_str());
  return rows(query);
}

std::vector<CasesStore::Row> CasesStore::move_case(const std::string& case_number, const std::string& stage) {
  Statement update =
      database_.prepare("UPDATE record SET stage=? WHERE type=1 AND case_number=? AND verdict IN (1, 2)");
  static_cast<void>(update.bind(1, stage).bind(2, case_number).step());
  if (update.failed()) return {};
  return requests(case_number);
}

bool CasesStore::close_case(const std::string& case_number) {
  Statement query = database_.prepare("UPDATE case_file SET state='closed' WHERE number=?");
  static_cast<void>(query.bind(1, case_number).step());
  return !query.failed();
}

std::optional<std::string> CasesStore::stage_of_case(const std::string& case_number) {
  Statement query = database_.prepare("SELECT stage FROM record WHERE type=1 AND case_number=? AND verdict=1");
  if (!query.bind(1, case_number).step()) return std::nullopt;
  return query.text(0);
}

std::optional<std::string> CasesStore::service_of_case(const std::string& case_number) {
  Statement query = database_.prepare("SELECT service FROM case_file WHERE number=?");
  if (!query.bind(1, case_number).step()) return std::nullopt;
  return query.text(0);
}

}  // namespace pishkhan::backend
