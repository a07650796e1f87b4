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
  /// `changed` is called, from any thread, when something was plugged in or pulled out and connect() may answer
  /// otherwise; an empty one ends it, and no call is under way then. A port that cannot tell never calls.
  virtual void on_change(std::function<void()> changed) { static_cast<void>(changed); }
};

}  // namespace pishkhan::workers
