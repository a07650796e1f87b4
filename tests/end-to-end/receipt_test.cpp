// The receipt's content and paper, at both widths and in both languages.
#include "kiosk/receipts/receipt.h"

#include "base/core/png.h"
#include "base/services/loader.h"
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace pishkhan;
using receipts::Line;

namespace {

struct Office {
  Office() : fonts(text::Fonts::open(text::default_font_paths(PISHKHAN_ASSETS))) {
    const auto pack = services::read_pack(e2e::sample_city());
    if (pack) catalogue = *services::parse_pack(*pack);
    auto loaded = Translations::load(std::filesystem::path(PISHKHAN_TRANSLATIONS) / "fa.mo");
    if (loaded) translations = std::move(*loaded);
    values.emplace("topic", PersonalText("pothole"));
    values.emplace("district", PersonalText("d6"));
    values.emplace("address", PersonalText("خیابان آزادی، نبش کوچهٔ ۱۲"));
    values.emplace("details", PersonalText("همسایه‌ام آقای نمونه دیده است"));
    values.emplace("mobile", PersonalText("09123456789"));
  }
  [[nodiscard]] receipts::Facts facts(Language language) const {
    receipts::Facts made;
    made.catalogue = &catalogue;
    made.service = catalogue.service("complaint-137");
    made.language = language;
    made.values = &values;
    made.tracking_code = "10420100000175";
    made.receipt_secret = &secret;
    made.filed_at = WallTime(std::chrono::milliseconds(1'795'430'000'000));
    made.statement = "PKQ1:" + std::string(390, 'A');
    return made;
  }
  Result<text::Fonts, text::TextFault> fonts;
  services::Catalogue catalogue;
  Translations translations;
  services::Values values;
  PersonalText secret{"12345678"};
};

std::string all_text(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines)
    text += std::string(line.text.reveal()) + "|" + std::string(line.value.reveal()) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a receipt says what look.md asks for, and masks what is personal") {
  const Office office;
  REQUIRE(office.fonts.has_value());
  const std::string persian = all_text(receipts::compose(office.facts(Language::Persian), office.translations));
  for (const char* wanted :
       {"شهرداری شهر نمونه", "۱۴۰۵", "ساختگی", "گزارش مشکل شهری", "۱۲۳۴۵۶۷۸", "رایگان", "PKQ1:"})
    CHECK_MESSAGE(persian.find(wanted) != std::string::npos, wanted);
  CHECK(persian.find("آقای نمونه") == std::string::npos);
  CHECK(persian.find("۶۷۸۹") == std::string::npos);  // the middle of the mobile number
  CHECK(persian.find("۰۹۱۲") != std::string::npos);
  auto copy = office.facts(Language::English);
  copy.copy = receipts::Copy::Again;
  CHECK(all_text(receipts::compose(copy, office.translations)).find("Copy") != std::string::npos);
}

TEST_CASE("both widths and languages fit the paper; the code is the largest thing and stands on one line") {
  const Office office;
  REQUIRE(office.fonts.has_value());
  text::Engine engine(*office.fonts);
  for (const int width : {576, 384})
    for (const Language language : {Language::Persian, Language::English}) {
      const auto lines = receipts::compose(office.facts(language), office.translations);
      const Bitmap paper = receipts::lay_out(lines, language, engine, *office.fonts, width);
      CHECK(paper.width() == width);
      CHECK(paper.height() > 600);
      CHECK(paper.height() < 4000);
      // Nothing touches the edges: the head burns to its last dot, and a cut letter is a wrong letter.
      int at_edge = 0;
      for (int y = 0; y < paper.height(); ++y)
        for (const int x : {0, 1, width - 2, width - 1}) at_edge += paper.black(x, y) ? 1 : 0;
      CHECK(at_edge == 0);
      int last_row = 0;
      for (int y = paper.height() - 16; y < paper.height(); ++y)
        for (int x = 0; x < width; ++x) last_row += paper.black(x, y) ? 1 : 0;
      CHECK(last_row == 0);  // the quiet zone under the QR code
    }
}
