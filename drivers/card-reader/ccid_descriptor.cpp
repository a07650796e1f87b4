#include "drivers/card-reader/ccid_descriptor.h"

#include <optional>

namespace pishkhan::card::ccid {

namespace {

constexpr std::uint8_t type_interface = 0x04;  // USB 2.0, table 9-5
constexpr std::uint8_t type_endpoint = 0x05;
constexpr std::uint8_t type_ccid = 0x21;  // CCID 5.1
constexpr std::uint8_t class_smart_card = 0x0B;
constexpr std::uint8_t class_vendor = 0xFF;  // readers older than the class say this

constexpr std::uint8_t endpoint_in = 0x80;  // USB 2.0, table 9-13
constexpr std::uint8_t transfer_mask = 3;
constexpr std::uint8_t transfer_bulk = 2;
constexpr std::uint8_t transfer_interrupt = 3;
constexpr std::uint16_t packet_mask = 0x07FF;

/// What the endpoints of the interface tell.
struct Endpoints {
  InterruptEndpoint interrupt = InterruptEndpoint::Absent;
  std::uint16_t out_packet_bytes = 0;

  void take(ByteView endpoint) {
    const bool in = (endpoint[2] & endpoint_in) != 0;
    const int kind = endpoint[3] & transfer_mask;
    if (in && kind == transfer_interrupt) interrupt = InterruptEndpoint::Present;
    if (!in && kind == transfer_bulk) {
      out_packet_bytes = static_cast<std::uint16_t>((endpoint[4] | endpoint[5] << 8) & packet_mask);
    }
  }
};

}  // namespace

Result<Level, DescriptorFault> level_of(std::uint32_t features) {
  switch ((features & feature::level_mask) >> 16) {
    case 0:
      return Level::Character;
    case 1:
      return Level::Tpdu;
    case 2:
      return Level::ShortApdu;
    case 4:
      return Level::ExtendedApdu;
    default:
      return fail(DescriptorFault::BadLevel);
  }
}

Result<ClassDescriptor, DescriptorFault> parse_class_descriptor(ByteView bytes) {
  if (bytes.size() != class_descriptor_bytes) return fail(DescriptorFault::Truncated);
  ByteReader reader(bytes);
  if (reader.u8() != class_descriptor_bytes || reader.u8() != type_ccid) return fail(DescriptorFault::NotCcid);
  ClassDescriptor descriptor;
  descriptor.release = reader.le16();
  descriptor.maximum_slot_index = reader.u8();
  descriptor.voltages = reader.u8();
  descriptor.protocols = reader.le32();
  descriptor.default_clock = reader.le32();
  descriptor.maximum_clock = reader.le32();
  descriptor.listed_clocks = reader.u8();
  descriptor.default_rate = reader.le32();
  descriptor.maximum_rate = reader.le32();
  descriptor.listed_rates = reader.u8();
  descriptor.maximum_ifsd = reader.le32();
  descriptor.synchronous_protocols = reader.le32();
  descriptor.mechanical = reader.le32();
  descriptor.features = reader.le32();
  descriptor.maximum_message_bytes = reader.le32();
  descriptor.get_response_class = reader.u8();
  descriptor.envelope_class = reader.u8();
  descriptor.display = reader.le16();
  descriptor.pin_pad = reader.u8();
  descriptor.busy_slots = reader.u8();
  const Result<Level, DescriptorFault> level = level_of(descriptor.features);
  if (!level) return fail(level.error());
  descriptor.level = *level;
  return descriptor;
}

Result<ClassDescriptor, DescriptorFault> parse_descriptors(ByteView descriptors) {
  bool in_reader = false;
  std::optional<ByteView> found;
  std::optional<ByteView> interface;
  Endpoints endpoints;
  while (!descriptors.empty()) {
    const std::size_t length = descriptors[0];
    if (length < 2 || length > descriptors.size()) return fail(DescriptorFault::Truncated);
    const ByteView one = descriptors.first(length);
    descriptors = descriptors.subspan(length);
    if (one[1] == type_interface && length >= 9) {
      if (found) break;
      in_reader = one[5] == class_smart_card || one[5] == class_vendor;
      interface = one;
      endpoints = {};
    } else if (one[1] == type_ccid && length == class_descriptor_bytes && in_reader) {
      found = one;
    } else if (one[1] == type_endpoint && length >= 7) {
      endpoints.take(one);
    }
  }
  if (!found) return fail(DescriptorFault::NotCcid);
  Result<ClassDescriptor, DescriptorFault> descriptor = parse_class_descriptor(*found);
  if (!descriptor) return descriptor;
  descriptor->interrupt = endpoints.interrupt;
  descriptor->out_packet_bytes = endpoints.out_packet_bytes;
  descriptor->interface_number = (*interface)[2];
  descriptor->interface_class = (*interface)[5];
  return descriptor;
}

}  // namespace pishkhan::card::ccid
