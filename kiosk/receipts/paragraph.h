#pragma once

#include "base/core/language.h"
#include "ui/text/engine.h"

#include <string_view>
#include <vector>

namespace pishkhan::receipts {

/// Lines of one text, to be drawn one block below the other. The layouts are the engine's: good until it
/// forgets.
struct Block {
  const text::Layout* layout = nullptr;
  int width = 0;  ///< that it was set for
};

/// Sets a text into blocks of at most `room` dots, with the care that a printed page has:
/// - where it does not fit on one line, it breaks at its " · " and drops them;
/// - what no-break spaces keep together is broken only if it is wider than the room, and then at the last of
///   them first, so that a date on narrow paper loses its year to the next line, not half a word;
/// - the last line is no lone short word: the lines above are a little shorter, or give it one of their words.
[[nodiscard]] std::vector<Block> set_paragraph(text::Engine& engine, std::string_view text,
                                               const text::Style& style, int room);
[[nodiscard]] int rows_of(const text::Layout& layout);
[[nodiscard]] int rows_of(const std::vector<Block>& blocks);

}  // namespace pishkhan::receipts
