// The kiosk's device threads over the real libusb: what is plugged in, pulled out and plugged in again becomes
// events.
#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "drivers/card-reader/municipal_card_test.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "kiosk/workers/printer_worker.h"
#include "kiosk/workers/reader_worker.h"
#include "kiosk/workers/usb_port.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace pishkhan;
using rig::UrbFault;
using rig::UsbRig;
using namespace std::chrono_literals;

namespace {

/// The next event of that kind, others being dropped; nothing after `patience`.
template <class Kind>
std::optional<Kind> next(Mailbox<visit::Event>& events, std::chrono::milliseconds patience = 10s) {
  const SystemClock clock;
  const SteadyTime end = clock.steady() + patience;
  while (clock.steady() < end) {
    auto event = events.take({}, end - clock.steady());
    if (event && std::holds_alternative<Kind>(*event)) return std::get<Kind>(std::move(*event));
  }
  return std::nullopt;
}

/// The next word about whether there is a reader, other states of it being passed over.
std::optional<visit::event::ReaderChanged> next_presence(Mailbox<visit::Event>& events, bool present) {
  for (int i = 0; i < 20; ++i) {
    auto changed = next<visit::event::ReaderChanged>(events);
    if (!changed || changed->present == present) return changed;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the reader's thread: absent, plugged in, a card, pulled out, plugged in again") {
  const SystemClock clock;
  simulated::SimulatedCardReader device;
  UsbRig rig;
  const auto bus = rig::started_bus();
  Mailbox<visit::Event> events(256);
  workers::UsbPort port(*bus, card::wanted_readers());
  card::Profile profile = card::test::shipped("citizen-card");
  profile.proof->authorities = {rig::card_authority().certificate()};
  workers::ReaderWorker worker(
      {.port = &port, .clock = &clock, .events = &events, .profiles = {&profile, 1}, .certainly_passed = {}});
  auto absent = next<visit::event::ReaderChanged>(events);
  REQUIRE(absent);
  CHECK_FALSE(absent->present);
  CHECK(absent->staff_code == "CRD-01");

  rig.plug_in(device);
  auto changed = next_presence(events, true);
  REQUIRE(changed);
  CHECK(changed->staff_code.empty());
  device.insert(rig::citizen_card());
  REQUIRE(next<visit::event::CardInserted>(events));
  worker.read({.visit = {}});
  const auto read = next<visit::event::CardRead>(events);
  REQUIRE(read);
  CHECK(read->national_id.reveal() == rig::citizen_national_id);

  for (const UrbFault way : {UrbFault::UnplugEvent, UrbFault::UnplugError, UrbFault::UnplugHangUp}) {
    CAPTURE(rig::name(way));
    rig.unplug(device, way);
    changed = next_presence(events, false);
    REQUIRE(changed);
    CHECK(changed->chip == visit::event::ChipPower::NoDevice);
    const SteadyTime back = clock.steady();
    rig.plug_in(device);
    changed = next_presence(events, true);
    REQUIRE(changed);
    CHECK(clock.steady() - back < 1s);
    CHECK(next<visit::event::CardInserted>(events));
  }
}

TEST_CASE("a reader that cannot be driven does not hide the one that was there before it") {
  const SystemClock clock;
  simulated::SimulatedCardReader good;
  simulated::SimulatedCardReader unusable(simulated::ReaderModel{.level = simulated::ExchangeLevel::Character});
  UsbRig rig;
  const auto bus = rig::started_bus();
  Mailbox<visit::Event> events(256);
  workers::UsbPort port(*bus, card::wanted_readers());
  std::optional<workers::ReaderWorker> worker;
  const workers::ReaderWorker::Setup setup{.port = &port, .clock = &clock, .events = &events};
  rig.plug_in(unusable);
  worker.emplace(setup);
  auto changed = next_presence(events, false);
  for (int i = 0; changed && changed->staff_code == "CRD-01" && i < 5; ++i) changed = next_presence(events, false);
  REQUIRE(changed);
  CHECK(changed->staff_code == "CRD-03");  // alone
  rig.unplug(unusable, UrbFault::UnplugEvent);
  rig.plug_in(good);
  REQUIRE(next_presence(events, true));
  rig.plug_in(unusable, {.port = 2});  // the newest
  worker.reset();
  while (events.try_take()) {
  }
  worker.emplace(setup);
  changed = next<visit::event::ReaderChanged>(events);
  REQUIRE(changed);
  CHECK(changed->present);
  CHECK(changed->staff_code.empty());
  good.insert(rig::citizen_card());
  CHECK(next<visit::event::CardInserted>(events));
}

TEST_CASE("a reader that fails every card and answers every look is told to staff, until it reads again") {
  const SystemClock clock;
  simulated::SimulatedCardReader device;
  UsbRig rig;
  rig.plug_in(device);
  const auto bus = rig::started_bus();
  Mailbox<visit::Event> events(256);
  workers::UsbPort port(*bus, card::wanted_readers());
  workers::ReaderWorker worker({.port = &port, .clock = &clock, .events = &events});
  device.insert(rig::citizen_card());
  REQUIRE(next<visit::event::CardInserted>(events));
  const auto await_code = [&](const std::string& code) {
    while (auto changed = next<visit::event::ReaderChanged>(events))
      if (changed->staff_code == code) return true;
    return false;
  };
  device.set_fault(simulated::ReaderFault::HardwareError);
  for (int i = 0; i < 3; ++i) {
    worker.read({.visit = {}});
    REQUIRE(next<visit::event::CardFailed>(events));
  }
  CHECK(await_code("CRD-02"));
  device.set_fault(simulated::ReaderFault::None);
  worker.read({.visit = {}});
  REQUIRE(next<visit::event::CardFailed>(events));  // no profile knows the card: the reader has read it
  CHECK(await_code(""));
}

TEST_CASE("the printer's thread: there at the start, pulled out, plugged in again") {
  const SystemClock clock;
  simulated::SimulatedPrinter device(clock);
  UsbRig rig;
  rig.plug_in(device, {.driver = rig::KernelDriver::Bound});
  const auto bus = rig::started_bus();
  Mailbox<visit::Event> events(256);
  workers::UsbPort port(*bus, printer::test::shipped_models().wanted());
  {
    workers::PrinterWorker worker({.port = &port,
                                   .models = &printer::test::shipped_models(),
                                   .fonts = {},
                                   .translations = nullptr,
                                   .clock = &clock,
                                   .events = &events});
    auto changed = next<visit::event::PrinterChanged>(events);
    REQUIRE(changed);
    CHECK(changed->ready);
    rig.unplug(device, UrbFault::UnplugError);
    changed = next<visit::event::PrinterChanged>(events);
    REQUIRE(changed);
    CHECK_FALSE(changed->ready);
    const SteadyTime back = clock.steady();
    rig.plug_in(device, {.driver = rig::KernelDriver::Bound});
    changed = next<visit::event::PrinterChanged>(events);
    REQUIRE(changed);
    CHECK(changed->ready);
    CHECK(clock.steady() - back < 1s);
  }
  // The program has ended as it should, and the kernel has its driver again.
  CHECK(rig.kernel_driver(device) == rig::KernelDriver::Bound);
  CHECK_FALSE(rig.claimed(device));
}

TEST_CASE("the shipped udev rule knows every device that a driver takes by id") {
  std::ifstream file("drivers/usb/70-pishkhan.rules");
  std::stringstream rules;
  rules << file.rdbuf();
  for (const usb::Wanted& wanted : {card::wanted_readers(), printer::test::shipped_models().wanted()}) {
    for (const usb::IdMatch& id : wanted.ids) {
      char text[80];
      std::snprintf(text, sizeof text, R"(ATTR{idVendor}=="%04x", ATTR{idProduct}=="%04x")",
                    unsigned{id.vendor_id}, unsigned{id.product_id});
      CHECK_MESSAGE(rules.str().find(text) != std::string::npos, text);
    }
    for (const usb::ClassMatch& match : wanted.classes) {
      char text[40];
      std::snprintf(text, sizeof text, "*:%02x%02x", unsigned{match.class_code},
                    unsigned{match.subclass.value_or(0)});
      CHECK_MESSAGE(rules.str().find(text) != std::string::npos, text);
    }
  }
}
