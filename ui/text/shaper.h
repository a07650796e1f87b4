#pragma once

// For the sources of ui/text only.
#include "ui/text/font_set.h"
#include "ui/text/paragraph.h"
#include "ui/text/wiped.h"

#include <hb.h>

#include <cstdint>
#include <memory>

namespace pishkhan::text {

/// One glyph as HarfBuzz gives it, in ems.
struct ShapedGlyph {
  std::uint32_t id = 0;
  std::uint32_t cluster = 0;  ///< index of the first code point it stands for
  float advance_em = 0;
  float x_em = 0;
  float y_em = 0;  ///< upwards
};

struct HbBufferDone {
  void operator()(hb_buffer_t* buffer) const { hb_buffer_destroy(buffer); }
};

/// Shapes items through HarfBuzz. Its buffer is reserved before a text goes in, so that it never moves the
/// words to other memory, and is overwritten after every call.
class Shaper {
 public:
  explicit Shaper(const FontSet& fonts);
  /// The glyphs of one item, in visual order left to right, with the whole paragraph as context.
  const WipedVector<ShapedGlyph>& shape(const Paragraph& paragraph, const Item& item, Language language);
  void forget();

 private:
  void reserve(std::size_t count);
  void overwrite(std::size_t used);
  const FontSet& fonts_;
  std::unique_ptr<hb_buffer_t, HbBufferDone> buffer_;
  std::size_t reserved_ = 0;
  WipedVector<ShapedGlyph> glyphs_;
};

}  // namespace pishkhan::text
