// The real libusb, our transport and the real drivers against simulated devices behind a mocked usbfs.
#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/card-reader/municipal_card_test.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/receipt-printer/job.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "drivers/usb/watcher.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>

#include <memory>

using namespace pishkhan;
using rig::UrbFault;
using rig::UsbRig;
using namespace std::chrono_literals;

TEST_CASE("a card is read through the real libusb") {
  const SystemClock clock;
  simulated::SimulatedCardReader device;
  device.insert(rig::citizen_card());
  UsbRig rig;
  rig.plug_in(device);
  const auto bus = rig::started_bus();
  auto transport = rig::open_first(*bus, card::wanted_readers());
  REQUIRE(transport != nullptr);
  CHECK(rig.claimed(device));
  CHECK(rig.power_control(device) == "on");
  const ByteView own = device.descriptors();
  CHECK(std::ranges::equal(transport->descriptors(), own));
  CHECK(transport->identity().vendor_id == 0x1209);
  CHECK(transport->identity().product_id == 0x0002);

  auto reader = card::CardReader::open(*transport, clock);
  REQUIRE(reader);
  CHECK(reader->poll(50ms).media == card::MediaState::Present);
  const auto holder = card::test::read_card(*reader, clock);
  REQUIRE(holder);
  CHECK(holder->national_id.reveal() == rig::citizen_national_id);
  transport.reset();
  CHECK_FALSE(rig.claimed(device));
  CHECK(rig.urbs(device) > 10);
}

TEST_CASE("a receipt is printed through the real libusb, and the kernel gets its driver back") {
  const SystemClock clock;
  SystemRandom random;
  simulated::SimulatedPrinter device(clock);
  UsbRig rig;
  rig.plug_in(device, {.driver = rig::KernelDriver::Bound});
  const auto bus = rig::started_bus();
  auto transport = rig::open_first(*bus, printer::test::shipped_models().wanted());
  REQUIRE(transport != nullptr);
  CHECK(rig.kernel_driver(device) == rig::KernelDriver::None);
  {
    printer::ReceiptPrinter printer(*transport, clock, random, printer::test::shipped("epson-tm-t20"));
    const Bitmap receipt = rig::small_receipt();
    CHECK(printer.print(receipt, 10s) == printer::PrintOutcome(printer::Printed{}));
    const auto strips = device.strips();
    REQUIRE_FALSE(strips.empty());
  }
  CHECK(device.reports().empty());
  transport.reset();
  CHECK_FALSE(rig.claimed(device));
  CHECK(rig.kernel_driver(device) == rig::KernelDriver::Bound);
}
