#include "base/services/validate.h"

#include "base/core/random.h"
#include "base/formats/digits.h"
#include "base/services/test_pack.h"

#include <cstdint>
#include <string>

using namespace pishkhan;
using namespace pishkhan::services;
using Kind = FieldProblem::Kind;

namespace {

Field field(FieldKind kind) {
  Field made;
  made.kind = kind;
  made.maximum = 600;
  made.choices = {{"one", {"یک", "One"}}, {"two", {"دو", "Two"}}};
  return made;
}

std::string accepted(const Field& asked, std::string_view typed) {
  const auto stored = validate(asked, typed);
  REQUIRE(stored.has_value());
  return std::string(stored->reveal());
}

FieldProblem refused(const Field& asked, std::string_view typed) {
  const auto stored = validate(asked, typed);
  REQUIRE_FALSE(stored.has_value());
  return stored.error();
}

}  // namespace

TEST_CASE("words are normalised, counted in characters, and free of controls") {
  Field text = field(FieldKind::Text);
  text.minimum_length = 3;
  text.maximum_length = 6;
  CHECK(accepted(text, "  مي‌روم ") == "می‌روم");
  CHECK(accepted(text, "\u202bسلام\u202c") == "سلام");
  CHECK(refused(text, "آب") == FieldProblem{Kind::TooShort, 1});
  CHECK(refused(text, "سلام دنیا") == FieldProblem{Kind::TooLong, 3});
  CHECK(refused(text, "   ") == FieldProblem{Kind::Missing, 0});
  CHECK(refused(text, "الف\nب") == FieldProblem{Kind::ControlCharacter, 0});
  CHECK(refused(text, "a\tb\x01") == FieldProblem{Kind::ControlCharacter, 0});
  CHECK(refused(text, "ab\xc3") == FieldProblem{Kind::NotUtf8, 0});
  Field long_text = field(FieldKind::LongText);
  CHECK(accepted(long_text, "الف\nب\n") == "الف\nب");
  CHECK(refused(long_text, "الف\rب") == FieldProblem{Kind::ControlCharacter, 0});
  CHECK(accepted(long_text, "- -") == "- -");
}

TEST_CASE("an optional field may be left empty, a required one may not") {
  for (const FieldKind kind :
       {FieldKind::Text, FieldKind::LongText, FieldKind::Choice, FieldKind::Number, FieldKind::Mobile,
        FieldKind::NationalId, FieldKind::PostalCode, FieldKind::TrackingCode}) {
    Field asked = field(kind);
    asked.minimum_length = 2;
    CHECK(refused(asked, " \u200c ") == FieldProblem{Kind::Missing, 0});
    asked.required = false;
    CHECK(accepted(asked, " \u200c ").empty());
    CHECK(accepted(asked, "").empty());
  }
}

TEST_CASE("choices, numbers and identifiers") {
  CHECK(accepted(field(FieldKind::Choice), "two") == "two");
  CHECK(refused(field(FieldKind::Choice), "Two") == FieldProblem{Kind::NotAChoice, 0});
  Field number = field(FieldKind::Number);
  number.minimum = 10;
  CHECK(accepted(number, "۱۲") == "12");
  CHECK(accepted(number, "012") == "012");
  CHECK(refused(number, "9") == FieldProblem{Kind::BelowMinimum, 10});
  CHECK(refused(number, "601") == FieldProblem{Kind::AboveMaximum, 600});
  CHECK(refused(number, std::string(60, '9')) == FieldProblem{Kind::AboveMaximum, 600});
  CHECK(refused(number, std::string(252, '0')) == FieldProblem{Kind::TooLong, 2});
  CHECK(refused(number, "1.5") == FieldProblem{Kind::NotDigits, 0});
  CHECK(accepted(field(FieldKind::Mobile), "+98 912 345 6789") == "09123456789");
  CHECK(refused(field(FieldKind::Mobile), "۰۹۱۲ ۳۴۵ ۶۷") == FieldProblem{Kind::TooShort, 2});
  CHECK(refused(field(FieldKind::Mobile), "02112345678") == FieldProblem{Kind::NotAMobile, 0});
  CHECK(accepted(field(FieldKind::NationalId), "۷۶۲۲۹۶۴۵") == "0076229645");
  CHECK(refused(field(FieldKind::NationalId), "1234567890") == FieldProblem{Kind::CheckDigit, 0});
  CHECK(refused(field(FieldKind::NationalId), "1111111111") == FieldProblem{Kind::AllSame, 0});
  CHECK(refused(field(FieldKind::NationalId), "1230000003") == FieldProblem{Kind::NeverIssued, 0});
  CHECK(refused(field(FieldKind::NationalId), "12345678901") == FieldProblem{Kind::TooLong, 1});
  CHECK(accepted(field(FieldKind::PostalCode), "1111111111") == "1111111111");
  CHECK(refused(field(FieldKind::TrackingCode), "1042") == FieldProblem{Kind::TooShort, 10});
  CHECK(refused(field(FieldKind::TrackingCode), "10420100012301") == FieldProblem{Kind::CheckDigit, 0});
}

TEST_CASE("what hinders filing is listed in the order of the form") {
  const Catalogue city = catalogue_of(kSampleCity);
  const Service& service = *city.service("complaint-137");
  Values values;
  values.insert_or_assign("district", PersonalText("d2"));
  values.insert_or_assign("address", PersonalText("کو"));
  const auto open = complete(service, values);
  REQUIRE(open.size() == 3);
  CHECK(open[0].field == "topic");
  CHECK(open[0].problem.kind == Kind::Missing);
  CHECK(open[1].field == "address");
  CHECK(open[1].problem == FieldProblem{Kind::TooShort, 3});
  CHECK(open[2].field == "mobile");
  values.insert_or_assign("topic", PersonalText("noise"));
  values.insert_or_assign("address", PersonalText("کوچهٔ یاس"));
  values.insert_or_assign("mobile", PersonalText("09120000000"));
  CHECK(complete(service, values).empty());
}

TEST_CASE("what is accepted is accepted again and unchanged, for any bytes in any kind of field") {
  const std::uint64_t seed = 0x5eed0102;
  MESSAGE("seed ", seed);
  SeededRandom random(seed);
  const char* const pieces[] = {"۱",      "2",  "٣", "0", "9",      "ي",   "ك",    "آب",     " ",     "\u200c",
                                "\u202e", "\n", "-", "a", "\u00a0", "one", "\xff", "\u0001", "\u2028"};
  int stored_count = 0;
  for (int round = 0; round < 40000; ++round) {
    const Field asked = field(static_cast<FieldKind>(random.below(8)));
    std::string typed;
    for (std::uint64_t left = random.below(14); left > 0; --left) {
      // Mostly digits, so that numbers and identifiers are reached.
      typed += pieces[random.below(3) == 0 ? random.below(std::size(pieces)) : random.below(5)];
    }
    const auto stored = validate(asked, typed);
    if (!stored) {
      const Kind kind = stored.error().kind;
      if (kind == Kind::TooShort || kind == Kind::TooLong) REQUIRE(stored.error().number > 0);
      continue;
    }
    ++stored_count;
    const auto again = validate(asked, stored->reveal());
    REQUIRE_MESSAGE(again.has_value(), "seed ", seed, " round ", round);
    REQUIRE(*again == *stored);
  }
  CHECK(stored_count > 2000);
}
