#include "ui/render/rasteriser.h"

#include "base/core/random.h"
#include "ui/render/damage.h"

#include <doctest/doctest.h>
#include <imgui/imgui.h>
#include <imgui/imgui_internal.h>

#include <cmath>

namespace pishkhan::render {
namespace {

constexpr int kWidth = 300;
constexpr int kHeight = 260;
constexpr std::uint32_t kGround = 0xFF204060;

/// An atlas of noise with a white block at its top left.
struct Atlas {
  Atlas() : texels(64 * 64) {
    SeededRandom random(5);
    random.fill(texels);
    for (int y = 0; y < 4; ++y) {
      for (int x = 0; x < 4; ++x) texels[static_cast<std::size_t>(y * 64 + x)] = 255;
    }
  }
  [[nodiscard]] AlphaImage image() const { return {texels, 64, 64}; }
  std::vector<std::uint8_t> texels;
};

struct List {
  List() : list(&shared) {
    shared.InitialFlags =
        ImDrawListFlags_AntiAliasedLines | ImDrawListFlags_AntiAliasedFill | ImDrawListFlags_AllowVtxOffset;
    shared.TexUvWhitePixel = ImVec2(2, 2);
    shared.ClipRectFullscreen = ImVec4(0, 0, kWidth, kHeight);
    shared.SetCircleTessellationMaxError(0.3F);
    list._ResetForNewFrame();
    list.PushClipRectFullScreen();
    list.PushTextureID(nullptr);
  }
  ImDrawListSharedData shared;
  ImDrawList list;
};

float place(SeededRandom& random, int most) {
  return static_cast<float>(random.below(static_cast<std::uint64_t>(most) * 4)) / 4 - 20;
}

void add_random_shape(ImDrawList& list, SeededRandom& random) {
  const auto colour = static_cast<ImU32>(random.next());
  const ImVec2 a(place(random, kWidth), place(random, kHeight));
  const ImVec2 b(a.x + static_cast<float>(random.below(90)), a.y + static_cast<float>(random.below(90)));
  switch (random.below(5)) {
    case 0:
      list.AddRectFilled(a, b, colour);
      break;
    case 1:
      list.AddLine(a, ImVec2(place(random, kWidth), place(random, kHeight)), colour, 2.5F);
      break;
    case 2:
      list.AddCircleFilled(a, static_cast<float>(random.below(40)), colour);
      break;
    case 3: {
      list.PrimReserve(6, 4);
      const auto u = static_cast<float>(random.below(30));
      list.PrimRectUV(ImVec2(std::round(a.x), std::round(a.y)),
                      ImVec2(std::round(a.x) + 20, std::round(a.y) + 20), ImVec2(u, 6), ImVec2(u + 20, 26),
                      colour);
      break;
    }
    default:
      list.AddTriangleFilled(a, ImVec2(b.x, a.y), b, colour);
      break;
  }
}

Picture blank() {
  return {kWidth, kHeight, std::vector<std::uint32_t>(static_cast<std::size_t>(kWidth * kHeight), 0xFF000000U)};
}

std::vector<Primitive> shapes(const Atlas& atlas, std::uint64_t seed, int count, int changed) {
  List list;
  for (int i = 0; i < count; ++i) {
    SeededRandom random(seed + static_cast<std::uint64_t>(i) + (i == changed ? 100'000 : 0));
    add_random_shape(list.list, random);
  }
  return take_apart(list.list, {0, 0, kWidth, kHeight}, atlas.image());
}

}  // namespace

TEST_CASE("a picture redrawn where it was damaged is the picture drawn from scratch") {
  const Atlas atlas;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Damage damage;
    Picture kept = blank();
    for (int step = 0; step < 6; ++step) {
      const auto primitives = shapes(atlas, seed * 1000, 25, step % 3 == 2 ? -1 : step * 3);
      for (const PixelRect& rect : damage.update(primitives, kWidth, kHeight)) {
        rasterise(primitives, rect, kGround, atlas.image(), kept);
      }
      Picture whole = blank();
      rasterise(primitives, {0, 0, kWidth, kHeight}, kGround, atlas.image(), whole);
      REQUIRE(kept == whole);
    }
  }
}

TEST_CASE("the same frame twice damages nothing, and one changed shape only tiles around it") {
  const Atlas atlas;
  Damage damage;
  List list;
  list.list.AddRectFilled(ImVec2(0, 0), ImVec2(kWidth, kHeight), 0xFFFFFFFF);
  list.list.AddRectFilled(ImVec2(70, 70), ImVec2(90, 90), 0xFF0000FF);
  const PixelRect surface{0, 0, kWidth, kHeight};
  const auto first = take_apart(list.list, surface, atlas.image());
  CHECK(damage.update(first, kWidth, kHeight) == std::vector<PixelRect>{surface});
  CHECK(damage.update(first, kWidth, kHeight).empty());
  list.list.AddRectFilled(ImVec2(100, 100), ImVec2(110, 110), 0xFF00FF00);
  const auto second = take_apart(list.list, surface, atlas.image());
  CHECK(damage.update(second, kWidth, kHeight) == std::vector<PixelRect>{{64, 64, 128, 128}});
  CHECK(damage.update(second, kWidth, kHeight).empty());
  damage.forget();
  CHECK(damage.update(second, kWidth, kHeight).size() == 1);
}

TEST_CASE("an atlas packed anew damages nothing; other texels in the same place do") {
  Atlas atlas;
  const auto frame_at = [&](float u) {
    List list;
    list.list.PrimReserve(6, 4);
    list.list.PrimRectUV(ImVec2(10, 10), ImVec2(20, 20), ImVec2(u, 10), ImVec2(u + 10, 20), 0xFFFFFFFF);
    return take_apart(list.list, {0, 0, kWidth, kHeight}, atlas.image());
  };
  for (std::size_t y = 10; y < 20; ++y) {
    for (std::size_t x = 0; x < 10; ++x) atlas.texels[y * 64 + 40 + x] = atlas.texels[y * 64 + 20 + x];
  }
  Damage damage;
  (void)damage.update(frame_at(20), kWidth, kHeight);
  CHECK(damage.update(frame_at(40), kWidth, kHeight).empty());
  atlas.texels[12 * 64 + 43] ^= 0x55;
  CHECK(damage.update(frame_at(40), kWidth, kHeight) == std::vector<PixelRect>{{0, 0, 64, 64}});
}

TEST_CASE("an opaque rectangle fills exactly its pixels, and half an alpha mixes half way") {
  const Atlas atlas;
  List list;
  list.list.AddRectFilled(ImVec2(3, 4), ImVec2(7, 9), IM_COL32(255, 0, 0, 255));
  list.list.AddRectFilled(ImVec2(20, 20), ImVec2(21, 21), IM_COL32(255, 255, 255, 128));
  Picture picture = blank();
  const auto primitives = take_apart(list.list, {0, 0, kWidth, kHeight}, atlas.image());
  rasterise(primitives, {0, 0, kWidth, kHeight}, 0xFF000000, atlas.image(), picture);
  int red = 0;
  for (const std::uint32_t pixel : picture.pixels) red += pixel == 0xFFFF0000 ? 1 : 0;
  CHECK(red == 4 * 5);
  CHECK(picture.pixels[4 * kWidth + 3] == 0xFFFF0000);
  CHECK(picture.pixels[20 * kWidth + 20] == 0xFF808080);
}

TEST_CASE("triangles that share an edge cover each pixel once") {
  const Atlas atlas;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    List list;
    list.list.Flags = ImDrawListFlags_None;
    const ImVec2 middle(place(random, kWidth), place(random, kHeight));
    const ImVec2 corners[4] = {ImVec2(0, 0), ImVec2(kWidth, 0), ImVec2(kWidth, kHeight), ImVec2(0, kHeight)};
    const ImVec2 inside(std::clamp(middle.x, 1.0F, kWidth - 1.0F), std::clamp(middle.y, 1.0F, kHeight - 1.0F));
    for (int i = 0; i < 4; ++i)
      list.list.AddTriangleFilled(corners[i], corners[(i + 1) % 4], inside, IM_COL32(255, 255, 255, 100));
    Picture picture = blank();
    rasterise(take_apart(list.list, {0, 0, kWidth, kHeight}, atlas.image()), {0, 0, kWidth, kHeight},
              0xFF000000, atlas.image(), picture);
    int other = 0;
    for (const std::uint32_t pixel : picture.pixels) other += pixel == 0xFF646464 ? 0 : 1;
    CHECK(other == 0);
  }
}

}  // namespace pishkhan::render
