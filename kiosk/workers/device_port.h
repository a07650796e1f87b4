#pragma once

#include "base/core/result.h"
#include "drivers/usb/transport.h"

#include <functional>
#include <memory>

namespace pishkhan::workers {

/// Where a device thread gets its device from: opened and claimed, or why not. The real one looks on the
/// USB; the demo's is a simulated device. Thread: called from the device's thread only.
class DevicePort {
 public:
  virtual ~DevicePort() = default;
  virtual Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect() = 0;
  /// The first of several that `usable` takes; it sees each opened one where that stays until it is closed. Failed
  /// if it takes none.
  virtual Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect_first(
      const std::function<bool(usb::Transport&)>& usable) {
    auto transport = connect();
    if (transport && !usable(**transport)) return fail(usb::TransferFault::Failed);
    return transport;
  }
  /// `changed` is called, from any thread, when something was plugged in or pulled out and connect() may answer
  /// otherwise; an empty one ends it, and no call is under way then. A port that cannot tell never calls.
  virtual void on_change(std::function<void()> changed) { static_cast<void>(changed); }
};

}  // namespace pishkhan::workers
