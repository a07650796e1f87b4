#pragma once

#include "ui/text/fonts.h"
#include "ui/text/wiped.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pishkhan::text {

/// Texels of the atlas; and for glyphs and icons, where the picture's top left corner lies from the (whole
/// pixel) pen, y down.
struct AtlasRect {
  int x = 0;
  int y = 0;
  int width = 0;  ///< 0 for a glyph without ink
  int height = 0;
  int left = 0;
  int top = 0;
};

/// A square picture to be cut at `corner` from each side: corners are drawn as they are, the middle is
/// stretched.
struct NineSlice {
  AtlasRect rect;
  int corner = 0;
};

/// One 8-bit alpha image for everything that is drawn: glyphs, icons, rounded corners, a white texel and
/// pictures of the caller's, because two textures in turn would cost draw commands. When it is full it
/// doubles its height, and at its limit it starts anew. Both raise generation(): quads made before are void,
/// so the drawer notes the generation, builds its frame, and builds it once more if the number has changed.
/// Thread: the drawing one.
class Atlas {
 public:
  /// Sizes in texels; borrows the fonts.
  explicit Atlas(const Fonts& fonts, int width = 1024, int height = 1024, int maximum_height = 4096);

  /// `subpixel` is the pen's fraction in quarters of a pixel, 0 to 3. Nothing only if the glyph alone is
  /// larger than the atlas.
  std::optional<AtlasRect> glyph(FontIndex font, std::uint32_t glyph_id, float size_px, int subpixel);
  /// An icon whose em is `size_px`, with left and top from the icon box's top left corner. Nothing without an
  /// icon font or that code point.
  std::optional<AtlasRect> icon(char32_t code_point, float size_px);
  /// A filled box with round corners, and only its edge, `width` inwards. Pixels, 0 to 256.
  std::optional<NineSlice> rounded_box(int radius);
  std::optional<NineSlice> rounded_border(int radius, int width);
  /// The middle of a block of full alpha, for solid fills: texel coordinates.
  struct Point {
    float u;
    float v;
  };
  [[nodiscard]] Point white() const { return white_; }

  /// Keeps a copy of a picture (8-bit alpha, rows without gaps) under the id until it is removed; the same
  /// id again replaces it. False if it cannot fit.
  bool add_picture(std::string_view id, int width, int height, std::span<const std::uint8_t> alpha);
  std::optional<AtlasRect> picture(std::string_view id);
  /// Overwrites the picture and its place.
  void remove_picture(std::string_view id);
  /// Empties everything, pictures too, and overwrites it: which letters were drawn says something about
  /// what was typed.
  void forget();

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::span<const std::uint8_t> pixels() const { return pixels_; }
  [[nodiscard]] std::uint64_t generation() const { return generation_; }
  /// What changed since the last call (the whole image after a new generation): to be uploaded.
  struct Area {
    int x;
    int y;
    int width;
    int height;
  };
  std::optional<Area> take_dirty();

 private:
  struct Shelf {
    int y;
    int height;
    int used;
  };
  struct StoredPicture {
    int width = 0;
    int height = 0;
    WipedVector<std::uint8_t> alpha;
  };
  using Key = std::uint64_t;
  std::optional<AtlasRect> place(int width, int height, std::span<const std::uint8_t> alpha);
  std::optional<AtlasRect> try_place(int width, int height, std::span<const std::uint8_t> alpha);
  std::optional<AtlasRect> remember(Key key, AtlasRect shape, std::span<const std::uint8_t> alpha);
  bool make_room();
  void start_anew();
  void put_white();
  void mark_dirty(const Area& area);

  const FontSet* fonts_;
  int width_;
  int height_;
  int first_height_;
  int maximum_height_;
  WipedVector<std::uint8_t> pixels_;
  std::vector<Shelf> shelves_;
  std::unordered_map<Key, AtlasRect> places_;
  std::map<std::string, AtlasRect, std::less<>> picture_places_;
  std::map<std::string, StoredPicture, std::less<>> pictures_;
  Point white_{};
  std::uint64_t generation_ = 0;
  std::optional<Area> dirty_;
};

}  // namespace pishkhan::text
