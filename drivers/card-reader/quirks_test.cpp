#include "drivers/card-reader/quirk_files.h"
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/scripted_reader_test.h"
#include "drivers/card-reader/usb_match.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace pishkhan::card {
namespace {

using test::descriptors_with;
using test::FakeClock;
using test::hex;
using test::ScriptedReader;

const std::string match =
    R"("why": "seen", "match": [{"name": "R", "vendor_id": "1209", "product_id": "0002"}])";

std::string refused(const std::string& fields) {
  const auto quirk = parse_quirk("test", "{" + fields + "}");
  return quirk ? "taken" : describe(quirk.error());
}
Quirk taken(const std::string& fields) {
  const auto quirk = parse_quirk("test", "{" + match + ", " + fields + "}");
  REQUIRE_MESSAGE(quirk, describe(quirk ? DataFault{} : quirk.error()));
  return *quirk;
}

}  // namespace

TEST_CASE("the quirks that are shipped can be read, and the udev rule knows the hidden readers") {
  const Quirks shipped = Quirks::load("assets/readers");
  for (const auto& one : shipped.refused()) FAIL_CHECK(one.file << ": " << describe(one.fault));
  CHECK(shipped.all().size() >= 5);
  std::ifstream file("drivers/usb/70-pishkhan.rules");
  const std::string rules{std::istreambuf_iterator<char>(file), {}};
  const usb::Wanted wanted = wanted_readers(shipped);
  CHECK(wanted.ids.size() >= 9);
  for (const usb::IdMatch& id : wanted.ids) {
    char line[80];
    std::snprintf(line, sizeof line, R"(ATTR{idVendor}=="%04x", ATTR{idProduct}=="%04x")", id.vendor_id,
                  id.product_id);
    CAPTURE(std::string(line));
    CHECK(rules.find(line) != std::string::npos);
  }
}

TEST_CASE("a quirk file is strict, and its fault names the field") {
  CHECK(refused(match) == "taken");
  CHECK(parse_quirk("test", "{").error().kind == DataFault::Kind::Syntax);
  CHECK(refused("") == "missing-field: why: a text");
  CHECK(refused(R"("why": "x")") == "missing-field: match: a list of 1 to 64");
  CHECK(refused(match + R"(, "levle": "tpdu")") == "unknown-field: levle");
  CHECK(refused(match + R"(, "pin_pad": "yes")") == "wrong-value: pin_pad: as-described, none");
  CHECK(taken(R"("pin_pad": "none")").pin_pad == Quirk::PinPad::None);
  CHECK(refused(match + R"(, "exchange_level": "character")") ==
        "wrong-value: exchange_level: tpdu, short-apdu, extended-apdu");
  CHECK(refused(match + R"(, "settle_milliseconds": 5001)") == "wrong-value: settle_milliseconds: 0 to 5000");
  CHECK(refused(match + R"(, "maximum_ifsd": 255)") == "wrong-value: maximum_ifsd: 1 to 254");
  CHECK(refused(match + R"(, "maximum_message_bytes": 64)") ==
        "wrong-value: maximum_message_bytes: 271 to 65556");
  CHECK(refused(match + R"(, "features": {"lacks": ["automatic-magic"]})").substr(0, 27) ==
        "wrong-value: features.lacks");
  CHECK(refused(match + R"(, "features": {"lacks": ["automatic-pps"], "has": ["automatic-pps"]})")
            .substr(0, 25) == "wrong-value: features.has");
  CHECK(refused(match + R"(, "escape_first": ["a"])").substr(0, 25) == "wrong-value: escape_first");
  CHECK(refused(R"("why": "x", "match": [{"name": "R", "vendor_id": "12", "product_id": "0002"}])") ==
        "wrong-value: match.0.vendor_id: four hexadecimal digits");
}

TEST_CASE("the most specific quirk is used, and none is the default") {
  const Quirks quirks({taken(R"("settle_milliseconds": 1)"), [] {
                         Quirk newer = taken(R"("settle_milliseconds": 2)");
                         newer.matches[0].first_release = 0x0200;
                         return newer;
                       }()});
  usb::Identity identity{.vendor_id = 0x1209, .product_id = 0x0002, .device_release = 0x0100};
  CHECK(quirks.match(identity).settle.count() == 1);
  identity.device_release = 0x0200;
  CHECK(quirks.match(identity).settle.count() == 2);
  identity.product_id = 3;
  CHECK(quirks.match(identity).id == "none");
}

TEST_CASE("every field of a quirk does what it says") {
  const auto described = ccid::parse_descriptors(descriptors_with(0x00020008)).value();
  const auto with = [&](const std::string& fields) { return corrected(described, taken(fields)); };
  CHECK(with(R"("exchange_level": "tpdu")").level == ccid::Level::Tpdu);
  CHECK_FALSE(with(R"("features": {"lacks": ["automatic-voltage"]})").automatic_voltage());
  CHECK(with(R"("features": {"has": ["automatic-ifsd"]})").has(ccid::feature::automatic_ifsd));
  CHECK(with(R"("interrupt": "not-used")").interrupt == ccid::InterruptEndpoint::Absent);
  CHECK(with(R"("maximum_message_bytes": 300)").maximum_message_bytes == 300);
  CHECK(with(R"("maximum_ifsd": 32)").maximum_ifsd == 32);
  CHECK(with(R"("maximum_rate": 9600)").maximum_rate == 9600);
}

TEST_CASE("Escape is sent only where a quirk says so, before the first command and once") {
  for (const bool wanted : {false, true}) {
    FakeClock clock;
    ScriptedReader device(clock);
    CardReader::Options options;
    if (wanted) options.quirk = taken(R"("escape_first": ["a002"], "settle_milliseconds": 300)");
    const SteadyTime start = clock.now;
    auto reader = CardReader::open(device, clock, options).value();
    static_cast<void>(reader.poll({}));
    static_cast<void>(reader.poll({}));
    CHECK(device.escapes == (wanted ? std::vector<std::string>{"a002"} : std::vector<std::string>{}));
    CHECK((clock.now - start >= SteadyTime(300)) == wanted);
  }
}

TEST_CASE("a message that fills its packets is ended by an empty one where a quirk says so") {
  for (const bool wanted : {false, true}) {
    FakeClock clock;
    ScriptedReader device(clock);
    CardReader::Options options;
    if (wanted) options.quirk = taken(R"("packets": "zero-length-last")");
    auto reader = CardReader::open(device, clock, options).value();
    REQUIRE(reader.power_on());
    CHECK(device.empty_writes == 0);
    // 10 + 5 + 49 bytes are one packet of 64.
    static_cast<void>(reader.transmit({.ins = 0xD6, .data = Bytes(49), .wanted = {}}));
    CHECK(device.empty_writes == (wanted ? 1 : 0));
    static_cast<void>(reader.transmit({.ins = 0xD6, .data = Bytes(50), .wanted = {}}));
    CHECK(device.empty_writes == (wanted ? 1 : 0));
  }
}

TEST_CASE("another slot of a reader has its own number in every message, and its own bits in notifications") {
  FakeClock clock;
  Bytes descriptors = descriptors_with(0x00020008);
  descriptors[9 + 9 + 4] = 2;  // bMaxSlotIndex
  ScriptedReader device(clock, descriptors);
  CHECK(CardReader::open(device, clock, CardReader::Options{.limits = {}, .slot = 3, .quirk = {}}).error() ==
        OpenFault::NoSuchSlot);
  device.slot = 2;
  auto reader =
      CardReader::open(device, clock, CardReader::Options{.limits = {}, .slot = 2, .quirk = {}}).value();
  CHECK(reader.power_on());
  device.report = hex("5030");  // slot 2: present and changed
  device.present = false;
  CHECK(reader.poll(SteadyTime(20)) == ReaderStatus{MediaState::Entering, ChipState::NoCard});
  device.present = true;
  device.report = hex("51020701");
  CHECK(reader.poll(SteadyTime(20)) == ReaderStatus{MediaState::Present, ChipState::HardwareError});
}

TEST_CASE("jammed, busy, and a clock that stands still") {
  FakeClock clock;
  Bytes descriptors = descriptors_with(0x00020008);
  descriptors[9 + 9 + 36] = 3;  // dwMechanical: it takes cards in and gives them out
  ScriptedReader device(clock, descriptors);
  auto reader = CardReader::open(device, clock).value();
  device.report = hex("51000701");
  CHECK(reader.poll(SteadyTime(20)) == ReaderStatus{MediaState::Jammed, ChipState::HardwareError});
  device.report.clear();
  device.error = 0xE0;
  CHECK(reader.poll({}) == ReaderStatus{MediaState::Present, ChipState::Busy});
  device.error = 0;
  REQUIRE(reader.power_on());
  device.clock_status = 1;
  CHECK(reader.poll({}).chip == ChipState::Online);
  static_cast<void>(reader.transmit({.ins = 0xB0, .data = {}, .wanted = 1}));
  CHECK(device.clock_restarts == 1);
  static_cast<void>(reader.transmit({.ins = 0xB0, .data = {}, .wanted = 1}));
  CHECK(device.clock_restarts == 1);
}

}  // namespace pishkhan::card
