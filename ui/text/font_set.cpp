#include "ui/text/font_set.h"

#include "base/core/ensure.h"

#include <hb-ot.h>
#include FT_OUTLINE_H
#include FT_TRUETYPE_TABLES_H

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace pishkhan::text {
namespace {

using Kind = TextFault::Kind;

std::optional<Bytes> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  return Bytes(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

/// FreeType opens a file that was cut short and then draws blanks. So the table directory is checked: every
/// table lies inside the file (OpenType, "Table directory": numTables at 4, records of 16 bytes from 12).
bool tables_inside(ByteView bytes) {
  ByteReader reader(bytes);
  reader.be32();
  const std::uint16_t table_count = reader.be16();
  reader.bytes(6);
  for (int i = 0; i < table_count; ++i) {
    reader.be64();
    const std::uint64_t offset = reader.be32();
    const std::uint64_t length = reader.be32();
    if (offset + length > bytes.size()) return false;
  }
  return reader.ok() && table_count > 0;
}

HbFontOwner open_shaping(ByteView bytes) {
  hb_blob_t* blob =
      hb_blob_create(reinterpret_cast<const char*>(bytes.data()), static_cast<unsigned>(bytes.size()),
                     HB_MEMORY_MODE_READONLY, nullptr, nullptr);
  hb_face_t* face = hb_face_create(blob, 0);
  hb_blob_destroy(blob);
  HbFontOwner font(hb_font_create(face));
  const int units = static_cast<int>(hb_face_get_upem(face));
  hb_face_destroy(face);
  hb_font_set_scale(font.get(), units, units);
  return font;
}

int to_26_6(float pixels) {
  return static_cast<int>(std::lround(pixels * 64.0F));
}

void copy_alpha(const FT_Bitmap& bitmap, GlyphPicture& picture) {
  picture.width = static_cast<int>(bitmap.width);
  picture.height = static_cast<int>(bitmap.rows);
  picture.alpha.resize(static_cast<std::size_t>(bitmap.width) * bitmap.rows);
  for (unsigned y = 0; y < bitmap.rows; ++y) {
    const auto row = static_cast<std::ptrdiff_t>(y) * bitmap.pitch;
    std::memcpy(picture.alpha.data() + static_cast<std::size_t>(y) * bitmap.width, bitmap.buffer + row,
                bitmap.width);
  }
}

}  // namespace

Result<std::unique_ptr<FontSet>, TextFault> FontSet::open(const FontPaths& paths) {
  std::unique_ptr<FontSet> set(new FontSet);
  FT_Library library = nullptr;
  ENSURE(FT_Init_FreeType(&library) == 0, "FreeType starts");
  set->library_.reset(library);
  // In the order of enum Weight, which of() relies on.
  for (const auto* path : {&paths.regular, &paths.medium, &paths.bold}) {
    if (const auto added = set->add(*path); !added) return fail(added.error());
  }
  if (paths.icons) {
    const auto added = set->add(*paths.icons);
    if (!added) return fail(added.error());
    set->icons_ = *added;
  }
  for (const auto& path : paths.fallback) {
    const auto added = set->add(path);
    if (added) set->fallback_.push_back(*added);
    if (!added && added.error().kind == Kind::FontDamaged) return fail(added.error());
  }
  return set;
}

Result<FontIndex, TextFault> FontSet::add(const std::filesystem::path& path) {
  std::optional<Bytes> bytes = read_file(path);
  if (!bytes) return fail(TextFault{Kind::FontMissing, path});
  if (!tables_inside(*bytes)) return fail(TextFault{Kind::FontDamaged, path});
  FontFile file;
  file.bytes = std::move(*bytes);
  FT_Face face = nullptr;
  const auto length = static_cast<FT_Long>(file.bytes.size());
  if (FT_New_Memory_Face(library_.get(), file.bytes.data(), length, 0, &face) != 0) {
    return fail(TextFault{Kind::FontDamaged, path});
  }
  file.drawing.reset(face);
  file.shaping = open_shaping(file.bytes);
  if (!FT_IS_SCALABLE(face) || face->num_glyphs < 1 || face->charmap == nullptr || face->units_per_EM == 0 ||
      hb_face_get_glyph_count(hb_font_get_face(file.shaping.get())) == 0) {
    return fail(TextFault{Kind::FontDamaged, path});
  }
  file.units_per_em = static_cast<float>(face->units_per_EM);
  file.ascent_em = static_cast<float>(face->ascender) / file.units_per_em;
  file.descent_em = -static_cast<float>(face->descender) / file.units_per_em;
  ENSURE(files_.size() < 64, "a handful of fonts");
  files_.push_back(std::move(file));
  return static_cast<FontIndex>(files_.size() - 1);
}

const FontFile& FontSet::file(FontIndex index) const {
  ENSURE(index < files_.size(), "a font of this set");
  return files_[index];
}

std::uint32_t FontSet::glyph_of(FontIndex font, char32_t code_point) const {
  hb_codepoint_t glyph = 0;
  return hb_font_get_nominal_glyph(file(font).shaping.get(), code_point, &glyph) != 0 ? glyph : 0;
}

bool FontSet::draw(FontIndex font, std::uint32_t glyph, float size_px, int fraction_64,
                   GlyphPicture& picture) const {
  picture = {};
  const FT_Face face = file(font).drawing.get();
  if (FT_Set_Char_Size(face, 0, to_26_6(size_px), 72, 72) != 0) return false;
  if (FT_Load_Glyph(face, glyph, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0) return false;
  const FT_GlyphSlot slot = face->glyph;
  if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return false;
  FT_Outline_Translate(&slot->outline, fraction_64, 0);
  if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) return false;
  copy_alpha(slot->bitmap, picture);
  picture.left = slot->bitmap_left;
  picture.top = -slot->bitmap_top;
  return true;
}

bool FontSet::draw_icon(char32_t code_point, float size_px, GlyphPicture& picture) const {
  if (!icons_) return false;
  const std::uint32_t glyph = glyph_of(*icons_, code_point);
  if (glyph == 0 || !draw(*icons_, glyph, size_px, 0, picture)) return false;
  const FontFile& font = file(*icons_);
  // The box is the em: the glyph's advance is centred in it, and the font's ascent and descent fill it.
  const float advance =
      static_cast<float>(hb_font_get_glyph_h_advance(font.shaping.get(), glyph)) / font.units_per_em;
  const float height = font.ascent_em + font.descent_em;
  const float baseline = height > 0 ? font.ascent_em / height : 1.0F;
  picture.left += static_cast<int>(std::lround((1.0F - advance) * size_px / 2));
  picture.top += static_cast<int>(std::lround(baseline * size_px));
  return true;
}

}  // namespace pishkhan::text
