#include "ui/screens/goodbye.h"

#include "ui/screens/frame.h"

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::Icon;
using toolkit::Type;
using toolkit::Weight;

void draw_goodbye(Page& page, const view::Goodbye& view) {
  const toolkit::Theme& theme = page.theme();
  const Header header{.title = page.in(page.city().municipality), .subtitle = page.in(page.city().office)};
  const MainAction main{.label = page.tr("Close"), .icon = Icon::Check};
  toolkit::Rect body = draw_frame(page, header, {.main = main});
  body.cut_top(body.h * 0.22F);
  constexpr float kDiameter = 220;
  const toolkit::Rect disc = body.cut_top(kDiameter, theme.gap_48).centred(kDiameter, kDiameter);
  page.ui.circle(disc.centre(), kDiameter / 2, view.card_inside ? theme.saffron_soft : theme.leaf_soft);
  page.ui.icon(disc, view.card_inside ? Icon::Card : Icon::Check, kDiameter * 0.5F,
               view.card_inside ? theme.saffron : theme.leaf);
  const toolkit::TextStyle title{.type = Type::Display, .weight = Weight::Bold, .align = Align::Centre};
  const toolkit::TextStyle soft{.type = Type::Subtitle, .colour = theme.ink_soft, .align = Align::Centre};
  if (view.card_inside) {
    page.flow(body, page.tr("Please take your card"), title, theme.gap_16);
    page.flow(body, page.tr("It is still in the reader. Thank you for coming."), soft, 0);
    return;
  }
  page.flow(body, page.tr("Thank you"), title, theme.gap_16);
  page.flow(body,
            page.tr("What you typed has been erased from this screen. Please do not forget your receipt."),
            soft, 0);
}

}  // namespace pishkhan::screens
