#pragma once

#include "drivers/usb/device_info.h"

namespace pishkhan::printer {

/// Printers on the USB: interface class 7, subclass 1 (USB Printer Class 1.1, 4.1), whatever the protocol; and
/// those that say vendor class. The udev rule in drivers/usb lists the same ids.
[[nodiscard]] inline usb::Wanted wanted_printers() {
  return {.classes = {{.class_code = 0x07, .subclass = 0x01, .protocol = {}}},
          .ids = {{.vendor_id = 0x04B8, .product_id = 0x0202}}};
}

}  // namespace pishkhan::printer
