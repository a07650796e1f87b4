// The rules of layout over receipts that nobody thought of: any number of lines of any kind in any order, with
// Persian, English and mixed words, words longer than the paper, answers with their own direction.
#include "base/core/random.h"

#include "kiosk/receipts/sample_test.h"
#include "kiosk/receipts/sheet_rules_test.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace pishkhan;
using namespace pishkhan::receipts;

namespace {

constexpr std::array<std::string_view, 24> pieces = {"شهرداری",
                                                     "منطقهٔ ۶",
                                                     "خیابان",
                                                     "نبش کوچهٔ ۱۲،",
                                                     "می‌شود",
                                                     "لا",
                                                     "۴٬۸۲۰٬۰۰۰ ریال",
                                                     "آزادی؛",
                                                     "«پلاک»",
                                                     "(بلوک ۳)",
                                                     "ژ",
                                                     "استعلام‌ها",
                                                     "Omid",
                                                     "Plaza",
                                                     "gate 4",
                                                     "(north side)",
                                                     "9CF2-80BE",
                                                     "2.5 m²",
                                                     "a/b",
                                                     "x",
                                                     "12/4",
                                                     "ناخودآگاهانه‌ترین‌هایشان",
                                                     "Donaudampfschifffahrtsgesellschaft",
                                                     "\u2066+98 21 1234\u2069"};

std::string words(SeededRandom& random, std::uint64_t most) {
  std::string text;
  for (std::uint64_t left = random.below(most) + 1; left > 0; --left) {
    if (!text.empty() && random.below(12) != 0) text += ' ';  // else two words become one long one
    text += pieces[random.below(pieces.size())];
  }
  return text;
}

std::string digits(SeededRandom& random, std::uint64_t count) {
  std::string text;
  for (std::uint64_t i = 0; i < count; ++i) text += static_cast<char>('0' + random.below(10));
  return text;
}

Line random_line(SeededRandom& random, const GreyPicture& logo) {
  using Kind = Line::Kind;
  constexpr std::array<Kind, 14> kinds = {
      Kind::Letterhead, Kind::Heading, Kind::Text,  Kind::Small,  Kind::Mark, Kind::Labels, Kind::Code,
      Kind::Bars,       Kind::Pair,    Kind::Stage, Kind::Detail, Kind::Rule, Kind::Gap,    Kind::Statement};
  Line line;
  line.kind = kinds[random.below(kinds.size())];
  line.text = PersonalText(words(random, 14));
  line.value = PersonalText(words(random, 10));
  if (line.kind == Kind::Letterhead && random.below(2) == 0) line.logo = &logo;
  if (line.kind == Kind::Code) line.text = PersonalText(digits(random, 8 + random.below(12)));
  if (line.kind == Kind::Bars) line.value = PersonalText(digits(random, 2 + 2 * random.below(8)));
  if (line.kind == Kind::Bars) line.text = line.value;
  if (line.kind == Kind::Stage) line.text = PersonalText(std::to_string(random.below(20)) + ".");
  if (line.kind == Kind::Statement) line.value = PersonalText("PKQ1:" + digits(random, random.below(600)));
  if (line.kind == Kind::Statement) line.text = PersonalText(words(random, 5) + "\n" + words(random, 12));
  return line;
}

}  // namespace

TEST_CASE("whatever is said, in whatever order: nothing overlaps, nothing is cut, the code is the largest") {
  sample::Office office;
  SeededRandom random(20261128);
  const auto printers = sample::printers();
  for (int round = 0; round < 120; ++round) {
    std::vector<Line> lines;
    for (std::uint64_t left = random.below(14) + 1; left > 0; --left)
      lines.push_back(random_line(random, office.city().city.logo));
    const Language language = random.below(2) == 0 ? Language::Persian : Language::English;
    const sample::Printer& printer = printers[random.below(printers.size())];
    INFO("round " << round << ", " << printer.name);
    check_rules(office.paper(lines, language, printer.paper), printer.paper);
  }
}

TEST_CASE("any answers to a service with any texts make a whole receipt") {
  sample::Office office;
  SeededRandom random(42);
  const auto printers = sample::printers();
  for (int round = 0; round < 60; ++round) {
    services::Service service = *office.city().service("complaint-137");
    const auto local = [&random](std::uint64_t most) {
      return services::LocalText{words(random, most), words(random, most)};
    };
    service.name = local(8);
    service.stages.resize(random.below(13));
    for (services::Stage& stage : service.stages) {
      stage.name = local(6);
      stage.unit = random.below(4) == 0 ? services::LocalText{} : local(5);
      stage.limit_working_days.reset();
      if (random.below(3) != 0) stage.limit_working_days = static_cast<int>(random.below(90));
    }
    service.fees.resize(random.below(5));
    for (services::FeeLine& fee : service.fees)
      fee = {local(5), static_cast<std::int64_t>(random.below(90'000'000'000)), words(random, 4)};
    service.follow_up = local(12);
    sample::Kind kind = office.kinds().front();
    kind.values.at("address") = PersonalText(words(random, 40));
    const Language language = random.below(2) == 0 ? Language::Persian : Language::English;
    Facts facts = office.facts(kind, language);
    facts.service = &service;
    const sample::Printer& printer = printers[random.below(printers.size())];
    INFO("round " << round << ", " << printer.name);
    const Sheet sheet = office.paper(compose(facts, office.translations()), language, printer.paper);
    check_rules(sheet, printer.paper);
    CHECK(count(sheet, Placed::What::Code) == 1);
    CHECK(count(sheet, Placed::What::Qr) == 1);
  }
}
