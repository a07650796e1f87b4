// The exchange levels over the real libusb: whole conversations, and any transfer of them going wrong.
#include "base/core/log.h"
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

using namespace pishkhan;
using card::CardReader;
using card::ReaderFault;
using rig::UrbFault;
using rig::UsbRig;
using simulated::EchoCard;
using simulated::ExchangeLevel;
using namespace std::chrono_literals;

namespace {

constexpr card::ReaderLimits hasty{.exchange = 160ms, .one_read = 40ms};
/// For what ends by itself, however busy the machine is.
constexpr card::ReaderLimits patient{.exchange = 3000ms, .one_read = 1000ms};
/// Power on and two commands, each up to its deadline, with the time the transport takes to cancel and to
/// clear, and a second for a machine that is busy.
constexpr std::chrono::milliseconds conversation_bound{3 * (160 + 150) + 1000};
constexpr std::size_t answer_bytes = 300;

struct Kind {
  const char* name;
  ExchangeLevel level;
  std::uint32_t features;
  Bytes atr;
};
std::vector<Kind> kinds() {
  namespace automatic = simulated::automatic;
  return {{"TPDU, T=0", ExchangeLevel::Tpdu, automatic::usual, EchoCard::only_t0()},
          {"TPDU, T=1, all by the host", ExchangeLevel::Tpdu, automatic::nothing, EchoCard::specific_t1()},
          {"TPDU, PPS by the host", ExchangeLevel::Tpdu, automatic::voltage, EchoCard::both_protocols()},
          {"short APDU", ExchangeLevel::ShortApdu, automatic::usual, EchoCard::only_t0()},
          {"extended APDU in parts", ExchangeLevel::ExtendedApdu, automatic::usual, EchoCard::only_t1()}};
}

/// An answer that comes by 61xx where lengths are short, and in parts or blocks where they are not.
card::Command long_question() {
  return {.ins = 0xCA, .p1 = answer_bytes >> 8, .p2 = answer_bytes & 0xFF, .data = {}, .wanted = 256};
}
card::Command short_question(std::uint8_t size) {
  return {.ins = 0x88, .data = EchoCard::counted(size), .wanted = size};
}

struct Outcome {
  bool opened = false;
  int right = 0;
  std::chrono::milliseconds took{0};  // from the opened transport on
  std::optional<ReaderFault> fault;
  std::string wrong;
};

/// Plugs in, talks, and leaves the reader plugged in.
Outcome talk(UsbRig& rig, usb::Bus& bus, simulated::SimulatedCardReader& device,
             std::optional<std::size_t> index = {}, UrbFault fault = UrbFault::None,
             card::ReaderLimits limits = patient) {
  const SystemClock clock;
  Outcome outcome;
  rig.plug_in(device);
  if (index) rig.strike(device, *index, fault);
  const auto transport = rig::open_first(bus, card::wanted_readers());
  if (!transport) return outcome;
  auto reader = CardReader::open(*transport, clock, limits);
  if (!reader) return outcome;
  outcome.opened = true;
  const SteadyTime start = clock.steady();
  const auto atr = reader->power_on();
  if (!atr) outcome.fault = atr.error();
  for (const auto& [command, right] :
       {std::pair(long_question(), EchoCard::counted(answer_bytes)),
        std::pair(short_question(40), EchoCard::echoed(EchoCard::counted(40)))}) {
    if (!atr) break;
    const auto response = reader->transmit(command);
    if (!response) {
      outcome.fault = response.error();
      if (response.error() == ReaderFault::Unplugged) break;
      continue;
    }
    if (response->status == 0x9000 && response->data == right) {
      ++outcome.right;
    } else {
      outcome.wrong = to_hex(response->data) + " " + std::to_string(response->status);
    }
  }
  outcome.took = clock.steady() - start;
  return outcome;
}

}  // namespace

TEST_CASE("levels: every flow goes through the real libusb") {
  for (const Kind& kind : kinds()) {
    const std::string what = kind.name;
    CAPTURE(what);
    simulated::SimulatedCardReader device(
        {.level = kind.level, .features = kind.features, .answer_part_bytes = 100});
    device.insert(std::make_unique<EchoCard>(kind.atr));
    UsbRig rig;
    const auto bus = rig::started_bus();
    const Outcome outcome = talk(rig, *bus, device);
    CHECK(outcome.right == 2);
    CHECK_FALSE(outcome.fault.has_value());
    CHECK(device.reports().empty());
  }
}

TEST_CASE("levels: whatever happens to any transfer, the answers are right or there is a fault, in time") {
  log::mute();
  const bool every = std::getenv("PISHKHAN_EVERY_INDEX") != nullptr;
  for (const Kind& kind : kinds()) {
    simulated::SimulatedCardReader device(
        {.level = kind.level, .features = kind.features, .answer_part_bytes = 100});
    device.insert(std::make_unique<EchoCard>(kind.atr));
    const auto transfers = [&device]() -> std::size_t {
      UsbRig rig;
      const auto bus = rig::started_bus({.cancel_time = 50ms});
      REQUIRE(talk(rig, *bus, device).right == 2);
      const std::size_t urbs = rig.urbs(device);
      rig.unplug(device, UrbFault::UnplugError);
      return urbs;
    }();
    REQUIRE(transfers >= 6);
    for (const UrbFault fault : rig::all_urb_faults()) {
      // A bus of its own for each: it has 255 addresses, and every plugging in takes one.
      UsbRig rig;
      const auto bus = rig::started_bus({.cancel_time = 50ms});
      // Unplugging at every index by two of its three ways; the rest sampled, so that the test stays short.
      const bool always = fault == UrbFault::UnplugEvent || fault == UrbFault::UnplugHangUp;
      const std::size_t step = every || always ? 1 : 7;
      for (std::size_t index = static_cast<std::size_t>(fault) % step; index < transfers; index += step) {
        const std::string what = std::string(kind.name) + ", " + rig::name(fault);
        CAPTURE(what);
        CAPTURE(index);
        const bool unplugs = rig::unplugs(fault);
        const Outcome outcome = talk(rig, *bus, device, index, fault, unplugs ? patient : hasty);
        CHECK(outcome.took < conversation_bound);
        CHECK(outcome.opened);
        CHECK(outcome.wrong == "");
        CHECK((outcome.right == 2 || outcome.fault.has_value()));
        // After the last transfer there is nothing left to be lost.
        const bool whole = outcome.right == 2 && index + 1 == transfers;
        if (unplugs && !whole) CHECK(outcome.fault == ReaderFault::Unplugged);
        rig.unplug(device, UrbFault::UnplugError);
      }
      CHECK(talk(rig, *bus, device).right == 2);
      rig.unplug(device, UrbFault::UnplugError);
    }
  }
}

TEST_CASE("levels: a hundred thousand requests for time end at the deadline") {
  const SystemClock clock;
  simulated::SimulatedCardReader device;
  device.insert(std::make_unique<EchoCard>());
  UsbRig rig;
  rig.plug_in(device);
  const auto bus = rig::started_bus();
  const auto transport = rig::open_first(*bus, card::wanted_readers());
  REQUIRE(transport != nullptr);
  auto reader =
      CardReader::open(*transport, clock, {.exchange = 400ms, .one_read = 100ms, .time_extensions = 1 << 30});
  REQUIRE(reader);
  REQUIRE(reader->power_on());
  device.set_time_extensions(100'000);
  const SteadyTime start = clock.steady();
  const auto late = reader->transmit(short_question(5));
  const auto took = clock.steady() - start;
  REQUIRE_FALSE(late);
  CHECK(late.error() == ReaderFault::Timeout);
  CHECK(took >= 390ms);
  CHECK(took < 600ms);
  device.set_time_extensions(0);
  CHECK(reader->transmit(short_question(5)));
}

TEST_CASE("levels: a reader that was pulled out and put back works again within a second") {
  const SystemClock clock;
  for (const UrbFault how : {UrbFault::UnplugEvent, UrbFault::UnplugHangUp}) {
    simulated::SimulatedCardReader device({.level = ExchangeLevel::Tpdu});
    device.insert(std::make_unique<EchoCard>(EchoCard::only_t1()));
    UsbRig rig;
    const auto bus = rig::started_bus();
    REQUIRE(talk(rig, *bus, device).right == 2);
    rig.unplug(device, how);
    const SteadyTime start = clock.steady();
    CHECK(talk(rig, *bus, device).right == 2);
    CHECK(clock.steady() - start < 1s);
  }
}

TEST_CASE("levels: waiting for a card takes no time of the processor") {
  const SystemClock clock;
  simulated::SimulatedCardReader device;
  UsbRig rig;
  rig.plug_in(device);
  const auto bus = rig::started_bus();
  const auto transport = rig::open_first(*bus, card::wanted_readers());
  REQUIRE(transport != nullptr);
  auto reader = CardReader::open(*transport, clock);
  REQUIRE(reader);
  static_cast<void>(reader->poll(20ms));
  // Of the driver's two threads only: the mocked bus lives in this process, too, and takes time of its own.
  const auto used = [] {
    std::chrono::nanoseconds sum{0};
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(task.path() / "comm"), name);
      if (name != "usb-events" && task.path().filename() != std::to_string(::gettid())) continue;
      std::int64_t on_processor = 0;  // nanoseconds (Linux, sched-stats: schedstat of a task)
      std::ifstream(task.path() / "schedstat") >> on_processor;
      sum += std::chrono::nanoseconds(on_processor);
    }
    return sum;
  };
  const auto before = used();
  REQUIRE(before > 0ns);
  CHECK(reader->poll(1s).media == card::MediaState::NotPresent);
  CHECK(used() - before < 10ms);
}
