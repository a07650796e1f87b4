// LibusbTransport over the real libusb: what each thing that can go wrong with a transfer turns into.
#include "base/core/clock.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>
#include <sys/fsuid.h>

#include <thread>

using namespace pishkhan;
using rig::UrbFault;
using rig::UsbRig;
using usb::TransferFault;
using namespace std::chrono_literals;

namespace {

/// A reader on a rig, opened, its next bulk-out and bulk-in URBs being those of one GetSlotStatus.
struct Opened {
  simulated::SimulatedCardReader device;
  UsbRig rig;
  std::unique_ptr<usb::Bus> bus;
  std::unique_ptr<usb::Transport> transport;
  SystemClock clock;

  explicit Opened(usb::Bus::Options options = {}) {
    rig.plug_in(device);
    bus = rig::started_bus(options);
    transport = rig::open_first(*bus, card::wanted_readers());
    REQUIRE(transport != nullptr);
  }
  void strike(UrbFault fault) { rig.strike(device, rig.urbs(device), fault); }
  usb::DeviceInfo reader_info() {
    for (usb::DeviceInfo& one : bus->devices()) {
      if (usb::wanted_interface(one, card::wanted_readers())) return one;
    }
    return {};
  }
  auto ask(std::uint8_t sequence = 1) {
    return transport->bulk_out(card::ccid::get_slot_status(0, sequence), 500ms);
  }
  auto answer(std::chrono::milliseconds timeout = 500ms) { return transport->bulk_in(512, timeout); }
  template <class Call>
  std::chrono::milliseconds timed(Call call) {
    const SteadyTime start = clock.steady();
    call();
    return clock.steady() - start;
  }
};

constexpr std::uint8_t slot_status_reply = 0x81;  // CCID 1.1, 6.2.2

}  // namespace

TEST_CASE("a bulk answer that goes wrong has a name, and the next one comes") {
  struct Expected {
    UrbFault fault;
    TransferFault told;
  };
  for (const Expected& expected : {Expected{UrbFault::BusError, TransferFault::Failed},
                                   Expected{UrbFault::Mute, TransferFault::Timeout}}) {
    CAPTURE(rig::name(expected.fault));
    Opened opened;
    REQUIRE(opened.ask());
    opened.strike(expected.fault);
    const auto bad = opened.answer(100ms);
    REQUIRE_FALSE(bad);
    CHECK(bad.error() == expected.told);
    const auto good = opened.answer();
    REQUIRE(good);
    CHECK(good->at(0) == slot_status_reply);
  }
}

TEST_CASE("more than was asked for is Overflow, a zero-length packet is an empty answer") {
  Opened opened;
  REQUIRE(opened.ask());
  opened.strike(UrbFault::Overflow);
  const auto over = opened.answer();
  REQUIRE_FALSE(over);
  CHECK(over.error() == TransferFault::Overflow);
  REQUIRE(opened.ask(2));
  opened.strike(UrbFault::ZeroLength);
  const auto empty = opened.answer();
  REQUIRE(empty);
  CHECK(empty->empty());
  const auto whole = opened.answer();
  REQUIRE(whole);
  CHECK(whole->at(6) == 2);  // bSeq
}

TEST_CASE("a STALL lasts until the halt is cleared") {
  Opened opened;
  REQUIRE(opened.ask());
  opened.strike(UrbFault::Stall);
  for (int i = 0; i < 2; ++i) {
    const auto stalled = opened.answer();
    REQUIRE_FALSE(stalled);
    CHECK(stalled.error() == TransferFault::Stalled);
  }
  REQUIRE(opened.transport->clear_halts());
  CHECK(opened.answer());
  opened.strike(UrbFault::Stall);
  const auto out = opened.ask(2);
  REQUIRE_FALSE(out);
  CHECK(out.error() == TransferFault::Stalled);
  REQUIRE(opened.transport->reset());
  CHECK(opened.ask(3));
}

TEST_CASE("the count of a short write is told, that of a timed-out one is not") {
  Opened opened;
  opened.strike(UrbFault::Short);
  const auto half = opened.ask();
  REQUIRE(half);
  CHECK(*half == 5);
  opened.strike(UrbFault::Mute);
  const auto none = opened.transport->bulk_out(Bytes(10), 50ms);
  REQUIRE_FALSE(none);
  CHECK(none.error() == TransferFault::Timeout);
}

TEST_CASE("a call returns at its deadline, neither before nor much later") {
  Opened opened;
  opened.strike(UrbFault::Mute);
  const auto waited = opened.timed([&] { CHECK_FALSE(opened.answer(200ms)); });
  CHECK(waited >= 200ms);
  CHECK(waited < 400ms);
  const auto quiet = opened.timed([&] {
    // The first report after plugging in tells the slot; then nothing happens.
    static_cast<void>(opened.transport->interrupt_in(64, 100ms));
    const auto report = opened.transport->interrupt_in(64, 200ms);
    REQUIRE_FALSE(report);
    CHECK(report.error() == TransferFault::Timeout);
  });
  CHECK(quiet >= 200ms);
  CHECK(quiet < 600ms);
}

TEST_CASE("control requests go both ways") {
  Opened opened;
  // GET_DESCRIPTOR of the device (USB 2.0, 9.4.3).
  const auto descriptor = opened.transport->control_in({0x80, 6, 0x0100, 0}, 18, 500ms);
  REQUIRE(descriptor);
  CHECK(std::ranges::equal(*descriptor, opened.device.device_descriptor()));
  opened.strike(UrbFault::Stall);
  const auto refused = opened.transport->control_in({0x80, 6, 0x0100, 0}, 18, 500ms);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == TransferFault::Stalled);
  CHECK(
      opened.transport->control_in({0x80, 6, 0x0100, 0}, 18, 500ms));  // the control pipe does not stay halted
  // ABORT (CCID 1.1, 5.3.1) for slot 0, sequence 7.
  CHECK(opened.transport->control_out({0x21, 0x01, 0x0700, 0}, {}, 500ms));
}

TEST_CASE("a transfer that never comes back does not hold us, and the device can be opened again") {
  Opened opened({.cancel_time = 100ms});
  REQUIRE(opened.ask());
  opened.strike(UrbFault::NeverReaped);
  const auto waited = opened.timed([&] {
    const auto lost = opened.answer(100ms);
    REQUIRE_FALSE(lost);
    CHECK(lost.error() == TransferFault::Unplugged);
  });
  CHECK(waited < 500ms);
  CHECK(opened.timed([&] { CHECK_FALSE(opened.ask(2)); }) < 50ms);
  CHECK_FALSE(opened.transport->clear_halts());
  CHECK(opened.timed([&] { opened.transport.reset(); }) < 500ms);
  opened.transport = rig::open_first(*opened.bus, card::wanted_readers());
  REQUIRE(opened.transport != nullptr);
  REQUIRE(opened.ask(3));
  // The late answer to the old session's question is the device's to throw away or not; it is not ours.
  CHECK(opened.answer());
}

TEST_CASE("a kernel that does not come back from a call does not hold us") {
  Opened opened({.clear_time = 100ms, .close_time = 50ms});
  opened.rig.set_kernel_pace(opened.device, 400ms);
  CHECK(opened.timed([&] {
    const auto cleared = opened.transport->clear_halts();
    REQUIRE_FALSE(cleared);
    CHECK(cleared.error() == TransferFault::Unplugged);
  }) < 300ms);
  CHECK(opened.timed([&] { CHECK_FALSE(opened.ask()); }) < 50ms);
  CHECK(opened.timed([&] { opened.transport.reset(); }) < 300ms);
  opened.rig.set_kernel_pace(opened.device, 0ms);
  std::this_thread::sleep_for(600ms);
  // By now the kernel has come back, and the bus reaps what was left: nothing of ours is still claimed.
  opened.bus.reset();
  CHECK(rig::eventually([&] { return !opened.rig.claimed(opened.device); }));
}

TEST_CASE("cancel ends a waiting call at once, and only that") {
  Opened opened;
  static_cast<void>(opened.transport->interrupt_in(64, 100ms));
  const auto waited = opened.timed([&] {
    const std::jthread other([&] {
      std::this_thread::sleep_for(50ms);
      opened.transport->cancel();
    });
    const auto report = opened.transport->interrupt_in(64, 5s);
    REQUIRE_FALSE(report);
    CHECK(report.error() == TransferFault::Cancelled);
  });
  CHECK(waited < 1s);
  opened.transport->cancel();
  CHECK(opened.ask());
  CHECK(opened.answer());
}

TEST_CASE("what may not be opened says so, and is no reason to stop") {
  Opened opened;
  opened.transport.reset();
  opened.rig.set_node_mode(opened.device, 0600);
  const usb::DeviceInfo device = opened.reader_info();
  // Opening happens on the session's own thread, which inherits the identity.
  std::jthread([&] {
    ::setfsuid(65534);
    const auto refused = opened.bus->open(device.generation, 0);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == usb::OpenFault::NoPermission);
  }).join();
  CHECK(opened.bus->open(device.generation, 0));
}

TEST_CASE("opening what is not there, or twice") {
  Opened opened;
  const usb::DeviceInfo device = opened.reader_info();
  const auto twice = opened.bus->open(device.generation, 0);
  REQUIRE_FALSE(twice);
  CHECK(twice.error() == usb::OpenFault::Busy);
  const auto no_interface = opened.bus->open(device.generation, 3);
  REQUIRE_FALSE(no_interface);
  CHECK(no_interface.error() == usb::OpenFault::NoInterface);
  const auto nobody = opened.bus->open(device.generation + 100, 0);
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error() == usb::OpenFault::Gone);
}
