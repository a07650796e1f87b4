#include "base/core/ensure.h"
#include "ui/text/settle.h"
#include "ui/toolkit/ui_state.h"

#include <algorithm>
#include <cmath>

namespace pishkhan::toolkit {
namespace {

struct PixelBox {
  float x0, y0, x1, y1;
};

PixelBox box_of(const Ui::State& state, const Rect& rect) {
  return {std::round(state.pixel_x(rect.x)), std::round(state.pixel_y(rect.y)),
          std::round(state.pixel_x(rect.right())), std::round(state.pixel_y(rect.bottom()))};
}

int whole_pixels(const Ui::State& state, float units, int least) {
  return std::clamp(static_cast<int>(std::lround(units * state.viewport.scale)), least, 256);
}

text::Align engine_align(const Ui::State& state, Align align) {
  const bool from_right = right_to_left(state.language);
  switch (align) {
    case Align::Start:
      return from_right ? text::Align::Right : text::Align::Left;
    case Align::End:
      return from_right ? text::Align::Left : text::Align::Right;
    case Align::Centre:
      break;
  }
  return text::Align::Center;
}

}  // namespace

ImU32 draw_colour(Colour colour) {
  return (colour.argb & 0xFF00FF00U) | (colour.argb & 0xFFU) << 16 | (colour.argb >> 16 & 0xFFU);
}

text::Style engine_style(const Ui::State& state, const TextStyle& style) {
  text::Style result;
  result.size_px = state.theme.text_size(style.type) * state.viewport.scale;
  result.weight = static_cast<text::Weight>(style.weight);
  const bool from_right = style.direction == Direction::OfPage ? right_to_left(state.language)
                                                               : style.direction == Direction::RightToLeft;
  result.base = from_right ? text::Direction::RightToLeft : text::Direction::LeftToRight;
  result.align = engine_align(state, style.align);
  result.line_height = style.type >= Type::Subtitle ? 1.35F : 1.6F;
  result.language = state.language;
  result.maximum_lines = style.overflow == Overflow::OneLine ? 1 : 0;
  return result;
}

void Ui::State::quad(const text::GlyphQuad& quad, ImU32 colour) {
  list->PrimReserve(6, 4);
  list->PrimRectUV(ImVec2(quad.x0, quad.y0), ImVec2(quad.x1, quad.y1), ImVec2(quad.u0, quad.v0),
                   ImVec2(quad.u1, quad.v1), colour);
}

void Ui::fill(const Rect& rect, Colour colour) {
  const PixelBox box = box_of(*state_, rect);
  const text::Atlas::Point white = state_->atlas.white();
  state_->quad({box.x0, box.y0, box.x1, box.y1, white.u, white.v, white.u, white.v}, draw_colour(colour));
}

void Ui::fill_rounded(const Rect& rect, float radius, Colour colour) {
  const PixelBox box = box_of(*state_, rect);
  const auto slice = state_->atlas.rounded_box(whole_pixels(*state_, radius, 0));
  if (!slice) return fill(rect, colour);
  const ImU32 ink = draw_colour(colour);
  text::emit_nine_slice(*slice, box.x0, box.y0, box.x1, box.y1,
                        [&](const text::GlyphQuad& quad) { state_->quad(quad, ink); });
}

void Ui::border_rounded(const Rect& rect, float radius, float thickness, Colour colour) {
  const PixelBox box = box_of(*state_, rect);
  const auto slice =
      state_->atlas.rounded_border(whole_pixels(*state_, radius, 1), whole_pixels(*state_, thickness, 1));
  if (!slice) return;
  const ImU32 ink = draw_colour(colour);
  text::emit_nine_slice(*slice, box.x0, box.y0, box.x1, box.y1,
                        [&](const text::GlyphQuad& quad) { state_->quad(quad, ink); });
}

void Ui::hairline(float x, float y, float width, Colour colour) {
  fill({x, y, width, std::max(theme().hairline, 1 / state_->viewport.scale)}, colour);
}

void Ui::circle(Point centre, float radius, Colour colour) {
  fill_rounded({centre.x - radius, centre.y - radius, 2 * radius, 2 * radius}, radius, colour);
}

void Ui::line(Point from, Point to, float thickness, Colour colour) {
  state_->list->AddLine(ImVec2(state_->pixel_x(from.x), state_->pixel_y(from.y)),
                        ImVec2(state_->pixel_x(to.x), state_->pixel_y(to.y)), draw_colour(colour),
                        std::max(1.0F, thickness * state_->viewport.scale));
}

void Ui::shadow(const Rect& rect, float spread) {
  const int reach = whole_pixels(*state_, spread, 2);
  const std::string id = "shadow/" + std::to_string(reach);
  auto place = state_->atlas.picture(id);
  if (!place) {
    const int side = 4 * reach + 2;
    std::vector<std::uint8_t> alpha(static_cast<std::size_t>(side * side));
    const auto depth = [&](int at) {  // 0 at the edge, 1 where the full shadow begins
      const float inside = static_cast<float>(std::min(at, side - 1 - at)) / static_cast<float>(2 * reach);
      return inside * inside * (3 - 2 * inside);
    };
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        alpha[static_cast<std::size_t>(y * side + x)] = static_cast<std::uint8_t>(255 * depth(x) * depth(y));
      }
    }
    if (!state_->atlas.add_picture(id, side, side, alpha)) return;
    place = state_->atlas.picture(id);
    if (!place) return;
  }
  const PixelBox box = box_of(*state_, rect.inset(-spread).moved(0, spread / 3));
  const ImU32 ink = draw_colour(Colour{0xFF000000U}.with_opacity(0.22F));
  text::emit_nine_slice({*place, 2 * reach}, box.x0, box.y0, box.x1, box.y1,
                        [&](const text::GlyphQuad& quad) { state_->quad(quad, ink); });
}

float Ui::text(const Rect& rect, std::string_view words, const TextStyle& style) {
  State& state = *state_;
  const text::Settled settled = text::settle(state.engine, words, engine_style(state, style),
                                             std::max(1.0F, rect.w * state.viewport.scale));
  const text::Layout& layout = *settled.layout;
  const float height = layout.height() / state.viewport.scale;
  float top = rect.y;
  if (style.vertical == VerticalAlign::Middle) top += (rect.h - height) / 2;
  if (style.vertical == VerticalAlign::Bottom) top += rect.h - height;
  const ImU32 ink = draw_colour(style.colour == Colour{} ? theme().ink : style.colour);
  const ImVec4 clip = state.list->_CmdHeader.ClipRect;
  text::emit(
      layout, std::round(state.pixel_x(rect.x) + settled.shift), std::round(state.pixel_y(top)), state.atlas,
      [&](const text::GlyphQuad& quad) { state.quad(quad, ink); }, clip.y, clip.w);
  return height;
}

float Ui::text_height(std::string_view words, const TextStyle& style, float width) {
  const State& state = *state_;
  return state.engine.lay_out(words, engine_style(state, style), std::max(1.0F, width * state.viewport.scale))
             .height() /
         state.viewport.scale;
}

float Ui::text_baseline(std::string_view words, const TextStyle& style, float width) {
  const State& state = *state_;
  const text::Layout& layout =
      state.engine.lay_out(words, engine_style(state, style), std::max(1.0F, width * state.viewport.scale));
  return layout.lines().front().baseline / state.viewport.scale;
}

float Ui::text_width(std::string_view words, const TextStyle& style) {
  const State& state = *state_;
  text::Style plain = engine_style(state, style);
  plain.maximum_lines = 0;
  return std::ceil(state.engine.lay_out(words, plain).width() + 1) / state.viewport.scale;
}

void Ui::icon(const Rect& rect, Icon icon, float size, Colour colour) {
  State& state = *state_;
  const float pixels = std::round(size * state.viewport.scale);
  const float x = std::round(state.pixel_x(rect.centre().x) - pixels / 2);
  const float y = std::round(state.pixel_y(rect.centre().y) - pixels / 2);
  const ImU32 ink = draw_colour(colour);
  const bool turned = icon_is_directed(icon) && right_to_left();
  text::emit_icon(icon_code_point(icon), pixels, x, y, state.atlas, [&](text::GlyphQuad quad) {
    if (turned) {
      std::swap(quad.u0, quad.u1);
      const float left = 2 * x + pixels - quad.x1;
      quad.x1 = 2 * x + pixels - quad.x0;
      quad.x0 = left;
    }
    state.quad(quad, ink);
  });
}

void Ui::push_clip(const Rect& rect) {
  State& state = *state_;
  const Rect inner = state.clips.empty() ? rect : rect.intersected(state.clips.back());
  state.clips.push_back(inner);
  const PixelBox box = box_of(state, inner);
  state.list->PushClipRect(ImVec2(box.x0, box.y0), ImVec2(std::max(box.x0, box.x1), std::max(box.y0, box.y1)),
                           false);
}

void Ui::pop_clip() {
  ENSURE(!state_->clips.empty(), "a clip was pushed");
  state_->clips.pop_back();
  state_->list->PopClipRect();
}

}  // namespace pishkhan::toolkit
