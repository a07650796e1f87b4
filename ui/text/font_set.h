#pragma once

// For the sources of ui/text only: everyone else includes fonts.h.
#include "base/core/bytes.h"
#include "ui/text/fonts.h"
#include "ui/text/style.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace pishkhan::text {

struct FtLibraryDone {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
};
struct FtFaceDone {
  void operator()(FT_Face face) const { FT_Done_Face(face); }
};
struct HbFontDone {
  void operator()(hb_font_t* font) const { hb_font_destroy(font); }
};
using FtLibraryOwner = std::unique_ptr<FT_LibraryRec_, FtLibraryDone>;
using FtFaceOwner = std::unique_ptr<FT_FaceRec_, FtFaceDone>;
using HbFontOwner = std::unique_ptr<hb_font_t, HbFontDone>;

/// One font file, open for shaping (HarfBuzz, in font units, so one object serves every size) and for
/// drawing (FreeType, unhinted).
struct FontFile {
  Bytes bytes;  ///< both libraries read from here; outlives them
  HbFontOwner shaping;
  FtFaceOwner drawing;
  float units_per_em = 1000;
  float ascent_em = 1;   ///< above the baseline, in ems
  float descent_em = 0;  ///< below the baseline, in ems, positive
};

/// A drawn glyph: 8-bit alpha; left and top from the whole-pixel pen, y down.
struct GlyphPicture {
  int width = 0;
  int height = 0;
  int left = 0;
  int top = 0;
  std::vector<std::uint8_t> alpha;
};

class FontSet {
 public:
  static Result<std::unique_ptr<FontSet>, TextFault> open(const FontPaths& paths);

  [[nodiscard]] const FontFile& file(FontIndex index) const;
  [[nodiscard]] FontIndex of(Weight weight) const { return static_cast<FontIndex>(weight); }
  [[nodiscard]] std::optional<FontIndex> icons() const { return icons_; }
  [[nodiscard]] std::span<const FontIndex> fallback() const { return fallback_; }
  [[nodiscard]] std::size_t count() const { return files_.size(); }
  /// 0 (.notdef) if the font has none.
  [[nodiscard]] std::uint32_t glyph_of(FontIndex font, char32_t code_point) const;
  /// Draws a glyph whose pen stands `fraction_64` 64ths of a pixel right of the whole pixel. False if the
  /// font is broken there; a glyph without ink is a picture of width 0.
  bool draw(FontIndex font, std::uint32_t glyph, float size_px, int fraction_64, GlyphPicture& picture) const;
  /// Draws an icon, with left and top from the corner of its box of size_px.
  bool draw_icon(char32_t code_point, float size_px, GlyphPicture& picture) const;

 private:
  FontSet() = default;
  Result<FontIndex, TextFault> add(const std::filesystem::path& path);
  FtLibraryOwner library_;  // before the faces, so that it goes after them
  std::vector<FontFile> files_;
  std::optional<FontIndex> icons_;
  std::vector<FontIndex> fallback_;
};

}  // namespace pishkhan::text
