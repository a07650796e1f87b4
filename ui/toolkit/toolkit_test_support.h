#pragma once

#include "base/core/clock.h"
#include "base/core/ensure.h"
#include "ui/render/surface.h"
#include "ui/text/atlas.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"
#include "ui/toolkit/ui.h"

#include <cstdlib>
#include <functional>
#include <optional>
#include <string_view>

namespace pishkhan::toolkit {

/// A clock that moves 16 ms with every frame, so that animations are the same on every machine.
class StepClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return {}; }
  [[nodiscard]] SteadyTime steady() const override { return now; }
  SteadyTime now{1000};
};

/// A whole counter without a kiosk: fonts, atlas, a surface under SDL's dummy driver, and a Ui.
class Bench {
 public:
  explicit Bench(int width = 540, int height = 960)
      : fonts_(open_fonts()),
        engine(fonts_),
        atlas(fonts_),
        surface(open_surface(atlas, width, height)),
        ui(engine, atlas, clock) {}

  using Draw = std::function<void(Ui&)>;

  /// One frame with this input; returns what was damaged.
  std::vector<render::PixelRect> frame(const render::InputFrame& input, const Draw& draw) {
    clock.now += SteadyTime{16};
    const auto viewport = render::letterbox(0, 0, static_cast<float>(surface->width()),
                                            static_cast<float>(surface->height()), 1080, 1920);
    ui.begin(input, surface->begin_frame(), viewport, language, theme);
    draw(ui);
    ui.end();
    return surface->end_frame();
  }
  /// Draws until everything pushed has been seen and the picture rests.
  void settle(const Draw& draw) {
    for (int i = 0; i < 200; ++i) {
      const render::InputFrame input = surface->wait(SteadyTime{0});
      const bool changed = !frame(input, draw).empty();
      if (!changed && !ui.deadline() && input.transition == render::Transition::None && i > 3) return;
    }
  }
  void tap(std::string_view id, const Draw& draw) {
    const Target* target = ui.find_target(id);
    ENSURE(target != nullptr, "the tapped target is on the page");
    const Point pixel = ui.to_pixels(target->rect.centre());
    render::push_tap(pixel.x, pixel.y);
    settle(draw);
  }

 private:
  static text::Fonts open_fonts() {
    auto fonts = text::Fonts::open(text::default_font_paths("assets"));
    ENSURE(fonts.has_value(), "the fonts lie in assets/");
    return std::move(*fonts);
  }
  static std::unique_ptr<render::Surface> open_surface(const text::Atlas& atlas, int width, int height) {
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    render::SurfaceOptions options;
    options.width = width;
    options.height = height;
    auto surface = render::Surface::open(options, atlas);
    ENSURE(surface.has_value(), "the dummy driver is part of SDL");
    return std::move(*surface);
  }
  text::Fonts fonts_;

 public:
  StepClock clock;
  text::Engine engine;
  text::Atlas atlas;
  std::unique_ptr<render::Surface> surface;
  Ui ui;
  Language language = Language::Persian;
  Theme theme = Theme::make(Contrast::Standard, TextSize::Normal);
};

}  // namespace pishkhan::toolkit
