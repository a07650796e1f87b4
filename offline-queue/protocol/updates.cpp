#include "offline-queue/protocol/updates.h"

#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/messages.h"

#include <algorithm>

namespace pishkhan::protocol {
namespace {

using Json = nlohmann::json;

/// The item's own bytes with room: its head and the largest payload.
constexpr std::size_t kLargestItemBytes = largest_update_payload_bytes + 64;

Json items_json(const std::vector<SignedUpdate>& items) {
  Json list = Json::array();
  for (const SignedUpdate& one : items)
    list.push_back({{"item", to_base64(one.item)}, {"signature", to_base64(one.signature)}});
  return list;
}

std::vector<SignedUpdate> items_in(Members& members) {
  std::vector<SignedUpdate> items;
  for (const Json& json : members.array("items", largest_updates_page)) {
    Members one(json);
    SignedUpdate update;
    update.item = one.base64("item", kLargestItemBytes);
    update.signature = one.base64_exactly<64>("signature");
    if (!one.ok()) members.spoil();
    items.push_back(std::move(update));
  }
  return items;
}

std::string cursor_in(Members& members) {
  std::string cursor = members.text("cursor", 0, 64);
  if (!is_cursor(cursor)) members.spoil();
  return cursor;
}

/// Printable ASCII.
std::string plain_in(Members& members, const char* name, std::size_t longest) {
  std::string text = members.text(name, 0, longest);
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; })) members.spoil();
  return text;
}

Json health_json(const Health& health) {
  const auto time = [](const std::optional<WallTime>& at) {
    return at ? Json(milliseconds_of(*at)) : Json(nullptr);
  };
  return {{"epoch", health.epoch},
          {"at_ms", milliseconds_of(health.at)},
          {"program_version", health.program_version},
          {"catalogue", health.catalogue},
          {"boots", health.boots},
          {"uptime_s", health.uptime_s},
          {"clock_offset_ms", health.clock_offset_ms},
          {"certificate_ends_ms", time(health.certificate_ends)},
          {"unsent", health.unsent},
          {"unopened", health.unopened},
          {"invalid", health.invalid},
          {"oldest_unsent_ms", time(health.oldest_unsent)},
          {"damaged", health.damaged},
          {"store", health.store},
          {"room", health.room},
          {"queue_bytes", health.queue_bytes},
          {"budget_bytes", health.budget_bytes},
          {"free_bytes", health.free_bytes},
          {"printer_ready", health.printer_ready},
          {"printer_device", health.printer_device},
          {"printer_paper", health.printer_paper},
          {"printer_code", health.printer_code},
          {"receipts_retracted", health.receipts_retracted},
          {"reader_present", health.reader_present},
          {"reader_device", health.reader_device},
          {"staff_code", health.staff_code},
          {"closed", health.closed},
          {"sync_fault", health.sync_fault},
          {"update_fault", health.update_fault},
          {"refused_updates", health.refused_updates},
          {"unknown_updates", health.unknown_updates}};
}

Health health_in(Members& members) {
  constexpr int many = 1'000'000'000;
  constexpr std::int64_t most_bytes = std::int64_t{1} << 50;
  Health health;
  health.epoch = members.small("epoch", 1, TrackingCode::highest_epoch);
  health.at = members.time("at_ms");
  health.program_version = plain_in(members, "program_version", 32);
  health.catalogue = plain_in(members, "catalogue", 16);
  health.boots = members.small("boots", 0, many);
  health.uptime_s = members.integer("uptime_s", 0, kLargestTimeMs);
  health.clock_offset_ms = members.integer("clock_offset_ms", -kLargestTimeMs, kLargestTimeMs);
  if (!members.member("certificate_ends_ms").is_null())
    health.certificate_ends = members.time("certificate_ends_ms");
  health.unsent = members.small("unsent", 0, many);
  health.unopened = members.small("unopened", 0, many);
  health.invalid = members.small("invalid", 0, many);
  if (!members.member("oldest_unsent_ms").is_null()) health.oldest_unsent = members.time("oldest_unsent_ms");
  health.damaged = members.small("damaged", 0, many);
  health.store = plain_in(members, "store", 32);
  health.room = plain_in(members, "room", 32);
  health.queue_bytes = members.integer("queue_bytes", 0, most_bytes);
  health.budget_bytes = members.integer("budget_bytes", 0, most_bytes);
  health.free_bytes = members.integer("free_bytes", 0, most_bytes);
  health.printer_ready = members.boolean("printer_ready");
  health.printer_device = plain_in(members, "printer_device", 32);
  health.printer_paper = plain_in(members, "printer_paper", 32);
  health.printer_code = plain_in(members, "printer_code", 32);
  health.receipts_retracted = members.small("receipts_retracted", 0, many);
  health.reader_present = members.boolean("reader_present");
  health.reader_device = plain_in(members, "reader_device", 32);
  health.staff_code = plain_in(members, "staff_code", 32);
  health.closed = plain_in(members, "closed", 200);
  health.sync_fault = plain_in(members, "sync_fault", 32);
  health.update_fault = plain_in(members, "update_fault", 200);
  health.refused_updates = members.small("refused_updates", 0, many);
  health.unknown_updates = members.small("unknown_updates", 0, many);
  return health;
}

}  // namespace

std::string UpdatesPage::encode() const {
  return dump({{"items", items_json(items)},
               {"cursor", cursor},
               {"more", more},
               {"poll_after_s", poll_after_s},
               {"server_time_ms", milliseconds_of(server_time)}});
}

std::optional<UpdatesPage> UpdatesPage::parse(std::string_view json) {
  const Json object = parse_json(json);
  Members members(object);
  UpdatesPage page;
  page.items = items_in(members);
  page.cursor = cursor_in(members);
  page.more = members.boolean("more");
  page.poll_after_s = members.small("poll_after_s", 0, 86'400);
  page.server_time = members.time("server_time_ms");
  if (!members.ok()) return std::nullopt;
  return page;
}

std::size_t CataloguePart::expected_bytes() const {
  return offset >= size ? 0 : std::min<std::size_t>(pack_part_bytes, size - offset);
}

std::string CataloguePart::encode() const {
  return dump({{"hash", to_hex(hash)}, {"size", size}, {"offset", offset}, {"bytes", to_base64(bytes)}});
}

std::optional<CataloguePart> CataloguePart::parse(std::string_view json) {
  const Json object = parse_json(json);
  Members members(object);
  CataloguePart part;
  part.hash = members.hex<32>("hash");
  part.size = static_cast<std::uint32_t>(members.integer("size", 1, largest_pack_bytes));
  part.offset = static_cast<std::uint32_t>(members.integer("offset", 0, largest_pack_bytes));
  part.bytes = members.base64("bytes", pack_part_bytes);
  const bool fits =
      part.offset % pack_part_bytes == 0 && !part.bytes.empty() && part.bytes.size() == part.expected_bytes();
  if (!members.ok() || !fits) return std::nullopt;
  return part;
}

std::string UpdatesReport::encode() const {
  return dump(Json::object({{"items", items_json(items)}}));
}

std::optional<UpdatesReport> UpdatesReport::parse(std::string_view json) {
  const Json object = parse_json(json);
  Members members(object);
  UpdatesReport report{items_in(members)};
  if (!members.ok()) return std::nullopt;
  return report;
}

std::string Health::condition() const {
  // A network that comes and goes is no condition; a backend that says no is.
  const bool passing = sync_fault == "unreachable" || sync_fault == "timeout" || sync_fault == "busy";
  return dump(Json::array({program_version, catalogue, store, room, printer_ready, printer_device,
                           printer_paper, printer_code, reader_present, reader_device, staff_code, closed,
                           passing ? "" : sync_fault, update_fault, invalid, damaged, unknown_updates > 0,
                           clock_is_wrong(), certificate_ends_soon()}));
}

bool Health::clock_is_wrong() const {
  const auto worst = std::chrono::milliseconds(worst_clock).count();
  return clock_offset_ms < -worst || clock_offset_ms > worst;
}

bool Health::certificate_ends_soon() const {
  return certificate_ends &&
         *certificate_ends - certificate_warning < at + std::chrono::milliseconds(clock_offset_ms);
}

std::string Health::encode() const {
  return dump(health_json(*this));
}

std::optional<Health> Health::parse(std::string_view json) {
  const Json object = parse_json(json);
  Members members(object);
  Health health = health_in(members);
  if (!members.ok()) return std::nullopt;
  return health;
}

std::string HealthPage::encode() const {
  Json list = Json::array();
  for (const Row& row : rows)
    list.push_back({{"kiosk", row.kiosk},
                    {"since_ms", milliseconds_of(row.since)},
                    {"last_ms", milliseconds_of(row.last)},
                    {"health", health_json(row.health)}});
  return dump({{"rows", list}, {"cursor", cursor}, {"more", more}});
}

std::optional<HealthPage> HealthPage::parse(std::string_view json) {
  const Json object = parse_json(json);
  Members members(object);
  HealthPage page;
  for (const Json& one : members.array("rows", largest_updates_page)) {
    Members row(one);
    Members health(row.member("health"));
    page.rows.push_back({row.small("kiosk", TrackingCode::lowest_kiosk, TrackingCode::highest_kiosk),
                         row.time("since_ms"), row.time("last_ms"), health_in(health)});
    if (!row.ok() || !health.ok()) members.spoil();
  }
  page.cursor = cursor_in(members);
  page.more = members.boolean("more");
  if (!members.ok()) return std::nullopt;
  return page;
}

}  // namespace pishkhan::protocol
