#include "ui/toolkit/ui_state.h"
#include "ui/toolkit/widgets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace pishkhan::toolkit {
namespace {

/// Shrinks by averaging: each texel is the share of black dots under it.
text::WipedVector<std::uint8_t> shrink(const Bitmap& paper, int width, int height) {
  text::WipedVector<std::uint8_t> alpha(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    const int top = y * paper.height() / height;
    const int bottom = std::max(top + 1, (y + 1) * paper.height() / height);
    for (int x = 0; x < width; ++x) {
      const int left = x * paper.width() / width;
      const int right = std::max(left + 1, (x + 1) * paper.width() / width);
      int black = 0;
      for (int dot_y = top; dot_y < bottom; ++dot_y) {
        for (int dot_x = left; dot_x < right; ++dot_x) black += paper.black(dot_x, dot_y) ? 1 : 0;
      }
      const int dots = (bottom - top) * (right - left);
      alpha[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(black * 255 / dots);
    }
  }
  return alpha;
}

std::string picture_id(const Bitmap& paper, int width, int height) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (int y = 0; y < paper.height(); ++y) {
    for (const std::uint8_t byte : paper.row(y)) hash = (hash ^ byte) * 0x100000001B3ULL;
  }
  return "receipt/" + std::to_string(hash) + "/" + std::to_string(width) + "x" + std::to_string(height);
}

/// Two squares turned by 45 degrees: sixteen corners, points and notches in turn.
std::array<ImVec2, 16> star(ImVec2 centre, float reach, float turned) {
  constexpr float kPi = std::numbers::pi_v<float>;
  const float notch = reach * std::cos(kPi / 4) / std::cos(kPi / 8);
  std::array<ImVec2, 16> corners;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const float angle = turned + static_cast<float>(i) * kPi / 8;
    const float radius = i % 2 == 0 ? reach : notch;
    corners[i] = ImVec2(centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle));
  }
  return corners;
}

void draw_star(ImDrawList& list, ImVec2 centre, float reach, float turned, float thickness, ImU32 colour) {
  const std::array<ImVec2, 16> corners = star(centre, reach, turned);
  list.AddPolyline(corners.data(), static_cast<int>(corners.size()), colour, ImDrawFlags_Closed, thickness);
}

}  // namespace

Rect receipt_preview(Ui& ui, const Rect& rect, const Bitmap& paper) {
  Ui::State& state = ui.state();
  if (paper.width() == 0 || paper.height() == 0) return {rect.x, rect.y, rect.w, 0};
  const float margin = rect.w * 0.035F;  // white around the dots, as the head leaves it on paper
  const float fit = std::min((rect.w - 2 * margin) / static_cast<float>(paper.width()),
                             (rect.h - 2 * margin) / static_cast<float>(paper.height()));
  const float scale = fit * state.viewport.scale;
  const int width = std::max(1, static_cast<int>(static_cast<float>(paper.width()) * scale));
  const int height = std::max(1, static_cast<int>(static_cast<float>(paper.height()) * scale));
  const float sheet_width = static_cast<float>(width) / state.viewport.scale + 2 * margin;
  const float sheet_height = static_cast<float>(height) / state.viewport.scale + 2 * margin;
  const Rect sheet{rect.x + (rect.w - sheet_width) / 2, rect.y, sheet_width, sheet_height};
  ui.shadow(sheet, 24);
  ui.fill(sheet, {0xFFFFFFFFU});
  const std::string id = picture_id(paper, width, height);
  auto place = state.atlas.picture(id);
  if (!place) {
    if (!state.receipt_picture.empty()) state.atlas.remove_picture(state.receipt_picture);
    state.receipt_picture = id;
    if (!state.atlas.add_picture(id, width, height, shrink(paper, width, height))) return sheet;
    place = state.atlas.picture(id);
  }
  if (!place) return sheet;
  const float x = std::round(state.pixel_x(sheet.x + margin));
  const float y = std::round(state.pixel_y(sheet.y + margin));
  const auto u = static_cast<float>(place->x);
  const auto v = static_cast<float>(place->y);
  const auto w = static_cast<float>(place->width);
  const auto h = static_cast<float>(place->height);
  state.quad({x, y, x + w, y + h, u, v, u + w, v + h}, draw_colour({0xFF101010U}));
  return sheet;
}

void draw_girih(Ui& ui, const Rect& rect, Colour colour, float strength) {
  Ui::State& state = ui.state();
  ui.push_clip(rect);
  const float pitch = 180 * state.viewport.scale;
  const float thickness = std::max(1.0F, 1.6F * state.viewport.scale);
  const ImVec2 middle(state.pixel_x(rect.centre().x), state.pixel_y(rect.centre().y));
  const float half_width = rect.w / 2 * state.viewport.scale;
  const float half_height = rect.h / 2 * state.viewport.scale;
  const int across = static_cast<int>(half_width / pitch) + 1;
  const int down = static_cast<int>(half_height / pitch) + 1;
  ImDrawList& list = *state.list;
  const int first_vertex = list.VtxBuffer.Size;
  const ImU32 ink = draw_colour(colour);
  constexpr float kEighth = std::numbers::pi_v<float> / 8;
  for (int row = -down; row <= down; ++row) {
    for (int column = -across; column <= across; ++column) {
      const ImVec2 centre(middle.x + static_cast<float>(column) * pitch,
                          middle.y + static_cast<float>(row) * pitch);
      // Stars touch at their points, and the gaps between four of them are the crosses of the pattern.
      draw_star(list, centre, pitch / 2, 0, thickness, ink);
      draw_star(list, centre, pitch * 0.245F, kEighth, thickness, ink);
      // A small diamond lies in each cross.
      const ImVec2 cross(centre.x + pitch / 2, centre.y + pitch / 2);
      draw_star(list, cross, pitch * 0.105F, 0, thickness, ink);
    }
  }
  // The pattern fades from the middle to nothing at the edges, corner by corner, so that lines fade along their
  // length.
  for (int i = first_vertex; i < list.VtxBuffer.Size; ++i) {
    ImDrawVert& vertex = list.VtxBuffer[i];
    const float x = (vertex.pos.x - middle.x) / half_width;
    const float y = (vertex.pos.y - middle.y) / half_height;
    const float near = std::clamp(1 - std::sqrt(x * x + y * y), 0.0F, 1.0F);
    const float share = strength * near * near * (3 - 2 * near);
    const auto alpha = static_cast<ImU32>(static_cast<float>(vertex.col >> IM_COL32_A_SHIFT) * share + 0.5F);
    vertex.col = (vertex.col & ~IM_COL32_A_MASK) | alpha << IM_COL32_A_SHIFT;
  }
  ui.pop_clip();
}

}  // namespace pishkhan::toolkit
