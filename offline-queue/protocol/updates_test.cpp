#include "offline-queue/protocol/updates.h"

#include <doctest/doctest.h>

#include <vector>

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

UpdateItem command_item() {
  UpdateItem item;
  item.kind = static_cast<std::uint16_t>(UpdateKind::Command);
  item.kiosk = 1042;
  item.number = 7;
  item.issued_at = at(1'795'000'000);
  item.expires_at = at(1'795'003'600);
  item.payload = CommandUpdate{Command::OutOfService, "flooded hall"}.encode();
  return item;
}

Health health() {
  Health h;
  h.epoch = 1;
  h.at = at(1'795'000'000);
  h.program_version = "0.1.0";
  h.catalogue = "7F2A-91C4";
  h.boots = 3;
  h.uptime_s = 4000;
  h.clock_offset_ms = -1500;
  h.unsent = 2;
  h.oldest_unsent = at(1'794'999'000);
  h.store = "ok";
  h.room = "enough";
  h.queue_bytes = 40'960;
  h.budget_bytes = std::int64_t{4} << 30;
  h.free_bytes = std::int64_t{9} << 30;
  h.certificate_ends = at(1'797'000'000);
  h.printer_device = "online";
  h.printer_paper = "full";
  h.receipts_retracted = 4;
  h.reader_device = "noDevice";
  return h;
}

/// Every prefix of the bytes, and the bytes with one more, are refused.
template <class Parse>
void no_other_length(const Bytes& bytes, Parse parse) {
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(parse(ByteView(bytes).first(length)).has_value());
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(parse(ByteView(longer)).has_value());
}

template <class Message>
void no_prefix(const Message& message) {
  const std::string json = message.encode();
  REQUIRE(Message::parse(json) == message);
  for (std::size_t length = 0; length < json.size(); ++length)
    CHECK_FALSE(Message::parse(std::string_view(json).substr(0, length)).has_value());
}

}  // namespace

TEST_CASE("an update item is read as it was written, and no piece of it") {
  const UpdateItem item = command_item();
  const Bytes bytes = item.encode();
  CHECK(UpdateItem::parse(bytes) == item);
  no_other_length(bytes, [](ByteView view) { return UpdateItem::parse(view); });
  UpdateItem unknown = item;
  unknown.kind = 999;  // of a later version
  unknown.expires_at.reset();
  CHECK(UpdateItem::parse(unknown.encode()) == unknown);
  for (const auto& spoil : std::vector<void (*)(UpdateItem&)>{
           [](UpdateItem& one) { one.kind = 0; }, [](UpdateItem& one) { one.number = 0; },
           [](UpdateItem& one) { one.number = ~std::uint64_t{0}; }, [](UpdateItem& one) { one.kiosk = 999; },
           [](UpdateItem& one) { one.kiosk = 10'000; },
           [](UpdateItem& one) { one.issued_at = at(400'000'000'000); }}) {
    UpdateItem spoilt = item;
    spoil(spoilt);
    CHECK_FALSE(UpdateItem::parse(spoilt.encode()).has_value());
  }
}

TEST_CASE("an item counts only with the update key's signature over all of its bytes") {
  const SigningKey key = SigningKey::generate();
  const VerifyingKey verifying = key.verifying_key();
  const SignedUpdate made = SignedUpdate::make(command_item(), key);
  CHECK(made.verified(verifying) == command_item());
  CHECK_FALSE(made.verified(SigningKey::generate().verifying_key()).has_value());
  for (std::size_t i = 0; i < made.item.size(); ++i) {
    SignedUpdate changed = made;
    changed.item[i] ^= 1U;
    CHECK_FALSE(changed.verified(verifying).has_value());
  }
  // The same key's signature over bytes of another purpose is no update.
  SignedUpdate other;
  other.item = Bytes{'P', 'K', 'A', 1};
  other.signature = key.sign(other.item);
  CHECK_FALSE(other.verified(verifying).has_value());
}

TEST_CASE("payloads are read as they were written, and no piece of them") {
  const CaseUpdate stage{1, 17, CaseUpdate::State::Joined, at(1'795'000'000), at(1'795'000'100), "repair"};
  CHECK(CaseUpdate::parse(stage.encode()) == stage);
  no_other_length(stage.encode(), [](ByteView view) { return CaseUpdate::parse(view); });
  CaseUpdate none = stage;
  none.sequence = 0;
  CHECK_FALSE(CaseUpdate::parse(none.encode()).has_value());

  const CatalogueUpdate pack{blake2b(as_bytes("pack")), 1234, "1405.4"};
  CHECK(CatalogueUpdate::parse(pack.encode()) == pack);
  no_other_length(pack.encode(), [](ByteView view) { return CatalogueUpdate::parse(view); });
  CHECK_FALSE(CatalogueUpdate::parse(CatalogueUpdate{pack.hash, 0, "1"}.encode()).has_value());
  CHECK_FALSE(
      CatalogueUpdate::parse(CatalogueUpdate{pack.hash, largest_pack_bytes + 1, "1"}.encode()).has_value());

  const CommandUpdate command{Command::OutOfService, "flooded hall"};
  CHECK(CommandUpdate::parse(command.encode()) == command);
  no_other_length(command.encode(), [](ByteView view) { return CommandUpdate::parse(view); });
  CHECK_FALSE(CommandUpdate::parse(CommandUpdate{Command::OutOfService, ""}.encode()).has_value());
  CHECK_FALSE(CommandUpdate::parse(CommandUpdate{static_cast<Command>(99), "erase"}.encode()).has_value());
  for (const char* word : {"out-of-service", "in-service", "restart", "sync-now", "send-health"})
    CHECK(name(command_named(word).value()) == word);
  CHECK_FALSE(command_named("erase").has_value());
}

TEST_CASE("only the closed set may be configured from afar, within the file's ranges, in one spelling") {
  const auto parse = [](std::string_view text) { return RemoteSettings::parse(as_bytes(text)); };
  const RemoteSettings settings{{{"queue.keep_free_mebibytes", 128}, {"sync.updates_seconds", 300}}};
  CHECK(RemoteSettings::parse(settings.encode()) == settings);
  CHECK(parse("").value().values.empty());
  for (const char* refused :
       {"paths.keys=1\n", "queue.keep_free_mebibytes=0\n", "queue.keep_free_mebibytes=9999999\n",
        "sync.updates_seconds=300", "sync.updates_seconds=0300\n", "sync.updates_seconds= 300\n",
        "sync.updates_seconds\n", "sync.updates_seconds=\n", "sync.updates_seconds=99999999999\n",
        "sync.updates_seconds=300\nsync.updates_seconds=300\n",
        "sync.updates_seconds=300\nqueue.keep_free_mebibytes=128\n"})
    CHECK_MESSAGE(!parse(refused).has_value(), refused);
}

TEST_CASE("pages, parts, reports and health are read as they were written, and no piece of them") {
  const SigningKey key = SigningKey::generate();
  no_prefix(UpdatesPage{{SignedUpdate::make(command_item(), key)}, "12", true, 60, at(1'795'000'000)});
  no_prefix(UpdatesReport{{SignedUpdate::make(command_item(), key)}});
  no_prefix(CataloguePart{blake2b(as_bytes("x")), 3, 0, {1, 2, 3}});
  no_prefix(health());
  Health other = health();
  other.oldest_unsent.reset();
  no_prefix(other);
  no_prefix(HealthPage{{{1042, at(1), at(2), health()}}, "9", false});

  CataloguePart part{blake2b(as_bytes("x")), 3, 0, {1, 2}};
  CHECK_FALSE(CataloguePart::parse(part.encode()).has_value());  // a short piece
  part = {part.hash, 400'000, 1, Bytes(pack_part_bytes, 0)};
  CHECK_FALSE(CataloguePart::parse(part.encode()).has_value());  // between pieces
  part.offset = pack_part_bytes;
  CHECK(CataloguePart::parse(part.encode()) == part);
}

TEST_CASE("counters are no change of condition; what staff act on is") {
  Health now = health();
  now.unsent = 99;
  now.uptime_s += 60;
  now.sync_fault = "unreachable";
  CHECK(now.condition() == health().condition());
  now.sync_fault = "fork";
  CHECK(now.condition() != health().condition());
  now = health();
  now.printer_ready = !now.printer_ready;
  CHECK(now.condition() != health().condition());
  now = health();
  now.printer_paper = "low";
  CHECK(now.condition() != health().condition());
  now = health();
  now.queue_bytes *= 2;
  CHECK(now.condition() == health().condition());
}

TEST_CASE("a clock that is minutes off and a certificate that is about to end are conditions, not counters") {
  Health now = health();
  CHECK_FALSE(now.clock_is_wrong());
  now.clock_offset_ms = 120'001;
  CHECK(now.clock_is_wrong());
  CHECK(now.condition() != health().condition());
  now.clock_offset_ms = -120'001;
  CHECK(now.clock_is_wrong());
  now = health();
  CHECK_FALSE(now.certificate_ends_soon());
  // The backend knows that it is eleven days later than the kiosk's clock says.
  now.clock_offset_ms = std::int64_t{11} * 24 * 3'600'000;
  CHECK(now.certificate_ends_soon());
  now.certificate_ends.reset();
  CHECK_FALSE(now.certificate_ends_soon());
}
