#pragma once

#include "base/core/result.h"
#include "drivers/usb/transport.h"

#include <memory>

namespace pishkhan::workers {

/// Where a device thread gets its device from: opened and claimed, or why not. The real one looks on the
/// USB; the demo's is a simulated device. Thread: called from the device's thread only.
class DevicePort {
 public:
  virtual ~DevicePort() = default;
  virtual Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect() = 0;
};

}  // namespace pishkhan::workers
