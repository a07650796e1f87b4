#include "kiosk/tools/queue_report.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

namespace pishkhan::tools {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::array<const char*, 5> type_names{"", "requests", "print-outcomes", "audit-entries", "payments"};

/// "2026-11-24T00:29:20Z".
std::string utc(WallTime time) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

Json place_of(const store::RecoveredQueue& queue) {
  return {{"kiosk", queue.kiosk()}, {"epoch", queue.epoch()}, {"schema", queue.schema_version()}};
}

Json findings(const store::ChainReport& report) {
  Json broken = Json::array();
  for (const auto& one : report.broken)
    broken.push_back({{"sequence", one.sequence}, {"verdict", store::name(one.verdict)}});
  Json json;
  json["sound"] = report.sound;
  json["erased"] = report.erased;
  json["anchor"] = store::name(report.anchor);
  json["first_broken"] = broken.empty() ? Json(nullptr) : broken.front();
  json["broken"] = std::move(broken);
  return json;
}

std::string lines(const Json& json, const std::string& indent = "") {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    std::string label = key;
    std::replace(label.begin(), label.end(), '_', ' ');
    if (value.is_object() && !value.empty()) {
      text += indent + label + ":\n" + lines(value, indent + "  ");
    } else if (value.is_array()) {
      text += indent + label + ": " + std::to_string(value.size()) + "\n";
      for (const auto& one : value) {
        text += indent + "  " + std::to_string(one["sequence"].get<int>()) + ": ";
        text += one.contains("code") ? one["code"].get<std::string>() : one["verdict"].get<std::string>();
        text += "\n";
      }
    } else {
      text += indent + label + ": " + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
    }
  }
  return text;
}

std::string in(Form form, const Json& json) {
  return form == Form::Json ? json.dump(2) + "\n" : lines(json);
}

}  // namespace

QueueSummary summarise(store::RecoveredQueue& queue) {
  QueueSummary summary;
  queue.each([&summary](const store::RecoveredRow& row) {
    if (row.state != store::RecoveredRow::State::Read) return;
    const protocol::RecordHeader& header = row.record.header;
    ++summary.by_type.at(static_cast<std::size_t>(header.type));
    if (row.record.payload) summary.payload_bytes += row.record.payload->size();
    if (!summary.first_at) summary.first_at = header.created_at;
    summary.last_at = header.created_at;
    if (!row.stored)
      ++summary.unsent;
    else if (!row.opened)
      ++summary.unopened;
    if (row.verdict == protocol::Verdict::Accepted) ++summary.accepted;
    if (row.verdict == protocol::Verdict::Joined) ++summary.joined;
    if (row.verdict == protocol::Verdict::Invalid) {
      ++summary.invalid;
      summary.invalid_codes.push_back({header.kiosk, header.epoch, header.sequence});
    }
    if (row.verdict == protocol::Verdict::Missing) ++summary.missing;
  });
  return summary;
}

std::string inspection(const store::RecoveredQueue& queue, const QueueSummary& summary,
                       const store::ChainReport& links, Form form) {
  Json json = place_of(queue);
  for (std::size_t type = 1; type < type_names.size(); ++type)
    json["records"][type_names.at(type)] = summary.by_type.at(type);
  json["first_at"] = summary.first_at ? Json(utc(*summary.first_at)) : Json(nullptr);
  json["last_at"] = summary.last_at ? Json(utc(*summary.last_at)) : Json(nullptr);
  json["progress"] = {{"unsent", summary.unsent},     {"unopened", summary.unopened},
                      {"accepted", summary.accepted}, {"joined", summary.joined},
                      {"invalid", summary.invalid},   {"missing", summary.missing}};
  json["found_invalid"] = Json::array();
  for (const protocol::TrackingCode& code : summary.invalid_codes)
    json["found_invalid"].push_back({{"sequence", code.sequence}, {"code", code.digits()}});
  json["disk"] = {{"database_bytes", queue.sizes().database_bytes},
                  {"wal_bytes", queue.sizes().wal_bytes},
                  {"head_bytes", queue.sizes().head_bytes},
                  {"payload_bytes", summary.payload_bytes}};
  json["links"] = findings(links);
  return in(form, json);
}

std::string verification(const store::RecoveredQueue& queue, const store::ChainReport& report, Form form) {
  Json json = place_of(queue);
  json["whole"] = report.whole();
  json.update(findings(report));
  return in(form, json);
}

std::string export_report(const Exported& exported, Form form) {
  return in(form, {{"whole", exported.whole},
                   {"links", exported.links},
                   {"left_out", exported.left_out},
                   {"batches", exported.batches}});
}

std::string sentence(store::RecoverFault fault, const std::string& folder) {
  switch (fault) {
    case store::RecoverFault::NotThere:
      return "there is no queue.db in " + folder;
    case store::RecoverFault::InUse:
      return "a kiosk is running on " + folder + "; stop it first, or copy the folder of a stopped one";
    case store::RecoverFault::Unreadable:
      return folder + "/queue.db is no queue, or damaged beyond what SQLite can read";
    case store::RecoverFault::NewerSchema:
      return folder + "/queue.db was written by a newer program; use its pishkhan-queue";
    case store::RecoverFault::CannotCopy:
      break;
  }
  return folder + " cannot be copied: it cannot be read, or there is no room in the temporary folder (TMPDIR)";
}

}  // namespace pishkhan::tools
