#include "ui/screens/words.h"

#include "ui/screens/stage_test.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::screens;
using services::FieldKind;
using services::FieldProblem;
using toolkit::Direction;

namespace {

/// A page to ask for words; it draws nothing.
struct Speaker {
  explicit Speaker(Language language) {
    situation.language = language;
    situation.catalogue = &city.catalogue();
  }
  sample::City city;
  Situation situation;
};

template <class Say>
std::string said(Language language, Say say) {
  Speaker speaker(language);
  return sample::Stage::get().with_page(speaker.situation, say);
}

std::string problem(Language language, FieldKind kind, FieldProblem what) {
  services::Field field;
  field.kind = kind;
  return said(language, [&](const Page& page) { return problem_sentence(page, field, what); });
}

}  // namespace

TEST_CASE("what is wrong with a field is said exactly") {
  using Kind = FieldProblem::Kind;
  CHECK(problem(Language::English, FieldKind::Mobile, {Kind::TooShort, 2}) ==
        "\u2068Two\u2069 more digits are needed.");
  CHECK(problem(Language::Persian, FieldKind::Mobile, {Kind::TooShort, 2}) ==
        "\u2068دو\u2069 رقم دیگر لازم است.");
  CHECK(problem(Language::Persian, FieldKind::Mobile, {Kind::TooShort, 1}) == "یک رقم دیگر لازم است.");
  CHECK(problem(Language::Persian, FieldKind::Text, {Kind::TooShort, 12}) ==
        "\u2068۱۲\u2069 حرف دیگر لازم است.");
  CHECK(problem(Language::Persian, FieldKind::Number, {Kind::AboveMaximum, 1'000}) ==
        "حداکثر می‌تواند \u2068۱٬۰۰۰\u2069 باشد.");
}

TEST_CASE("every problem of every kind of field has a sentence in both languages") {
  for (const Language language : {Language::Persian, Language::English}) {
    for (int kind = 0; kind <= static_cast<int>(FieldKind::TrackingCode); ++kind) {
      for (int what = 0; what <= static_cast<int>(FieldProblem::Kind::NotUtf8); ++what) {
        CHECK(
            problem(language, static_cast<FieldKind>(kind), {static_cast<FieldProblem::Kind>(what), 3}).size() >
            10);
      }
    }
  }
}

TEST_CASE("a hindrance names its field without the question mark") {
  services::Field field;
  field.id = "words";
  field.kind = FieldKind::LongText;
  field.label = {"چه شده است؟", "What has happened?"};
  const std::vector<services::Field> fields{field};
  const auto ask = [&](const Page& page) { return first_hindrance(page, fields, nullptr); };
  CHECK(said(Language::English, ask) == "Still needed: \u2068What has happened\u2069");
  CHECK(said(Language::Persian, ask) == "هنوز لازم است: \u2068چه شده است\u2069");
}

TEST_CASE("a citizen's words read in the direction of their first letter") {
  CHECK(direction_of("۱۲ خیابان") == Direction::RightToLeft);
  CHECK(direction_of("12 Street, خیابان") == Direction::LeftToRight);
  CHECK(direction_of("«گیلاس»") == Direction::RightToLeft);
  CHECK(direction_of("۰۹۱۲ 345") == Direction::OfPage);
  CHECK(direction_of("") == Direction::OfPage);
  // Cut inside a letter, as hostile bytes may be.
  CHECK(direction_of("\xd8") == Direction::OfPage);
}

TEST_CASE("a date breaks before its bracket or nowhere") {
  CHECK(unbroken_date("2 Azar 1405 (23 Nov 2026)") ==
        "2\u00a0Azar\u00a0"
        "1405 (23\u00a0Nov\u00a0"
        "2026)");
}
