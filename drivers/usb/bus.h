#pragma once

#include "base/core/result.h"
#include "drivers/usb/device_info.h"
#include "drivers/usb/transport.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace pishkhan::usb {

enum class BusFault : std::uint8_t {
  NoUsb,  ///< libusb does not start: this machine has no USB, or it may not be looked at
};

enum class OpenFault : std::uint8_t {
  Gone,          ///< it was unplugged, or reset into another device
  NoPermission,  ///< explain_permission() says what to do
  Busy,          ///< another program holds the interface
  NoInterface,   ///< the device has no such interface
  Timeout,       ///< the kernel did not come back in time
  Failed,
};

struct DeviceChange {
  enum class Kind : std::uint8_t { Arrived, Left };
  Kind kind = Kind::Arrived;
  DeviceInfo device;
};

/// The machine's USB: libusb's context and its one event thread, which delivers every answer and notices what
/// is plugged in and pulled out. It sleeps without a time-out when nothing happens. Owned by main; outlives
/// every transport and Watcher made from it. Thread: safe from any.
class Bus {
 public:
  /// How arrivals and departures are noticed.
  enum class HotPlug : std::uint8_t {
    Automatic,  ///< by the kernel's events if libusb can, else by looking
    Polling,    ///< by looking, every `poll_interval`
  };
  struct Options {
    HotPlug hot_plug = HotPlug::Automatic;
    std::chrono::milliseconds poll_interval{500};
    std::chrono::milliseconds open_time{3000};   ///< for opening and claiming
    std::chrono::milliseconds cancel_time{300};  ///< for a cancelled transfer to come back
    std::chrono::milliseconds clear_time{2000};  ///< for clear_halts()
    std::chrono::milliseconds reset_time{5000};  ///< for reset()
    std::chrono::milliseconds close_time{2000};  ///< for giving a device back; then it is left to be reaped
  };
  static Result<std::unique_ptr<Bus>, BusFault> start(Options options);
  static Result<std::unique_ptr<Bus>, BusFault> start() { return start(Options{}); }
  ~Bus();
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  [[nodiscard]] std::vector<DeviceInfo> devices() const;
  /// Opens the device of that generation and claims the interface; a kernel driver on it is detached and is
  /// given back when the transport is destroyed. Keeps the device from being suspended.
  Result<std::unique_ptr<Transport>, OpenFault> open(std::uint64_t generation, std::uint8_t interface_number);

 private:
  friend class Watcher;
  using Listener = std::function<void(const DeviceChange&)>;
  class Inside;
  explicit Bus(std::unique_ptr<Inside> inside);
  std::uint64_t listen(Listener listener);
  void unlisten(std::uint64_t id);
  std::unique_ptr<Inside> inside_;
};

}  // namespace pishkhan::usb
