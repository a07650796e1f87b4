#include "offline-queue/reference-backend/cases_listing.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/request_body.h"

#include <optional>

namespace pishkhan::backend {
namespace {

using namespace protocol;
using nlohmann::json;

const char* word(Verdict verdict) {
  switch (verdict) {
    case Verdict::Accepted:
      return "accepted";
    case Verdict::Joined:
      return "joined";
    case Verdict::Invalid:
      return "invalid";
    case Verdict::Missing:
      return "missing";
  }
  return "unknown";
}

std::optional<Request> request_in(const CasesStore::Row& row) {
  auto request = parse_request(row.body);
  if (!request) return std::nullopt;
  return std::move(*request);
}

json texts(const std::map<std::string, PersonalText>& values) {
  json object = json::object();
  for (const auto& [id, text] : values) object[id] = text.reveal();
  return object;
}

json to_json(const CasesStore::Row& row) {
  const Acknowledgement& a = row.report.acknowledgement;
  json one{{"case_number", a.case_number},
           {"verdict", word(a.verdict)},
           {"reason", row.reason},
           {"stage", row.report.stage},
           {"tracking_code", TrackingCode{a.kiosk, a.epoch, a.sequence}.digits()},
           {"kiosk", a.kiosk},
           {"epoch", a.epoch},
           {"sequence", a.sequence},
           {"request_id", to_hex(a.request_id)},
           {"received_ms", milliseconds_of(row.received_at)},
           {"opened_ms", milliseconds_of(a.at)}};
  if (const std::optional<Request> request = request_in(row)) {
    one["service"] = request->service_id;
    one["catalogue_version"] = request->catalogue_version;
    one["catalogue_fingerprint"] = request->catalogue_fingerprint;
    one["language"] = tag(request->language);
    one["assurance"] = assurance_name(request->assurance);
    // Both times: the kiosk's own clock, and the newest that the backend had told it before.
    one["filed_ms"] = milliseconds_of(request->filed_at);
    one["last_server_time_ms"] =
        request->last_server_time ? json(milliseconds_of(*request->last_server_time)) : json(nullptr);
    one["fields"] = texts(request->fields);
    one["identity"] = texts(request->identity);
  }
  return one;
}

}  // namespace

std::string listing_json(const std::vector<CasesStore::Row>& rows) {
  json list = json::array();
  for (const CasesStore::Row& row : rows) list.push_back(to_json(row));
  return dump({{"requests", std::move(list)}});
}

std::string listing_text(const std::vector<CasesStore::Row>& rows) {
  std::string text;
  for (const CasesStore::Row& row : rows) {
    const Acknowledgement& a = row.report.acknowledgement;
    const std::optional<Request> request = request_in(row);
    text += (a.case_number.empty() ? std::string("-") : a.case_number) + "  " + word(a.verdict) + "  " +
            TrackingCode{a.kiosk, a.epoch, a.sequence}.grouped() + "  " +
            (request ? request->service_id : std::string("-")) + "  " +
            std::to_string(milliseconds_of(row.received_at));
    if (!row.reason.empty()) text += "  " + row.reason;
    text += '\n';
  }
  return text;
}

}  // namespace pishkhan::backend
