// Arrivals, departures, generations and sleep, over the real libusb.
#include "base/core/clock.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "drivers/usb/watcher.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <vector>

using namespace pishkhan;
using rig::UrbFault;
using rig::UsbRig;
using usb::DeviceChange;
using usb::TransferFault;
using namespace std::chrono_literals;

namespace {

constexpr std::array ways{UrbFault::UnplugEvent, UrbFault::UnplugError, UrbFault::UnplugHangUp};

/// What a watcher told, in order.
class Told {
 public:
  void operator()(const DeviceChange& change) {
    const std::scoped_lock lock(mutex_);
    changes_.push_back(change);
  }
  std::vector<DeviceChange> all() {
    const std::scoped_lock lock(mutex_);
    return changes_;
  }
  std::size_t count() { return all().size(); }

 private:
  std::mutex mutex_;
  std::vector<DeviceChange> changes_;
};

usb::Watcher watch(usb::Bus& bus, const usb::Wanted& wanted, Told& told) {
  return {bus, wanted, [&told](const DeviceChange& change, const usb::InterfaceInfo&) { told(change); }};
}

bool answers(usb::Transport& transport) {
  if (!transport.bulk_out(card::ccid::get_slot_status(0, 9), 200ms)) return false;
  const auto reply = transport.bulk_in(512, 200ms);
  return reply && reply->size() == 10 && (*reply)[6] == 9;
}

/// How often the thread of that name has gone to sleep by itself.
long sleeps_of(const std::string& name) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string found;
    std::ifstream comm(task.path() / "comm");
    std::getline(comm, found);
    if (found != name) continue;
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("voluntary_ctxt_switches:")) return std::stol(line.substr(24));
    }
  }
  return -1;
}

}  // namespace

TEST_CASE("a watcher tells what is there, what comes and what goes, and only what is wanted") {
  for (const auto mode : {usb::Bus::HotPlug::Automatic, usb::Bus::HotPlug::Polling}) {
    CAPTURE(static_cast<int>(mode));
    const SystemClock clock;
    simulated::SimulatedCardReader reader;
    simulated::SimulatedPrinter printer(clock);
    UsbRig rig;
    rig.plug_in(reader);
    const auto bus = rig::started_bus({.hot_plug = mode, .poll_interval = 20ms});
    Told readers;
    Told printers;
    const usb::Watcher watches_readers = watch(*bus, card::wanted_readers(), readers);
    const usb::Watcher watches_printers = watch(*bus, printer::test::shipped_models().wanted(), printers);
    REQUIRE(readers.count() == 1);  // coldplug, before the constructor returned
    CHECK(readers.all()[0].kind == DeviceChange::Kind::Arrived);
    CHECK(readers.all()[0].device.port == "1-1");
    CHECK(readers.all()[0].device.product == "simulated device");
    CHECK(printers.count() == 0);

    rig.plug_in(printer, {.port = 2});
    CHECK(rig::eventually([&] { return printers.count() == 1; }));
    rig.unplug(reader, UrbFault::UnplugEvent);
    CHECK(rig::eventually([&] { return readers.count() == 2; }));
    CHECK(readers.all()[1].kind == DeviceChange::Kind::Left);
    CHECK(readers.all()[1].device.generation == readers.all()[0].device.generation);
    rig.plug_in(reader);
    CHECK(rig::eventually([&] { return readers.count() == 3; }));
    CHECK(readers.all()[2].device.generation > printers.all()[0].device.generation);
    CHECK(printers.count() == 1);
  }
}

TEST_CASE("a waiting call hears of the unplugging at once, in each way it is told") {
  for (const UrbFault way : ways) {
    CAPTURE(rig::name(way));
    const SystemClock clock;
    simulated::SimulatedCardReader device;
    UsbRig rig;
    rig.plug_in(device);
    const auto bus = rig::started_bus();
    const auto transport = rig::open_first(*bus, card::wanted_readers());
    REQUIRE(transport != nullptr);
    static_cast<void>(transport->interrupt_in(64, 50ms));
    SteadyTime pulled{};
    std::jthread hand([&] {
      std::this_thread::sleep_for(50ms);
      pulled = clock.steady();
      rig.unplug(device, way);
    });
    const auto report = transport->interrupt_in(64, 5s);
    const SteadyTime told = clock.steady();
    hand.join();
    REQUIRE_FALSE(report);
    CHECK(report.error() == TransferFault::Unplugged);
    CHECK(told - pulled < 200ms);
    const auto later = transport->bulk_in(512, 1s);
    REQUIRE_FALSE(later);
    CHECK(later.error() == TransferFault::Unplugged);
    CHECK(transport->clear_halts().error() == TransferFault::Unplugged);
    CHECK(transport->reset().error() == TransferFault::Unplugged);
  }
}

TEST_CASE("replugged, it works again within a second, and the old session gets nothing of the new one") {
  for (const UrbFault way : ways) {
    CAPTURE(rig::name(way));
    const SystemClock clock;
    simulated::SimulatedCardReader device;
    UsbRig rig;
    rig.plug_in(device);
    const auto bus = rig::started_bus();
    auto old = rig::open_first(*bus, card::wanted_readers());
    REQUIRE(old != nullptr);
    REQUIRE(answers(*old));
    rig.unplug(device, way);
    const SteadyTime back = clock.steady();
    rig.plug_in(device);
    std::unique_ptr<usb::Transport> now;
    REQUIRE(rig::eventually([&] {
      now = rig::open_first(*bus, card::wanted_readers());
      return now != nullptr && answers(*now);
    }));
    CHECK(clock.steady() - back < 1s);
    CHECK(now->identity().generation > old->identity().generation);
    REQUIRE(now->bulk_out(card::ccid::get_slot_status(0, 10), 200ms));
    const auto not_mine = old->bulk_in(512, 100ms);
    REQUIRE_FALSE(not_mine);
    CHECK(not_mine.error() == TransferFault::Unplugged);
    CHECK(now->bulk_in(512, 200ms));
    old.reset();
    CHECK(answers(*now));
  }
}

TEST_CASE("nothing happens, nothing runs") {
  simulated::SimulatedCardReader device;
  UsbRig rig;
  rig.plug_in(device);
  const auto bus = rig::started_bus();
  const auto transport = rig::open_first(*bus, card::wanted_readers());
  REQUIRE(transport != nullptr);
  static_cast<void>(transport->interrupt_in(64, 50ms));
  REQUIRE(sleeps_of("usb-events") >= 0);
  std::this_thread::sleep_for(50ms);
  const long before = sleeps_of("usb-events");
  std::this_thread::sleep_for(1500ms);
  CHECK(sleeps_of("usb-events") == before);
  // With a transfer pending it sleeps, too.
  long during = 0;
  std::jthread looks([&] {
    std::this_thread::sleep_for(100ms);
    during = -sleeps_of("usb-events");
    std::this_thread::sleep_for(800ms);
    during += sleeps_of("usb-events");
  });
  CHECK_FALSE(transport->interrupt_in(64, 1s));
  looks.join();
  CHECK(during == 0);
}
