#pragma once

// For the sources of ui/text only.
#include "ui/text/style.h"
#include "ui/text/wiped.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace pishkhan::text {

/// One paragraph's embedding levels (UAX #9, P2 to I2 and parts 1 to 3 of L1), by FriBidi. Characters that
/// rule X9 removes carry the level of what stands before them.
struct BidiLevels {
  int base = 0;  ///< 0 left to right, 1 right to left
  WipedVector<std::int8_t> levels;
  WipedVector<std::uint8_t> hangs;  ///< 1 where part 4 of L1 resets the level at a line's end
};

/// `text` is one paragraph; `otherwise` is the direction where Auto finds no strong letter.
BidiLevels resolve_levels(std::span<const char32_t> text, Direction base, Direction otherwise);

/// Part 4 of L1: the first position of the run of white space and isolate marks that ends begin .. end.
std::size_t line_tail(const BidiLevels& bidi, std::size_t begin, std::size_t end);

/// Rule L2: for each visual place, left to right, the index of the element that stands there.
WipedVector<std::uint32_t> visual_order(std::span<const std::int8_t> levels);

}  // namespace pishkhan::text
