#include "base/core/ensure.h"
#include "ui/toolkit/ui_state.h"

#include <algorithm>
#include <cmath>

namespace pishkhan::toolkit {
namespace {

constexpr SteadyTime kRepeatAfter{450};
constexpr SteadyTime kRepeatEvery{70};
constexpr float kStopBelow = 24;           // units a second
constexpr float kSlowingSeconds = 0.325F;  // a flick loses 63 % of its speed in this time
constexpr SteadyTime kFlickPause{60};      // a finger that rested before it was lifted does not flick

float distance(Point a, Point b) {
  return std::hypot(a.x - b.x, a.y - b.y);
}

}  // namespace

const PlacedTarget* Ui::State::target_at(Point point) const {
  // What was drawn last lies on top. The last finished frame is asked: it is what the person saw.
  for (auto it = placed.rbegin(); it != placed.rend(); ++it) {
    if (it->target.rect.contains(point)) return &*it;
  }
  return nullptr;
}

std::string Ui::State::scroll_at(Point point) const {
  for (const auto& [id, scroll] : scrolls) {
    if (scroll.view.contains(point) && scroll.furthest() > 0) return id;
  }
  return {};
}

void Ui::State::press_begins() {
  if (input.transition == render::Transition::Cancelled) press = Press{};
  if (input.transition != render::Transition::Down || !finger_inside) return;
  ring.clear();
  press = Press{};
  press.kind = PressKind::Dead;
  press.start = press.last = finger;
  press.began = press.last_moved = now;
  press.next_repeat = now + kRepeatAfter;
  const std::string area = scroll_at(finger);
  if (!area.empty() && std::abs(scrolls[area].velocity) > 0) {  // a finger on a running page only stops it
    scrolls[area].velocity = 0;
    press.kind = PressKind::Scroll;
    press.id = area;
    return;
  }
  const PlacedTarget* hit = target_at(finger);
  if (hit != nullptr && hit->target.enabled) {
    press.kind = PressKind::Target;
    press.id = hit->target.id;
  }
}

void Ui::State::press_moves() {
  if (press.kind == PressKind::None || input.x <= render::kNowhere) return;
  const float moved = distance(finger, press.start);
  if (press.kind != PressKind::Scroll && moved > kSlop) {
    const std::string area = scroll_at(press.start);
    const bool upright = std::abs(finger.y - press.start.y) > std::abs(finger.x - press.start.x);
    if (!area.empty() && upright) {
      press.kind = PressKind::Scroll;
      press.id = area;
      press.last = press.start;  // the page catches up with the finger
    } else if (press.kind == PressKind::Target) {
      const auto own = std::find_if(placed.begin(), placed.end(),
                                    [&](const PlacedTarget& p) { return p.target.id == press.id; });
      if (own == placed.end() || !own->target.rect.contains(finger)) press.kind = PressKind::Dead;
    }
  }
  if (press.kind != PressKind::Scroll) return;
  const auto found = scrolls.find(press.id);
  if (found == scrolls.end()) return;
  ScrollState& scroll = found->second;
  const float step = press.last.y - finger.y;
  if (step != 0) {
    const float seconds = std::max(0.004F, static_cast<float>((now - press.last_moved).count()) / 1000.0F);
    scroll.velocity = 0.6F * (step / seconds) + 0.4F * scroll.velocity;
    scroll.offset = std::clamp(scroll.offset + step, 0.0F, scroll.furthest());
    press.last = finger;
    press.last_moved = now;
  }
  if (input.transition == render::Transition::Up && now - press.last_moved > kFlickPause) scroll.velocity = 0;
}

void Ui::State::run_scrolls() {
  for (auto& [id, scroll] : scrolls) {
    if (input.wheel != 0 && finger_inside && scroll.view.contains(finger)) {
      scroll.offset = std::clamp(scroll.offset - input.wheel * 120.0F, 0.0F, scroll.furthest());
    }
    const bool held = press.kind == PressKind::Scroll && press.id == id && input.down;
    if (held || scroll.velocity == 0) continue;
    const float seconds = std::clamp(static_cast<float>((now - before).count()) / 1000.0F, 0.0F, 0.05F);
    scroll.offset += scroll.velocity * seconds;
    scroll.velocity *= std::exp(-seconds / kSlowingSeconds);
    const bool at_end = scroll.offset <= 0 || scroll.offset >= scroll.furthest();
    scroll.offset = std::clamp(scroll.offset, 0.0F, scroll.furthest());
    if (at_end || std::abs(scroll.velocity) < kStopBelow) {
      scroll.velocity = 0;
    } else {
      deadline = now + SteadyTime{16};
    }
  }
}

void Ui::State::move_focus() {
  using render::InputKey;
  if (input.key == InputKey::Enter) enter = !ring.empty();
  int step = 0;
  const bool from_right = pishkhan::right_to_left(language);
  if (input.key == InputKey::Tab || input.key == InputKey::Down) step = 1;
  if (input.key == InputKey::BackTab || input.key == InputKey::Up) step = -1;
  if (input.key == InputKey::Right) step = from_right ? -1 : 1;
  if (input.key == InputKey::Left) step = from_right ? 1 : -1;
  if (step == 0 || placed.empty()) return;
  const int count = static_cast<int>(placed.size());
  int at = step > 0 ? -1 : count;
  for (int i = 0; i < count; ++i) {
    if (placed[static_cast<std::size_t>(i)].target.id == ring) at = i;
  }
  for (int tried = 0; tried < count; ++tried) {
    at = (at + step + count) % count;
    const PlacedTarget& next = placed[static_cast<std::size_t>(at)];
    if (!next.target.enabled) continue;
    ring = next.target.id;
    reveal = ring;
    return;
  }
}

void Ui::State::reveal_target() {
  if (reveal.empty()) return;
  for (const PlacedTarget& target : placed) {
    if (target.target.id != reveal || target.scroll.empty()) continue;
    ScrollState& scroll = scrolls[target.scroll];
    const float margin = std::min(theme.gap_24, std::max(0.0F, (scroll.view.h - target.full.h) / 2));
    float by = 0;
    if (target.full.bottom() + margin > scroll.view.bottom())
      by = target.full.bottom() + margin - scroll.view.bottom();
    if (target.full.y - by - margin < scroll.view.y) by = target.full.y - margin - scroll.view.y;
    scroll.offset = std::clamp(scroll.offset + by, 0.0F, scroll.furthest());
    scroll.velocity = 0;
    deadline = now;
  }
  reveal.clear();
}

Touch Ui::touch(std::string_view id, const Rect& rect, std::string_view label, Enabled enabled, Repeat repeat) {
  State& state = *state_;
  for (const PlacedTarget& other : state.placing) ENSURE(other.target.id != id, "a target's id is its own");
  PlacedTarget placed;
  placed.target = {std::string(id), rect.intersected(state.clip()), std::string(label),
                   enabled == Enabled::Yes};
  placed.full = rect;
  if (!state.open_scrolls.empty()) placed.scroll = state.open_scrolls.back();
  const Rect visible = placed.target.rect;
  state.placing.push_back(std::move(placed));
  Touch touch;
  touch.focused = !state.ring.empty() && state.ring == id;
  if (touch.focused) {
    const Theme& theme = state.theme;
    border_rounded(rect.inset(-theme.focus_ring - 4), theme.radius_button + theme.focus_ring, theme.focus_ring,
                   theme.turquoise);
  }
  if (enabled == Enabled::No) return touch;
  if (touch.focused && state.enter) touch.tapped = true;
  const Press& press = state.press;
  if (press.kind != PressKind::Target || press.id != id) return touch;
  touch.at = state.finger;
  const bool inside = visible.contains(state.finger);
  const bool up = state.input.transition == render::Transition::Up;
  touch.pressed = state.input.down && inside;
  touch.tapped = touch.tapped || (up && inside);
  if (repeat == Repeat::WhileHeld && touch.pressed) {
    if (state.now >= press.next_repeat) {
      touch.repeated = true;
      state.press.next_repeat = state.now + kRepeatEvery;
    }
    animate(state.press.next_repeat - state.now);
  }
  // What was written again and again while it was held is not written once more when the finger is lifted.
  if (repeat == Repeat::WhileHeld && up && press.next_repeat > press.began + kRepeatAfter) touch.tapped = false;
  return touch;
}

void Ui::begin_overlay() {
  state_->placing.clear();
}
void Ui::end_overlay() {}

}  // namespace pishkhan::toolkit
