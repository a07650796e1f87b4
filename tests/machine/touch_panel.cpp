#include "tests/machine/touch_panel.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace pishkhan::machine {

namespace {

// USB 2.0, table 9-8. 1209:0002 is a test id of the pid.codes range.
constexpr std::array<std::uint8_t, 18> device{18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x09, 0x12, 0x02, 0x00, 0x00, 0x01,
                                              0,  0, 0,    1};

// One finger: tip switch, in range, six bits of nothing, contact identifier, X and Y of 0 to 32,767.
#define PISHKHAN_FINGER                                                                                           \
  0x05, 0x0D, 0x09, 0x22, 0xA1, 0x02, 0x09, 0x42, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x81, 0x02,     \
      0x09, 0x32, 0x81, 0x02, 0x95, 0x06, 0x81, 0x03, 0x75, 0x08, 0x95, 0x01, 0x09, 0x51, 0x25, 0x7F, 0x81, 0x02, \
      0x05, 0x01, 0x09, 0x30, 0x26, 0xFF, 0x7F, 0x75, 0x10, 0x81, 0x02, 0x09, 0x31, 0x81, 0x02, 0xC0

constexpr std::uint8_t contact_report = 1;
constexpr std::uint8_t maximum_report = 2;

// HID 1.11, 6.2.2: a touch screen with report 1 (two fingers and how many of them count) and feature report 2
// (contact count maximum).
constexpr auto report_descriptor = std::to_array<std::uint8_t>(
    {0x05, 0x0D, 0x09, 0x04, 0xA1, 0x01, 0x85, contact_report, PISHKHAN_FINGER, PISHKHAN_FINGER,
     0x05, 0x0D, 0x09, 0x54, 0x25, 0x7F, 0x75, 0x08,           0x95,            0x01,
     0x81, 0x02, 0x85, 0x02, 0x09, 0x55, 0x25, 0x02,           0x75,            0x08,
     0x95, 0x01, 0xB1, 0x02, 0xC0});
#undef PISHKHAN_FINGER

// HID 1.11, 7.
constexpr std::uint8_t get_descriptor = 6;
constexpr std::uint8_t report_type = 0x22;
constexpr std::uint8_t get_report = 1;
constexpr std::uint8_t set_report = 9;
constexpr std::uint8_t set_idle = 10;

}  // namespace

TouchPanel::TouchPanel() {
  const auto length = static_cast<std::uint8_t>(report_descriptor.size());
  static_assert(report_descriptor.size() < 256);
  // Configuration, interface (HID), HID descriptor, interrupt-in endpoint 81 every 4 ms.
  configuration_ = {9, 2,    34,   0,    1, 1, 0, 0x80, 50, 9, 4,      0, 0, 1,    3, 0,  0, 0,
                    9, 0x21, 0x11, 0x01, 0, 1, report_type, length, 0, 7, 5, 0x81, 3, 64, 0, 4};
}

ByteView TouchPanel::device_descriptor() const {
  return device;
}

std::optional<Bytes> TouchPanel::control_in(usb::ControlSetup setup, std::uint16_t) {
  if (setup.request_type == 0x81 && setup.request == get_descriptor && setup.value >> 8 == report_type)
    return Bytes(report_descriptor.begin(), report_descriptor.end());
  if (setup.request_type == 0xA1 && setup.request == get_report && (setup.value & 0xFF) == maximum_report)
    return Bytes{maximum_report, 2};
  return std::nullopt;
}

bool TouchPanel::control_out(usb::ControlSetup setup, ByteView) {
  return setup.request_type == 0x21 && (setup.request == set_idle || setup.request == set_report);
}

void TouchPanel::report(Finger finger) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u8(contact_report);
  writer.u8(finger == Finger::Down ? 3 : 0);  // tip switch, in range
  writer.u8(0);
  writer.le16(x_);
  writer.le16(y_);
  for (const int byte : {0, 1, 0, 0, 0, 0}) writer.u8(static_cast<std::uint8_t>(byte));  // the second finger is nowhere
  writer.u8(1);
  reports_.push_back(std::move(bytes));
}

void TouchPanel::down(double x, double y) {
  const auto share = [](double value) {
    return static_cast<std::uint16_t>(std::lround(std::clamp(value, 0.0, 1.0) * 32'767));
  };
  const std::scoped_lock lock(mutex_);
  x_ = share(x);
  y_ = share(y);
  report(Finger::Down);
}

void TouchPanel::up() {
  const std::scoped_lock lock(mutex_);
  report(Finger::Up);
}

std::optional<Bytes> TouchPanel::interrupt_in() {
  const std::scoped_lock lock(mutex_);
  if (reports_.empty()) return std::nullopt;
  Bytes first = std::move(reports_.front());
  reports_.pop_front();
  return first;
}

}  // namespace pishkhan::machine
