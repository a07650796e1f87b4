#pragma once

#include "drivers/usb/watcher.h"
#include "kiosk/workers/device_port.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace pishkhan::workers {

/// A device on the machine's USB: whichever wanted one was plugged in last. The bus outlives it.
/// Thread: connect() on the device's thread; the bus tells of changes on its own.
class UsbPort final : public DevicePort {
 public:
  UsbPort(usb::Bus& bus, usb::Wanted wanted);
  Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect() override;
  Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect_first(
      const std::function<bool(usb::Transport&)>& usable) override;
  void on_change(std::function<void()> changed) override;

 private:
  struct Present {
    std::uint64_t generation = 0;
    std::uint8_t interface_number = 0;
  };
  void told(const usb::DeviceChange& change, const usb::InterfaceInfo& interface);
  void log_refusal(const Present& device, usb::OpenFault fault);

  usb::Bus& bus_;
  std::mutex mutex_;
  std::vector<Present> present_;  // the newest last
  std::function<void()> changed_;
  std::map<std::uint64_t, usb::OpenFault> logged_;  ///< by generation: why those that are there cannot be opened
  usb::Watcher watcher_;
};

}  // namespace pishkhan::workers
