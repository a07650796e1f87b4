#include "kiosk/set-up/set_up.h"

#include "base/core/log.h"
#include "ui/toolkit/theme.h"

#include <utility>

namespace pishkhan {

namespace fs = std::filesystem;

screens::SetUpNeeds look_for_needs(const fs::path& configuration_file) {
  const fs::path folder = fs::absolute(configuration_file).parent_path();
  const auto missing = [](const fs::path& path, const fs::path& sign) {
    std::error_code error;
    return fs::exists(sign, error) ? std::string() : path.string();
  };
  screens::SetUpNeeds needs;
  needs.configuration = missing(configuration_file, configuration_file);
  needs.catalogue = missing(folder / "city", folder / "city/city.json");
  // A machine that enrolled by code has numbered sets of keys, and `current` says which one counts.
  needs.keys = missing(folder / "keys", folder / "keys/current");
  if (!needs.keys.empty()) needs.keys = missing(folder / "keys", folder / "keys/enrolment.json");
  return needs;
}

Result<std::unique_ptr<SetUpScreen>, SetUpFault> SetUpScreen::open(const config::Config& config,
                                                                   fs::path configuration_file,
                                                                   const Clock& clock) {
  text::FontPaths paths;
  paths.regular = config.fonts / "Vazirmatn-Regular.ttf";
  paths.medium = config.fonts / "Vazirmatn-Medium.ttf";
  paths.bold = config.fonts / "Vazirmatn-Bold.ttf";
  paths.icons = config.icons;
  auto fonts = text::Fonts::open(paths);
  if (!fonts) return fail(SetUpFault::NoFont);
  std::unique_ptr<SetUpScreen> screen(new SetUpScreen(std::move(configuration_file), std::move(*fonts), clock));
  render::SurfaceOptions window;
  window.width = config.screen_width;
  window.height = config.screen_height;
  window.title = "Pishkhan";
  window.mode = config.fullscreen ? render::WindowMode::Fullscreen : render::WindowMode::Window;
  auto surface = render::Surface::open(window, screen->atlas_);
  if (!surface) return fail(SetUpFault::NoScreen);
  screen->surface_ = std::move(*surface);
  screen->ui_.emplace(screen->engine_, screen->atlas_, clock);
  if (auto translations = Translations::load(config.translations / "fa.mo"))
    screen->translations_ = std::move(*translations);
  const auto needs = look_for_needs(screen->file_);
  log::warning("kiosk.not-set-up", {{"configuration", log::PublicText{needs.configuration}},
                                    {"catalogue", log::PublicText{needs.catalogue}},
                                    {"keys", log::PublicText{needs.keys}}});
  return screen;
}

bool SetUpScreen::turn(SteadyTime at_most) {
  const render::InputFrame input = surface_->wait(at_most);
  const auto needs = look_for_needs(file_);
  if (input.quit || needs.configuration.empty()) return false;
  ImDrawList& list = surface_->begin_frame();
  const auto viewport = render::letterbox(0, 0, static_cast<float>(surface_->width()),
                                          static_cast<float>(surface_->height()), 1080, 1920);
  screens::Situation situation;
  situation.language = Language::Persian;
  ui_->begin(input, list, viewport, situation.language,
             toolkit::Theme::make(toolkit::Contrast::Standard, toolkit::TextSize::Normal));
  screens::draw_set_up(*ui_, translations_, situation, needs);
  ui_->end();
  surface_->end_frame();
  return true;
}

}  // namespace pishkhan
