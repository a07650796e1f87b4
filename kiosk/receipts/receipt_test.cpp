// What a receipt says, and that its paper keeps the rules of layout whatever it says.
#include "kiosk/receipts/code128.h"
#include "kiosk/receipts/measures.h"
#include "kiosk/receipts/sample_test.h"
#include "kiosk/receipts/sheet_rules_test.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace pishkhan;
using namespace pishkhan::receipts;

namespace {

std::string all_text(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines)
    text += std::string(line.text.reveal()) + "|" + std::string(line.value.reveal()) + "\n";
  return text;
}

bool has(const std::vector<Line>& lines, Line::Kind kind) {
  return std::any_of(lines.begin(), lines.end(), [kind](const Line& line) { return line.kind == kind; });
}

sample::Kind kind_named(const sample::Office& office, const std::string& name) {
  for (sample::Kind& kind : office.kinds())
    if (kind.name == name) return kind;
  FAIL("no kind of receipt " << name);
  return {};
}

}  // namespace

TEST_CASE("a receipt says what it must, and masks what is personal") {
  const sample::Office office;
  const auto lines = office.lines(kind_named(office, "filed"), Language::Persian);
  const std::string persian = all_text(lines);
  for (const char* wanted :
       {"شهرداری شهر نمونه", "۱۴۰۵", "ساختگی", "گزارش مشکل شهری", "۹۹۲۱\u00a0۱۱۵۳", "رایگان",
        "PKQ1:", "کد پیگیری", "Tracking code", "۱۰۴۲\u00a0۰۱۰۰\u00a0۰۰۰۱\u00a0۷۵",
        "1042\u00a00100\u00a00001\u00a075", "چطور پیگیری کنید", "9CF2-80BE"})
    CHECK_MESSAGE(persian.find(wanted) != std::string::npos, wanted);
  CHECK(persian.find("آقای نمونه") == std::string::npos);
  CHECK(persian.find("۶۷۸۹") == std::string::npos);  // the middle of the mobile number
  CHECK(persian.find("۰۹۱۲") != std::string::npos);
  CHECK_FALSE(has(lines, Line::Kind::Mark));
}

TEST_CASE("a personal answer is not printed, whatever its kind") {
  sample::Office office;
  services::Service service = *office.city().service("complaint-137");
  for (services::FormStep& step : service.steps)
    for (services::Field& field : step.fields) field.personal = true;
  const sample::Kind kind = kind_named(office, "filed");
  Facts facts = office.facts(kind, Language::Persian);
  facts.service = &service;
  const std::string text = all_text(compose(facts, office.translations()));
  for (const char* hidden : {"چاله", "منطقهٔ ۶|", "خیابان آزادی"})
    CHECK_MESSAGE(text.find(std::string("|") + hidden) == std::string::npos, hidden);
}

TEST_CASE("a copy says so, with the same code; what was joined or recovered says that, too") {
  const sample::Office office;
  for (const Language language : {Language::Persian, Language::English}) {
    const bool english = language == Language::English;
    const auto original = office.lines(kind_named(office, "filed"), language);
    for (const char* name : {"copy", "joined", "recovered"}) {
      const auto again = office.lines(kind_named(office, name), language);
      REQUIRE(has(again, Line::Kind::Mark));
      const std::string text = all_text(again);
      CHECK(text.find(english ? "Copy|" : "رونوشت|") != std::string::npos);
      const auto is_code = [](const Line& line) { return line.kind == Line::Kind::Code; };
      CHECK(std::find_if(again.begin(), again.end(), is_code)->text ==
            std::find_if(original.begin(), original.end(), is_code)->text);
    }
    CHECK(all_text(office.lines(kind_named(office, "joined"), language))
              .find(english ? "already filed" : "پیش‌تر") != std::string::npos);
    CHECK(all_text(office.lines(kind_named(office, "recovered"), language))
              .find(english ? "did not come out" : "بیرون نیامده") != std::string::npos);
  }
}

TEST_CASE("fees are summed, with their tariff; a stage without a limit promises nothing") {
  const sample::Office office;
  const std::string text = all_text(office.lines(kind_named(office, "fees"), Language::Persian));
  for (const char* wanted : {"۴٬۸۲۰٬۰۰۰ ریال",
                             "تعرفه: \u2068"
                             "12/4",
                             "مهلت اعلام نشده", "جمع"})
    CHECK_MESSAGE(text.find(wanted) != std::string::npos, wanted);
}

TEST_CASE("every kind, language, paper and size of letters keeps the rules of layout") {
  sample::Office office;
  for (const sample::Kind& kind : office.kinds())
    for (const Language language : {Language::Persian, Language::English})
      for (const sample::Printer& printer : sample::printers()) {
        INFO(kind.name << " " << tag(language) << " " << printer.name);
        const auto lines = office.lines(kind, language);
        const Sheet sheet = office.paper(lines, language, printer.paper);
        check_rules(sheet, printer.paper);
        CHECK(count(sheet, Placed::What::Code) == 1);
        CHECK(count(sheet, Placed::What::Bars) == 1);
        CHECK(count(sheet, Placed::What::Qr) == 1);
        CHECK(count(sheet, Placed::What::Picture) == (kind.second_city ? 0 : 1));
        CHECK(bars_on(sheet) == code128_of_digits(sample::tracking_code));
        CHECK(office.paper(lines, language, printer.paper).dots == sheet.dots);
      }
}

TEST_CASE("letters are as large on every printer: in points, not in dots") {
  for (const sample::Printer& printer : sample::printers()) {
    const Measures measures(printer.paper);
    const float least = printer.paper.letters == LetterSize::Normal ? 10
                        : printer.paper.width_dots < 400            ? 14
                                                                    : 16;
    CHECK(measures.small * 72 / static_cast<float>(printer.paper.dots_per_inch) == doctest::Approx(least));
  }
}
