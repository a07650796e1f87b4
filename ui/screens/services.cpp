#include "ui/screens/services.h"

#include "ui/screens/frame.h"

#include <algorithm>

namespace pishkhan::screens {

using toolkit::Icon;
using toolkit::Rect;
using toolkit::TileSpec;

namespace {

constexpr float kLeastTile = 168;

struct Door {
  std::string id;
  TileSpec tile;
  Action action;
};

/// The areas, and following up by code as the last tile.
std::vector<Door> doors_of(const Page& page) {
  std::vector<Door> doors;
  for (const services::Area& area : page.situation.catalogue->areas) {
    TileSpec tile;
    tile.icon = toolkit::icon_by_name(area.icon).value_or(Icon::Document);
    tile.title = page.in(area.name);
    tile.subtitle = page.in(area.summary);
    tile.open = area.services.empty() ? toolkit::Enabled::No : toolkit::Enabled::Yes;
    doors.push_back({"area/" + area.id, tile, action::ChooseArea{area.id}});
  }
  TileSpec tracking;
  tracking.icon = Icon::Search;
  tracking.title = page.tr("Follow up by code");
  tracking.subtitle = page.tr("Where does my request stand?");
  doors.push_back({"track", tracking, action::OpenTracking{}});
  return doors;
}

/// Rows of one height look calmer; but not at the price of hiding the last ones.
void even_out(std::vector<float>& heights, float room, float gap) {
  const float tallest = *std::max_element(heights.begin(), heights.end());
  const auto rows = static_cast<float>(heights.size());
  if (rows * (tallest + gap) <= room) std::fill(heights.begin(), heights.end(), tallest);
}

}  // namespace

void draw_services(Page& page, const view::Services&) {
  const toolkit::Theme& theme = page.theme();
  const Header header{.title = page.in(page.city().municipality), .subtitle = page.in(page.city().office)};
  const Rect body = draw_frame(page, header, {.side = back_action(page)});
  Scrolled scroll(page, "services", body);
  Rect column = scroll.column();
  page.question(column, page.tr("What would you like to do?"));

  std::vector<Door> doors = doors_of(page);
  const std::size_t count = page.situation.large_text ? 1 : 2;
  const float width = count == 1 ? column.w : (column.w - theme.gap_24) / 2;
  std::vector<float> heights((doors.size() + count - 1) / count, kLeastTile);
  for (std::size_t i = 0; i < doors.size(); ++i) {
    doors[i].tile.id = doors[i].id;
    heights[i / count] = std::max(heights[i / count], toolkit::tile_height(page.ui, doors[i].tile, width));
  }
  even_out(heights, body.bottom() - column.y, theme.gap_24);
  for (std::size_t first = 0; first < doors.size(); first += count) {
    const float height = heights[first / count];
    const auto cells =
        page.ui.columns(column.cut_top(height, theme.gap_24), static_cast<int>(count), theme.gap_24);
    for (std::size_t i = first; i < std::min(first + count, doors.size()); ++i) {
      if (toolkit::tile(page.ui, cells[i - first], doors[i].tile)) page.ask(doors[i].action);
    }
  }
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
