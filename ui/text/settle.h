#pragma once

#include "ui/text/engine.h"

#include <string_view>

namespace pishkhan::text {

/// A layout that is narrower than the box it was set for, and how far to the right it is drawn in that box, so
/// that it stands at the same edge.
struct Settled {
  const Layout* layout = nullptr;  ///< the engine's: see Engine::lay_out
  float width = 0;                 ///< that it was set for
  float shift = 0;                 ///< pixels
};

/// Sets a paragraph so that its last line is no lone short word, if the same number of lines allows that: the
/// lines above it are a little shorter then. The height is always that of Engine::lay_out. Of several
/// paragraphs, or cut to a number of lines, nothing is changed.
[[nodiscard]] Settled settle(Engine& engine, std::string_view utf8, const Style& style, float maximum_width);

/// Whether the last of several lines looks lost in a room so wide.
[[nodiscard]] bool ends_alone(const Layout& layout, float room);

/// Of the widest piece between two spaces: narrower, a word would be broken.
[[nodiscard]] float width_of_widest_piece(Engine& engine, std::string_view utf8, const Style& style);

}  // namespace pishkhan::text
