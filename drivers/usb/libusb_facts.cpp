#include "drivers/usb/libusb_facts.h"

#include <libusb.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <span>

namespace pishkhan::usb {

namespace {

struct FreeConfig {
  void operator()(libusb_config_descriptor* config) const { libusb_free_config_descriptor(config); }
};
using Config = std::unique_ptr<libusb_config_descriptor, FreeConfig>;

Config active_config(libusb_device* device) {
  libusb_config_descriptor* config = nullptr;
  return libusb_get_active_config_descriptor(device, &config) == 0 ? Config(config) : nullptr;
}

/// As the kernel names it in /sys/bus/usb/devices.
std::string port_name(libusb_device* device) {
  std::array<std::uint8_t, 8> ports{};
  const int depth = libusb_get_port_numbers(device, ports.data(), static_cast<int>(ports.size()));
  const std::string bus = std::to_string(libusb_get_bus_number(device));
  if (depth <= 0) return "usb" + bus;
  std::string name = bus;
  for (int i = 0; i < depth; ++i) {
    name += (i == 0 ? '-' : '.');
    name += std::to_string(ports[static_cast<std::size_t>(i)]);
  }
  return name;
}

std::string attribute_path(const std::string& port, const char* attribute) {
  return "/sys/bus/usb/devices/" + port + "/" + attribute;
}

std::string attribute(const std::string& port, const char* name) {
  constexpr std::size_t most = 126;  // characters of a string descriptor (USB 2.0, 9.6.7)
  std::ifstream file(attribute_path(port, name));
  std::string line;
  std::getline(file, line);
  if (line.size() > 4 * most) line.resize(4 * most);
  return line;
}

InterfaceInfo read_interface(const libusb_interface_descriptor& from) {
  InterfaceInfo info{.number = from.bInterfaceNumber,
                     .class_code = from.bInterfaceClass,
                     .subclass = from.bInterfaceSubClass,
                     .protocol = from.bInterfaceProtocol};
  for (const auto& endpoint : std::span(from.endpoint, from.bNumEndpoints)) {
    const int kind = endpoint.bmAttributes & LIBUSB_TRANSFER_TYPE_MASK;
    const bool in = (endpoint.bEndpointAddress & LIBUSB_ENDPOINT_IN) != 0;
    std::uint8_t* place = nullptr;
    if (kind == LIBUSB_TRANSFER_TYPE_BULK) place = in ? &info.bulk_in : &info.bulk_out;
    if (kind == LIBUSB_TRANSFER_TYPE_INTERRUPT && in) place = &info.interrupt_in;
    if (place != nullptr && *place == 0) *place = endpoint.bEndpointAddress;
  }
  return info;
}

void append(Bytes& out, const unsigned char* bytes, int count) {
  if (bytes != nullptr && count > 0) out.insert(out.end(), bytes, bytes + count);
}

void append_interface(Bytes& out, const libusb_interface_descriptor& from) {
  ByteWriter writer(out);
  for (const std::uint8_t byte : {std::uint8_t{9}, from.bDescriptorType, from.bInterfaceNumber,
                                  from.bAlternateSetting, from.bNumEndpoints, from.bInterfaceClass,
                                  from.bInterfaceSubClass, from.bInterfaceProtocol, from.iInterface}) {
    writer.u8(byte);
  }
  append(out, from.extra, from.extra_length);
  for (const auto& endpoint : std::span(from.endpoint, from.bNumEndpoints)) {
    const bool audio = endpoint.bLength >= 9;  // two more bytes, USB Audio 1.0, 4.4.2.1
    writer.u8(audio ? 9 : 7);
    writer.u8(endpoint.bDescriptorType);
    writer.u8(endpoint.bEndpointAddress);
    writer.u8(endpoint.bmAttributes);
    writer.le16(endpoint.wMaxPacketSize);
    writer.u8(endpoint.bInterval);
    if (audio) {
      writer.u8(endpoint.bRefresh);
      writer.u8(endpoint.bSynchAddress);
    }
    append(out, endpoint.extra, endpoint.extra_length);
  }
}

}  // namespace

DeviceInfo read_device(libusb_device* device) {
  DeviceInfo info;
  info.bus = libusb_get_bus_number(device);
  info.address = libusb_get_device_address(device);
  info.port = port_name(device);
  libusb_device_descriptor descriptor{};
  if (libusb_get_device_descriptor(device, &descriptor) == 0) {
    info.vendor_id = descriptor.idVendor;
    info.product_id = descriptor.idProduct;
    info.device_release = descriptor.bcdDevice;
    info.device_class = descriptor.bDeviceClass;
  }
  info.manufacturer = attribute(info.port, "manufacturer");
  info.product = attribute(info.port, "product");
  const Config config = active_config(device);
  if (!config) return info;
  for (const auto& interface : std::span(config->interface, config->bNumInterfaces)) {
    if (interface.num_altsetting > 0) info.interfaces.push_back(read_interface(interface.altsetting[0]));
  }
  std::ranges::sort(info.interfaces, {}, &InterfaceInfo::number);
  return info;
}

Bytes read_descriptors(libusb_device* device, std::uint8_t interface_number) {
  Bytes out;
  const Config config = active_config(device);
  if (!config) return out;
  ByteWriter writer(out);
  writer.u8(9);
  writer.u8(config->bDescriptorType);
  writer.le16(config->wTotalLength);
  for (const std::uint8_t byte : {config->bNumInterfaces, config->bConfigurationValue, config->iConfiguration,
                                  config->bmAttributes, config->MaxPower}) {
    writer.u8(byte);
  }
  for (const auto& interface : std::span(config->interface, config->bNumInterfaces)) {
    if (interface.num_altsetting > 0 && interface.altsetting[0].bInterfaceNumber == interface_number) {
      append_interface(out, interface.altsetting[0]);
    }
  }
  return out;
}

void keep_awake(const std::string& port) {
  std::ofstream(attribute_path(port, "power/control")) << "on";
}

}  // namespace pishkhan::usb
