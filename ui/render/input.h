#pragma once

#include <limits>
#include <string>

namespace pishkhan::render {

/// A place where no finger is. Dear ImGui's own convention.
inline constexpr float kNowhere = -std::numeric_limits<float>::max();

enum class Transition { None, Down, Up, Cancelled };
enum class InputKey { None, Tab, BackTab, Left, Right, Up, Down, Enter, Escape, Backspace };

/// What happened since the last frame: at most one change of the finger or one key, so that no quick tap is
/// lost between two frames. Positions are pixels of the surface and come from the event itself.
struct InputFrame {
  float x = kNowhere;
  float y = kNowhere;
  bool down = false;
  Transition transition = Transition::None;
  float wheel = 0;  ///< notches, positive is up
  InputKey key = InputKey::None;
  std::string typed;  ///< from a hardware keyboard, only where the options allow it
  bool quit = false;  ///< the window was closed
  bool resized = false;
  bool woken = false;  ///< Surface::wake() was called
};

}  // namespace pishkhan::render
