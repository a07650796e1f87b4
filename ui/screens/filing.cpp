#include "ui/screens/filing.h"

#include "ui/screens/frame.h"

namespace pishkhan::screens {

using namespace std::chrono_literals;

namespace {
constexpr SteadyTime kSayWhy = 3s;
}

/// There is no way out of this one: the disk is about to answer, one way or the other.
void draw_filing(Page& page, const view::Filing& view) {
  const toolkit::Theme& theme = page.theme();
  const Header header{.title = page.in(view.service->name), .may_end = false};
  toolkit::Rect body = draw_frame(page, header, {});
  body.cut_top(body.h * 0.3F);
  toolkit::spinner(page.ui, body.cut_top(160, theme.gap_48), page.situation.waiting_for, theme.turquoise);
  const toolkit::TextStyle title{
      .type = toolkit::Type::Title, .weight = toolkit::Weight::Bold, .align = toolkit::Align::Centre};
  page.flow(body, page.tr("Your request is being filed"), title, theme.gap_16);
  if (page.situation.waiting_for < kSayWhy) return;
  page.flow(body, page.tr("It is being written to this machine's disk so that it survives even a power cut."),
            {.type = toolkit::Type::Lead, .colour = theme.ink_soft, .align = toolkit::Align::Centre}, 0);
}

}  // namespace pishkhan::screens
