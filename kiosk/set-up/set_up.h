#pragma once

#include "base/core/clock.h"
#include "base/core/translations.h"
#include "kiosk/config/config.h"
#include "ui/render/surface.h"
#include "ui/screens/set_up.h"
#include "ui/text/atlas.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"
#include "ui/toolkit/ui.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace pishkhan {

enum class SetUpFault { NoFont, NoScreen };

/// Where a machine's things are expected beside its configuration file, for one that has none yet.
[[nodiscard]] screens::SetUpNeeds look_for_needs(const std::filesystem::path& configuration_file);

/// What a machine shows that has no configuration yet: what is missing, and where. Neither device, queue nor
/// network is touched. UI thread.
class SetUpScreen {
 public:
  /// `config` says where fonts, icons and translations lie; the file is the one that is waited for.
  static Result<std::unique_ptr<SetUpScreen>, SetUpFault> open(const config::Config& config,
                                                               std::filesystem::path configuration_file,
                                                               const Clock& clock);
  /// Looks, draws, waits at most so long. False: the configuration has come, or the window was closed.
  bool turn(SteadyTime at_most);
  [[nodiscard]] const render::Surface& surface() const { return *surface_; }

 private:
  SetUpScreen(std::filesystem::path file, text::Fonts fonts, const Clock& clock)
      : file_(std::move(file)), clock_(clock), fonts_(std::move(fonts)), engine_(fonts_), atlas_(fonts_, 2048, 1024) {}

  std::filesystem::path file_;
  const Clock& clock_;
  text::Fonts fonts_;
  text::Engine engine_;
  text::Atlas atlas_;
  std::unique_ptr<render::Surface> surface_;
  std::optional<toolkit::Ui> ui_;
  Translations translations_;
};

}  // namespace pishkhan
