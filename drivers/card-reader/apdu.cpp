#include "drivers/card-reader/apdu.h"

#include "base/core/ensure.h"

namespace pishkhan::card {

namespace {

void append_extended_lengths(ByteWriter& writer, const Command& command) {
  // One zero byte in front says that the lengths are extended; it stands before Lc, or before Le without Lc.
  writer.u8(0);
  if (!command.data.empty()) {
    writer.be16(static_cast<std::uint16_t>(command.data.size()));
    writer.bytes(command.data);
  }
  if (command.wanted) writer.be16(static_cast<std::uint16_t>(*command.wanted));
}

}  // namespace

Bytes encode(const Command& command) {
  ENSURE(command.data.size() <= extended_data_bytes, "an APDU carries at most 65,535 bytes");
  ENSURE(!command.wanted || (*command.wanted >= 1 && *command.wanted <= extended_answer_bytes),
         "Ne is 1 to 65,536");
  Bytes bytes;
  bytes.reserve(9 + command.data.size());
  ByteWriter writer(bytes);
  writer.u8(command.cla);
  writer.u8(command.ins);
  writer.u8(command.p1);
  writer.u8(command.p2);
  if (!command.fits_short()) {
    append_extended_lengths(writer, command);
    return bytes;
  }
  if (!command.data.empty()) {
    writer.u8(static_cast<std::uint8_t>(command.data.size()));
    writer.bytes(command.data);
  }
  if (command.wanted) writer.u8(static_cast<std::uint8_t>(*command.wanted));
  return bytes;
}

Result<Response, ApduFault> parse_response(ByteView bytes) {
  if (bytes.size() < 2) return fail(ApduFault::Truncated);
  if (bytes.size() > extended_answer_bytes + 2) return fail(ApduFault::TooLong);
  const ByteView data = bytes.first(bytes.size() - 2);
  const std::uint8_t sw1 = bytes[bytes.size() - 2];
  const std::uint8_t sw2 = bytes[bytes.size() - 1];
  const bool known = (sw1 >> 4) == 6 || (sw1 >> 4) == 9;
  if (!known || sw1 == 0x60) return fail(ApduFault::BadStatus);
  return Response{.data = Bytes(data.begin(), data.end()),
                  .status = static_cast<std::uint16_t>(sw1 << 8 | sw2)};
}

}  // namespace pishkhan::card
