#include "ui/screens/set_up.h"

#include "ui/screens/page.h"

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::Direction;
using toolkit::Icon;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::Weight;

namespace {

struct Need {
  Icon icon;
  std::string_view translated;
  std::string_view english;
  const std::string& path;
};

void draw_need(Page& page, Rect& body, const Need& need) {
  if (need.path.empty()) return;
  const toolkit::Theme& theme = page.theme();
  Rect row = body;
  const Rect icon = page.ui.cut_start(row, 72, theme.gap_24);
  page.ui.icon({icon.x, icon.y, 72, 72}, need.icon, 56, theme.on_deep_soft);
  const float top = row.y;
  page.flow(row, need.translated, {.type = Type::Lead, .weight = Weight::Bold, .colour = theme.on_deep}, 0);
  const Direction left = Direction::LeftToRight;
  page.flow(row, need.english, {.type = Type::Body, .colour = theme.on_deep, .direction = left}, 0);
  page.flow(row, need.path, {.type = Type::Body, .colour = theme.on_deep_soft, .direction = left}, 0);
  body.cut_top(row.y - top, theme.gap_32);
}

}  // namespace

void draw_set_up(toolkit::Ui& ui, const Translations& translations, const Situation& situation,
                 const SetUpNeeds& needs) {
  Page page(ui, translations, situation);
  const toolkit::Theme& theme = page.theme();
  Rect body = ui.page();
  ui.fill(body, theme.deep);
  body = body.inset(theme.margin + theme.gap_48, 0);
  body.cut_top(body.h * 0.16F);
  ui.icon(body.cut_top(160, theme.gap_32), Icon::Settings, 128, theme.on_deep_soft);
  TextStyle title{
      .type = Type::Display, .weight = Weight::Bold, .colour = theme.on_deep, .align = Align::Centre};
  page.flow(body, page.tr("This counter is not set up yet"), title, theme.gap_16);
  title.type = Type::Title;
  title.direction = Direction::LeftToRight;
  page.flow(body, Page::english("This counter is not set up yet"), title, theme.gap_48);
  page.flow(body, page.tr("For staff: this is missing on the machine's data partition."),
            {.type = Type::Subtitle, .colour = theme.on_deep_soft, .align = Align::Centre}, theme.gap_48);
  draw_need(page, body,
            {Icon::Document, page.tr("The configuration"), Page::english("The configuration"), needs.configuration});
  draw_need(page, body,
            {Icon::Building, page.tr("The city's services"), Page::english("The city's services"), needs.catalogue});
  draw_need(page, body,
            {Icon::Lock, page.tr("The enrolment and its keys"), Page::english("The enrolment and its keys"), needs.keys});
  page.flow(body, page.tr("As soon as the configuration is there, the counter starts by itself."),
            {.type = Type::Body, .colour = theme.on_deep_soft, .align = Align::Centre}, 0);
}

}  // namespace pishkhan::screens
