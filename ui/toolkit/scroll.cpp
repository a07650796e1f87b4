#include "ui/toolkit/scroll.h"

#include "base/core/ensure.h"
#include "ui/toolkit/ui_state.h"

#include <algorithm>

namespace pishkhan::toolkit {
namespace {

constexpr float kEndless = 100'000;

/// A shade at a cut edge, in steps: it needs no picture of its own.
void edge_shade(Ui& ui, const Rect& view, VerticalAlign edge) {
  constexpr int kSteps = 8;
  constexpr float kStep = 3;
  for (int i = 0; i < kSteps; ++i) {
    const float from_edge = static_cast<float>(i) * kStep;
    const float y = edge == VerticalAlign::Top ? view.y + from_edge : view.bottom() - from_edge - kStep;
    const float share = 1 - static_cast<float>(i) / kSteps;
    ui.fill({view.x, y, view.w, kStep}, ui.theme().ink.with_opacity(0.09F * share * share));
  }
}

}  // namespace

ScrollArea::ScrollArea(Ui& ui, std::string_view id, const Rect& view) : ui_(ui), id_(id), view_(view) {
  Ui::State& state = ui.state();
  ScrollState& scroll = state.scrolls[id_];
  ENSURE(scroll.seen_frame != state.frame, "a scroll area's id is its own");
  scroll.view = view;
  scroll.seen_frame = state.frame;
  scroll.offset = std::clamp(scroll.offset, 0.0F, scroll.furthest());
  content_ = {view.x, view.y - scroll.offset, view.w, kEndless};
  state.open_scrolls.push_back(id_);
  ui.push_clip(view);
}

void ScrollArea::finish(float content_bottom) {
  ENSURE(!finished_, "a scroll area is finished once");
  finished_ = true;
  Ui::State& state = ui_.state();
  ScrollState& scroll = state.scrolls[id_];
  const float height = content_bottom - content_.y;
  if (height != scroll.content_height) {
    scroll.content_height = height;
    ui_.animate(SteadyTime{0});
  }
  const Theme& theme = ui_.theme();
  const float furthest = scroll.furthest();
  if (furthest > 1) {
    if (scroll.offset > 1) edge_shade(ui_, view_, VerticalAlign::Top);
    if (scroll.offset < furthest - 1) edge_shade(ui_, view_, VerticalAlign::Bottom);
    Rect track = view_.inset(0, theme.gap_12);
    track = ui_.cut_end(track, 20).inset(6, 0);
    const float length = std::max(48.0F, track.h * view_.h / height);
    const float top = track.y + (track.h - length) * scroll.offset / furthest;
    ui_.fill_rounded({track.x, top, track.w, length}, track.w / 2, theme.ink_soft.with_opacity(0.45F));
  }
  ui_.pop_clip();
  ENSURE(!state.open_scrolls.empty() && state.open_scrolls.back() == id_, "scroll areas are closed in turn");
  state.open_scrolls.pop_back();
}

ScrollArea::~ScrollArea() {
  if (!finished_) finish(view_.bottom());
}

}  // namespace pishkhan::toolkit
