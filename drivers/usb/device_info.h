#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::usb {

/// bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol (USB 2.0, 9.6.5); what is not given matches any.
struct ClassMatch {
  std::uint8_t class_code = 0;
  std::optional<std::uint8_t> subclass;
  std::optional<std::uint8_t> protocol;
};
/// For devices that hide behind the vendor class. The first interface with bulk endpoints both ways is meant.
struct IdMatch {
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
};
/// The devices that a driver takes. Thread: a plain value.
struct Wanted {
  std::vector<ClassMatch> classes;
  std::vector<IdMatch> ids;
};

struct InterfaceInfo {
  std::uint8_t number = 0;
  std::uint8_t class_code = 0;
  std::uint8_t subclass = 0;
  std::uint8_t protocol = 0;
  /// Addresses with their direction bit (USB 2.0, 9.6.6); 0 = there is none.
  std::uint8_t bulk_out = 0;
  std::uint8_t bulk_in = 0;
  std::uint8_t interrupt_in = 0;
  friend bool operator==(const InterfaceInfo&, const InterfaceInfo&) = default;
};

/// A device as it lies on the bus, told without opening it. Thread: a plain value.
struct DeviceInfo {
  std::uint64_t generation = 0;  ///< of this plugging-in; never given twice in a process
  std::uint8_t bus = 0;
  std::uint8_t address = 0;
  std::string port;  ///< where it is plugged in, as the kernel writes it: "1-1.4"; empty for a root hub
  std::uint16_t vendor_id = 0;
  std::uint16_t product_id = 0;
  std::uint16_t device_release = 0;
  std::uint8_t device_class = 0;
  /// What it calls itself, as the kernel read it when it was plugged in; may be empty.
  std::string manufacturer;
  std::string product;
  std::vector<InterfaceInfo> interfaces;  ///< alternate setting 0 of each, of the active configuration
  /// "/dev/bus/usb/001/004".
  [[nodiscard]] std::string node() const;
};

/// The interface of `device` that `wanted` means: by id first, then by class, the lowest number first.
[[nodiscard]] std::optional<InterfaceInfo> wanted_interface(const DeviceInfo& device, const Wanted& wanted);

}  // namespace pishkhan::usb
