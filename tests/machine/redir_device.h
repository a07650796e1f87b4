#pragma once

#include "base/core/bytes.h"
#include "drivers/usb/transport.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pishkhan::machine {

/// A USB device that is plugged into the virtual machine from outside (UsbRedirPeer). Thread: the peer's, which
/// asks again and again while something is under way; no call waits.
class RedirDevice {
 public:
  virtual ~RedirDevice() = default;
  /// USB 2.0, 9.6.1 and 9.6.3.
  [[nodiscard]] virtual ByteView device_descriptor() const = 0;
  [[nodiscard]] virtual ByteView configuration() const = 0;
  /// Control transfers beyond GET_DESCRIPTOR of device and configuration; nothing means STALL.
  virtual std::optional<Bytes> control_in(usb::ControlSetup setup, std::uint16_t length) = 0;
  virtual bool control_out(usb::ControlSetup setup, ByteView data) = 0;
  /// How much of it was taken; 0 is a NAK, nothing means STALL.
  virtual std::optional<std::size_t> bulk_out(ByteView data);
  /// The next packet, if there is one.
  virtual std::optional<Bytes> bulk_in(std::size_t maximum);
  virtual std::optional<Bytes> interrupt_in();
  virtual void reset() {}
};

inline std::optional<std::size_t> RedirDevice::bulk_out(ByteView) {
  return std::nullopt;
}
inline std::optional<Bytes> RedirDevice::bulk_in(std::size_t) {
  return std::nullopt;
}
inline std::optional<Bytes> RedirDevice::interrupt_in() {
  return std::nullopt;
}

}  // namespace pishkhan::machine
