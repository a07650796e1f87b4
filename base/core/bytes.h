#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal, two digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// Nothing if the text has an odd length or a character that is no hexadecimal digit.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Appends fixed-width integers and runs of bytes. Big-endian and little-endian forms are named, never implied.
class ByteWriter {
 public:
  explicit ByteWriter(Bytes& target) : target_(target) {}
  void u8(std::uint8_t value) { target_.push_back(value); }
  void be16(std::uint16_t value) { big_endian(value, 2); }
  void be32(std::uint32_t value) { big_endian(value, 4); }
  void be64(std::uint64_t value) { big_endian(value, 8); }
  void le16(std::uint16_t value) { little_endian(value, 2); }
  void le32(std::uint32_t value) { little_endian(value, 4); }
  void bytes(ByteView run) { target_.insert(target_.end(), run.begin(), run.end()); }

 private:
  void big_endian(std::uint64_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> shift));
  }
  void little_endian(std::uint64_t value, int width) {
    for (int shift = 0; shift < 8 * width; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
  }
  Bytes& target_;
};

/// Reads what ByteWriter wrote, or hostile bytes: reading past the end makes the reader bad and yields
/// zeros; check ok() once at the end.
class ByteReader {
 public:
  explicit ByteReader(ByteView source) : source_(source) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return position_ == source_.size(); }
  [[nodiscard]] std::size_t remaining() const { return source_.size() - position_; }
  std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  std::uint16_t be16() { return static_cast<std::uint16_t>(big_endian(2)); }
  std::uint32_t be32() { return static_cast<std::uint32_t>(big_endian(4)); }
  std::uint64_t be64() { return big_endian(8); }
  std::uint16_t le16() { return static_cast<std::uint16_t>(little_endian(2)); }
  std::uint32_t le32() { return static_cast<std::uint32_t>(little_endian(4)); }
  /// The next `count` bytes, or an empty view (and a bad reader) if there are fewer.
  ByteView bytes(std::size_t count) {
    if (count > remaining()) {
      ok_ = false;
      position_ = source_.size();
      return {};
    }
    const ByteView run = source_.subspan(position_, count);
    position_ += count;
    return run;
  }

 private:
  std::uint64_t big_endian(std::size_t width) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes(width)) value = value << 8 | byte;
    return value;
  }
  std::uint64_t little_endian(std::size_t width) {
    std::uint64_t value = 0;
    int shift = 0;
    for (const std::uint8_t byte : bytes(width)) {
      value |= static_cast<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }
  ByteView source_;
  std::size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace pishkhan
