#include "offline-queue/reference-backend/cases_staff_commands.h"

#include "offline-queue/reference-backend/cases_verbs.h"

#include <algorithm>
#include <cstdio>

namespace pishkhan::backend {
namespace {

int complain(const std::string& sentence) {
  std::fprintf(stderr, "pishkhan-cases: %s\n", sentence.c_str());
  return 1;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

CityDesk desk_of(const std::string& database, const std::string& keys) {
  return {database, std::filesystem::path(keys) / "updates.pem"};
}

int numbered(const Result<std::uint64_t, VerbFault>& number, bool json) {
  if (!number) return complain(number.error().sentence);
  print(json ? "{\"number\":" + std::to_string(*number) + "}\n" : "number " + std::to_string(*number) + "\n");
  return 0;
}

}  // namespace

void StaffCommands::add_to(CLI::App& app) {
  publish_ =
      app.add_subcommand("publish-catalogue", "Check a city's pack, keep it, and announce it to the kiosks");
  publish_->add_option("pack", pack_, "Folder of the pack")->required();
  publish_->add_flag(
      "--only-keep", only_keep_,
      "Announce nothing: for a pack that kiosks were installed with, so that requests filed under it "
      "are judged by it");
  configure_ = app.add_subcommand("set-configuration", "Set kiosks' remote settings; replaces the set before");
  configure_->add_option("settings", settings_, "KEY=VALUE ...; none: every kiosk as its own file says");
  command_ =
      app.add_subcommand("command", "Order: out-of-service, in-service, restart, sync-now or send-health");
  command_->add_option("order", order_, "Which")->required();
  command_->add_option("--reason", reason_, "For staff, plain ASCII, at most 200 characters");
  command_->add_option("--valid-hours", valid_hours_, "A kiosk that hears of it later does nothing")
      ->check(CLI::Range(1, 168))
      ->capture_default_str();
  stage_ = app.add_subcommand("stage", "Give a case another stage of its service");
  stage_->add_option("case", case_number_, "Case number")->required();
  stage_->add_option("stage", stage_id_, "Id of the stage in the pack")->required();
  stage_->add_flag("--settled", settled_, "Who files the same matter from now on gets a case of their own");
  audit_ = app.add_subcommand("audit", "What kiosks recorded of themselves: orders carried out");
  health_ = app.add_subcommand("health", "How each kiosk last said it is");
  health_->add_option("--ingest", ingest_, "https://host:port of ingest's inner port")->required();
  health_->add_flag("--history", history_, "Every change of condition, not only the last");
  for (CLI::App* verb : {publish_, configure_, command_, stage_, audit_})
    verb->add_option("--database", database_, "SQLite file")->required();
  for (CLI::App* verb : {publish_, configure_, command_, stage_, health_})
    verb->add_option("--keys", keys_, "Folder of cases' keys")->required();
  for (CLI::App* verb : {publish_, configure_, command_})
    verb->add_option("--kiosk", kiosk_, "Only this one; otherwise all")->check(CLI::Range(1000, 9999));
  for (CLI::App* verb : {publish_, configure_, command_, stage_, audit_, health_})
    verb->add_flag("--json", json_, "Report as JSON");
}

std::optional<int> StaffCommands::run() const {
  if (publish_->parsed()) return publish();
  if (configure_->parsed()) return configure();
  if (command_->parsed()) return command();
  if (stage_->parsed()) return move();
  if (audit_->parsed()) return audit();
  if (health_->parsed()) return health();
  return std::nullopt;
}

int StaffCommands::publish() const {
  const auto published = publish_catalogue(desk_of(database_, keys_), pack_, kiosk_,
                                           only_keep_ ? Announce::OnlyKeep : Announce::Yes, SystemClock());
  if (!published) return complain(published.error().sentence);
  if (json_)
    print("{\"version\":\"" + published->version + "\",\"fingerprint\":\"" + published->fingerprint +
          "\",\"bytes\":" + std::to_string(published->bytes) +
          ",\"number\":" + std::to_string(published->number) + "}\n");
  else
    print("version " + published->version + ", fingerprint " + published->fingerprint + "\n");
  return 0;
}

int StaffCommands::configure() const {
  return numbered(set_configuration(desk_of(database_, keys_), settings_, kiosk_, SystemClock()), json_);
}

int StaffCommands::command() const {
  const auto known = protocol::command_named(order_);
  if (!known) {
    complain("no such order: " + order_);
    return 2;
  }
  const bool plain = std::all_of(reason_.begin(), reason_.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain || reason_.size() > 200) {
    complain("--reason is plain ASCII, at most 200 characters");
    return 2;
  }
  return numbered(order(desk_of(database_, keys_), {*known, reason_}, kiosk_, std::chrono::hours(valid_hours_),
                        SystemClock()),
                  json_);
}

int StaffCommands::move() const {
  const auto moved = set_stage(desk_of(database_, keys_), case_number_, stage_id_, SystemClock(),
                               settled_ ? Matter::Settled : Matter::Open);
  if (!moved) return complain(moved.error().sentence);
  print(json_ ? "{\"requests\":" + std::to_string(*moved) + "}\n" : std::to_string(*moved) + " requests\n");
  return 0;
}

int StaffCommands::audit() const {
  auto store = CasesStore::open(database_, Sharing::ReadOnly);
  if (!store) return complain("the database cannot be opened");
  const auto rows = store->audits();
  print(json_ ? audits_json(rows) + "\n" : audits_text(rows));
  return 0;
}

int StaffCommands::health() const {
  sync::Endpoint endpoint;
  const std::filesystem::path keys(keys_);
  endpoint.base_url = ingest_;
  endpoint.authority_file = keys / "authority.pem";
  endpoint.certificate_file = keys / "tls.pem";
  endpoint.key_file = keys / "tls.key";
  const auto rows = fetch_health(endpoint);
  if (!rows) return complain(rows.error().sentence);
  const History history = history_ ? History::Yes : History::No;
  print(json_ ? health_json(*rows, history) + "\n" : health_text(*rows, history));
  return 0;
}

}  // namespace pishkhan::backend
