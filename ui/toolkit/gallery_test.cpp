// Every widget on four pages, in both languages and every theme, as pictures to be looked at. The case fails
// where a page is empty, a text goes beyond the page, or the page is not the mirror of itself in the other
// language.
#include "base/core/png.h"
#include "ui/toolkit/keyboard.h"
#include "ui/toolkit/scroll.h"
#include "ui/toolkit/text_field.h"
#include "ui/toolkit/toolkit_test_support.h"
#include "ui/toolkit/widgets.h"

#include <doctest/doctest.h>

#include <filesystem>

namespace pishkhan::toolkit {
namespace {

std::string_view either(const Ui& ui, std::string_view persian, std::string_view english) {
  return ui.language() == Language::Persian ? persian : english;
}

Rect page_frame(Ui& ui, std::string_view title, std::string_view under) {
  const Theme& theme = ui.theme();
  Rect page = ui.page();
  ui.fill(page, theme.paper);
  Rect header = page.cut_top(theme.header_height);
  ui.fill(header, theme.deep);
  header = header.inset(theme.margin, 0);
  Rect icons = ui.cut_end(header, 320);
  icon_button(ui, ui.cut_end(icons, 96, 16).centred(96, 80), "access", Icon::Accessible,
              either(ui, "دسترس‌پذیری", "Accessibility"), ButtonLook::OnDeep);
  Rect language = ui.cut_end(icons, 200);
  button(ui, language.centred(200, 80),
         {.id = "language",
          .label = either(ui, "فارسی", "English"),
          .look = ButtonLook::OnDeep,
          .icon = Icon::Translate,
          .type = Type::Body});
  const TextStyle upper{.type = Type::Subtitle, .weight = Weight::Bold, .colour = theme.on_deep};
  const TextStyle lower{.type = Type::Small, .colour = theme.on_deep_soft};
  Rect words =
      header.centred(header.w, ui.text_height(title, upper, header.w) + ui.text_height(under, lower, header.w));
  words.cut_top(ui.text(words, title, upper));
  ui.text(words, under, lower);
  Rect footer = page.cut_bottom(theme.footer_height);
  ui.fill(footer, theme.card);
  ui.hairline(footer.x, footer.y, footer.w, theme.line);
  footer = footer.inset(theme.margin, (footer.h - theme.button_height) / 2);
  button(ui, ui.cut_start(footer, 260, 24),
         {.id = "back", .label = either(ui, "بازگشت", "Back"), .icon = Icon::Back});
  button(ui, ui.cut_end(footer, 150, 24),
         {.id = "end", .label = either(ui, "پایان", "End"), .look = ButtonLook::Danger});
  button(ui, footer,
         {.id = "main",
          .label = either(ui, "شروع درخواست", "Start request"),
          .look = ButtonLook::Main,
          .icon = Icon::Forward,
          .icon_side = IconSide::After});
  return page.inset(theme.margin, theme.gap_32);
}

void welcome(Ui& ui) {
  const Theme& theme = ui.theme();
  Rect page = ui.page();
  ui.fill(page, theme.deep);
  draw_girih(ui, {0, 0, 1080, 1080}, theme.on_deep, 0.5F);
  Rect bar = page.cut_bottom(264);
  ui.fill(bar, theme.deep_2);
  const std::string_view names[] = {either(ui, "دسترس‌پذیری", "Accessibility"),
                                    either(ui, "پیگیری با کد", "Track by code"),
                                    either(ui, "رسید نگرفتم", "No receipt")};
  const Icon icons[] = {Icon::Accessible, Icon::Search, Icon::History};
  int i = 0;
  for (const Rect& column : ui.columns(bar.inset(theme.margin, 32), 3, 24)) {
    icon_over_label(ui, column, names[i], icons[i], names[i], theme.on_deep);
    ++i;
  }
  ui.text({48, 620, 984, 160}, either(ui, "پیشخوان شهر", "City counter"),
          {.type = Type::Hero, .weight = Weight::Bold, .colour = theme.on_deep, .align = Align::Centre});
  ui.text({48, 790, 984, 80},
          either(ui, "خدمات شهرداری، شفاف و بی‌واسطه",
                 "City services, clear and direct"),
          {.type = Type::Title, .colour = theme.on_deep_soft, .align = Align::Centre});
  Rect buttons{96, 1120, 888, 320};
  button(ui, buttons.cut_top(152, 28),
         {.id = "language/fa", .label = "فارسی", .look = ButtonLook::OnDeepFilled, .type = Type::Title});
  button(ui, buttons.cut_top(120),
         {.id = "language/en", .label = "English", .look = ButtonLook::OnDeep, .type = Type::Subtitle});
}

void tiles(Ui& ui) {
  Rect body = page_frame(ui, either(ui, "چه کاری دارید؟", "What do you need?"),
                         either(ui, "پیشخوان شهر · شهر نمونه", "City counter · Sample City"));
  ScrollArea scroll(ui, "tiles", Rect{0, body.y, 1080, body.h + ui.theme().gap_32});
  body = scroll.content().inset(ui.theme().margin, 0);
  const std::pair<std::string_view, std::string_view> names[] = {
      {either(ui, "پروانهٔ ساختمانی", "Building permits"),
       either(ui, "ساخت، تمدید، پایان‌کار", "New, renewal, completion")},
      {either(ui, "نظارت فنی", "Supervision"), either(ui, "ناظر، گزارش، رفع تخلف", "Reports, violations")},
      {either(ui, "کسب و پیشه", "Business"), either(ui, "مفاصا، پرونده، تابلو", "Clearance, signs")},
      {either(ui, "شکایت و پیگیری", "Complaints"), either(ui, "۱۳۷، ۱۸۸۸، مادهٔ ۷۷", "137, 1888, article 77")},
      {either(ui, "عوارض و قبض‌ها", "Fees and bills"),
       either(ui, "نوسازی، پسماند، خودرو", "Renewal, waste, car")},
      {either(ui, "حمل‌ونقل و ترافیک", "Transport"),
       either(ui, "طرح ترافیک، جای پارک", "Permits, parking")}};
  const Icon icons[] = {Icon::Building,  Icon::Supervision, Icon::Store,
                        Icon::Megaphone, Icon::Payments,    Icon::Bus};
  for (std::size_t row = 0; row < 3; ++row) {
    const TileSpec sample{.id = {}, .title = names[0].first, .subtitle = names[0].second};
    std::size_t at = 2 * row;
    for (const Rect& cell : ui.columns(body.cut_top(tile_height(ui, sample, 480), 24), 2, 24)) {
      tile(ui, cell,
           {.id = names[at].first,
            .icon = icons[at],
            .title = names[at].first,
            .subtitle = names[at].second,
            .open = at == 3 ? Enabled::Yes : Enabled::No});
      ++at;
    }
  }
  const std::string_view sentence =
      either(ui, "این خدمت هنوز در پیشخوان باز نیست.", "This service is not open here yet.");
  for (const NoticeKind kind : {NoticeKind::Info, NoticeKind::Notice, NoticeKind::Error, NoticeKind::Done}) {
    notice(ui, body.cut_top(notice_height(ui, kind, sentence, body.w), 16), kind, sentence);
  }
  Rect row = body.cut_top(96, 16);
  chip(ui, ui.cut_start(row, 220, 16), "chip/1", either(ui, "امروز", "Today"), Chosen::Yes);
  chip(ui, ui.cut_start(row, 220, 16), "chip/2", either(ui, "این هفته", "This week"), Chosen::No);
  spinner(ui, ui.cut_start(row, 96, 16), SteadyTime{700}, ui.theme().turquoise);
  button(ui, row,
         {.id = "quiet", .label = either(ui, "راهنما", "Help"), .look = ButtonLook::Quiet, .icon = Icon::Help});
  list_row(ui, body.cut_top(120), "row", Icon::Document, either(ui, "گزارش مشکل شهری", "Report a problem"),
           either(ui, "سه دقیقه · رایگان", "3 minutes · free"));
  scroll.finish(body.y + ui.theme().gap_32);
}

void before(Ui& ui) {
  const Theme& theme = ui.theme();
  Rect body = page_frame(ui, either(ui, "گزارش مشکل شهری", "Report a problem"),
                         either(ui, "شکایت و پیگیری", "Complaints"));
  ScrollArea scroll(ui, "before",
                    {0, theme.header_height, 1080, ui.page().h - theme.header_height - theme.footer_height});
  Rect column = scroll.content().inset(theme.margin, 0);
  column.cut_top(theme.gap_32);
  column.cut_top(
      ui.text(column, either(ui, "پیش از شروع، همه‌چیز روشن", "Before you start"),
              {.type = Type::Display, .weight = Weight::Bold}),
      theme.gap_24);
  const auto cells =
      ui.columns(column.cut_top(fact_card_height(ui, "۱", either(ui, "۱۵ روز کاری", "15 working days"), 480),
                                theme.gap_32),
                 2, 24);
  fact_card(ui, cells[0], Icon::Hourglass, either(ui, "مهلت رسیدگی", "Time limit"),
            either(ui, "۱۵ روز کاری", "15 working days"));
  fact_card(ui, cells[1], Icon::Payments, either(ui, "هزینه", "Cost"), either(ui, "رایگان", "Free"));
  const TextStyle heading{.type = Type::Subtitle, .weight = Weight::Bold};
  column.cut_top(
      ui.text(column, either(ui, "چه کسی تصمیم می‌گیرد؟", "Who decides?"), heading),
      theme.gap_12);
  const std::string_view unit = either(ui, "سامانهٔ ۱۳۷", "137 centre");
  const StepItem steps[] = {
      {either(ui, "ثبت در پیشخوان", "Filed here"), unit, either(ui, "همین امروز", "today"), true},
      {either(ui, "ارجاع به ناحیه", "Sent to district"), unit, either(ui, "۲ روز", "2 days")},
      {either(ui, "رفع مشکل", "Repair"), either(ui, "ناحیهٔ ۳", "District 3"), either(ui, "۵ روز", "5 days")}};
  step_list(ui, column.cut_top(step_list_height(ui, steps, column.w), theme.gap_32), steps);
  column.cut_top(ui.text(column, either(ui, "چه لازم دارید؟", "What you need"), heading), theme.gap_12);
  const std::string needs[] = {std::string(either(ui, "نشانی جایی که مشکل دارد", "The address of the place")),
                               std::string(either(ui, "شمارهٔ همراه شما", "Your mobile number"))};
  bullet_list(ui, column.cut_top(bullet_list_height(ui, needs, column.w), theme.gap_24), needs);
  for (int i = 0; i < 3; ++i) {
    const std::string label = local_digits("137 - " + std::to_string(i + 1), ui.language());
    choice_row(ui, column.cut_top(choice_row_height(ui, label, column.w), 16), "choice/" + std::to_string(i),
               label, i == 1 ? Chosen::Yes : Chosen::No);
  }
  Rect last = column.cut_top(620, 0);
  Bitmap paper(576, 900);
  for (int y = 0; y < 900; ++y) {
    for (int x = 0; x < 576; ++x) paper.set(x, y, (x / 24 + y / 24) % 5 == 0 && x > 24 && x < 552);
  }
  receipt_preview(ui, ui.cut_start(last, 400, 24), paper);
  scroll.finish(column.y);
  (void)body;
}

void form(Ui& ui) {
  const Theme& theme = ui.theme();
  Rect body = page_frame(ui, either(ui, "گزارش مشکل شهری", "Report a problem"),
                         either(ui, "۱۳۷ · گام ۲ از ۴", "137 · step 2 of 4"));
  progress_bar(ui, body.cut_top(12, 24), 2, 4);
  body.cut_top(ui.text(body, either(ui, "کجاست و چه شده؟", "Where and what?"),
                       {.type = Type::Title, .weight = Weight::Bold}),
               8);
  const FieldSpec address{
      .id = "field/address",
      .label = either(ui, "نشانی", "Address"),
      .hint = either(ui, "خیابان، کوچه، پلاک یا یک نشانهٔ نزدیک", "Street, number or a landmark"),
      .focused = true};
  text_field(ui, body.cut_top(text_field_height(ui, address, body.w), theme.gap_16), address,
             PersonalText(either(ui, "خیابان آزادی، نبش کوچهٔ ۱۲، پلاک ", "12 Azadi street ")));
  const FieldSpec mobile{.id = "field/mobile",
                         .label = either(ui, "شمارهٔ همراه", "Mobile number"),
                         .problem = either(ui, "دو رقم دیگر لازم است.", "Two more digits are needed."),
                         .shape = FieldShape::Mobile,
                         .maximum_code_points = 11};
  text_field(ui, body.cut_top(text_field_height(ui, mobile, body.w), theme.gap_16), mobile,
             PersonalText("091234567"));
  if (theme.text_scale > 1) body = {0, 0, 0, 0};
  Rect bottom{0, ui.page().h - theme.footer_height - keyboard_height(ui), 1080, keyboard_height(ui)};
  keyboard(ui, bottom, either(ui, "بعدی", "Next"));
}

void digits(Ui& ui) {
  Rect body =
      page_frame(ui, either(ui, "پیگیری با کد", "Track by code"), either(ui, "پیشخوان شهر", "City counter"));
  const FieldSpec code{.id = "field/code",
                       .label = either(ui, "کد پیگیری", "Tracking code"),
                       .shape = FieldShape::TrackingCode,
                       .maximum_code_points = 14,
                       .focused = true};
  text_field(ui, body.cut_top(text_field_height(ui, code, body.w), 24), code, PersonalText("10472003187"));
  const FieldSpec story{.id = "field/story",
                        .label = either(ui, "شرح", "Description"),
                        .placeholder = either(ui, "چه شده است؟", "What happened?"),
                        .shape = FieldShape::LongWords};
  text_field(ui, body.cut_top(text_field_height(ui, story, body.w), 24), story,
             PersonalText(either(ui,
                                 "چراغ کوچه سه شب است که خاموش است و فایل report 2.5 MB را هم فرستاده‌ام؛ کسی نیامده.",
                                 "The street lamp has been off for three nights.")));
  Rect bottom{0, ui.page().h - ui.theme().footer_height - digit_pad_height(ui), 1080, digit_pad_height(ui)};
  digit_pad(ui, bottom, either(ui, "بعدی", "Next"));
}

struct Page {
  std::string_view name;
  void (*draw)(Ui&);
};
constexpr Page kPages[] = {
    {"welcome", welcome}, {"tiles", tiles}, {"before", before}, {"form", form}, {"digits", digits}};

void save(Bench& bench, std::string_view theme_name) {
  const std::filesystem::path folder = "build/surface-out";
  std::filesystem::create_directories(folder);
  for (const Language language : {Language::Persian, Language::English}) {
    bench.language = language;
    for (const Page& page : kPages) {
      bench.ui.reset();
      bench.settle(page.draw);
      const std::string name =
          std::string(page.name) + "-" + std::string(tag(language)) + "-" + std::string(theme_name) + ".png";
      CHECK(write_png(folder / name, bench.surface->picture()).has_value());
      CHECK(bench.ui.targets().size() >= 3);
      for (const Target& target : bench.ui.targets()) {
        CHECK_MESSAGE((target.rect.empty() || (target.rect.x >= 0 && target.rect.right() <= 1080.5F)), name,
                      " ", target.id);
      }
    }
  }
}

}  // namespace

TEST_CASE("the gallery is drawn in both languages and in every theme") {
  Bench bench(1080, 1920);
  save(bench, "standard");
  bench.theme = Theme::make(Contrast::High, TextSize::Normal);
  save(bench, "contrast");
  bench.theme = Theme::make(Contrast::Standard, TextSize::Large);
  save(bench, "large");
}

}  // namespace pishkhan::toolkit
