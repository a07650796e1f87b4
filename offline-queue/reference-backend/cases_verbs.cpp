#include "offline-queue/reference-backend/cases_verbs.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/reference-backend/cases_updates.h"
#include "offline-queue/reference-backend/ingest_link.h"

#include <algorithm>
#include <map>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// Longer than this an order is not worth waiting for, and its reason has passed.
constexpr std::chrono::hours kLongestOrder{24 * 7};

struct OpenDesk {
  CasesStore store;
  SigningKey key;
};

Result<OpenDesk, VerbFault> open(const CityDesk& desk) {
  auto key = SigningKey::load(desk.update_key);
  if (!key) return fail(VerbFault{"the update key (updates.pem) cannot be read"});
  auto store = CasesStore::open(desk.database, Sharing::WithReaders);
  if (!store) return fail(VerbFault{"the database cannot be opened"});
  return OpenDesk{std::move(*store), std::move(*key)};
}

Result<std::uint64_t, VerbFault> say(OpenDesk& desk, UpdateKind kind, int kiosk, Bytes payload, WallTime now,
                                     std::optional<WallTime> expires_at = {}) {
  if (!desk.store.begin()) return fail(VerbFault{"the database is busy or cannot be written"});
  const auto number =
      CasesUpdates(desk.store.database()).add(kind, kiosk, std::move(payload), now, expires_at, desk.key);
  if (number && desk.store.commit()) return *number;
  desk.store.roll_back();
  return fail(VerbFault{"the database cannot be written"});
}

/// Whether any pack that the city ever used has this stage in this service.
bool knows_stage(CasesUpdates& updates, const std::string& service_id, const std::string& stage) {
  for (const std::string& fingerprint : updates.pack_fingerprints()) {
    const auto bytes = updates.pack(fingerprint);
    const auto pack = bytes ? services::pack_of(*bytes) : std::nullopt;
    if (!pack) continue;
    const auto catalogue = services::parse_pack(*pack);
    const services::Service* service = catalogue ? catalogue->service(service_id) : nullptr;
    if (service == nullptr) continue;
    if (std::any_of(service->stages.begin(), service->stages.end(),
                    [&stage](const services::Stage& one) { return one.id == stage; }))
      return true;
  }
  return false;
}

std::string code_of(const Acknowledgement& word) {
  return TrackingCode{word.kiosk, word.epoch, word.sequence}.digits();
}

/// "2026-11-28", for staff.
std::string day_of(WallTime time) {
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::to_string(static_cast<int>(day.year())) + "-" + two(static_cast<unsigned>(day.month())) + "-" +
         two(static_cast<unsigned>(day.day()));
}

std::vector<HealthPage::Row> shown(const std::vector<HealthPage::Row>& rows, History history) {
  if (history == History::Yes) return rows;
  std::map<int, HealthPage::Row> last;
  for (const HealthPage::Row& row : rows) last.insert_or_assign(row.kiosk, row);
  std::vector<HealthPage::Row> result;
  for (auto& [kiosk, row] : last) result.push_back(std::move(row));
  return result;
}

}  // namespace

Result<Published, VerbFault> publish_catalogue(const CityDesk& desk, const std::filesystem::path& folder,
                                               int kiosk, Announce announce, const Clock& clock) {
  const auto pack = services::read_pack(folder);
  if (!pack) return fail(VerbFault{services::describe(pack.error())});
  const auto catalogue = services::parse_pack(*pack);
  if (!catalogue) return fail(VerbFault{services::describe(catalogue.error())});
  const Bytes bytes = services::canonical_bytes(*pack);
  if (bytes.size() > largest_pack_bytes) return fail(VerbFault{"the pack is too large"});
  const bool plain = std::all_of(catalogue->version.begin(), catalogue->version.end(),
                                 [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain || catalogue->version.size() > 64)
    return fail(VerbFault{"the pack's version is no short plain text"});
  auto opened = open(desk);
  if (!opened) return fail(opened.error());
  const Hash hash = blake2b(bytes);
  const bool announced = announce == Announce::Yes;
  const auto use = announced ? CasesUpdates::PackUse::Announce : CasesUpdates::PackUse::Keep;
  switch (keep_pack(opened->store, *pack, use)) {
    case PackKept::Kept:
      break;
    case PackKept::FingerprintTaken:
      return fail(VerbFault{"another pack has the same fingerprint; change a word in this one"});
    case PackKept::Failed:
      return fail(VerbFault{"the database cannot be written"});
  }
  Published published{catalogue->version, services::fingerprint_text(hash), bytes.size(), 0};
  if (!announced) return published;
  const CatalogueUpdate update{hash, static_cast<std::uint32_t>(bytes.size()), catalogue->version};
  const auto number = say(*opened, UpdateKind::Catalogue, kiosk, update.encode(), clock.wall());
  if (!number) return fail(number.error());
  published.number = *number;
  return published;
}

Result<std::uint64_t, VerbFault> set_configuration(const CityDesk& desk,
                                                   const std::vector<std::string>& settings, int kiosk,
                                                   const Clock& clock) {
  std::vector<std::string> lines = settings;
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  if (!RemoteSettings::parse(as_bytes(text))) {
    std::string sentence = "only these may be set, each once:";
    for (const RemoteSetting& setting : remote_settings())
      sentence += " " + std::string(setting.key) + "=" + std::to_string(setting.smallest) + ".." +
                  std::to_string(setting.largest);
    return fail(VerbFault{std::move(sentence)});
  }
  auto opened = open(desk);
  if (!opened) return fail(opened.error());
  return say(*opened, UpdateKind::Configuration, kiosk, Bytes(text.begin(), text.end()), clock.wall());
}

Result<std::uint64_t, VerbFault> order(const CityDesk& desk, const CommandUpdate& command, int kiosk,
                                       std::chrono::hours valid, const Clock& clock) {
  if (!CommandUpdate::parse(command.encode()))
    return fail(VerbFault{"out-of-service needs a reason for the staff at the kiosk"});
  if (valid.count() < 1 || valid > kLongestOrder)
    return fail(VerbFault{"an order is valid for 1 to 168 hours"});
  auto opened = open(desk);
  if (!opened) return fail(opened.error());
  const WallTime now = clock.wall();
  return say(*opened, UpdateKind::Command, kiosk, command.encode(), now, now + valid);
}

Result<int, VerbFault> set_stage(const CityDesk& desk, const std::string& case_number, const std::string& stage,
                                 const Clock& clock, Matter matter) {
  auto opened = open(desk);
  if (!opened) return fail(opened.error());
  const auto service = opened->store.service_of_case(case_number);
  if (!service) return fail(VerbFault{"there is no such case"});
  CasesUpdates updates(opened->store.database());
  if (!knows_stage(updates, *service, stage)) return fail(VerbFault{"the case's service has no such stage"});
  if (!opened->store.begin()) return fail(VerbFault{"the database is busy or cannot be written"});
  const auto moved = opened->store.move_case(case_number, stage);
  bool told = !moved.empty() && (matter == Matter::Open || opened->store.close_case(case_number));
  for (const CasesStore::Row& row : moved)
    told = told && updates.add_case(row.report, row.received_at, clock.wall(), opened->key);
  if (told && opened->store.commit()) return static_cast<int>(moved.size());
  opened->store.roll_back();
  return fail(VerbFault{"the database cannot be written"});
}

std::string audits_json(const std::vector<CasesStore::Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const CasesStore::Row& row : rows) {
    const Acknowledgement& word = row.report.acknowledgement;
    list.push_back({{"kiosk", word.kiosk},
                    {"epoch", word.epoch},
                    {"sequence", word.sequence},
                    {"received_ms", milliseconds_of(row.received_at)},
                    {"text", std::string(as_text(row.body))}});
  }
  return dump({{"audits", list}});
}

std::string audits_text(const std::vector<CasesStore::Row>& rows) {
  std::string text;
  for (const CasesStore::Row& row : rows)
    text += code_of(row.report.acknowledgement) + "  " + std::string(as_text(row.body)) + "\n";
  return text;
}

Result<std::vector<HealthPage::Row>, VerbFault> fetch_health(const sync::Endpoint& ingest) {
  auto link = IngestLink::open(ingest);
  if (!link) return fail(VerbFault{"the TLS files (authority.pem, tls.pem, tls.key) cannot be used"});
  std::vector<HealthPage::Row> rows;
  for (std::string cursor;;) {
    auto page = link->health_since(cursor, {});
    if (!page) return fail(VerbFault{"ingest does not answer: " + std::string(sync::name(page.error().kind))});
    rows.insert(rows.end(), page->rows.begin(), page->rows.end());
    if (!page->more) return rows;
    cursor = page->cursor;
  }
}

std::string health_json(const std::vector<HealthPage::Row>& rows, History history) {
  nlohmann::json list = nlohmann::json::array();
  for (const HealthPage::Row& row : shown(rows, history))
    list.push_back({{"kiosk", row.kiosk},
                    {"since_ms", milliseconds_of(row.since)},
                    {"last_ms", milliseconds_of(row.last)},
                    {"health", parse_json(row.health.encode())}});
  return dump({{"kiosks", list}});
}

std::string health_text(const std::vector<HealthPage::Row>& rows, History history) {
  std::string text;
  for (const HealthPage::Row& row : shown(rows, history)) {
    const Health& health = row.health;
    text += std::to_string(row.kiosk) + "  " + health.program_version + "  " + health.catalogue + "  unsent " +
            std::to_string(health.unsent) + "  store " + health.store + "  room " + health.room;
    if (!health.printer_ready)
      text += "  PRINTER " + health.printer_device + " " + health.printer_code;
    else if (health.printer_paper == "low")
      text += "  PAPER low";
    if (health.receipts_retracted > 0) text += "  retracted " + std::to_string(health.receipts_retracted);
    if (health.reader_device != "online") text += "  READER " + health.reader_device;
    if (health.clock_is_wrong())
      text += "  CLOCK off by " + std::to_string(-health.clock_offset_ms / 1000) + " s";
    if (health.certificate_ends_soon()) text += "  CERTIFICATE ends " + day_of(*health.certificate_ends);
    if (!health.staff_code.empty()) text += "  " + health.staff_code;
    if (!health.closed.empty()) text += "  closed: " + health.closed;
    if (!health.update_fault.empty()) text += "  update refused: " + health.update_fault;
    if (!health.sync_fault.empty()) text += "  sync " + health.sync_fault;
    if (health.invalid > 0) text += "  INVALID " + std::to_string(health.invalid);
    if (health.damaged > 0) text += "  DAMAGED " + std::to_string(health.damaged);
    text += "\n";
  }
  return text;
}

}  // namespace pishkhan::backend
