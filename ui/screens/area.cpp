#include "ui/screens/area.h"

#include "ui/screens/frame.h"

namespace pishkhan::screens {

using toolkit::Icon;
using toolkit::Rect;
using toolkit::Type;
using toolkit::Weight;

namespace {

void draw_row(Page& page, Rect& column, const services::Service& service) {
  const Icon icon = service.kind == services::ServiceKind::Tracking ? Icon::Search : Icon::Edit;
  const toolkit::TileSpec spec{
      .id = {}, .icon = icon, .title = page.in(service.name), .subtitle = page.in(service.summary)};
  const float height = std::max(page.theme().row_height, toolkit::tile_height(page.ui, spec, column.w));
  toolkit::TileSpec tile = spec;
  const std::string id = "service/" + service.id;
  tile.id = id;
  if (toolkit::tile(page.ui, column.cut_top(height, page.theme().gap_16), tile)) {
    page.ask(action::ChooseService{service.id});
  }
}

/// No service of this area is open at the counter yet: where it is given today, said plainly.
void draw_elsewhere(Page& page, Rect& column, const services::Area& area) {
  const toolkit::Theme& theme = page.theme();
  page.picture(column, toolkit::icon_by_name(area.icon).value_or(Icon::Document), theme.turquoise_soft,
               theme.deep);
  page.question(column, page.tr("Not at this counter yet"));
  page.paragraph(column, page.tr("So that you do not wait for nothing: today it is done here."));
  const toolkit::TextStyle style{.type = Type::Lead, .weight = Weight::Medium};
  const float width = column.w - 2 * theme.gap_32 - theme.icon - theme.gap_16;
  const float height = page.ui.text_height(page.in(area.served_at), style, width) + 2 * theme.gap_32;
  const Rect box = column.cut_top(height, theme.gap_32);
  toolkit::card(page.ui, box);
  Rect inner = box.inset(theme.gap_32);
  Rect pin = page.ui.cut_start(inner, theme.icon, theme.gap_16);
  page.ui.icon(pin.cut_top(theme.icon), Icon::Place, theme.icon, theme.turquoise);
  page.ui.text(inner, page.in(area.served_at), style);
}

}  // namespace

void draw_area(Page& page, const view::Area& view) {
  const services::Area& area = *view.area;
  const Header header{.title = page.in(area.name), .subtitle = page.in(page.city().municipality)};
  const Rect body = draw_frame(page, header, {.side = back_action(page)});
  Scrolled scroll(page, "area", body);
  Rect column = scroll.column();
  if (area.services.empty()) {
    draw_elsewhere(page, column, area);
  } else {
    page.question(column, page.tr("Which one?"));
    for (const std::string& id : area.services) {
      const services::Service* service = page.situation.catalogue->service(id);
      if (service != nullptr) draw_row(page, column, *service);
    }
  }
  scroll.finish(column.y);
}

}  // namespace pishkhan::screens
