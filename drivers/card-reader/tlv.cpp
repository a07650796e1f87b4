#include "drivers/card-reader/tlv.h"

#include "base/core/ensure.h"

namespace pishkhan::card {

namespace {

struct Header {
  std::uint32_t tag = 0;
  std::size_t header_bytes = 0;
  std::size_t value_bytes = 0;
};

Result<std::uint32_t, TlvFault> take_tag(ByteReader& reader) {
  std::uint32_t tag = reader.u8();
  if (!reader.ok()) return fail(TlvFault::Truncated);
  if ((tag & 0x1F) != 0x1F) return tag;
  const std::uint8_t second = reader.u8();
  if (!reader.ok()) return fail(TlvFault::Truncated);
  tag = tag << 8 | second;
  if ((second & 0x80) == 0) {
    // Numbers below 31 must take the one-byte form (ISO 7816-4, 5.2.2.1).
    if (second < 0x1F) return fail(TlvFault::BadTag);
    return tag;
  }
  if (second == 0x80) return fail(TlvFault::BadTag);
  const std::uint8_t third = reader.u8();
  if (!reader.ok()) return fail(TlvFault::Truncated);
  if ((third & 0x80) != 0) return fail(TlvFault::BadTag);
  return tag << 8 | third;
}

Result<std::size_t, TlvFault> take_length(ByteReader& reader) {
  const std::uint8_t first = reader.u8();
  if (!reader.ok()) return fail(TlvFault::Truncated);
  if (first < 0x80) return std::size_t{first};
  std::size_t length = 0;
  if (first == 0x81) {
    length = reader.u8();
  } else if (first == 0x82) {
    length = reader.be16();
  } else {
    return fail(TlvFault::BadLength);
  }
  if (!reader.ok()) return fail(TlvFault::Truncated);
  return length;
}

Result<Header, TlvFault> take_header(ByteView bytes) {
  ByteReader reader(bytes);
  const Result<std::uint32_t, TlvFault> tag = take_tag(reader);
  if (!tag) return fail(tag.error());
  const Result<std::size_t, TlvFault> length = take_length(reader);
  if (!length) return fail(length.error());
  return Header{.tag = *tag, .header_bytes = bytes.size() - reader.remaining(), .value_bytes = *length};
}

}  // namespace

bool Tlv::constructed() const {
  const std::uint32_t first = tag > 0xFFFF ? tag >> 16 : tag > 0xFF ? tag >> 8 : tag;
  return (first & 0x20) != 0;
}

Result<std::optional<Tlv>, TlvFault> TlvReader::next() {
  while (!rest_.empty() && (rest_[0] == 0x00 || rest_[0] == 0xFF)) rest_ = rest_.subspan(1);
  if (rest_.empty()) return std::optional<Tlv>();
  const Result<Header, TlvFault> header = take_header(rest_);
  if (!header) return fail(header.error());
  if (rest_.size() - header->header_bytes < header->value_bytes) return fail(TlvFault::Truncated);
  const Tlv object{.tag = header->tag, .value = rest_.subspan(header->header_bytes, header->value_bytes)};
  rest_ = rest_.subspan(header->header_bytes + header->value_bytes);
  return std::optional<Tlv>(object);
}

void append_tlv(Bytes& target, std::uint8_t tag, ByteView value) {
  ENSURE(value.size() <= 0xFFFF, "a value fits a length of two bytes");
  ByteWriter writer(target);
  writer.u8(tag);
  if (value.size() > 0xFF) {
    writer.u8(0x82);
    writer.be16(static_cast<std::uint16_t>(value.size()));
  } else {
    if (value.size() > 0x7F) writer.u8(0x81);
    writer.u8(static_cast<std::uint8_t>(value.size()));
  }
  writer.bytes(value);
}

Result<std::size_t, TlvFault> tlv_size(ByteView start) {
  const Result<Header, TlvFault> header = take_header(start);
  if (!header) return fail(header.error());
  return header->header_bytes + header->value_bytes;
}

}  // namespace pishkhan::card
