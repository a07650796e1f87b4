#include "offline-queue/protocol/messages.h"

#include "offline-queue/protocol/json_members.h"

#include <algorithm>
#include <array>

namespace pishkhan::protocol {
namespace {

using nlohmann::json;

template <class Enum>
struct Name {
  Enum value;
  std::string_view text;
};

constexpr std::array<Name<Verdict>, 4> kVerdicts{{{Verdict::Accepted, "accepted"},
                                                  {Verdict::Joined, "joined"},
                                                  {Verdict::Invalid, "invalid"},
                                                  {Verdict::Missing, "missing"}}};
constexpr std::array<Name<CaseState>, 6> kStates{{{CaseState::Unknown, "unknown"},
                                                  {CaseState::Received, "received"},
                                                  {CaseState::Opened, "opened"},
                                                  {CaseState::Joined, "joined"},
                                                  {CaseState::Invalid, "invalid"},
                                                  {CaseState::Missing, "missing"}}};
constexpr std::size_t kLargestPage = 256;

template <class Enum, std::size_t N>
std::string name_in(const std::array<Name<Enum>, N>& names, Enum value) {
  for (const Name<Enum>& row : names) {
    if (row.value == value) return std::string(row.text);
  }
  return {};
}

template <class Enum, std::size_t N>
Enum read_name(Members& members, const char* member, const std::array<Name<Enum>, N>& names) {
  const std::string text = members.text(member, 1, 40);
  for (const Name<Enum>& row : names) {
    if (row.text == text) return row.value;
  }
  members.spoil();
  return names[0].value;
}

int read_kiosk(Members& members) {
  return members.small("kiosk", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk);
}
int read_epoch(Members& members) {
  return members.small("epoch", 1, TrackingCode::highest_epoch);
}
int read_sequence(Members& members) {
  return members.small("sequence", 1, TrackingCode::highest_sequence);
}

bool printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

std::string read_ascii(Members& members, const char* name, std::size_t longest) {
  std::string text = members.text(name, 0, longest);
  if (!printable_ascii(text)) members.spoil();
  return text;
}

std::string read_cursor(Members& members) {
  std::string cursor = members.text("cursor", 0, 64);
  if (!is_cursor(cursor)) members.spoil();
  return cursor;
}

json to_json(const Acknowledgement& a) {
  return {{"verdict", name_in(kVerdicts, a.verdict)},
          {"kiosk", a.kiosk},
          {"epoch", a.epoch},
          {"sequence", a.sequence},
          {"request_id", to_hex(a.request_id)},
          {"hash", to_hex(a.hash)},
          {"at_ms", milliseconds_of(a.at)},
          {"case_number", a.case_number},
          {"signature", to_base64(a.signature)}};
}

Acknowledgement acknowledgement_from(Members& members) {
  Acknowledgement a;
  a.verdict = read_name(members, "verdict", kVerdicts);
  a.kiosk = read_kiosk(members);
  a.epoch = read_epoch(members);
  a.sequence = read_sequence(members);
  a.request_id = members.hex<16>("request_id");
  a.hash = members.hex<32>("hash");
  a.at = members.time("at_ms");
  a.case_number = read_ascii(members, "case_number", 64);
  a.signature = members.base64_exactly<64>("signature");
  return a;
}

std::vector<Acknowledgement> acknowledgements_from(Members& members, const char* name, std::size_t largest) {
  std::vector<Acknowledgement> result;
  for (const json& element : members.array(name, largest)) {
    Members inner(element);
    result.push_back(acknowledgement_from(inner));
    if (!inner.ok()) members.spoil();
  }
  return result;
}

json to_json(const std::vector<Acknowledgement>& acknowledgements) {
  json list = json::array();
  for (const Acknowledgement& a : acknowledgements) list.push_back(to_json(a));
  return list;
}

json to_json(const StoredWord& word) {
  return {{"kiosk", word.kiosk},
          {"epoch", word.epoch},
          {"sequence", word.sequence},
          {"hash", to_hex(word.hash)},
          {"at_ms", milliseconds_of(word.at)},
          {"signature", to_base64(word.signature)}};
}

StoredWord stored_word_from(Members& members) {
  StoredWord word;
  word.kiosk = read_kiosk(members);
  word.epoch = read_epoch(members);
  word.sequence = read_sequence(members);
  word.hash = members.hex<32>("hash");
  word.at = members.time("at_ms");
  word.signature = members.base64_exactly<64>("signature");
  return word;
}

std::optional<StoredWord> stored_word_in(Members& members, const char* name) {
  const json& value = members.member(name);
  if (value.is_null()) return std::nullopt;
  Members inner(value);
  const StoredWord word = stored_word_from(inner);
  if (!inner.ok()) members.spoil();
  return word;
}

std::optional<WallTime> optional_time(Members& members, const char* name) {
  if (members.member(name).is_null()) return std::nullopt;
  return members.time(name);
}

json to_json(const std::optional<WallTime>& time) {
  return time ? json(milliseconds_of(*time)) : json(nullptr);
}

template <class Message>
std::optional<Message> if_ok(const Members& members, Message message) {
  if (!members.ok()) return std::nullopt;
  return message;
}

}  // namespace

bool is_cursor(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

std::string_view name(CaseState state) {
  for (const auto& row : kStates) {
    if (row.value == state) return row.text;
  }
  return {};
}

std::optional<CaseState> case_state(std::string_view text) {
  for (const auto& row : kStates) {
    if (row.text == text) return row.value;
  }
  return std::nullopt;
}

std::string BatchAnswer::encode() const {
  return dump({{"stored", to_json(stored)}});
}

std::optional<BatchAnswer> BatchAnswer::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  const std::optional<StoredWord> word = stored_word_in(members, "stored");
  if (!word) return std::nullopt;
  return if_ok(members, BatchAnswer{*word});
}

std::string Opened::encode() const {
  return dump({{"acknowledgements", to_json(acknowledgements)},
               {"cursor", cursor},
               {"more", more},
               {"stored", stored ? to_json(*stored) : json(nullptr)},
               {"server_time_ms", milliseconds_of(server_time)}});
}

std::optional<Opened> Opened::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  Opened opened;
  opened.acknowledgements = acknowledgements_from(members, "acknowledgements", kLargestPage);
  opened.cursor = read_cursor(members);
  opened.more = members.boolean("more");
  opened.stored = stored_word_in(members, "stored");
  opened.server_time = members.time("server_time_ms");
  return if_ok(members, std::move(opened));
}

std::string LookUp::encode() const {
  json message{{"code", code.digits()}};
  if (!receipt_secret.empty()) message["receipt_secret"] = receipt_secret.reveal();
  std::string text = dump(message);
  if (!receipt_secret.empty()) {
    auto& copy = message["receipt_secret"].get_ref<std::string&>();
    wipe(copy.data(), copy.size());
  }
  return text;
}

std::optional<LookUp> LookUp::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  const std::string digits = members.text("code", TrackingCode::length, TrackingCode::length);
  LookUp look_up;
  if (members.has("receipt_secret")) {
    std::string secret = members.text("receipt_secret", 8, 8);
    look_up.receipt_secret = PersonalText(secret);
    if (!std::all_of(secret.begin(), secret.end(), [](char c) { return c >= '0' && c <= '9'; }))
      members.spoil();
    wipe(secret.data(), secret.size());
  }
  if (!members.ok()) return std::nullopt;
  const auto code = TrackingCode::parse(digits);
  // Only the plain spelling: what a citizen typed was already understood on the kiosk.
  if (!code || code->digits() != digits) return std::nullopt;
  look_up.code = *code;
  return look_up;
}

std::string CaseView::encode() const {
  return dump({{"state", std::string(name(state))},
               {"stage", stage},
               {"received_ms", to_json(received_at)},
               {"opened_ms", to_json(opened_at)},
               {"case_number", case_number},
               {"secret_accepted", secret_accepted}});
}

std::optional<CaseView> CaseView::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  CaseView view;
  view.state = read_name(members, "state", kStates);
  view.stage = read_ascii(members, "stage", 64);
  view.received_at = optional_time(members, "received_ms");
  view.opened_at = optional_time(members, "opened_ms");
  view.case_number = read_ascii(members, "case_number", 64);
  view.secret_accepted = members.boolean("secret_accepted");
  return if_ok(members, std::move(view));
}

std::string SealedPage::encode() const {
  json list = json::array();
  for (const Arrival& arrival : arrivals) {
    list.push_back(
        {{"batch", to_base64(arrival.batch)}, {"received_ms", milliseconds_of(arrival.received_at)}});
  }
  return dump({{"arrivals", std::move(list)}, {"cursor", cursor}, {"more", more}, {"anew", anew}});
}

std::optional<SealedPage> SealedPage::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  SealedPage page;
  for (const json& element : members.array("arrivals", largest_batch_entries)) {
    Members inner(element);
    Arrival arrival{inner.base64("batch", largest_batch_bytes), inner.time("received_ms")};
    if (!inner.ok()) return std::nullopt;
    page.arrivals.push_back(std::move(arrival));
  }
  page.cursor = read_cursor(members);
  page.more = members.boolean("more");
  page.anew = members.boolean("anew");
  return if_ok(members, std::move(page));
}

std::string OpenedReport::encode() const {
  json list = json::array();
  for (const Case& one : cases) {
    list.push_back({{"acknowledgement", to_json(one.acknowledgement)},
                    {"stage", one.stage},
                    {"secret_verifier", one.secret_verifier}});
  }
  return dump({{"cases", std::move(list)}});
}

std::optional<OpenedReport> OpenedReport::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  OpenedReport report;
  for (const json& element : members.array("cases", largest_batch_entries)) {
    Members inner(element);
    Members signed_word(inner.member("acknowledgement"));
    Case one;
    one.acknowledgement = acknowledgement_from(signed_word);
    one.stage = read_ascii(inner, "stage", 64);
    one.secret_verifier = read_ascii(inner, "secret_verifier", 200);
    if (!inner.ok() || !signed_word.ok()) return std::nullopt;
    report.cases.push_back(std::move(one));
  }
  return if_ok(members, std::move(report));
}

std::string OpenedTaken::encode() const {
  return dump({{"taken", taken}});
}

std::optional<OpenedTaken> OpenedTaken::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  OpenedTaken answer{members.small("taken", 0, static_cast<int>(largest_batch_entries))};
  return if_ok(members, answer);
}

}  // namespace pishkhan::protocol
