#pragma once

#include "base/core/bytes.h"
#include "drivers/usb/device_info.h"

#include <cstdint>
#include <string>

struct libusb_device;

namespace pishkhan::usb {

/// What can be known of a device without opening it; its generation is left 0. Reads the kernel's copies only.
[[nodiscard]] DeviceInfo read_device(libusb_device* device);
/// Transport::descriptors().
[[nodiscard]] Bytes read_descriptors(libusb_device* device, std::uint8_t interface_number);
/// Switches off autosuspend, as far as we may; the shipped udev rule does it for who may not. A reader that
/// sleeps does not notice a card, and some fail to be opened at all.
void keep_awake(const std::string& port);

}  // namespace pishkhan::usb
