#include "ui/render/surface.h"

#include "ui/text/atlas.h"
#include "ui/text/fonts.h"

#include <SDL.h>
#include <doctest/doctest.h>
#include <imgui/imgui.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace pishkhan::render {
namespace {

struct Opened {
  Opened() : fonts(open_fonts()), atlas(fonts) {
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    SurfaceOptions options;
    options.width = 320;
    options.height = 480;
    auto result = Surface::open(options, atlas);
    REQUIRE(result.has_value());
    surface = std::move(*result);
    while (surface->wait(SteadyTime{0}).resized) continue;
  }
  static text::Fonts open_fonts() {
    auto result = text::Fonts::open(text::default_font_paths("assets"));
    REQUIRE(result.has_value());
    return std::move(*result);
  }
  text::Fonts fonts;
  text::Atlas atlas;
  std::unique_ptr<Surface> surface;
};

void draw(Surface& surface, ImU32 colour) {
  surface.begin_frame().AddRectFilled(ImVec2(10, 10), ImVec2(50, 50), colour);
}

}  // namespace

TEST_CASE("what is drawn is in the picture, and the second same frame presents nothing") {
  Opened opened;
  draw(*opened.surface, IM_COL32(0, 255, 0, 255));
  CHECK_FALSE(opened.surface->end_frame().empty());
  CHECK(opened.surface->picture().pixels[20 * 320 + 20] == 0xFF00FF00);
  draw(*opened.surface, IM_COL32(0, 255, 0, 255));
  CHECK(opened.surface->end_frame().empty());
  draw(*opened.surface, IM_COL32(0, 0, 255, 255));
  CHECK(opened.surface->end_frame() == std::vector<PixelRect>{{0, 0, 64, 64}});
  opened.surface->wipe();
  int left = 0;
  for (const std::uint32_t pixel : opened.surface->picture().pixels) left += pixel == 0 ? 0 : 1;
  CHECK(left == 0);
  draw(*opened.surface, IM_COL32(0, 0, 255, 255));
  CHECK(opened.surface->end_frame() == std::vector<PixelRect>{{0, 0, 320, 480}});
}

TEST_CASE("a frame whose atlas was packed anew on the way is not shown, and the next wait returns at once") {
  Opened opened;
  draw(*opened.surface, IM_COL32(255, 0, 0, 255));
  (void)opened.surface->end_frame();
  draw(*opened.surface, IM_COL32(0, 0, 255, 255));
  opened.atlas.forget();
  CHECK(opened.surface->end_frame().empty());
  CHECK(opened.surface->picture().pixels[20 * 320 + 20] == 0xFFFF0000);
  draw(*opened.surface, IM_COL32(0, 0, 255, 255));
  CHECK_FALSE(opened.surface->end_frame().empty());
  CHECK(opened.surface->picture().pixels[20 * 320 + 20] == 0xFF0000FF);
}

TEST_CASE("an injected tap arrives where it was injected, and two frames settle after it") {
  Opened opened;
  while (opened.surface->wait(SteadyTime{0}).transition != Transition::None) continue;
  push_tap(180, 300);
  const InputFrame down = opened.surface->wait(SteadyTime{1000});
  CHECK(down.transition == Transition::Down);
  CHECK(down.x == 180);
  CHECK(opened.surface->wait(SteadyTime{1000}).transition == Transition::Up);
  const auto before = std::chrono::steady_clock::now();
  CHECK(opened.surface->wait(SteadyTime{5000}).x == kNowhere);
  CHECK(opened.surface->wait(SteadyTime{5000}).x == kNowhere);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
}

TEST_CASE("wake() from another thread ends a wait") {
  Opened opened;
  for (int i = 0; i < 8; ++i) (void)opened.surface->wait(SteadyTime{0});
  const auto before = std::chrono::steady_clock::now();
  std::jthread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    opened.surface->wake();
  });
  bool woken = false;
  for (int i = 0; i < 4 && !woken; ++i) woken = opened.surface->wait(SteadyTime{20'000}).woken;
  CHECK(woken);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(10));
}

}  // namespace pishkhan::render
