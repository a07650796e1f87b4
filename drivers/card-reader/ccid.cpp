#include "drivers/card-reader/ccid.h"

namespace pishkhan::card::ccid {

namespace {

Bytes message(std::uint8_t kind, std::uint8_t slot, std::uint8_t sequence, std::uint8_t byte7,
              std::uint16_t level = 0, ByteView data = {}) {
  Bytes bytes;
  bytes.reserve(header_bytes + data.size());
  ByteWriter writer(bytes);
  writer.u8(kind);
  writer.le32(static_cast<std::uint32_t>(data.size()));
  writer.u8(slot);
  writer.u8(sequence);
  writer.u8(byte7);
  writer.le16(level);
  writer.bytes(data);
  return bytes;
}

/// Only these carry data (6.2.1, 6.2.3 to 6.2.5).
bool may_carry_data(ReplyKind kind) {
  return kind != ReplyKind::SlotStatus;
}

}  // namespace

Bytes power_on(std::uint8_t slot, std::uint8_t sequence, PowerSelect power) {
  return message(0x62, slot, sequence, static_cast<std::uint8_t>(power));
}

Bytes power_off(std::uint8_t slot, std::uint8_t sequence) {
  return message(0x63, slot, sequence, 0);
}

Bytes get_slot_status(std::uint8_t slot, std::uint8_t sequence) {
  return message(0x65, slot, sequence, 0);
}

Bytes transfer_block(std::uint8_t slot, std::uint8_t sequence, ByteView data, Part part, std::uint8_t waiting) {
  return message(0x6F, slot, sequence, waiting, static_cast<std::uint16_t>(part), data);
}

Bytes get_parameters(std::uint8_t slot, std::uint8_t sequence) {
  return message(0x6C, slot, sequence, 0);
}

Bytes set_parameters(std::uint8_t slot, std::uint8_t sequence, Protocol protocol, ByteView structure) {
  return message(0x61, slot, sequence, static_cast<std::uint8_t>(protocol), 0, structure);
}

Bytes escape(std::uint8_t slot, std::uint8_t sequence, ByteView data) {
  return message(0x6B, slot, sequence, 0, 0, data);
}

Bytes icc_clock(std::uint8_t slot, std::uint8_t sequence, ClockCommand command) {
  return message(0x6E, slot, sequence, static_cast<std::uint8_t>(command));
}

Bytes secure(std::uint8_t slot, std::uint8_t sequence, ByteView data) {
  return message(secure_message, slot, sequence, 0, 0, data);
}

Bytes abort(std::uint8_t slot, std::uint8_t sequence) {
  return message(0x72, slot, sequence, 0);
}

Bytes set_rate_and_clock(std::uint8_t slot, std::uint8_t sequence, std::uint32_t kilohertz,
                         std::uint32_t bits_per_second) {
  Bytes data;
  ByteWriter writer(data);
  writer.le32(kilohertz);
  writer.le32(bits_per_second);
  return message(0x73, slot, sequence, 0, 0, data);
}

Result<Reply, FrameFault> parse_reply(ByteView bytes, UnsaidParameters unsaid) {
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
  const bool ignored = unsaid == UnsaidParameters::Ignored && length == 0 &&
                       kind == static_cast<std::uint8_t>(ReplyKind::Parameters);
  if (reader.remaining() > length && !ignored) return fail(FrameFault::TooLong);
  if (kind < 0x80 || kind > 0x84) return fail(FrameFault::UnknownKind);
  if ((status & 0x03) == 3 || (status >> 6) == 3) return fail(FrameFault::BadStatus);
  reply.kind = static_cast<ReplyKind>(kind);
  reply.icc = static_cast<IccStatus>(status & 0x03);
  reply.command = static_cast<CommandStatus>(status >> 6);
  if (!may_carry_data(reply.kind) && length != 0) return fail(FrameFault::BadStatus);
  const ByteView data = reader.bytes(length);
  reply.data.assign(data.begin(), data.end());
  return reply;
}

std::optional<SlotChange> parse_notification(ByteView bytes, std::uint8_t slot) {
  // Two bits a slot, four slots a byte.
  const std::size_t at = 1 + slot / 4U;
  if (bytes.size() <= at || bytes[0] != 0x50) return std::nullopt;
  const int bits = bytes[at] >> (slot % 4 * 2);
  return SlotChange{.present = (bits & 1) != 0, .changed = (bits & 2) != 0};
}

bool is_hardware_error(ByteView bytes, std::uint8_t slot) {
  return bytes.size() >= 4 && bytes[0] == 0x51 && bytes[1] == slot;
}

}  // namespace pishkhan::card::ccid
