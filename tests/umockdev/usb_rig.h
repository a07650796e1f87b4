#pragma once

#include "base/core/bytes.h"
#include "drivers/simulated/simulated_device.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::rig {

/// What becomes of one URB (a transfer, as Linux's usbfs calls it: USBDEVFS_SUBMITURB).
enum class UrbFault : std::uint8_t {
  None,
  Stall,         ///< -EPIPE; the endpoint stays halted until it is cleared (the control endpoint does not)
  Short,         ///< out: half is taken and the count says so; in: half of the answer, the rest is lost
  HiddenShort,   ///< out: half is taken and the count says all; in: as Short
  ZeroLength,    ///< out: nothing is taken; in: a packet without data, the answer comes with the next
  Overflow,      ///< in: -EOVERFLOW and the answer is lost; out: -EPROTO
  BusError,      ///< -EPROTO; the device has not seen it
  Mute,          ///< it waits until the host cancels it; the device has not seen it
  NeverReaped,   ///< the same, and it does not come back when cancelled either
  Noise,         ///< in: as many random bytes as fit, the answer comes with the next; out: as BusError
  Babble,        ///< in: Noise for this and every later URB until a reset; out: as BusError
  Stale,         ///< in: the answer before once more; the right one comes with the next; out: as BusError
  Slow,          ///< it takes 120 ms (the device says NAK)
  UnplugEvent,   ///< pulled out: the kernel's event first, URBs end with -ESHUTDOWN a moment later
  UnplugError,   ///< pulled out: URBs end with -ESHUTDOWN, the kernel's event comes a moment later
  UnplugHangUp,  ///< pulled out: the file says POLLERR, as the real kernel's does, and the event comes later
};
[[nodiscard]] const char* name(UrbFault fault);
/// Every fault but None, for loops.
[[nodiscard]] const std::vector<UrbFault>& all_urb_faults();
[[nodiscard]] bool unplugs(UrbFault fault);

enum class KernelDriver : std::uint8_t { None, Bound };

struct UrbRecord {
  std::uint8_t endpoint = 0;  ///< address with its direction bit; 0 = control
  std::size_t length = 0;
  friend bool operator==(const UrbRecord&, const UrbRecord&) = default;
};

/// A machine with a USB that is not there: umockdev shows files below /dev and /sys to the real libusb in this
/// process, and each plugged-in device is one of drivers/simulated, answering behind the ioctls of usbfs. URBs
/// are counted from 0 for each plugging-in, and any of them can go wrong.
///
/// Must run under `umockdev-wrapper` (available() says whether it does). One rig at a time; it outlives the
/// Bus, and the simulated devices outlive it.
/// Thread: safe from any; answers are made on threads of its own.
class UsbRig {
 public:
  UsbRig();
  ~UsbRig();
  UsbRig(const UsbRig&) = delete;
  UsbRig& operator=(const UsbRig&) = delete;

  [[nodiscard]] static bool available();

  struct PlugOptions {
    KernelDriver driver = KernelDriver::None;
    int port = 1;  ///< of the root hub: 1 to 8
    /// The device descriptor's idVendor and idProduct, if other than the simulated device's own.
    std::optional<std::uint16_t> vendor_id = {};
    std::optional<std::uint16_t> product_id = {};
    /// Instead of the simulated device's own configuration descriptor.
    std::optional<Bytes> descriptors = {};
  };
  /// Plugs the device in, with a new address. Its plug must be out.
  void plug_in(simulated::SimulatedDevice& device, PlugOptions options);
  void plug_in(simulated::SimulatedDevice& device) { plug_in(device, PlugOptions{}); }
  /// Pulls it out in one of the three unplugging ways, if it is not out already; returns when both signs of it
  /// have been given.
  void unplug(simulated::SimulatedDevice& device, UrbFault how);

  /// The fault strikes the URB of that index, counted from the plugging-in.
  void strike(simulated::SimulatedDevice& device, std::size_t urb_index, UrbFault fault);
  /// Does that when the URB of that index is submitted, before the device can see it. Called on the rig's
  /// thread.
  void when(simulated::SimulatedDevice& device, std::size_t urb_index, std::function<void()> happens);
  /// How many URBs were submitted since the plugging-in.
  [[nodiscard]] std::size_t urbs(simulated::SimulatedDevice& device);
  [[nodiscard]] std::vector<UrbRecord> records(simulated::SimulatedDevice& device);
  /// What the kernel would know.
  [[nodiscard]] KernelDriver kernel_driver(simulated::SimulatedDevice& device);
  [[nodiscard]] bool claimed(simulated::SimulatedDevice& device);
  /// The file in /sys: "auto" when plugged in.
  [[nodiscard]] std::string power_control(simulated::SimulatedDevice& device);
  /// The device node's permission bits, for tests of what may not be opened.
  void set_node_mode(simulated::SimulatedDevice& device, unsigned mode);
  /// As in a container, or where nobody keeps /dev.
  void remove_node(simulated::SimulatedDevice& device);
  /// How long every clear-halt, reset, claim and release takes in the kernel.
  void set_kernel_pace(simulated::SimulatedDevice& device, std::chrono::milliseconds pace);

 private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace pishkhan::rig
