#pragma once

#include "base/core/clock.h"
#include "base/core/translations.h"
#include "ui/render/surface.h"
#include "ui/screens/action.h"
#include "ui/screens/page.h"
#include "ui/screens/sample_test.h"
#include "ui/text/atlas.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"
#include "ui/toolkit/ui.h"

#include <memory>
#include <vector>

namespace pishkhan::screens::sample {

class StillClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override {
    return WallTime(std::chrono::milliseconds(1'795'417'440'000));
  }
  [[nodiscard]] SteadyTime steady() const override { return time; }
  SteadyTime time{1000};
};

struct Look {
  Language language = Language::Persian;
  toolkit::TextSize text_size = toolkit::TextSize::Normal;
  toolkit::Contrast contrast = toolkit::Contrast::Standard;
};

struct Drawn {
  int overflows = 0;
  Actions actions;
  std::vector<toolkit::Target> targets;
  [[nodiscard]] const toolkit::Target* find(std::string_view id) const;
};

/// A screen without a window: fonts, surface and toolkit, once a process. It ends the process if one of them
/// cannot be had: a test without it would prove nothing.
class Stage {
 public:
  static Stage& get();
  /// Draws until the picture has settled. `height` in layout units.
  Drawn draw(const services::Catalogue& catalogue, const Sample& sample, const Look& look, float height = 1920);
  /// One more frame, with a finger that goes down or up there.
  Drawn touch(const services::Catalogue& catalogue, const Sample& sample, const Look& look, toolkit::Point at,
              render::Transition transition);
  /// What a page that draws nothing says: `say(const Page&)`.
  template <class Say>
  std::string with_page(const Situation& situation, Say say) {
    const Page page(*ui_, persian_, situation);
    return say(page);
  }
  /// The last frame as it would be on the panel.
  [[nodiscard]] const Picture& picture();

 private:
  Stage();
  Drawn frame(const services::Catalogue& catalogue, const Sample& sample, const Look& look,
              const render::InputFrame& input);
  Translations persian_;
  StillClock clock_;
  std::unique_ptr<text::Fonts> fonts_;
  std::unique_ptr<text::Engine> engine_;
  std::unique_ptr<text::Atlas> atlas_;
  std::unique_ptr<render::Surface> surface_;
  std::unique_ptr<toolkit::Ui> ui_;
  render::Viewport viewport_;
};

}  // namespace pishkhan::screens::sample
