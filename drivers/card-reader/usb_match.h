#pragma once

#include "drivers/card-reader/quirk_files.h"
#include "drivers/usb/device_info.h"

namespace pishkhan::card {

/// Readers on the USB: interface class 0B, smart card (CCID 1.1, 4.3), and those that hide behind the vendor
/// class, of which a quirk knows; the udev rule in drivers/usb lists the same ids. ICCD (protocols 1 and 2) is
/// not meant.
[[nodiscard]] inline usb::Wanted wanted_readers(const Quirks& quirks = Quirks()) {
  usb::Wanted wanted{.classes = {{.class_code = 0x0B, .subclass = 0, .protocol = 0}}, .ids = {}};
  for (const Quirk& quirk : quirks.all()) {
    if (quirk.interface_class != Quirk::Class::Vendor) continue;
    for (const QuirkMatch& match : quirk.matches) {
      wanted.ids.push_back({.vendor_id = match.vendor_id, .product_id = match.product_id});
    }
  }
  return wanted;
}

}  // namespace pishkhan::card
