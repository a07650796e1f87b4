#pragma once

// For the sources of ui/toolkit only.
#include "base/core/personal.h"
#include "ui/render/input.h"
#include "ui/render/viewport.h"
#include "ui/text/atlas.h"
#include "ui/text/engine.h"
#include "ui/text/quads.h"
#include "ui/toolkit/keyboard.h"
#include "ui/toolkit/ui.h"

#include <imgui/imgui.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pishkhan::toolkit {

/// A finger that slides further than this (8 mm) is no longer pressing what it went down on.
inline constexpr float kSlop = 26;

/// A target with what the toolkit itself needs of it.
struct PlacedTarget {
  Target target;
  Rect full;           ///< not clipped
  std::string scroll;  ///< id of the area around it, or empty
};

struct ScrollState {
  Rect view;
  float offset = 0;  ///< units hidden above the view
  float content_height = 0;
  float velocity = 0;  ///< units a second, positive moves the content up
  std::uint64_t seen_frame = 0;
  [[nodiscard]] float furthest() const { return content_height > view.h ? content_height - view.h : 0; }
};

enum class PressKind { None, Target, Scroll, Dead };
struct Press {
  PressKind kind = PressKind::None;
  std::string id;  ///< of the target, or of the scroll area
  Point start;
  Point last;
  SteadyTime began{0};
  SteadyTime last_moved{0};
  SteadyTime next_repeat{0};
};

/// What the on-screen (or, in the demo, a hardware) keyboard typed, on its way to the focused field.
struct Typed {
  enum class Kind { Text, Backspace };
  Kind kind = Kind::Text;
  PersonalText text;
  std::uint64_t frame = 0;
};

struct Caret {
  std::size_t offset = 0;  ///< bytes of the value
  float scroll = 0;        ///< units that the text is moved inside its box
};

struct Ui::State {
  State(text::Engine& the_engine, text::Atlas& the_atlas, const Clock& the_clock)
      : engine(the_engine), atlas(the_atlas), clock(the_clock) {}

  text::Engine& engine;
  text::Atlas& atlas;
  const Clock& clock;

  // This frame.
  render::InputFrame input;
  render::Viewport viewport;
  ImDrawList* list = nullptr;
  Language language = Language::Persian;
  Theme theme;
  SteadyTime now{0};
  SteadyTime before{0};  ///< now of the frame before
  std::uint64_t frame = 0;
  Point finger;
  bool finger_inside = false;
  bool enter = false;  ///< the keypad's Enter acts on the target with the focus ring
  std::optional<SteadyTime> deadline;
  std::vector<Rect> clips;
  std::vector<std::string> open_scrolls;
  std::vector<PlacedTarget> placing;

  // Between frames.
  std::vector<PlacedTarget> placed;
  std::vector<Target> targets;
  Press press;
  std::string ring;    ///< id with the keypad's focus, or empty
  std::string reveal;  ///< id to be scrolled into sight
  std::map<std::string, ScrollState, std::less<>> scrolls;
  std::map<std::string, Caret, std::less<>> carets;
  std::string field;  ///< id of the field that was focused last
  std::vector<Typed> typed;
  KeyboardPlane plane = KeyboardPlane::Persian;
  Language plane_language = Language::Persian;
  bool plane_chosen = false;
  std::string receipt_picture;

  [[nodiscard]] Point to_units(float x, float y) const {
    return {(x - viewport.x) / viewport.scale, (y - viewport.y) / viewport.scale};
  }
  [[nodiscard]] float pixel_x(float units) const { return viewport.x + units * viewport.scale; }
  [[nodiscard]] float pixel_y(float units) const { return viewport.y + units * viewport.scale; }
  [[nodiscard]] Rect clip() const { return clips.back(); }
  [[nodiscard]] const PlacedTarget* target_at(Point point) const;
  [[nodiscard]] std::string scroll_at(Point point) const;
  void quad(const text::GlyphQuad& quad, ImU32 colour);
  void press_begins();
  void press_moves();
  void move_focus();
  void run_scrolls();
  void reveal_target();
};

[[nodiscard]] ImU32 draw_colour(Colour colour);
/// What the text engine is asked for; `width` in pixels is passed beside it.
[[nodiscard]] text::Style engine_style(const Ui::State& state, const TextStyle& style);

}  // namespace pishkhan::toolkit
