#include "offline-queue/reference-backend/ingest_enrolments.h"

#include "offline-queue/protocol/json_members.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// Beside the chains' schema and never a change of it, as ingest_updates.cpp.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS kiosk_epoch(
  kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL, key BLOB NOT NULL, revoked INTEGER NOT NULL,
  PRIMARY KEY(kiosk, epoch)) STRICT;
CREATE TABLE IF NOT EXISTS enrol_code(
  kiosk INTEGER PRIMARY KEY, verifier BLOB NOT NULL, expires_ms INTEGER NOT NULL, tries INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS enrol_request(
  kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL,  -- 0: by code
  verifier BLOB NOT NULL, key BLOB NOT NULL, request BLOB NOT NULL, proof BLOB NOT NULL,
  refusal TEXT NOT NULL, answer TEXT NOT NULL,     -- both empty: it waits
  PRIMARY KEY(kiosk, epoch)) STRICT;
CREATE TABLE IF NOT EXISTS book_state(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
)sql";

template <std::size_t N>
std::array<std::uint8_t, N> fixed(const Bytes& bytes) {
  std::array<std::uint8_t, N> result{};
  std::copy_n(bytes.begin(), std::min(N, bytes.size()), result.begin());
  return result;
}

ProblemType refusal_named(std::string_view text) {
  for (const ProblemType type : {ProblemType::UnknownKiosk, ProblemType::RevokedEpoch, ProblemType::BadCode,
                                 ProblemType::CodeExpired, ProblemType::CodeUsed, ProblemType::Malformed}) {
    if (name(type) == text) return type;
  }
  return ProblemType::Failed;
}

/// A kiosk that shows this certificate, or one that was made after it, has had the answer, and asks for the next. (When
/// each ends says nothing: a city may shorten their lives, and then the kiosk must hear of it, and not be asked to wait.)
bool is_news(const ClientCertificate& given, const IngestEnrolments::Question& question) {
  return given.serial != question.present_serial && given.not_before >= question.present_since;
}

}  // namespace

bool IngestEnrolments::prepare(Database& database) {
  return database.run(kSchema);
}

void IngestEnrolments::step(Statement& statement) {
  static_cast<void>(statement.step());
  store_.note(statement);
}

std::vector<EnrolledEpoch> IngestEnrolments::entries() {
  Statement query = prepare("SELECT kiosk, epoch, key, revoked FROM kiosk_epoch ORDER BY kiosk, epoch");
  std::vector<EnrolledEpoch> entries;
  while (query.step()) {
    entries.push_back({static_cast<int>(query.integer(0)), static_cast<int>(query.integer(1)),
                       fixed<33>(query.blob(2)),
                       query.integer(3) != 0 ? EpochState::Revoked : EpochState::Active});
  }
  store_.note(query);
  return entries;
}

std::vector<BookCode> IngestEnrolments::codes() {
  Statement query = prepare("SELECT kiosk, verifier, expires_ms, tries FROM enrol_code ORDER BY kiosk");
  std::vector<BookCode> codes;
  while (query.step()) {
    codes.push_back({static_cast<int>(query.integer(0)), fixed<32>(query.blob(1)), time_of(query.integer(2)),
                     static_cast<int>(query.integer(3))});
  }
  store_.note(query);
  return codes;
}

std::optional<EnrolledEpoch> IngestEnrolments::entry(int kiosk, int epoch) {
  Statement query = prepare("SELECT key, revoked FROM kiosk_epoch WHERE kiosk=? AND epoch=?");
  std::optional<EnrolledEpoch> found;
  if (query.bind(1, kiosk).bind(2, epoch).step()) {
    found = EnrolledEpoch{kiosk, epoch, fixed<33>(query.blob(0)),
                          query.integer(1) != 0 ? EpochState::Revoked : EpochState::Active};
  }
  store_.note(query);
  return found;
}

bool IngestEnrolments::merge_entries(const std::vector<EnrolledEpoch>& entries) {
  bool changed = false;
  Statement put = prepare("INSERT OR REPLACE INTO kiosk_epoch(kiosk, epoch, key, revoked) VALUES(?,?,?,?)");
  for (const EnrolledEpoch& more : entries) {
    const auto known = entry(more.kiosk, more.epoch);
    EnrolledEpoch merged = known.value_or(more);
    if (known && !merge(merged, more)) continue;
    put.bind(1, merged.kiosk).bind(2, merged.epoch).bind_blob(3, merged.key);
    put.bind(4, merged.state == EpochState::Revoked ? 1 : 0);
    step(put);
    put.reset();
    changed = true;
  }
  return changed;
}

void IngestEnrolments::forget_digest() {
  Statement query = prepare("DELETE FROM book_state WHERE name='digest'");
  step(query);
}

BookTaken IngestEnrolments::take(const BookReport& report) {
  static_cast<void>(merge_entries(report.kiosks));
  {
    // The tries that were made here stay counted; a code that is gone, or is another, takes its request along.
    Statement put = prepare(
        "INSERT INTO enrol_code(kiosk, verifier, expires_ms, tries) VALUES(?1,?2,?3,?4) ON CONFLICT(kiosk) DO"
        " UPDATE SET expires_ms=?3, tries=CASE WHEN verifier=?2 THEN MAX(tries, ?4) ELSE ?4 END, verifier=?2");
    for (const BookCode& code : report.codes) {
      put.bind(1, code.kiosk).bind_blob(2, code.verifier).bind(3, milliseconds_of(code.expires_at));
      put.bind(4, code.tries);
      step(put);
      put.reset();
    }
    std::set<int> told;
    for (const BookCode& code : report.codes) told.insert(code.kiosk);
    Statement forget = prepare("DELETE FROM enrol_code WHERE kiosk=?");
    for (const BookCode& code : codes()) {
      if (told.count(code.kiosk) != 0) continue;
      step(forget.bind(1, code.kiosk));
      forget.reset();
    }
    Statement clear = prepare(
        "DELETE FROM enrol_request WHERE epoch=0 AND NOT EXISTS(SELECT 1 FROM enrol_code c WHERE"
        " c.kiosk=enrol_request.kiosk AND c.verifier=enrol_request.verifier)");
    step(clear);
    Statement state = prepare("INSERT OR REPLACE INTO book_state(name, value) VALUES('digest', ?)");
    step(state.bind_blob(1, report.digest));
  }
  std::map<std::pair<int, int>, BookEntry> told;
  for (const BookEntry& entry : report.kiosks) told[{entry.kiosk, entry.epoch}] = entry;
  BookTaken taken;
  for (const EnrolledEpoch& here : entries()) {
    const auto there = told.find({here.kiosk, here.epoch});
    if (there == told.end() || there->second != here) taken.beyond.push_back(here);
    if (taken.beyond.size() == BookReport::most_entries) break;
  }
  return taken;
}

void IngestEnrolments::count_try(const BookCode& code) {
  Statement query = prepare("UPDATE enrol_code SET tries=tries+1 WHERE kiosk=? AND verifier=? AND tries<?");
  step(query.bind(1, code.kiosk).bind_blob(2, code.verifier).bind(3, largest_code_tries));
}

void IngestEnrolments::put(const Question& question) {
  Statement query = prepare(
      "INSERT OR REPLACE INTO enrol_request(kiosk, epoch, verifier, key, request, proof, refusal, answer)"
      " VALUES(?,?,?,?,?,?,'','')");
  query.bind(1, question.kiosk).bind(2, question.epoch).bind_blob(3, question.verifier);
  query.bind_blob(4, question.key).bind_blob(5, question.certificate_request).bind_blob(6, question.proof);
  step(query);
}

IngestEnrolments::Reply IngestEnrolments::ask(const Question& question) {
  const bool by_code = question.epoch == 0;
  Statement query =
      prepare("SELECT verifier, key, refusal, answer FROM enrol_request WHERE kiosk=? AND epoch=?");
  const bool there = query.bind(1, question.kiosk).bind(2, question.epoch).step();
  store_.note(query);
  const bool same_code = there && fixed<32>(query.blob(0)) == question.verifier;
  const bool same_key = there && fixed<33>(query.blob(1)) == question.key;
  if (same_code && by_code && !same_key) return ProblemType::CodeUsed;
  if (same_code && same_key) {
    const std::string refusal = query.text(2);
    const std::string text = query.text(3);
    if (refusal.empty() && text.empty()) return StillWaiting{};
    if (by_code && !refusal.empty()) return refusal_named(refusal);
    auto answer = EnrolmentAnswer::parse(text);
    const auto given = answer ? ClientCertificate::parse(answer->certificate) : std::nullopt;
    if (answer && (by_code || (given && is_news(*given, question)))) return std::move(*answer);
  }
  if (by_code && question.now > question.expires_at) return ProblemType::CodeExpired;
  if (by_code) {
    // Once more, behind all that was counted while this one was on its way.
    Statement tries = prepare("SELECT tries FROM enrol_code WHERE kiosk=? AND verifier=?");
    const bool open = tries.bind(1, question.kiosk).bind_blob(2, question.verifier).step() &&
                      tries.integer(0) < largest_code_tries;
    store_.note(tries);
    if (!open) return ProblemType::BadCode;
  }
  put(question);
  return StillWaiting{};
}

EnrolmentsPage IngestEnrolments::waiting() {
  EnrolmentsPage page;
  {
    Statement query = prepare("SELECT value FROM book_state WHERE name='digest'");
    if (query.step()) page.book = fixed<32>(query.blob(0));
    store_.note(query);
  }
  Statement query = prepare(
      "SELECT kiosk, epoch, verifier, request, proof FROM enrol_request WHERE refusal='' AND answer=''"
      " ORDER BY kiosk, epoch LIMIT ?");
  query.bind(1, static_cast<std::int64_t>(EnrolmentsPage::largest));
  while (query.step()) {
    page.waiting.push_back({static_cast<int>(query.integer(0)), static_cast<int>(query.integer(1)),
                            fixed<32>(query.blob(2)), query.blob(3), fixed<32>(query.blob(4))});
  }
  store_.note(query);
  for (BookCode& code : codes()) {
    if (code.tries > 0) page.tried.push_back(std::move(code));
  }
  return page;
}

int IngestEnrolments::answer(const EnrolmentAnswers& answers) {
  int taken = 0;
  for (const EnrolmentAnswers::Answered& one : answers.answers) {
    Statement query = prepare("SELECT request FROM enrol_request WHERE kiosk=? AND epoch=? AND answer=''");
    const bool waits = query.bind(1, one.kiosk).bind(2, one.epoch).step();
    store_.note(query);
    if (!waits || blake2b(query.blob(0)) != one.request) continue;
    query.reset();
    const std::string refusal(one.answer ? "" : name(one.refusal));
    const std::string text = one.answer ? one.answer->encode() : "";
    Statement update = prepare("UPDATE enrol_request SET refusal=?, answer=? WHERE kiosk=? AND epoch=?");
    step(update.bind(1, refusal).bind(2, text).bind(3, one.kiosk).bind(4, one.epoch));
    ++taken;
  }
  return taken;
}

}  // namespace pishkhan::backend
