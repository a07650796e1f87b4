#pragma once

#include "drivers/usb/device_info.h"

namespace pishkhan::card {

/// Readers on the USB: interface class 0B, smart card (CCID 1.1, 4.3); ICCD (protocols 1 and 2) is not meant.
[[nodiscard]] inline usb::Wanted wanted_readers() {
  return {.classes = {{.class_code = 0x0B, .subclass = 0, .protocol = 0}}, .ids = {}};
}

}  // namespace pishkhan::card
