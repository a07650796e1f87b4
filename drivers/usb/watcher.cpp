#include "drivers/usb/watcher.h"

#include <utility>

namespace pishkhan::usb {

Watcher::Watcher(Bus& bus, Wanted wanted, Told told)
    : bus_(bus),
      id_(bus.listen([wanted = std::move(wanted), told = std::move(told)](const DeviceChange& change) {
        if (const auto interface = wanted_interface(change.device, wanted)) told(change, *interface);
      })) {}

Watcher::~Watcher() {
  bus_.unlisten(id_);
}

}  // namespace pishkhan::usb
