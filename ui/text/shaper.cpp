#include "ui/text/shaper.h"

#include "base/core/ensure.h"
#include "base/core/language.h"
#include "base/core/personal.h"

#include <algorithm>
#include <array>

namespace pishkhan::text {

Shaper::Shaper(const FontSet& fonts) : fonts_(fonts), buffer_(hb_buffer_create()) {
  reserve(256);
}

void Shaper::reserve(std::size_t count) {
  if (count <= reserved_) return;
  ENSURE(hb_buffer_pre_allocate(buffer_.get(), static_cast<unsigned>(count)) != 0, "memory for a paragraph");
  reserved_ = count;
}

const WipedVector<ShapedGlyph>& Shaper::shape(const Paragraph& paragraph, const Item& item, Language language) {
  hb_buffer_t* buffer = buffer_.get();
  const std::size_t length = item.end - item.begin;
  // A letter becomes a few glyphs at most (decomposition, marks); should a font make more of it, the buffer
  // grows all the same, only unwiped.
  reserve(length * 8 + 64);
  hb_buffer_clear_contents(buffer);
  static_assert(sizeof(hb_codepoint_t) == sizeof(char32_t));
  hb_buffer_add_codepoints(buffer, reinterpret_cast<const hb_codepoint_t*>(paragraph.text.data()),
                           static_cast<int>(paragraph.size()), item.begin, static_cast<int>(length));
  unsigned flags = HB_BUFFER_FLAG_DEFAULT;
  if (item.begin == 0) flags |= HB_BUFFER_FLAG_BOT;
  if (item.end == paragraph.size()) flags |= HB_BUFFER_FLAG_EOT;
  hb_buffer_set_flags(buffer, static_cast<hb_buffer_flags_t>(flags));
  hb_buffer_set_direction(buffer, item.level % 2 != 0 ? HB_DIRECTION_RTL : HB_DIRECTION_LTR);
  hb_buffer_set_script(buffer, static_cast<hb_script_t>(item.script));
  const std::string_view name = tag(language);
  hb_buffer_set_language(buffer, hb_language_from_string(name.data(), static_cast<int>(name.size())));
  const FontFile& font = fonts_.file(item.font);
  hb_shape(font.shaping.get(), buffer, nullptr, 0);

  unsigned count = 0;
  const hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
  const hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, &count);
  glyphs_.clear();
  glyphs_.reserve(count);
  const float em = 1.0F / font.units_per_em;
  for (unsigned i = 0; i < count; ++i) {
    const auto ems = [em](hb_position_t units) { return static_cast<float>(units) * em; };
    glyphs_.push_back({infos[i].codepoint, infos[i].cluster, ems(positions[i].x_advance),
                       ems(positions[i].x_offset), ems(positions[i].y_offset)});
  }
  overwrite(length * 8 + 64);
  return glyphs_;
}

void Shaper::overwrite(std::size_t used) {
  hb_buffer_t* buffer = buffer_.get();
  // Both arrays of the buffer have room for `reserved_` elements of 20 bytes and were used in turn while
  // shaping, so both are overwritten as far as the call could reach, not only as far as its result does.
  static_assert(sizeof(hb_glyph_info_t) == 20 && sizeof(hb_glyph_position_t) == 20);
  unsigned count = 0;
  hb_glyph_info_t* infos = hb_buffer_get_glyph_infos(buffer, &count);
  hb_glyph_position_t* positions = hb_buffer_get_glyph_positions(buffer, &count);
  const std::size_t room = std::max<std::size_t>(std::min(used, reserved_), count);
  if (infos != nullptr) wipe(infos, room * sizeof *infos);
  if (positions != nullptr) wipe(positions, room * sizeof *positions);
  // The five letters of context before and after an item lie in the buffer object itself.
  hb_buffer_clear_contents(buffer);
  constexpr std::array<hb_codepoint_t, 11> kNothing{};
  hb_buffer_add_codepoints(buffer, kNothing.data(), static_cast<int>(kNothing.size()), 5, 1);
  hb_buffer_clear_contents(buffer);
}

void Shaper::forget() {
  WipedVector<ShapedGlyph>().swap(glyphs_);
  overwrite(reserved_);
}

}  // namespace pishkhan::text
