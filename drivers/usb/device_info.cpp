#include "drivers/usb/device_info.h"

#include <algorithm>
#include <cstdio>

namespace pishkhan::usb {

namespace {

bool means(const ClassMatch& match, const InterfaceInfo& interface) {
  return match.class_code == interface.class_code &&
         match.subclass.value_or(interface.subclass) == interface.subclass &&
         match.protocol.value_or(interface.protocol) == interface.protocol;
}

}  // namespace

std::string DeviceInfo::node() const {
  char text[40];
  std::snprintf(text, sizeof text, "/dev/bus/usb/%03u/%03u", unsigned{bus}, unsigned{address});
  return text;
}

std::optional<InterfaceInfo> wanted_interface(const DeviceInfo& device, const Wanted& wanted) {
  const bool by_id = std::ranges::any_of(wanted.ids, [&](const IdMatch& id) {
    return id.vendor_id == device.vendor_id && id.product_id == device.product_id;
  });
  for (const InterfaceInfo& interface : device.interfaces) {
    const bool talks = interface.bulk_out != 0 && interface.bulk_in != 0;
    const bool by_class =
        std::ranges::any_of(wanted.classes, [&](const ClassMatch& match) { return means(match, interface); });
    if ((by_id && talks) || by_class) return interface;
  }
  return std::nullopt;
}

}  // namespace pishkhan::usb
