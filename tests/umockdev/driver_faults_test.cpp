// The drivers over the real libusb while any transfer goes wrong: every outcome is right or has a name, in
// time.
#include "base/core/clock.h"
#include "base/core/log.h"
#include "base/core/random.h"
#include "drivers/card-reader/municipal_card_test.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/receipt-printer/job.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/print_faults.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <thread>

using namespace pishkhan;
using rig::UrbFault;
using rig::UsbRig;
using namespace std::chrono_literals;

namespace {

constexpr card::ReaderLimits hasty{.exchange = 160ms, .one_read = 40ms};
/// What one reading may take when everything goes wrong once: power on and off, and its steps, one of which is
/// late.
constexpr std::chrono::milliseconds reading_bound{3000};

/// Plugs in, reads, pulls out. Nothing if the reader could not be opened.
std::optional<Result<card::test::CardHolder, card::CardFault>> read_once(UsbRig& rig, usb::Bus& bus,
                                                                         simulated::SimulatedCardReader& device,
                                                                         std::optional<std::size_t> index,
                                                                         UrbFault fault) {
  const SystemClock clock;
  rig.plug_in(device);
  if (index) rig.strike(device, *index, fault);
  const auto transport = rig::open_first(bus, card::wanted_readers());
  if (!transport) return std::nullopt;
  auto reader = card::CardReader::open(*transport, clock, hasty);
  if (!reader) return std::nullopt;
  return card::test::read_card(*reader, clock);
}

std::uint64_t chosen_seed() {
  const char* given = std::getenv("PISHKHAN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20261124;
}

}  // namespace

TEST_CASE(
    "whatever happens to any transfer of a card reading, the number is right or there is a fault, in time") {
  log::mute();
  const SystemClock clock;
  simulated::SimulatedCardReader device;
  device.insert(rig::citizen_card());
  UsbRig rig;
  const auto bus = rig::started_bus({.cancel_time = 50ms});
  const auto whole = read_once(rig, *bus, device, {}, UrbFault::None);
  REQUIRE((whole && *whole));
  const std::size_t transfers = rig.urbs(device);
  REQUIRE(transfers > 10);
  rig.unplug(device, UrbFault::UnplugError);
  for (const UrbFault fault : rig::all_urb_faults()) {
    // Every index for the unplugging; every third one for the rest, so that the test stays short. All of them by
    // `./dev rig usb-card`.
    const bool every = rig::unplugs(fault) || std::getenv("PISHKHAN_EVERY_INDEX") != nullptr;
    const std::size_t step = every ? 1 : 3;
    for (std::size_t index = static_cast<std::size_t>(fault) % step; index < transfers; index += step) {
      CAPTURE(rig::name(fault));
      CAPTURE(index);
      const SteadyTime start = clock.steady();
      const auto result = read_once(rig, *bus, device, index, fault);
      CHECK(clock.steady() - start < reading_bound);
      REQUIRE(result);
      if (*result) {
        CHECK((*result)->national_id.reveal() == rig::citizen_national_id);
      } else if (rig::unplugs(fault)) {
        CHECK(result->error() == card::CardFault::NoReader);
      }
      rig.unplug(device, UrbFault::UnplugError);
    }
  }
  const auto again = read_once(rig, *bus, device, {}, UrbFault::None);
  REQUIRE((again && *again));
}

TEST_CASE(
    "a sample of what can happen to each transfer of a receipt: no false word, in time, a clean next one") {
  log::mute();
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  SeededRandom choice(seed);
  const std::size_t urbs = rig::urbs_of_receipt();
  REQUIRE(urbs > 20);
  // All of it: ./dev rig print.
  for (const rig::PrintFault fault : rig::all_print_faults()) {
    const std::size_t index = choice.below(urbs);
    CAPTURE(rig::name(fault));
    CAPTURE(index);
    std::string outcome;
    CHECK(rig::check_print_fault(fault, index, outcome) == "");
  }
}

TEST_CASE("reader and printer at work at the same time, while a third thread looks on") {
  const SystemClock clock;
  simulated::SimulatedCardReader reader;
  reader.insert(rig::citizen_card());
  simulated::SimulatedPrinter printer(clock);
  UsbRig rig;
  rig.plug_in(reader, {.port = 1});
  rig.plug_in(printer, {.port = 2});
  const auto bus = rig::started_bus();
  int cards = 0;
  int receipts = 0;
  {
    std::jthread reads([&] {
      const auto transport = rig::open_first(*bus, card::wanted_readers());
      if (!transport) return;
      auto driver = card::CardReader::open(*transport, clock);
      for (int i = 0; driver && i < 5; ++i) cards += card::test::read_card(*driver, clock) ? 1 : 0;
    });
    std::jthread prints([&] {
      const auto transport = rig::open_first(*bus, printer::test::shipped_models().wanted());
      if (!transport) return;
      SeededRandom random(7);
      printer::ReceiptPrinter driver(*transport, clock, random, printer::test::shipped("epson-tm-t20"));
      for (int i = 0; i < 2; ++i) {
        receipts +=
            driver.print(rig::small_receipt(), 10s) == printer::PrintOutcome(printer::Printed{}) ? 1 : 0;
      }
    });
    const std::jthread looks([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        CHECK(bus->devices().size() == 3);
        std::this_thread::sleep_for(5ms);
      }
    });
    reads.join();
    prints.join();
  }
  CHECK(cards == 5);
  CHECK(receipts == 2);
}
