#pragma once

#include "base/core/clock.h"
#include "kiosk/kiosk.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace pishkhan::demo {

/// A finger that knows the screen: taps what the kiosk drew, by the targets' ids, with the same SDL events
/// that a touch panel makes. For the tour and the end-to-end tests. Thread: the UI thread; it turns the
/// kiosk's loop itself.
class Robot {
 public:
  explicit Robot(Kiosk& kiosk) : kiosk_(kiosk) {}

  /// Turns the loop until the picture has settled.
  void settle();
  /// False if there is no such target, or if it is dimmed; says so on standard error.
  bool tap(std::string_view id);
  [[nodiscard]] bool shows(std::string_view id);
  /// Types into the focused field with the on-screen keyboard or digit pad, key by key.
  bool type(std::string_view text);
  /// Turns the loop until it holds; false after `patience`.
  bool wait_for(const std::function<bool()>& holds,
                std::chrono::milliseconds patience = std::chrono::seconds(60));
  /// The picture of the kiosk screen as it is now.
  bool shoot(const std::filesystem::path& png);

  [[nodiscard]] const visit::Visit* visit() const { return std::get_if<visit::Visit>(&kiosk_.state().mode); }
  template <class PageType>
  [[nodiscard]] const PageType* page() const {
    return visit() == nullptr ? nullptr : std::get_if<PageType>(&visit()->page);
  }

 private:
  bool press_key(std::string_view letter);
  Kiosk& kiosk_;
};

}  // namespace pishkhan::demo
