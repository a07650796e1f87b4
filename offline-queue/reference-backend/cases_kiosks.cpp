#include "offline-queue/reference-backend/cases_kiosks.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/reference-backend/cases_store.h"

#include <algorithm>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// Beside the cases' schema and never a change of it, as cases_updates.cpp.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS kiosk_epoch(
  kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL, key BLOB NOT NULL, enrolled_ms INTEGER NOT NULL,
  until_ms INTEGER, revoked_ms INTEGER, reason TEXT NOT NULL,
  PRIMARY KEY(kiosk, epoch)) STRICT;
CREATE TABLE IF NOT EXISTS enrol_code(
  kiosk INTEGER PRIMARY KEY, verifier BLOB NOT NULL, proof_key BLOB NOT NULL, issued_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL, tries INTEGER NOT NULL,
  used_key BLOB NOT NULL, answer TEXT NOT NULL) STRICT;  -- empty: not used yet
CREATE TABLE IF NOT EXISTS unproven(
  id INTEGER PRIMARY KEY, kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL,
  cursor TEXT NOT NULL,                            -- before the first of them
  key BLOB NOT NULL,                               -- that was known then; zeros: none
  records INTEGER NOT NULL, UNIQUE(kiosk, epoch)) STRICT;
)sql";

/// Ingest says when a code is too late; this only ends what a broken ingest would still let through.
constexpr std::chrono::hours kLatest{24};

template <std::size_t N>
std::array<std::uint8_t, N> fixed(const Bytes& bytes) {
  std::array<std::uint8_t, N> result{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), result.begin());
  return result;
}

EnrolmentAnswers::Answered refused(const EnrolmentsPage::Waiting& waiting, ProblemType why) {
  return {waiting.kiosk, waiting.epoch, blake2b(waiting.certificate_request), why, std::nullopt};
}

EnrolmentAnswers::Answered answered(const EnrolmentsPage::Waiting& waiting, EnrolmentAnswer answer) {
  return {waiting.kiosk, waiting.epoch, blake2b(waiting.certificate_request), ProblemType::Other,
          std::move(answer)};
}

bool done(Statement& statement) {
  static_cast<void>(statement.step());
  return !statement.failed();
}

}  // namespace

struct CasesKiosks::Code {
  Hash verifier{};
  Hash proof_key{};
  WallTime expires_at{};
  std::optional<PublicPoint> used_key;
  std::string answer;
};

bool CasesKiosks::prepare(Database& database) {
  return database.run(kSchema);
}

bool CasesKiosks::changed() {
  return database_.run(
      "INSERT INTO progress(name, value) VALUES('book', '1')"
      " ON CONFLICT(name) DO UPDATE SET value=CAST(CAST(value AS INTEGER)+1 AS TEXT)");
}

std::int64_t CasesKiosks::version() {
  Statement query = database_.prepare("SELECT CAST(value AS INTEGER) FROM progress WHERE name='book'");
  return query.step() ? query.integer(0) : 0;
}

bool CasesKiosks::issue_code(int kiosk, const EnrolmentSecrets& secrets, WallTime now, WallTime expires) {
  Statement query = database_.prepare(
      "INSERT OR REPLACE INTO enrol_code(kiosk, verifier, proof_key, issued_ms, expires_ms, tries, used_key,"
      " answer) VALUES(?,?,?,?,?,0,x'','')");
  const Hash verifier = secrets.verifier();
  query.bind(1, kiosk).bind_blob(2, verifier).bind_blob(3, secrets.proof_key);
  query.bind(4, milliseconds_of(now)).bind(5, milliseconds_of(expires));
  return done(query) && changed();
}

std::optional<int> CasesKiosks::revoke(int kiosk, int epoch, const std::string& reason, WallTime now) {
  if (epoch != 0) {
    Statement put = database_.prepare(
        "INSERT OR IGNORE INTO kiosk_epoch(kiosk, epoch, key, enrolled_ms, reason) VALUES(?,?,?,?,'')");
    const PublicPoint unknown{};
    if (!done(put.bind(1, kiosk).bind(2, epoch).bind_blob(3, unknown).bind(4, milliseconds_of(now))))
      return std::nullopt;
  }
  Statement query = database_.prepare(
      "UPDATE kiosk_epoch SET revoked_ms=?1, reason=?2 WHERE kiosk=?3 AND (?4=0 OR epoch=?4)"
      " AND revoked_ms IS NULL");
  query.bind(1, milliseconds_of(now)).bind(2, reason).bind(3, kiosk).bind(4, epoch);
  if (!done(query)) return std::nullopt;
  const int revoked = database_.changes();
  return changed() ? std::optional(revoked) : std::nullopt;
}

std::optional<WallTime> CasesKiosks::revoked_since(int kiosk, int epoch) {
  Statement query = database_.prepare("SELECT revoked_ms FROM kiosk_epoch WHERE kiosk=? AND epoch=?");
  if (!query.bind(1, kiosk).bind(2, epoch).step() || query.is_null(0)) return std::nullopt;
  return time_of(query.integer(0));
}

std::vector<BookEntry> CasesKiosks::entries() {
  Statement query = database_.prepare(
      "SELECT kiosk, epoch, key, revoked_ms IS NOT NULL FROM kiosk_epoch ORDER BY kiosk, epoch");
  std::vector<BookEntry> entries;
  while (query.step()) {
    entries.push_back({static_cast<int>(query.integer(0)), static_cast<int>(query.integer(1)),
                       fixed<33>(query.blob(2)),
                       query.integer(3) != 0 ? BookEntry::State::Revoked : BookEntry::State::Active});
  }
  return entries;
}

std::vector<CasesKiosks::CodeRow> CasesKiosks::codes() {
  Statement query = database_.prepare(
      "SELECT kiosk, verifier, expires_ms, tries, length(used_key)>0 FROM enrol_code ORDER BY kiosk");
  std::vector<CodeRow> codes;
  while (query.step()) {
    const int tries = std::min(static_cast<int>(query.integer(3)), largest_code_tries);
    codes.push_back(
        {{static_cast<int>(query.integer(0)), fixed<32>(query.blob(1)), time_of(query.integer(2)), tries},
         query.integer(4) != 0});
  }
  return codes;
}

BookReport CasesKiosks::book() {
  BookReport report;
  report.kiosks = entries();
  for (CodeRow& row : codes()) report.codes.push_back(std::move(row.code));
  report.digest = blake2b(as_bytes(report.encode()));
  return report;
}

bool CasesKiosks::put(const BookEntry& entry, WallTime now) {
  Statement query = database_.prepare(
      "INSERT INTO kiosk_epoch(kiosk, epoch, key, enrolled_ms, revoked_ms, reason) VALUES(?1,?2,?3,?4,"
      "CASE WHEN ?5 THEN ?4 END,?6)");
  const bool revoked = entry.state == BookEntry::State::Revoked;
  query.bind(1, entry.kiosk).bind(2, entry.epoch).bind_blob(3, entry.key).bind(4, milliseconds_of(now));
  query.bind(5, revoked ? 1 : 0).bind(6, revoked ? "known to ingest" : "");
  return done(query);
}

std::optional<int> CasesKiosks::adopt(const std::vector<BookEntry>& beyond, WallTime now) {
  int contradictions = 0;
  bool learned = false;
  for (const BookEntry& more : beyond) {
    Statement query =
        database_.prepare("SELECT key, revoked_ms IS NOT NULL FROM kiosk_epoch WHERE kiosk=? AND epoch=?");
    const bool known = query.bind(1, more.kiosk).bind(2, more.epoch).step();
    const PublicPoint key = known ? fixed<33>(query.blob(0)) : PublicPoint{};
    const bool revoked = known && query.integer(1) != 0;
    query.reset();
    if (!known) {
      if (!put({more.kiosk, more.epoch, PublicPoint{}, more.state}, now)) return std::nullopt;
      learned = true;
      continue;
    }
    if (more.state == BookEntry::State::Revoked && !revoked) {
      if (!revoke(more.kiosk, more.epoch, "known to ingest", now)) return std::nullopt;
    }
    if (key != PublicPoint{} && more.key != PublicPoint{} && key != more.key) ++contradictions;
  }
  if (learned && !changed()) return std::nullopt;
  return contradictions;
}

bool CasesKiosks::join(const std::vector<BookEntry>& entries, WallTime now) {
  bool learned = false;
  for (const BookEntry& more : entries) {
    Statement query = database_.prepare("SELECT key FROM kiosk_epoch WHERE kiosk=? AND epoch=?");
    const bool known = query.bind(1, more.kiosk).bind(2, more.epoch).step();
    const bool has_key = known && fixed<33>(query.blob(0)) != PublicPoint{};
    query.reset();
    if (!known && !put(more, now)) return false;
    if (known && !has_key) {
      Statement update = database_.prepare("UPDATE kiosk_epoch SET key=? WHERE kiosk=? AND epoch=?");
      if (!done(update.bind_blob(1, more.key).bind(2, more.kiosk).bind(3, more.epoch))) return false;
    }
    learned = learned || !has_key;
    if (known && more.state == BookEntry::State::Revoked && !revoked_since(more.kiosk, more.epoch) &&
        !revoke(more.kiosk, more.epoch, "in the register", now)) {
      return false;
    }
  }
  return !learned || changed();
}

std::optional<VerifyingKey> CasesKiosks::key_of(int kiosk, int epoch) {
  Statement query = database_.prepare("SELECT key FROM kiosk_epoch WHERE kiosk=? AND epoch=?");
  if (!query.bind(1, kiosk).bind(2, epoch).step()) return std::nullopt;
  auto key = VerifyingKey::from_point(fixed<33>(query.blob(0)));
  if (!key) return std::nullopt;
  return std::move(*key);
}

bool CasesKiosks::note_unproven(int kiosk, int epoch, const std::string& cursor, int records) {
  Statement query = database_.prepare(
      "INSERT INTO unproven(kiosk, epoch, cursor, key, records) VALUES(?1, ?2, ?3,"
      " COALESCE((SELECT key FROM kiosk_epoch WHERE kiosk=?1 AND epoch=?2), zeroblob(33)), ?4)"
      " ON CONFLICT(kiosk, epoch) DO UPDATE SET records=records+?4");
  return done(query.bind(1, kiosk).bind(2, epoch).bind(3, cursor).bind(4, records));
}

std::optional<std::string> CasesKiosks::proven_now() {
  Statement query = database_.prepare(
      "SELECT cursor FROM unproven WHERE EXISTS(SELECT 1 FROM unproven u JOIN kiosk_epoch k USING(kiosk, epoch)"
      " WHERE u.key=zeroblob(33) AND k.key<>zeroblob(33)) ORDER BY id LIMIT 1");
  if (!query.step()) return std::nullopt;
  return query.text(0);
}

bool CasesKiosks::forget_unproven() {
  return database_.run("DELETE FROM unproven");
}

bool CasesKiosks::opens_with(const std::string& key_ids) {
  const auto differ = CasesStore::differs_now(database_, "opening-keys", key_ids);
  // As if their key had become known just now: proven_now().
  return differ && (!*differ || database_.run("UPDATE unproven SET key=zeroblob(33)"));
}

bool CasesKiosks::note_tries(const std::vector<BookCode>& tried) {
  for (const BookCode& code : tried) {
    Statement query =
        database_.prepare("UPDATE enrol_code SET tries=?1 WHERE kiosk=?2 AND verifier=?3 AND tries<?1");
    if (!done(query.bind(1, code.tries).bind(2, code.kiosk).bind_blob(3, code.verifier))) return false;
    if (database_.changes() > 0 && !changed()) return false;
  }
  return true;
}

std::optional<CasesKiosks::Code> CasesKiosks::code(int kiosk) {
  Statement query = database_.prepare(
      "SELECT verifier, proof_key, expires_ms, used_key, answer FROM enrol_code WHERE kiosk=?");
  if (!query.bind(1, kiosk).step()) return std::nullopt;
  Code code{fixed<32>(query.blob(0)), fixed<32>(query.blob(1)), time_of(query.integer(2)), {}, query.text(4)};
  if (const Bytes key = query.blob(3); !key.empty()) code.used_key = fixed<33>(key);
  return code;
}

int CasesKiosks::epoch_for(int kiosk, const PublicPoint& key) {
  Statement query = database_.prepare(
      "SELECT COALESCE(MAX(CASE WHEN key=?2 AND revoked_ms IS NULL THEN epoch END), 0), COALESCE(MAX(epoch), 0)"
      " FROM kiosk_epoch WHERE kiosk=?1");
  if (!query.bind(1, kiosk).bind_blob(2, key).step()) return 0;
  const auto going_on = static_cast<int>(query.integer(0));
  const auto newest = static_cast<int>(query.integer(1));
  // Only the newest epoch goes on: an old one that came back must not take its place.
  if (going_on != 0 && going_on == newest) return going_on;
  return newest < TrackingCode::highest_epoch ? newest + 1 : 0;
}

bool CasesKiosks::note_certificate(int kiosk, int epoch, WallTime until) {
  Statement query = database_.prepare("UPDATE kiosk_epoch SET until_ms=? WHERE kiosk=? AND epoch=?");
  return done(query.bind(1, milliseconds_of(until)).bind(2, kiosk).bind(3, epoch));
}

std::optional<EnrolmentAnswers::Answered> CasesKiosks::answer_code(const EnrolmentsPage::Waiting& waiting,
                                                                   const PublicPoint& key, const CityKeys& keys,
                                                                   const CityKeys::Terms& terms, WallTime now) {
  const auto known = code(waiting.kiosk);
  if (!known || known->verifier != waiting.verifier) return refused(waiting, ProblemType::BadCode);
  if (known->used_key) {
    auto before = EnrolmentAnswer::parse(known->answer);
    if (*known->used_key != key || !before) return refused(waiting, ProblemType::CodeUsed);
    return answered(waiting, std::move(*before));
  }
  const Hash proof = request_proof(known->proof_key, waiting.certificate_request);
  if (!same_secret(proof, waiting.proof)) return refused(waiting, ProblemType::BadCode);
  if (now > known->expires_at + kLatest) return refused(waiting, ProblemType::CodeExpired);
  const int epoch = epoch_for(waiting.kiosk, key);
  if (epoch == 0) return refused(waiting, ProblemType::Failed);
  EnrolmentAnswer answer = keys.certify(waiting.kiosk, epoch, key, terms, now);
  answer.proof = answer_proof(known->proof_key, answer.statement());
  Statement entry = database_.prepare(
      "INSERT OR IGNORE INTO kiosk_epoch(kiosk, epoch, key, enrolled_ms, reason) VALUES(?,?,?,?,'')");
  entry.bind(1, waiting.kiosk).bind(2, epoch).bind_blob(3, key).bind(4, milliseconds_of(now));
  // The proof's key has done its work: what is left proves nothing to anybody.
  Statement use = database_.prepare("UPDATE enrol_code SET used_key=?, answer=?, proof_key=x'' WHERE kiosk=?");
  const std::string text = answer.encode();
  use.bind_blob(1, key).bind(2, text).bind(3, waiting.kiosk);
  const bool kept = done(entry) && done(use) &&
                    note_certificate(waiting.kiosk, epoch, now + terms.certificate_life) && changed();
  if (!kept) return std::nullopt;
  return answered(waiting, std::move(answer));
}

std::optional<EnrolmentAnswers::Answered> CasesKiosks::answer_renewal(const EnrolmentsPage::Waiting& waiting,
                                                                      const PublicPoint& key,
                                                                      const CityKeys& keys,
                                                                      const CityKeys::Terms& terms,
                                                                      WallTime now) {
  Statement query =
      database_.prepare("SELECT key, revoked_ms IS NOT NULL FROM kiosk_epoch WHERE kiosk=? AND epoch=?");
  if (!query.bind(1, waiting.kiosk).bind(2, waiting.epoch).step())
    return refused(waiting, ProblemType::UnknownKiosk);
  if (query.integer(1) != 0) return refused(waiting, ProblemType::RevokedEpoch);
  if (fixed<33>(query.blob(0)) != key) return refused(waiting, ProblemType::UnknownKiosk);
  query.reset();
  if (!note_certificate(waiting.kiosk, waiting.epoch, now + terms.certificate_life)) return std::nullopt;
  return answered(waiting, keys.certify(waiting.kiosk, waiting.epoch, key, terms, now));
}

std::optional<EnrolmentAnswers::Answered> CasesKiosks::answer(const EnrolmentsPage::Waiting& waiting,
                                                              const CityKeys& keys,
                                                              const CityKeys::Terms& terms, WallTime now) {
  const auto key = key_in_request(waiting.certificate_request);
  if (!key) return refused(waiting, ProblemType::Malformed);
  return waiting.epoch == 0 ? answer_code(waiting, *key, keys, terms, now)
                            : answer_renewal(waiting, *key, keys, terms, now);
}

std::vector<CasesKiosks::Row> CasesKiosks::rows() {
  Statement query = database_.prepare(
      "SELECT kiosk, epoch, key, enrolled_ms, until_ms, revoked_ms, reason,"
      " (SELECT COUNT(*) FROM record r WHERE r.kiosk=k.kiosk AND r.epoch=k.epoch),"
      " (SELECT COUNT(*) FROM record r WHERE r.kiosk=k.kiosk AND r.epoch=k.epoch AND r.reason='revoked-epoch'),"
      " key<>zeroblob(33),"
      " COALESCE((SELECT records FROM unproven u WHERE u.kiosk=k.kiosk AND u.epoch=k.epoch), 0)"
      " FROM kiosk_epoch k ORDER BY kiosk, epoch");
  std::vector<Row> rows;
  while (query.step()) {
    Row row;
    const bool revoked = !query.is_null(5);
    row.entry = {static_cast<int>(query.integer(0)), static_cast<int>(query.integer(1)),
                 fixed<33>(query.blob(2)), revoked ? BookEntry::State::Revoked : BookEntry::State::Active};
    row.enrolled_at = time_of(query.integer(3));
    if (!query.is_null(4)) row.certificate_until = time_of(query.integer(4));
    if (revoked) row.revoked_at = time_of(query.integer(5));
    row.reason = query.text(6);
    row.records = static_cast<int>(query.integer(7));
    row.refused = static_cast<int>(query.integer(8));
    row.key_known = query.integer(9) != 0;
    row.unproven = static_cast<int>(query.integer(10));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace pishkhan::backend
