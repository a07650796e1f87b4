#include "ui/screens/stage_test.h"

#include "base/core/ensure.h"
#include "ui/screens/overlays.h"
#include "ui/screens/page.h"

#include <imgui/imgui.h>

#include <cstdlib>

namespace pishkhan::screens::sample {

const toolkit::Target* Drawn::find(std::string_view id) const {
  for (const toolkit::Target& target : targets) {
    if (target.id == id) return &target;
  }
  return nullptr;
}

Stage& Stage::get() {
  static Stage stage;
  return stage;
}

Stage::Stage() {
  ::setenv("SDL_VIDEODRIVER", "dummy", 0);
  auto persian = Translations::load(std::filesystem::path(PISHKHAN_BUILD_DIR) / "share/translations/fa.mo");
  ENSURE(persian.has_value(), "the Persian translations are built before the tests");
  persian_ = std::move(*persian);
  auto fonts = text::Fonts::open(text::default_font_paths("assets"));
  ENSURE(fonts.has_value(), "the tests run in the source folder");
  fonts_ = std::make_unique<text::Fonts>(std::move(*fonts));
  engine_ = std::make_unique<text::Engine>(*fonts_);
  atlas_ = std::make_unique<text::Atlas>(*fonts_);
  auto surface = render::Surface::open({}, *atlas_);
  ENSURE(surface.has_value(), "SDL has a video driver without a display");
  surface_ = std::move(*surface);
  ui_ = std::make_unique<toolkit::Ui>(*engine_, *atlas_, clock_);
}

Drawn Stage::frame(const services::Catalogue& catalogue, const Sample& sample, const Look& look,
                   const render::InputFrame& input) {
  Situation situation;
  situation.language = look.language;
  situation.catalogue = &catalogue;
  situation.now = clock_.wall();
  situation.large_text = look.text_size == toolkit::TextSize::Large;
  situation.high_contrast = look.contrast == toolkit::Contrast::High;
  situation.network = sample.network;
  situation.printer_ready = sample.printer_ready;
  situation.waiting_for = sample.waiting_for;
  ImDrawList& list = surface_->begin_frame();
  ui_->begin(input, list, viewport_, look.language, toolkit::Theme::make(look.contrast, look.text_size));
  Page page(*ui_, persian_, situation);
  draw_view(page, sample.view);
  draw_overlay(page, sample.overlay);
  Drawn drawn{page.overflows(), page.take_actions(), {}};
  ui_->end();
  drawn.targets.assign(ui_->targets().begin(), ui_->targets().end());
  clock_.time += SteadyTime{20};
  return drawn;
}

Drawn Stage::draw(const services::Catalogue& catalogue, const Sample& sample, const Look& look, float height) {
  ui_->reset();
  viewport_ = {0, 0, 1, 1080, height};
  Drawn drawn;
  // The height of what scrolls is known after the first frame, what it makes of the page after the second.
  for (int i = 0; i < 3; ++i) drawn = frame(catalogue, sample, look, {});
  return drawn;
}

Drawn Stage::touch(const services::Catalogue& catalogue, const Sample& sample, const Look& look,
                   toolkit::Point at, render::Transition transition) {
  render::InputFrame input;
  input.x = at.x;
  input.y = at.y;
  input.down = transition == render::Transition::Down;
  input.transition = transition;
  return frame(catalogue, sample, look, input);
}

const Picture& Stage::picture() {
  surface_->end_frame();
  return surface_->picture();
}

}  // namespace pishkhan::screens::sample
