#pragma once

#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "ui/render/input.h"
#include "ui/render/input_shim.h"
#include "ui/render/pixel_rect.h"
#include "ui/render/viewport.h"

#include <memory>
#include <string>
#include <vector>

struct ImDrawList;

namespace pishkhan::text {
class Atlas;
}

namespace pishkhan::render {

enum class SurfaceFault { NoVideo, NoWindow, NoRenderer };
enum class WindowMode { Window, Fullscreen };

struct SurfaceOptions {
  int width = 1080;  ///< pixels; the whole surface, with any dock beside the kiosk screen
  int height = 1920;
  std::string title;
  WindowMode mode = WindowMode::Window;
  HardwareTyping typing = HardwareTyping::Refused;
};

/// The window and the last frame. Draw lists are rasterised here, in software, into our own buffer; only the
/// tiles whose primitives changed are drawn and uploaded again, and the whole texture is presented: nothing is
/// expected of a back buffer. The video driver is SDL's choice (SDL_VIDEODRIVER: x11, kmsdrm, offscreen,
/// dummy). One per process. UI thread, except wake().
class Surface {
 public:
  /// The atlas is borrowed and must outlive the surface.
  static Result<std::unique_ptr<Surface>, SurfaceFault> open(const SurfaceOptions& options,
                                                             const text::Atlas& atlas);
  ~Surface();
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;

  /// Waits for something to happen, or until `timeout` has passed. Returns at once while the picture settles
  /// (two more frames after every event) or while events are waiting.
  InputFrame wait(SteadyTime timeout);
  /// Ends a wait() from any thread.
  void wake();

  [[nodiscard]] int width() const;
  [[nodiscard]] int height() const;

  /// An empty draw list that covers the surface; what was drawn is shown by end_frame().
  ImDrawList& begin_frame();
  /// Rasterises what changed, presents it, and returns the rectangles that changed (none: nothing was
  /// presented).
  std::vector<PixelRect> end_frame();
  /// The last frame, 0xAARRGGBB.
  [[nodiscard]] const Picture& picture() const;
  /// Overwrites the frame and what is known of it; the next frame is drawn whole.
  void wipe();

 private:
  struct State;
  explicit Surface(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Pushes the SDL events of a finger that goes down and up at a pixel of the surface: for the tour and the
/// tests.
void push_tap(float x, float y);
void push_mouse_down(float x, float y);
void push_mouse_move(float x, float y);
void push_mouse_up(float x, float y);

}  // namespace pishkhan::render
