// What needs no bus: which interface is meant, and what is said of permissions. The rest is in tests/umockdev.
#include "drivers/usb/device_info.h"
#include "drivers/usb/permission.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

using namespace pishkhan;
using usb::InterfaceInfo;

namespace {

const InterfaceInfo keyboard{.number = 0, .class_code = 3, .subclass = 1, .protocol = 1, .interrupt_in = 0x81};
const InterfaceInfo reader{
    .number = 1, .class_code = 0x0B, .bulk_out = 0x02, .bulk_in = 0x83, .interrupt_in = 0x84};
const InterfaceInfo vendor{.number = 2, .class_code = 0xFF, .bulk_out = 0x05, .bulk_in = 0x86};

usb::DeviceInfo composite() {
  usb::DeviceInfo device;
  device.vendor_id = 0x1234;
  device.product_id = 0x5678;
  device.interfaces = {keyboard, reader, vendor};
  return device;
}

}  // namespace

TEST_CASE("the interface that a driver means is found by class") {
  const usb::Wanted any{.classes = {{.class_code = 0x0B, .subclass = {}, .protocol = {}}}, .ids = {}};
  CHECK(usb::wanted_interface(composite(), any) == reader);
  const usb::Wanted exact{.classes = {{.class_code = 0x0B, .subclass = 0, .protocol = 0}}, .ids = {}};
  CHECK(usb::wanted_interface(composite(), exact) == reader);
  const usb::Wanted other{.classes = {{.class_code = 0x0B, .subclass = 0, .protocol = 2}}, .ids = {}};
  CHECK_FALSE(usb::wanted_interface(composite(), other).has_value());
}

TEST_CASE("by id the first interface that talks both ways is meant") {
  const usb::Wanted wanted{.classes = {}, .ids = {{.vendor_id = 0x1234, .product_id = 0x5678}}};
  CHECK(usb::wanted_interface(composite(), wanted) == reader);
  usb::DeviceInfo device = composite();
  device.interfaces = {keyboard, vendor};
  CHECK(usb::wanted_interface(device, wanted) == vendor);
  device.product_id = 0x5679;
  CHECK_FALSE(usb::wanted_interface(device, wanted).has_value());
  device.interfaces = {keyboard};
  device.product_id = 0x5678;
  CHECK_FALSE(usb::wanted_interface(device, wanted).has_value());
}

TEST_CASE("a device's node has the kernel's name") {
  usb::DeviceInfo device;
  device.bus = 1;
  device.address = 42;
  CHECK(device.node() == "/dev/bus/usb/001/042");
}

TEST_CASE("what stands in the way is said with what mends it") {
  usb::NodeState state{.node = "/dev/bus/usb/001/004",
                       .there = true,
                       .usable = false,
                       .mode = 0664,
                       .owner = "root",
                       .group = "root",
                       .asker = "kiosk"};
  const auto told = usb::explain_permission(state);
  REQUIRE(told);
  for (const char* part :
       {"/dev/bus/usb/001/004", "root:root", "0664", "kiosk", "70-pishkhan.rules", "udevadm"}) {
    CHECK(told->find(part) != std::string::npos);
  }
  state.usable = true;
  CHECK_FALSE(usb::explain_permission(state));
  CHECK(usb::explain_permission(usb::read_node("/dev/bus/usb/999/999"))->find("is not there") !=
        std::string::npos);
  CHECK_FALSE(usb::explain_permission(usb::read_node("/dev/null")));
}
