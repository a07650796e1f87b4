#pragma once

#include "base/core/bytes.h"
#include "drivers/usb/transport.h"

#include <optional>
#include <string>

namespace pishkhan::printer {

/// What a printer calls itself (IEEE 1284-2000, 7.6): "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;".
/// Thread: a plain value.
struct DeviceId {
  std::string manufacturer;  ///< MFG or MANUFACTURER
  std::string model;         ///< MDL or MODEL
  std::string commands;      ///< CMD or COMMAND SET
  friend bool operator==(const DeviceId&, const DeviceId&) = default;
};

/// `answer` as GET_DEVICE_ID gives it: two bytes of length, high byte first, which count themselves; then keys
/// and values. Printers are known that give the length low byte first or do not count it, so it is not trusted:
/// what came is read. Nothing if not even a length came. Values hold printable characters only, at most 64 of
/// each.
[[nodiscard]] std::optional<DeviceId> parse_device_id(ByteView answer);

/// GET_DEVICE_ID (USB Printer Class 1.1, 4.2.1) of the claimed interface. Many printers do not know it: an
/// empty identity is an ordinary answer.
[[nodiscard]] DeviceId read_device_id(usb::Transport& transport);

}  // namespace pishkhan::printer
