#include "ui/text/bidi.h"

#include "base/core/ensure.h"

#include <fribidi.h>

#include <algorithm>
#include <numeric>

namespace pishkhan::text {
namespace {

FriBidiParType paragraph_type(Direction base, Direction otherwise) {
  switch (base) {
    case Direction::LeftToRight:
      return FRIBIDI_PAR_LTR;
    case Direction::RightToLeft:
      return FRIBIDI_PAR_RTL;
    case Direction::Auto:
      break;
  }
  return otherwise == Direction::RightToLeft ? FRIBIDI_PAR_WRTL : FRIBIDI_PAR_WLTR;
}

}  // namespace

BidiLevels resolve_levels(std::span<const char32_t> text, Direction base, Direction otherwise) {
  const std::size_t size = text.size();
  ENSURE(size < 1U << 30U, "a paragraph is short");
  static_assert(sizeof(FriBidiChar) == sizeof(char32_t) && sizeof(FriBidiLevel) == 1);
  BidiLevels bidi;
  FriBidiParType paragraph = paragraph_type(base, otherwise);
  if (size == 0) {
    bidi.base = paragraph == FRIBIDI_PAR_RTL || paragraph == FRIBIDI_PAR_WRTL ? 1 : 0;
    return bidi;
  }
  const auto length = static_cast<FriBidiStrIndex>(size);
  const auto* characters = reinterpret_cast<const FriBidiChar*>(text.data());
  WipedVector<FriBidiCharType> types(size);
  WipedVector<FriBidiBracketType> brackets(size);
  bidi.levels.resize(size);
  fribidi_get_bidi_types(characters, length, types.data());
  fribidi_get_bracket_types(characters, length, types.data(), brackets.data());
  auto* levels = reinterpret_cast<FriBidiLevel*>(bidi.levels.data());
  const FriBidiLevel highest =
      fribidi_get_par_embedding_levels_ex(types.data(), brackets.data(), length, &paragraph, levels);
  bidi.base = FRIBIDI_DIR_TO_LEVEL(paragraph);
  // Zero means that FriBidi had no memory; the words are still shown, in plain order.
  if (highest == 0) std::fill(bidi.levels.begin(), bidi.levels.end(), static_cast<std::int8_t>(bidi.base));
  bidi.hangs.resize(size);
  for (std::size_t i = 0; i < size; ++i) {
    const bool tail = (types[i] & (FRIBIDI_MASK_EXPLICIT | FRIBIDI_MASK_ISOLATE | FRIBIDI_MASK_BN |
                                   FRIBIDI_MASK_WS | FRIBIDI_MASK_SEPARATOR)) != 0;
    bidi.hangs[i] = tail ? 1 : 0;
  }
  return bidi;
}

std::size_t line_tail(const BidiLevels& bidi, std::size_t begin, std::size_t end) {
  while (end > begin && bidi.hangs[end - 1] != 0) --end;
  return end;
}

WipedVector<std::uint32_t> visual_order(std::span<const std::int8_t> levels) {
  WipedVector<std::uint32_t> order(levels.size());
  std::iota(order.begin(), order.end(), 0U);
  if (levels.empty()) return order;
  const int highest = *std::max_element(levels.begin(), levels.end());
  // From the highest level to the lowest odd one, turn every run at that level or above.
  for (int level = highest; level > 0; --level) {
    for (std::size_t i = 0; i < levels.size();) {
      std::size_t run_end = i;
      while (run_end < levels.size() && levels[run_end] >= level) ++run_end;
      std::reverse(order.begin() + static_cast<std::ptrdiff_t>(i),
                   order.begin() + static_cast<std::ptrdiff_t>(run_end));
      i = std::max(run_end, i + 1);
    }
  }
  return order;
}

}  // namespace pishkhan::text
