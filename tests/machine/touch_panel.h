#pragma once

#include "tests/machine/redir_device.h"

#include <deque>
#include <mutex>

namespace pishkhan::machine {

/// A USB touch panel for two fingers (HID 1.11; Digitizers page of the HID Usage Tables), which Linux's
/// hid-multitouch drives. Positions are shares of the screen, 0 to 1. Thread: the calls are safe from any.
class TouchPanel final : public RedirDevice {
 public:
  TouchPanel();
  void down(double x, double y);
  void up();

  [[nodiscard]] ByteView device_descriptor() const override;
  [[nodiscard]] ByteView configuration() const override { return configuration_; }
  std::optional<Bytes> control_in(usb::ControlSetup setup, std::uint16_t length) override;
  bool control_out(usb::ControlSetup setup, ByteView data) override;
  std::optional<Bytes> interrupt_in() override;

 private:
  enum class Finger { Up, Down };
  void report(Finger finger);

  Bytes configuration_;
  std::mutex mutex_;
  std::deque<Bytes> reports_;
  std::uint16_t x_ = 0;
  std::uint16_t y_ = 0;
};

}  // namespace pishkhan::machine
