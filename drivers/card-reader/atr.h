#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace pishkhan::card {

enum class AtrFault : std::uint8_t {
  BadFirstByte,  ///< TS is neither 3B nor 3F
  Truncated,     ///< ends before what T0 and the TDs announce
  TooLong,       ///< bytes after the end, or more than 32 characters after TS
};
enum class Convention : std::uint8_t { Direct, Inverse };
/// TCK is present if and only if some TD announces a protocol other than T=0 (ISO 7816-3, 8.2.5).
enum class CheckByte : std::uint8_t { Absent, Right, Wrong };

/// Answer to reset, ISO 7816-3:2006, clause 8.2. Thread: a plain value.
struct Atr {
  struct InterfaceBytes {
    std::optional<std::uint8_t> ta, tb, tc, td;
    friend bool operator==(const InterfaceBytes&, const InterfaceBytes&) = default;
  };
  Convention convention = Convention::Direct;
  std::vector<InterfaceBytes> interface_bytes;  ///< TA1…TD1, TA2…TD2, … ; the first is announced by T0
  std::vector<std::uint8_t> protocols;          ///< T values in the order announced; {0} if there is no TD1
  Bytes historical;                             ///< 0 to 15 bytes
  CheckByte check = CheckByte::Absent;
  Bytes bytes;  ///< as they came
  friend bool operator==(const Atr&, const Atr&) = default;
};

[[nodiscard]] Result<Atr, AtrFault> parse_atr(ByteView bytes);

}  // namespace pishkhan::card
