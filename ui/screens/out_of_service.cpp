#include "ui/screens/out_of_service.h"

namespace pishkhan::screens {

using toolkit::Align;
using toolkit::Direction;
using toolkit::Icon;
using toolkit::Rect;
using toolkit::TextStyle;
using toolkit::Type;
using toolkit::Weight;

namespace {

struct OutOfServiceWords {
  std::string_view title;
  std::string_view words;
};

OutOfServiceWords persian_words(const view::OutOfService& view) {
  if (view.closed)
    return {
        "این پیشخوان فعلاً بسته است",
        "شهرداری آن را موقتاً بسته است؛ چیزی خراب نیست.\nآنچه ثبت کرده‌اید سر جای خود است.\nلطفاً به "
        "پیشخوان دیگری بروید."};
  return {
      "این دستگاه فعلاً کار نمی‌کند",
      "آنچه ثبت کرده‌اید سر جای خود است.\nلطفاً به پیشخوان دیگری بروید."};
}

OutOfServiceWords english_words(const view::OutOfService& view) {
  if (view.closed)
    return {"This counter is closed for now",
            "The municipality has closed it for a while; nothing is broken. Whatever you have filed is safe. "
            "Please use another counter."};
  return {"This machine is out of service", "Whatever you have filed is safe. Please use another counter."};
}

}  // namespace

/// Both languages, and from the program itself: what is out of order may be the translations or the catalogue.
void draw_out_of_service(Page& page, const view::OutOfService& view) {
  const toolkit::Theme& theme = page.theme();
  toolkit::Ui& ui = page.ui;
  Rect body = ui.page();
  ui.fill(body, theme.deep);
  body = body.inset(theme.margin + theme.gap_48, 0);
  const Rect foot = body.cut_bottom(120);
  body.cut_top(body.h * 0.26F);
  const Rect picture = body.cut_top(200, theme.gap_48);
  ui.icon(picture, view.closed ? Icon::Schedule : Icon::Power, 160, theme.on_deep_soft);

  TextStyle title{
      .type = Type::Display, .weight = Weight::Bold, .colour = theme.on_deep, .align = Align::Centre};
  TextStyle words{.type = Type::Subtitle, .colour = theme.on_deep_soft, .align = Align::Centre};
  title.direction = Direction::RightToLeft;
  words.direction = Direction::RightToLeft;
  const OutOfServiceWords persian = persian_words(view);
  page.flow(body, persian.title, title, theme.gap_16);
  page.flow(body, persian.words, words, theme.gap_48);
  ui.hairline(body.x + body.w * 0.4F, body.y, body.w * 0.2F, theme.on_deep_soft);
  body.cut_top(theme.gap_48);
  title.direction = Direction::LeftToRight;
  title.type = Type::Title;
  words.direction = Direction::LeftToRight;
  words.type = Type::Lead;
  const OutOfServiceWords english = english_words(view);
  page.flow(body, english.title, title, theme.gap_16);
  page.flow(body, english.words, words, 0);
  if (!view.staff_code.empty()) {
    ui.text(foot, view.closed ? view.staff_code + ": " + *view.closed : view.staff_code,
            {.type = Type::Small,
             .colour = theme.on_deep_soft,
             .align = Align::Centre,
             .direction = Direction::LeftToRight});
  }
}

}  // namespace pishkhan::screens
