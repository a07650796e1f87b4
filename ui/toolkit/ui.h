#pragma once

#include "base/core/clock.h"
#include "base/core/language.h"
#include "ui/toolkit/geometry.h"
#include "ui/toolkit/icon.h"
#include "ui/toolkit/theme.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct ImDrawList;

namespace pishkhan::text {
class Engine;
class Atlas;
}  // namespace pishkhan::text
namespace pishkhan::render {
struct InputFrame;
struct Viewport;
}  // namespace pishkhan::render

namespace pishkhan::toolkit {

/// Something that can be touched, as it was drawn in the last frame. Ids are stable words such as
/// "language/fa", "area/complaints", "key/ب", "main", "back", "end": the scripted tour and the tests tap by
/// them.
struct Target {
  std::string id;
  Rect rect;          ///< units; the visible part (empty if it is scrolled out of sight)
  std::string label;  ///< what it says, for the tour's listing and for speech; never a citizen's words
  bool enabled = true;
};

/// Start is the side where reading begins: right in Persian, left in English.
enum class Align { Start, Centre, End };
enum class VerticalAlign { Top, Middle, Bottom };
enum class Direction { OfPage, LeftToRight, RightToLeft };
enum class Overflow {
  Wrap,
  OneLine
};  ///< OneLine: cut with an ellipsis by the text engine where it does not fit

struct TextStyle {
  Type type = Type::Body;
  Weight weight = Weight::Regular;
  Colour colour{};  ///< fully transparent (the default) stands for the theme's ink
  Align align = Align::Start;
  VerticalAlign vertical = VerticalAlign::Top;
  Direction direction = Direction::OfPage;
  Overflow overflow = Overflow::Wrap;
};

/// What a touch on a region did. `tapped` is true in the one frame in which the finger was lifted inside.
struct Touch {
  bool tapped = false;
  bool pressed = false;   ///< a finger is down on it now: draw it pressed
  bool focused = false;   ///< the keypad's focus ring is on it
  bool repeated = false;  ///< held long: fires again and again (only where asked for)
  Point at;               ///< where the finger is, or was when lifted; units
};
enum class Repeat { No, WhileHeld };
enum class Enabled { No, Yes };

/// One page and its input, frame by frame: begin(), draw with the functions here and in the widgets'
/// headers, end(). Keeps between frames only what touching needs: the press, scroll positions, carets.
/// reset() wipes all of that (call it when a visit ends). Everything is in layout units and in
/// start/end terms: a page is written once and is mirrored for Persian. UI thread only.
class Ui {
 public:
  /// The three are borrowed and must outlive the Ui.
  Ui(text::Engine& engine, text::Atlas& atlas, const Clock& clock);
  ~Ui();
  Ui(const Ui&) = delete;
  Ui& operator=(const Ui&) = delete;

  // Frame.
  void begin(const render::InputFrame& input, ImDrawList& draw_list, const render::Viewport& viewport,
             Language language, const Theme& theme);
  void end();
  /// Forgets the press, focus, scroll positions and carets, and wipes text waiting to be typed.
  void reset();
  /// When the next frame must be drawn although nothing happens (spinner, kinetic scroll, key repeat).
  [[nodiscard]] std::optional<SteadyTime> deadline() const;
  /// Asks for another frame `after` from now.
  void animate(SteadyTime after = SteadyTime{16});
  /// True if a finger went down or a key was pressed in this frame (for the idle timer).
  [[nodiscard]] bool touched() const;
  /// Touched targets of the last finished frame, in reading order of drawing.
  [[nodiscard]] std::span<const Target> targets() const;
  [[nodiscard]] const Target* find_target(std::string_view id) const;
  /// Scrolls the areas around the target so that it can be seen, in the next frames.
  void reveal(std::string_view id);
  /// Units to window pixels, for injecting a tap with render::push_tap.
  [[nodiscard]] Point to_pixels(Point units) const;

  // Where we are.
  [[nodiscard]] Rect page() const;  ///< 0, 0, 1080, 1920 on the kiosk screen
  [[nodiscard]] const Theme& theme() const;
  [[nodiscard]] Language language() const;
  [[nodiscard]] bool right_to_left() const;
  [[nodiscard]] SteadyTime now() const;

  // Layout in start/end terms.
  Rect cut_start(Rect& rect, float width, float gap = 0) const;
  Rect cut_end(Rect& rect, float width, float gap = 0) const;
  /// `count` equal columns in reading order.
  [[nodiscard]] std::vector<Rect> columns(const Rect& rect, int count, float gap) const;
  /// The rectangle mirrored inside `around` when the page is read from the right.
  [[nodiscard]] Rect mirrored(const Rect& rect, const Rect& around) const;

  // Drawing.
  void fill(const Rect& rect, Colour colour);
  void fill_rounded(const Rect& rect, float radius, Colour colour);
  /// A border inside the rectangle's edge; what is under its middle stays.
  void border_rounded(const Rect& rect, float radius, float thickness, Colour colour);
  void hairline(float x, float y, float width, Colour colour);
  void circle(Point centre, float radius, Colour colour);
  void line(Point from, Point to, float thickness, Colour colour);
  /// Soft shadow of a sheet of paper lying on the page.
  void shadow(const Rect& rect, float spread);
  /// Returns the height that the text took.
  float text(const Rect& rect, std::string_view words, const TextStyle& style);
  [[nodiscard]] float text_height(std::string_view words, const TextStyle& style, float width);
  /// How far below its top the letters of its first line stand.
  [[nodiscard]] float text_baseline(std::string_view words, const TextStyle& style, float width);
  /// Width of the text on one line.
  [[nodiscard]] float text_width(std::string_view words, const TextStyle& style);
  /// In the middle of the rectangle.
  void icon(const Rect& rect, Icon icon, float size, Colour colour);
  void push_clip(const Rect& rect);
  void pop_clip();

  // Touch. Registers a target and says what the finger did to it. The action is on release inside the
  // same target; sliding more than the slop off it, or the beginning of a scroll, cancels.
  Touch touch(std::string_view id, const Rect& rect, std::string_view label, Enabled enabled = Enabled::Yes,
              Repeat repeat = Repeat::No);
  /// Whatever is drawn until end_overlay() is above the page: targets drawn before begin_overlay() no
  /// longer answer (from the next frame on), and the tour no longer sees them.
  void begin_overlay();
  void end_overlay();

  struct State;  ///< the toolkit's own; see ui_state.h
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace pishkhan::toolkit
