#pragma once

#include "drivers/usb/bus.h"

#include <cstdint>
#include <functional>

namespace pishkhan::usb {

/// Tells when a wanted device comes and goes; those that are there already are told before the constructor
/// returns. After the destructor nothing is told any more.
/// Thread: `told` runs on the bus's event thread (at first on the constructing one), one call at a time; it
/// must be short and may not call the bus.
class Watcher {
 public:
  using Told = std::function<void(const DeviceChange&, const InterfaceInfo&)>;
  Watcher(Bus& bus, Wanted wanted, Told told);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  Bus& bus_;
  std::uint64_t id_;
};

}  // namespace pishkhan::usb
