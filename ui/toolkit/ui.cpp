#include "ui/toolkit/ui.h"

#include "base/core/ensure.h"
#include "ui/toolkit/ui_state.h"

namespace pishkhan::toolkit {

Ui::Ui(text::Engine& engine, text::Atlas& atlas, const Clock& clock)
    : state_(std::make_unique<State>(engine, atlas, clock)) {}
Ui::~Ui() = default;

void Ui::begin(const render::InputFrame& input, ImDrawList& draw_list, const render::Viewport& viewport,
               Language language, const Theme& theme) {
  State& state = *state_;
  state.input = input;
  state.viewport = viewport;
  state.list = &draw_list;
  state.language = language;
  state.theme = theme;
  state.before = state.now;
  state.now = state.clock.steady();
  ++state.frame;
  state.deadline.reset();
  state.enter = false;
  state.placing.clear();
  state.open_scrolls.clear();
  state.clips.clear();
  if (input.x > render::kNowhere) {
    state.finger = state.to_units(input.x, input.y);
    state.finger_inside = page().contains(state.finger);
  } else {
    state.finger_inside = false;
  }
  push_clip(page());
  state.press_begins();
  state.press_moves();
  state.move_focus();
  state.reveal_target();
  state.run_scrolls();
  if (!input.typed.empty()) state.typed.push_back({Typed::Kind::Text, PersonalText(input.typed), state.frame});
  if (input.key == render::InputKey::Backspace) {
    state.typed.push_back({Typed::Kind::Backspace, PersonalText(), state.frame});
  }
}

void Ui::end() {
  State& state = *state_;
  ENSURE(state.open_scrolls.empty(), "every scroll area is closed before the frame ends");
  pop_clip();
  ENSURE(state.clips.empty(), "every clip is popped before the frame ends");
  state.placed = std::move(state.placing);
  state.placing.clear();
  state.targets.clear();
  bool pressed_is_there = false;
  for (const PlacedTarget& placed : state.placed) {
    state.targets.push_back(placed.target);
    pressed_is_there = pressed_is_there || placed.target.id == state.press.id;
  }
  if (state.press.kind == PressKind::Target && !pressed_is_there) state.press.kind = PressKind::Dead;
  if (!state.input.down) state.press = Press{};
  // Letters that no field took by the end of the frame after they were typed were meant for none.
  std::erase_if(state.typed, [&](const Typed& typed) { return typed.frame < state.frame; });
  std::erase_if(state.scrolls, [&](const auto& entry) { return entry.second.seen_frame < state.frame; });
  state.list = nullptr;
}

void Ui::reset() {
  State& state = *state_;
  state.press = Press{};
  state.ring.clear();
  state.reveal.clear();
  state.scrolls.clear();
  state.carets.clear();
  state.field.clear();
  state.typed.clear();
  state.plane_chosen = false;
  if (!state.receipt_picture.empty()) state.atlas.remove_picture(state.receipt_picture);
  state.receipt_picture.clear();
}

std::optional<SteadyTime> Ui::deadline() const {
  return state_->deadline;
}

void Ui::animate(SteadyTime after) {
  const SteadyTime at = state_->now + after;
  if (!state_->deadline || at < *state_->deadline) state_->deadline = at;
}

bool Ui::touched() const {
  const render::InputFrame& input = state_->input;
  return (input.transition == render::Transition::Down && state_->finger_inside) ||
         input.key != render::InputKey::None || !input.typed.empty();
}

std::span<const Target> Ui::targets() const {
  return state_->targets;
}

const Target* Ui::find_target(std::string_view id) const {
  for (const Target& target : state_->targets) {
    if (target.id == id) return &target;
  }
  return nullptr;
}

void Ui::reveal(std::string_view id) {
  state_->reveal = id;
}

Point Ui::to_pixels(Point units) const {
  return {state_->pixel_x(units.x), state_->pixel_y(units.y)};
}

Rect Ui::page() const {
  return {0, 0, state_->viewport.width, state_->viewport.height};
}
const Theme& Ui::theme() const {
  return state_->theme;
}
Language Ui::language() const {
  return state_->language;
}
bool Ui::right_to_left() const {
  return pishkhan::right_to_left(state_->language);
}
SteadyTime Ui::now() const {
  return state_->now;
}

Rect Ui::cut_start(Rect& rect, float width, float gap) const {
  return right_to_left() ? rect.cut_right(width, gap) : rect.cut_left(width, gap);
}

Rect Ui::cut_end(Rect& rect, float width, float gap) const {
  return right_to_left() ? rect.cut_left(width, gap) : rect.cut_right(width, gap);
}

std::vector<Rect> Ui::columns(const Rect& rect, int count, float gap) const {
  const float width = (rect.w - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
  std::vector<Rect> result;
  Rect rest = rect;
  for (int i = 0; i < count; ++i) result.push_back(cut_start(rest, width, gap));
  return result;
}

Rect Ui::mirrored(const Rect& rect, const Rect& around) const {
  if (!right_to_left()) return rect;
  return {around.x + around.right() - rect.right(), rect.y, rect.w, rect.h};
}

}  // namespace pishkhan::toolkit
