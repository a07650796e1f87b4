// The inner half of enrolment_messages.h: what ingest and cases tell each other.
#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/tracking_code.h"

namespace pishkhan::protocol {
namespace {

using nlohmann::json;

int read_kiosk(Members& members) {
  return members.small("kiosk", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk);
}

json entries_of(const std::vector<BookEntry>& entries) {
  json list = json::array();
  for (const BookEntry& entry : entries) {
    list.push_back({{"kiosk", entry.kiosk},
                    {"epoch", entry.epoch},
                    {"key", to_hex(entry.key)},
                    {"state", entry.state == BookEntry::State::Active ? "active" : "revoked"}});
  }
  return list;
}

std::vector<BookEntry> read_entries(Members& members, const char* name) {
  std::vector<BookEntry> entries;
  for (const json& element : members.array(name, BookReport::most_entries)) {
    Members inner(element);
    BookEntry entry;
    entry.kiosk = read_kiosk(inner);
    entry.epoch = inner.small("epoch", 1, TrackingCode::highest_epoch);
    entry.key = inner.hex<33>("key");
    const std::string state = inner.text("state", 1, 20);
    entry.state = state == "active" ? BookEntry::State::Active : BookEntry::State::Revoked;
    if (!inner.ok() || (state != "active" && state != "revoked")) members.spoil();
    entries.push_back(entry);
  }
  return entries;
}

json codes_of(const std::vector<BookCode>& codes) {
  json list = json::array();
  for (const BookCode& code : codes) {
    list.push_back({{"kiosk", code.kiosk},
                    {"verifier", to_hex(code.verifier)},
                    {"expires_ms", milliseconds_of(code.expires_at)},
                    {"tries", code.tries}});
  }
  return list;
}

std::vector<BookCode> read_codes(Members& members, const char* name) {
  std::vector<BookCode> codes;
  for (const json& element : members.array(name, BookReport::most_codes)) {
    Members inner(element);
    BookCode code;
    code.kiosk = read_kiosk(inner);
    code.verifier = inner.hex<32>("verifier");
    code.expires_at = inner.time("expires_ms");
    code.tries = inner.small("tries", 0, largest_code_tries);
    if (!inner.ok()) members.spoil();
    codes.push_back(code);
  }
  return codes;
}

/// By its name in a problem document; "": none.
ProblemType read_refusal(Members& members) {
  const std::string text = members.text("refusal", 0, 40);
  if (text.empty()) return ProblemType::Other;
  for (const ProblemType type :
       {ProblemType::Malformed, ProblemType::UnknownKiosk, ProblemType::RevokedEpoch, ProblemType::BadCode,
        ProblemType::CodeExpired, ProblemType::CodeUsed, ProblemType::Failed}) {
    if (name(type) == text) return type;
  }
  members.spoil();
  return ProblemType::Other;
}

}  // namespace

std::string BookReport::encode() const {
  return dump({{"digest", to_hex(digest)}, {"kiosks", entries_of(kiosks)}, {"codes", codes_of(codes)}});
}

std::optional<BookReport> BookReport::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  BookReport report;
  report.digest = members.hex<32>("digest");
  report.kiosks = read_entries(members, "kiosks");
  report.codes = read_codes(members, "codes");
  return members.ok() ? std::optional(std::move(report)) : std::nullopt;
}

std::string BookTaken::encode() const {
  return dump({{"beyond", entries_of(beyond)}});
}

std::optional<BookTaken> BookTaken::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  BookTaken taken{read_entries(members, "beyond")};
  return members.ok() ? std::optional(std::move(taken)) : std::nullopt;
}

std::string EnrolmentsPage::encode() const {
  json list = json::array();
  for (const Waiting& one : waiting) {
    list.push_back({{"kiosk", one.kiosk},
                    {"epoch", one.epoch},
                    {"verifier", to_hex(one.verifier)},
                    {"certificate_request", to_base64(one.certificate_request)},
                    {"proof", to_hex(one.proof)}});
  }
  return dump({{"book", to_hex(book)}, {"waiting", list}, {"tried", codes_of(tried)}});
}

std::optional<EnrolmentsPage> EnrolmentsPage::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  EnrolmentsPage page;
  page.book = members.hex<32>("book");
  for (const json& element : members.array("waiting", largest)) {
    Members inner(element);
    Waiting one;
    one.kiosk = read_kiosk(inner);
    one.epoch = inner.small("epoch", 0, TrackingCode::highest_epoch);
    one.verifier = inner.hex<32>("verifier");
    one.certificate_request = inner.base64("certificate_request", largest_certificate_request);
    one.proof = inner.hex<32>("proof");
    if (!inner.ok() || one.certificate_request.empty()) members.spoil();
    page.waiting.push_back(std::move(one));
  }
  page.tried = read_codes(members, "tried");
  return members.ok() ? std::optional(std::move(page)) : std::nullopt;
}

std::string EnrolmentAnswers::encode() const {
  json list = json::array();
  for (const Answered& one : answers) {
    json row{{"kiosk", one.kiosk},
             {"epoch", one.epoch},
             {"request", to_hex(one.request)},
             {"refusal", std::string(name(one.refusal))}};
    if (one.answer) row["answer"] = parse_json(one.answer->encode());
    list.push_back(std::move(row));
  }
  return dump({{"answers", list}});
}

std::optional<EnrolmentAnswers> EnrolmentAnswers::parse(std::string_view text) {
  const json object = parse_json(text);
  Members members(object);
  EnrolmentAnswers parsed;
  for (const json& element : members.array("answers", EnrolmentsPage::largest)) {
    Members inner(element);
    Answered one;
    one.kiosk = read_kiosk(inner);
    one.epoch = inner.small("epoch", 0, TrackingCode::highest_epoch);
    one.request = inner.hex<32>("request");
    one.refusal = read_refusal(inner);
    if (inner.has("answer")) {
      one.answer = EnrolmentAnswer::parse(dump(inner.member("answer")));
      if (!one.answer) inner.spoil();
    }
    // Either an answer or a refusal.
    if (one.answer.has_value() != (one.refusal == ProblemType::Other)) inner.spoil();
    if (!inner.ok()) members.spoil();
    parsed.answers.push_back(std::move(one));
  }
  return members.ok() ? std::optional(std::move(parsed)) : std::nullopt;
}

}  // namespace pishkhan::protocol
