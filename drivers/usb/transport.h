#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace pishkhan::usb {

/// What can happen to a transfer that the caller can act on.
enum class TransferFault {
  Timeout,    ///< the deadline passed; how much the device took is unknown
  Stalled,    ///< the endpoint halted (STALL); clear_halt may help
  Unplugged,  ///< the device is gone; only a new open helps
  Overflow,   ///< the device sent more than was asked for
  Failed,     ///< any other failure of the bus
};

/// USB 2.0, 9.3, table 9-2.
struct ControlSetup {
  std::uint8_t request_type = 0;
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
};

/// One opened and claimed USB interface: bulk out, bulk in, interrupt in, control, reset. Every call
/// returns by its timeout, which is finite. Real hardware (over libusb) and simulated devices are both
/// transports and speak the same bytes, so that tests and the demo run the drivers that the hardware runs.
/// Thread: used by one device thread; owned by the device.
class Transport {
 public:
  using Timeout = std::chrono::milliseconds;
  virtual ~Transport() = default;

  /// Returns how many bytes the device took: fewer than given is possible and is not an error.
  virtual Result<std::size_t, TransferFault> bulk_out(ByteView data, Timeout timeout) = 0;
  /// One transfer of at most `maximum` bytes; a zero-length packet is an empty answer.
  virtual Result<Bytes, TransferFault> bulk_in(std::size_t maximum, Timeout timeout) = 0;
  /// Waits for one interrupt report; Timeout is the ordinary case of "nothing happened".
  virtual Result<Bytes, TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) = 0;
  /// Control transfer with data from the device, at most `length` bytes.
  virtual Result<Bytes, TransferFault> control_in(ControlSetup setup, std::uint16_t length, Timeout timeout) = 0;
  virtual Result<void, TransferFault> control_out(ControlSetup setup, ByteView data, Timeout timeout) = 0;
  virtual Result<void, TransferFault> clear_halts() = 0;
  virtual Result<void, TransferFault> reset() = 0;
  /// The configuration and interface descriptors with their class-specific parts, as the device gave them.
  [[nodiscard]] virtual ByteView descriptors() const = 0;
};

}  // namespace pishkhan::usb
