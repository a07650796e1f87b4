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
  Unplugged,  ///< the device is gone, or has to be treated so; only a new open helps
  Overflow,   ///< the device sent more than was asked for
  Cancelled,  ///< cancel() was called; how much the device took is unknown
  Failed,     ///< any other failure of the bus
};

/// USB 2.0, 9.3, table 9-2.
struct ControlSetup {
  std::uint8_t request_type = 0;
  std::uint8_t request = 0;
  std::uint16_t value = 0;
  std::uint16_t index = 0;
};

/// Which device a transport leads to, for tables of models and quirks. Thread: a plain value.
struct Identity {
  std::uint16_t vendor_id = 0;        ///< idVendor (USB 2.0, 9.6.1)
  std::uint16_t product_id = 0;       ///< idProduct
  std::uint16_t device_release = 0;   ///< bcdDevice
  std::uint8_t interface_number = 0;  ///< the claimed interface
  std::uint64_t generation = 0;       ///< of this plugging-in; never given twice in a process
  friend bool operator==(const Identity&, const Identity&) = default;
};

/// One opened and claimed USB interface: bulk out, bulk in, interrupt in, control, reset. Every call
/// returns by its timeout, which is finite, and at most a moment (Bus::Options::cancel_time) later. Real
/// hardware (over libusb) and simulated devices are both transports and speak the same bytes, so that tests and
/// the demo run the drivers that the hardware runs. Thread: used by one device thread; owned by the device.
/// Only cancel() may come from another.
class Transport {
 public:
  using Timeout = std::chrono::milliseconds;
  virtual ~Transport() = default;

  /// Returns how many bytes the device took: fewer than given is possible and is not an error.
  virtual Result<std::size_t, TransferFault> bulk_out(ByteView data, Timeout timeout) = 0;
  /// One transfer of at most `maximum` bytes; a zero-length packet is an empty answer. What had come when
  /// the time was over is an answer, too.
  virtual Result<Bytes, TransferFault> bulk_in(std::size_t maximum, Timeout timeout) = 0;
  /// Waits for one interrupt report; Timeout is the ordinary case of "nothing happened". Failed if the
  /// interface has no interrupt endpoint.
  virtual Result<Bytes, TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) = 0;
  /// Control transfer with data from the device, at most `length` bytes.
  virtual Result<Bytes, TransferFault> control_in(ControlSetup setup, std::uint16_t length,
                                                  Timeout timeout) = 0;
  virtual Result<void, TransferFault> control_out(ControlSetup setup, ByteView data, Timeout timeout) = 0;
  /// Ends the halt of every endpoint of the interface, on both sides (USB 2.0, 9.4.5); at most 2 seconds.
  virtual Result<void, TransferFault> clear_halts() = 0;
  /// Resets the device's port (USB 2.0, 7.1.7.5); at most 5 seconds. Unplugged if the device came back as
  /// another.
  virtual Result<void, TransferFault> reset() = 0;
  /// From any thread: a transfer that waits now ends with Cancelled. Does nothing if none waits.
  virtual void cancel() = 0;
  /// The head of the configuration descriptor and the descriptors of the claimed interface with their
  /// class-specific parts, as the device gave them (USB 2.0, 9.6.3 to 9.6.6).
  [[nodiscard]] virtual ByteView descriptors() const = 0;
  [[nodiscard]] virtual Identity identity() const = 0;
};

}  // namespace pishkhan::usb
