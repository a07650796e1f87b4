#include "ui/screens/refused.h"

#include "ui/screens/frame.h"

namespace pishkhan::screens {

using toolkit::Icon;
using toolkit::Type;
using view::RefusalReason;

namespace {

struct RefusedWords {
  std::string_view title;
  std::string_view what;
  std::string_view now;
};

RefusedWords words_of(const Page& page, const view::Refused& view) {
  switch (view.reason) {
    case RefusalReason::DiskFull:
      if (view.may_retry)
        return {
            page.tr("Your request could not be filed"),
            page.tr("This machine has no room left to keep a request safely, so we do not say that it is "
                    "filed."),
            page.tr("What you typed is still here: please try once more. If that does not help, please file "
                    "it at another counter; here it is erased when you leave.")};
      return {page.tr("Nothing can be filed here just now"),
              page.tr("This machine has no room left to keep a request safely."),
              page.tr("Please go to another counter. Following up by code works here as usual.")};
    case RefusalReason::StoreFault:
      return {page.tr("Your request could not be filed"),
              page.tr("The machine could not write it down safely, so we do not say that it is filed."),
              view.may_retry
                  ? page.tr("Please try once more. If that does not help, please go to another counter.")
                  : page.tr("To file a request, please go to another counter.")};
    case RefusalReason::NotEnrolled:
      return {page.tr("This counter does not take requests yet"),
              page.tr("It has not been connected with the municipality."),
              page.tr("To file a request, please go to another counter.")};
  }
  return {};
}

}  // namespace

void draw_refused(Page& page, const view::Refused& view) {
  const toolkit::Theme& theme = page.theme();
  const RefusedWords words = words_of(page, view);
  const Header header{.title = page.in(page.city().municipality), .subtitle = page.in(page.city().office)};
  Footer footer{.side = back_action(page)};
  if (view.may_retry) footer.main = MainAction{.label = page.tr("Try again")};
  toolkit::Rect body = draw_frame(page, header, footer);
  page.picture(body, Icon::Warning, theme.saffron_soft, theme.saffron);
  page.question(body, words.title);
  page.paragraph(body, words.what);
  page.notice(body, toolkit::NoticeKind::Info, words.now);
  if (!view.staff_code.empty()) {
    page.flow(body, fill(page.tr("For staff: {code}"), {{"code", view.staff_code}}),
              {.type = Type::Small, .colour = theme.ink_soft}, 0);
  }
}

}  // namespace pishkhan::screens
