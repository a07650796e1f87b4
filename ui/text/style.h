#pragma once

#include "base/core/language.h"

#include <cstdint>
#include <limits>

namespace pishkhan::text {

enum class Weight : std::uint8_t { Regular, Medium, Bold };
/// Auto takes the direction of the first strong letter of each paragraph, and where there is none that of
/// the language (UAX #9, rules P2 and P3).
enum class Direction : std::uint8_t { LeftToRight, RightToLeft, Auto };
/// Start and End follow the paragraph's direction, Left and Right do not.
enum class Align : std::uint8_t { Start, Center, End, Left, Right };

/// A width that never breaks a line.
inline constexpr float kUnlimited = std::numeric_limits<float>::infinity();

/// How a text is set. Thread: a plain value.
struct Style {
  float size_px = 32;  ///< the em, in pixels (or dots on paper); 4 to 400
  Weight weight = Weight::Regular;
  Direction base = Direction::Auto;
  Align align = Align::Start;
  float line_height = 1.6F;  ///< times the em, rounded to whole pixels
  Language language = Language::Persian;
  int maximum_lines = 0;  ///< 0: as many as needed; otherwise the last line ends in an ellipsis if text was cut
  friend bool operator==(const Style&, const Style&) = default;
};

}  // namespace pishkhan::text
