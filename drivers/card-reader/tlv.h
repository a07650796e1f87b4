#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstdint>
#include <optional>

namespace pishkhan::card {

/// One BER-TLV data object (ISO 7816-4, 5.2.2): tag of one to three bytes, definite length in one to three.
struct Tlv {
  std::uint32_t tag = 0;  ///< the tag's bytes as one number, first byte most significant: 5F20
  ByteView value;         ///< into the bytes that were read
  [[nodiscard]] bool constructed() const;
};
enum class TlvFault : std::uint8_t {
  Truncated,
  BadTag,     ///< longer than three bytes, or a subsequent byte that may not be
  BadLength,  ///< indefinite, or longer than two bytes of length
};

/// Walks the data objects of one level; goes into none by itself, so depth is the caller's choice.
/// Bytes 00 and FF between objects are padding. Thread: one owner; the bytes must outlive it.
class TlvReader {
 public:
  explicit TlvReader(ByteView bytes) : rest_(bytes) {}
  /// The next object; nothing at the end.
  [[nodiscard]] Result<std::optional<Tlv>, TlvFault> next();

 private:
  ByteView rest_;
};

/// Appends an object with a tag of one byte and a value of at most 65,535.
void append_tlv(Bytes& target, std::uint8_t tag, ByteView value);

/// How many bytes the object at the start takes with its tag and length, once its header can be seen.
[[nodiscard]] Result<std::size_t, TlvFault> tlv_size(ByteView start);

}  // namespace pishkhan::card
