#include "kiosk/receipts/sample_test.h"

#include "base/core/ensure.h"
#include "base/core/random.h"
#include "base/services/loader.h"

#include <filesystem>
#include <utility>

namespace pishkhan::receipts::sample {

namespace {

services::Catalogue city_in(const char* folder, const char* fingerprint) {
  const auto pack = services::read_pack(folder);
  ENSURE(pack.has_value(), "the tests run in the source folder");
  auto catalogue = services::parse_pack(*pack);
  ENSURE(catalogue.has_value(), "the packs of the repository are good");
  catalogue->fingerprint = fingerprint;
  return std::move(*catalogue);
}

text::Fonts open_fonts() {
  auto fonts = text::Fonts::open(text::default_font_paths("assets"));
  ENSURE(fonts.has_value(), "the tests run in the source folder");
  return std::move(*fonts);
}

Translations persian() {
  auto loaded = Translations::load(std::filesystem::path(PISHKHAN_BUILD_DIR) / "share/translations/fa.mo");
  ENSURE(loaded.has_value(), "the Persian translations are built before the tests");
  return std::move(*loaded);
}

/// As long as a true one, of the same letters (base45, RFC 9285).
std::string like_a_statement() {
  constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  SeededRandom random(5);
  std::string text = "PKQ1:";
  while (text.size() < 395) text += letters[random.below(letters.size())];
  return text;
}

}  // namespace

std::vector<Printer> printers() {
  std::vector<Printer> all;
  for (const LetterSize letters : {LetterSize::Normal, LetterSize::Large}) {
    const std::string size = letters == LetterSize::Large ? "-large" : "";
    all.push_back({"80mm" + size, {576, 203, letters}});
    all.push_back({"80mm-180dpi" + size, {512, 180, letters}});
    all.push_back({"58mm" + size, {384, 203, letters}});
  }
  return all;
}

Office::Office()
    : city_(city_in("assets/cities/shahr-e-nemuneh", "9CF2-80BE")),
      second_city_(city_in("base/services/testdata/second-city", "31D0-7A44")),
      translations_(persian()),
      fonts_(open_fonts()),
      engine_(fonts_),
      statement_(like_a_statement()) {}

std::vector<Kind> Office::kinds() const {
  services::Values answers;
  answers.emplace("topic", PersonalText("pothole"));
  answers.emplace("district", PersonalText("d6"));
  answers.emplace("address", PersonalText("خیابان آزادی، نبش کوچهٔ ۱۲"));
  answers.emplace("details", PersonalText("همسایه‌ام آقای نمونه دیده است"));
  answers.emplace("mobile", PersonalText("09123456789"));
  services::Values longer = answers;
  longer.at("address") = PersonalText(
      "خیابان شهید دکتر باهنر، بعد از چهارراه دوم، روبه‌روی ساختمان Omid Plaza (بلوک 3)، کوچهٔ نسترن، پلاک ۱۲/۱");
  longer.emplace("landmark", PersonalText("Opposite the primary school, next to gate 4 (north side)"));
  services::Values trees;
  trees.emplace("girth", PersonalText("85"));
  trees.emplace("postcode", PersonalText("1619735744"));
  trees.emplace("mobile", PersonalText("09351234567"));
  return {
      {"filed", false, Copy::Original, Occasion::Filed, answers},
      {"filed-long", false, Copy::Original, Occasion::Filed, longer},
      {"copy", false, Copy::Again, Occasion::Filed, answers},
      {"joined", false, Copy::Again, Occasion::Joined, answers},
      {"recovered", false, Copy::Again, Occasion::Recovered, {}},
      {"fees", true, Copy::Original, Occasion::Filed, trees},
  };
}

Facts Office::facts(const Kind& kind, Language language) const {
  const services::Catalogue& catalogue = kind.second_city ? second_city_ : city_;
  Facts made;
  made.catalogue = &catalogue;
  made.service = catalogue.service(kind.second_city ? "tree-pruning" : "complaint-137");
  made.language = language;
  made.values = &kind.values;
  made.tracking_code = tracking_code;
  made.receipt_secret = &secret_;
  // 24 November 2026; the second city's calendar ends before, so this one is in its days.
  const WallTime filed{std::chrono::milliseconds(1'795'430'000'000)};
  made.filed_at = kind.second_city ? filed - std::chrono::hours(24 * 120) : filed;
  made.statement = statement_;
  made.copy = kind.copy;
  made.occasion = kind.occasion;
  return made;
}

Sheet Office::paper(const std::vector<Line>& lines, Language language, const Paper& paper) {
  Sheet sheet = lay_out(lines, language, engine_, fonts_, paper);
  engine_.forget();
  return sheet;
}

}  // namespace pishkhan::receipts::sample
