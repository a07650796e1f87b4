#include "drivers/card-reader/ccid.h"

namespace pishkhan::card::ccid {

namespace {

constexpr std::uint8_t type_interface = 0x04;  // USB 2.0, table 9-5
constexpr std::uint8_t type_endpoint = 0x05;
constexpr std::uint8_t type_ccid = 0x21;  // CCID 5.1
constexpr std::uint8_t class_smart_card = 0x0B;
constexpr std::uint8_t class_vendor = 0xFF;  // readers older than the class say this

Result<Level, DescriptorFault> level_of(std::uint32_t features) {
  switch (features >> 16 & 0x7U) {  // dwFeatures, bits 16 to 18
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

Result<ClassDescriptor, DescriptorFault> parse_class(ByteView bytes) {
  ByteReader reader(bytes);
  ClassDescriptor descriptor;
  reader.bytes(4);  // bLength, bDescriptorType, bcdCCID
  descriptor.maximum_slot_index = reader.u8();
  descriptor.voltages = reader.u8();
  descriptor.protocols = reader.le32();
  reader.bytes(4 + 4 + 1 + 4 + 4 + 1);  // clocks and data rates
  reader.bytes(4 + 4 + 4);              // dwMaxIFSD, dwSynchProtocols, dwMechanical
  descriptor.features = reader.le32();
  descriptor.maximum_message_bytes = reader.le32();
  reader.bytes(1 + 1 + 2 + 1);  // bClassGetResponse, bClassEnvelope, wLcdLayout, bPINSupport
  descriptor.busy_slots = reader.u8();
  if (!reader.ok() || !reader.at_end()) return fail(DescriptorFault::Truncated);
  const Result<Level, DescriptorFault> level = level_of(descriptor.features);
  if (!level) return fail(level.error());
  descriptor.level = *level;
  return descriptor;
}

Bytes message(std::uint8_t kind, std::uint8_t slot, std::uint8_t sequence, std::uint8_t byte7, ByteView data) {
  Bytes bytes;
  bytes.reserve(header_bytes + data.size());
  ByteWriter writer(bytes);
  writer.u8(kind);
  writer.le32(static_cast<std::uint32_t>(data.size()));
  writer.u8(slot);
  writer.u8(sequence);
  writer.u8(byte7);
  writer.le16(0);
  writer.bytes(data);
  return bytes;
}

}  // namespace

Result<ClassDescriptor, DescriptorFault> parse_descriptors(ByteView descriptors) {
  bool in_reader = false;
  std::optional<ByteView> found;
  InterruptEndpoint interrupt = InterruptEndpoint::Absent;
  while (!descriptors.empty()) {
    const std::size_t length = descriptors[0];
    if (length < 2 || length > descriptors.size()) return fail(DescriptorFault::Truncated);
    const ByteView one = descriptors.first(length);
    descriptors = descriptors.subspan(length);
    if (one[1] == type_interface && length >= 9) {
      if (found) break;
      in_reader = one[5] == class_smart_card || one[5] == class_vendor;
      interrupt = InterruptEndpoint::Absent;
    } else if (one[1] == type_ccid && length == class_descriptor_bytes && in_reader) {
      found = one;
    } else if (one[1] == type_endpoint && length >= 7 && (one[2] & 0x80) != 0 && (one[3] & 3) == 3) {
      interrupt = InterruptEndpoint::Present;
    }
  }
  if (!found) return fail(DescriptorFault::NotCcid);
  Result<ClassDescriptor, DescriptorFault> descriptor = parse_class(*found);
  if (descriptor) descriptor->interrupt = interrupt;
  return descriptor;
}

Bytes power_on(std::uint8_t slot, std::uint8_t sequence, PowerSelect power) {
  return message(0x62, slot, sequence, static_cast<std::uint8_t>(power), {});
}

Bytes power_off(std::uint8_t slot, std::uint8_t sequence) {
  return message(0x63, slot, sequence, 0, {});
}

Bytes get_slot_status(std::uint8_t slot, std::uint8_t sequence) {
  return message(0x65, slot, sequence, 0, {});
}

Bytes transfer_block(std::uint8_t slot, std::uint8_t sequence, ByteView data) {
  return message(0x6F, slot, sequence, 0, data);
}

Result<Reply, FrameFault> parse_reply(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint8_t kind = reader.u8();
  const std::uint32_t length = reader.le32();
  Reply reply;
  reply.slot = reader.u8();
  reply.sequence = reader.u8();
  const std::uint8_t status = reader.u8();
  reply.error = reader.u8();
  reply.parameter = reader.u8();
  if (!reader.ok() || reader.remaining() < length) return fail(FrameFault::Truncated);
  if (reader.remaining() > length) return fail(FrameFault::TooLong);
  if (kind != 0x80 && kind != 0x81) return fail(FrameFault::UnknownKind);
  if ((status & 0x03) == 3 || (status >> 6) == 3) return fail(FrameFault::BadStatus);
  reply.kind = static_cast<ReplyKind>(kind);
  reply.icc = static_cast<IccStatus>(status & 0x03);
  reply.command = static_cast<CommandStatus>(status >> 6);
  if (reply.kind == ReplyKind::SlotStatus && length != 0) return fail(FrameFault::BadStatus);
  const ByteView data = reader.bytes(length);
  reply.data.assign(data.begin(), data.end());
  return reply;
}

std::optional<SlotChange> parse_notification(ByteView bytes) {
  if (bytes.size() < 2 || bytes[0] != 0x50) return std::nullopt;
  return SlotChange{.present = (bytes[1] & 1) != 0, .changed = (bytes[1] & 2) != 0};
}

}  // namespace pishkhan::card::ccid
