#include "ui/text/atlas.h"

#include "ui/text/font_set.h"
#include "ui/text/paper.h"
#include "ui/text/quads.h"
#include "ui/text/text_test_support.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace pishkhan::text {
namespace {

std::uint8_t texel(const Atlas& atlas, int x, int y) {
  return atlas.pixels()[static_cast<std::size_t>(y) * static_cast<std::size_t>(atlas.width()) +
                        static_cast<std::size_t>(x)];
}

bool apart(const AtlasRect& a, const AtlasRect& b) {
  return a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
}

TEST_CASE("Pitfall 7: the atlas fills up, grows, starts anew, and never fails") {
  const Fonts fonts = test_fonts();
  Atlas atlas(fonts, 128, 128, 256);
  const std::uint64_t first = atlas.generation();
  std::uint64_t generation = first;
  std::vector<AtlasRect> living;
  int anew = 0;
  for (std::uint32_t round = 0; round < 3; ++round) {
    for (std::uint32_t glyph = 1; glyph < 400; ++glyph) {
      const auto rect = atlas.glyph(0, glyph, 40 + static_cast<float>(round), static_cast<int>(glyph % 4));
      if (!rect) continue;  // larger than this little atlas
      if (atlas.generation() != generation) {
        generation = atlas.generation();
        living.clear();
        ++anew;
      }
      if (rect->width == 0) continue;
      CHECK((rect->x >= 1 && rect->y >= 1 && rect->x + rect->width < atlas.width() &&
             rect->y + rect->height < atlas.height()));
      const bool free = std::all_of(living.begin(), living.end(),
                                    [&](const AtlasRect& other) { return apart(*rect, other); });
      CHECK(free);
      living.push_back(*rect);
    }
  }
  CHECK(anew > 3);
  CHECK(atlas.height() == 256);
  const auto white = atlas.white();
  CHECK(texel(atlas, static_cast<int>(white.u), static_cast<int>(white.v)) == 255);
  CHECK_FALSE(atlas.glyph(0, fonts.set().glyph_of(0, U'م'), 400, 0));
}

TEST_CASE("Growing and starting anew each raise the generation and ask for the whole image") {
  const Fonts fonts = test_fonts();
  Atlas atlas(fonts, 128, 128, 256);
  REQUIRE(atlas.take_dirty());
  bool grown = false;
  for (std::uint32_t glyph = 1; glyph < 300; ++glyph) {
    const std::uint64_t generation = atlas.generation();
    const int height = atlas.height();
    atlas.glyph(0, glyph, 36, 0);
    const auto dirty = atlas.take_dirty();
    if (atlas.height() == height) continue;
    grown = true;
    CHECK(atlas.generation() == generation + 1);
    REQUIRE(dirty);
    CHECK((dirty->width == 128 && dirty->height == 256));
  }
  CHECK(grown);
}

TEST_CASE("The same glyph is drawn once; another quarter of a pixel is another picture") {
  const Fonts fonts = test_fonts();
  Atlas atlas(fonts);
  const auto id = fonts.set().glyph_of(0, U'm');
  const auto whole = atlas.glyph(0, id, 32, 0);
  REQUIRE(whole);
  CHECK(whole->width > 10);
  CHECK(atlas.take_dirty());
  CHECK_FALSE(atlas.take_dirty());
  CHECK(atlas.glyph(0, id, 32, 0)->x == whole->x);
  CHECK_FALSE(atlas.take_dirty());
  CHECK(atlas.glyph(0, id, 32, 2)->x != whole->x);
  const auto dirty = atlas.take_dirty();
  REQUIRE(dirty);
  CHECK(dirty->height < 64);
  CHECK(atlas.glyph(0, fonts.set().glyph_of(0, U' '), 32, 0)->width == 0);
}

TEST_CASE("Pictures survive a new start, are replaced, and are overwritten when removed") {
  const Fonts fonts = test_fonts();
  Atlas atlas(fonts, 128, 128, 128);
  const std::vector<std::uint8_t> alpha(20 * 30, 77);
  REQUIRE(atlas.add_picture("receipt", 20, 30, alpha));
  for (std::uint32_t glyph = 1; glyph < 300; ++glyph) atlas.glyph(0, glyph, 36, 0);
  const auto rect = atlas.picture("receipt");
  REQUIRE(rect);
  CHECK(texel(atlas, rect->x + 19, rect->y + 29) == 77);
  const std::vector<std::uint8_t> smaller(4, 99);
  REQUIRE(atlas.add_picture("receipt", 2, 2, smaller));
  CHECK(texel(atlas, atlas.picture("receipt")->x, atlas.picture("receipt")->y) == 99);
  CHECK(std::count(atlas.pixels().begin(), atlas.pixels().end(), 77) < 100);
  atlas.remove_picture("receipt");
  CHECK_FALSE(atlas.picture("receipt"));
  CHECK_FALSE(atlas.add_picture("huge", 200, 10, std::vector<std::uint8_t>(2000)));
  CHECK_FALSE(atlas.picture("huge"));
  CHECK_FALSE(atlas.add_picture("none", 0, 0, {}));
  const std::uint64_t generation = atlas.generation();
  REQUIRE(atlas.add_picture("again", 20, 30, alpha));
  atlas.forget();
  CHECK(atlas.generation() > generation);
  CHECK_FALSE(atlas.picture("again"));
  CHECK(std::count_if(atlas.pixels().begin(), atlas.pixels().end(), [](std::uint8_t a) { return a != 0; }) ==
        16);
}

TEST_CASE("Round corners: full inside, empty at the corner, even all round") {
  const Fonts fonts = test_fonts();
  Atlas atlas(fonts);
  const auto box = atlas.rounded_box(16);
  REQUIRE(box);
  const AtlasRect& at = box->rect;
  CHECK(at.width == 34);
  CHECK(texel(atlas, at.x, at.y) == 0);
  CHECK(texel(atlas, at.x + 17, at.y) == 255);
  CHECK(texel(atlas, at.x + 17, at.y + 17) == 255);
  for (int y = 0; y < 34; ++y) {
    for (int x = 0; x < 34; ++x) {
      CHECK(texel(atlas, at.x + x, at.y + y) == texel(atlas, at.x + 33 - x, at.y + y));
      CHECK(texel(atlas, at.x + x, at.y + y) == texel(atlas, at.x + y, at.y + x));
    }
  }
  const auto border = atlas.rounded_border(16, 2);
  REQUIRE(border);
  CHECK(texel(atlas, border->rect.x + 17, border->rect.y + 1) == 255);
  CHECK(texel(atlas, border->rect.x + 17, border->rect.y + 2) == 0);
  CHECK(texel(atlas, border->rect.x + 17, border->rect.y + 17) == 0);
  const auto square = atlas.rounded_box(0);
  REQUIRE(square);
  CHECK(texel(atlas, square->rect.x, square->rect.y) == 255);
  CHECK(atlas.rounded_box(1)->rect.x != square->rect.x);
}

TEST_CASE("Nine slices cover the rectangle once, without gaps") {
  const NineSlice slice{{10, 20, 34, 34, 0, 0}, 16};
  for (const float width : {200.0F, 34.0F, 20.0F}) {
    float area = 0;
    emit_nine_slice(slice, 5, 7, 5 + width, 107, [&](const GlyphQuad& quad) {
      area += (quad.x1 - quad.x0) * (quad.y1 - quad.y0);
      CHECK((quad.u0 >= 10 && quad.u1 <= 44 && quad.v0 >= 20 && quad.v1 <= 54));
    });
    CHECK(area == doctest::Approx(width * 100));
  }
}

TEST_CASE("Quads stand on whole pixels, left of zero too, and lines out of sight are left out") {
  const Fonts fonts = test_fonts();
  Engine engine(fonts);
  Atlas atlas(fonts);
  const Layout& layout = engine.lay_out("سلام\nدنیا", persian());
  for (const float origin : {0.0F, 10.3F, -7.6F, -100.9F}) {
    int count = 0;
    float left = 10000;
    emit(layout, origin, 3.5F, atlas, [&](const GlyphQuad& quad) {
      ++count;
      left = std::min(left, quad.x0);
      CHECK(quad.x0 == std::round(quad.x0));
      CHECK(quad.y0 == std::round(quad.y0));
      CHECK(quad.u1 - quad.u0 == quad.x1 - quad.x0);
    });
    CHECK(count >= 5);
    CHECK(std::fabs(left - (origin + std::min(layout.lines()[0].left, layout.lines()[1].left))) < 4);
  }
  int all = 0;
  int first = 0;
  emit(layout, 0, 0, atlas, [&](const GlyphQuad&) { ++all; });
  emit(
      layout, 0, 0, atlas, [&](const GlyphQuad&) { ++first; }, 0, 20);
  CHECK(first < all);
  CHECK(first > 0);
}

TEST_CASE("Icons come from their own font, into the atlas and onto paper") {
  FontPaths paths = default_font_paths("assets");
  paths.icons.reset();
  const auto without = Fonts::open(paths);
  REQUIRE(without);
  CHECK_FALSE(without->has_icon(U'A'));
  Atlas empty(*without);
  CHECK_FALSE(empty.icon(U'A', 48));
  Bitmap none(48, 48);
  CHECK_FALSE(draw_icon_into(none, *without, U'A', 48, 0, 0));
  // Any font can stand for the icon font.
  paths.icons = paths.bold;
  const auto fonts = Fonts::open(paths);
  REQUIRE(fonts);
  CHECK(fonts->has_icon(U'A'));
  CHECK_FALSE(fonts->has_icon(0xF8FF));
  Atlas atlas(*fonts);
  int quads = 0;
  emit_icon(U'A', 48, 100, 200, atlas, [&](const GlyphQuad& quad) {
    ++quads;
    // A letter may stand a little above its em; an icon fills it.
    CHECK((quad.x0 >= 100 && quad.x1 <= 148 && quad.y0 >= 195 && quad.y1 <= 248));
  });
  CHECK(quads == 1);
  Bitmap paper(48, 48);
  REQUIRE(draw_icon_into(paper, *fonts, U'A', 48, 0, 0));
  int black = 0;
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 48; ++x) black += paper.black(x, y) ? 1 : 0;
  }
  CHECK(black > 100);
  // Outside the paper nothing happens.
  CHECK(draw_icon_into(paper, *fonts, U'A', 48, -1000, 1000));
}

TEST_CASE("A font file that was cut short is damaged, wherever it was cut") {
  const FontPaths good = default_font_paths("assets");
  std::ifstream stream(good.regular, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  REQUIRE(bytes.size() > 10000);
  const auto path = std::filesystem::temp_directory_path() / "pishkhan-text-test-cut.ttf";
  const std::size_t step = bytes.size() / 60;
  for (std::size_t size = 0; size < bytes.size(); size += size < 400 ? 7 : step) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(size));
    FontPaths paths = good;
    paths.regular = path;
    const auto fonts = Fonts::open(paths);
    REQUIRE_FALSE(fonts);
    CHECK(fonts.error().kind == TextFault::Kind::FontDamaged);
    CHECK(fonts.error().file == path);
  }
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace pishkhan::text
