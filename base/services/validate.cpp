#include "base/services/validate.h"

#include "base/formats/digits.h"
#include "base/formats/identifiers.h"
#include "base/formats/utf8.h"

#include <algorithm>

namespace pishkhan::services {
namespace {

using Kind = FieldProblem::Kind;
using Checked = Result<PersonalText, FieldProblem>;

FieldProblem from_identifier(const formats::IdentifierFault& fault) {
  using Problem = formats::IdentifierProblem;
  switch (fault.problem) {
    case Problem::Empty:
      return {Kind::Missing, 0};
    case Problem::NotDigits:
      return {Kind::NotDigits, 0};
    case Problem::TooShort:
      return {Kind::TooShort, fault.count};
    case Problem::TooLong:
      return {Kind::TooLong, fault.count};
    case Problem::AllSame:
      return {Kind::AllSame, 0};
    case Problem::NeverIssued:
      return {Kind::NeverIssued, 0};
    case Problem::CheckDigit:
      return {Kind::CheckDigit, 0};
    case Problem::NotAMobile:
      return {Kind::NotAMobile, 0};
  }
  return {Kind::NotDigits, 0};
}

Checked identifier(Result<PersonalText, formats::IdentifierFault> result) {
  if (!result) return fail(from_identifier(result.error()));
  return std::move(*result);
}

enum class LineBreaks { Refused, Kept };

/// Characters that no keyboard of ours types: C0 and C1 controls, and the separators of lines.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFFFE || c == 0xFFFF;
}

Checked words(const Field& field, std::string_view typed, LineBreaks line_breaks) {
  PersonalText normal = formats::normalise_words(typed);
  const std::string_view text = normal.reveal();
  for (std::size_t position = 0; position < text.size();) {
    const char32_t c = formats::next_code_point(text, position);
    if (c == '\n' && line_breaks == LineBreaks::Kept) continue;
    if (is_control(c)) return fail(FieldProblem{Kind::ControlCharacter, 0});
  }
  const int length = formats::count_code_points(text);
  if (length < field.minimum_length) return fail(FieldProblem{Kind::TooShort, field.minimum_length - length});
  if (length > field.maximum_length) return fail(FieldProblem{Kind::TooLong, length - field.maximum_length});
  return normal;
}

Checked choice(const Field& field, std::string_view typed) {
  const bool known = std::any_of(field.choices.begin(), field.choices.end(),
                                 [&](const Choice& candidate) { return candidate.id == typed; });
  if (!known) return fail(FieldProblem{Kind::NotAChoice, 0});
  return PersonalText(typed);
}

/// Leading zeros stay: some numbers, such as the secret on a receipt, are codes.
Checked number(const Field& field, std::string_view typed) {
  PersonalText normal = formats::normalise_identifier(typed);
  const std::string_view digits = normal.reveal();
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return fail(FieldProblem{Kind::NotDigits, 0});
  }
  const int length = static_cast<int>(std::min<std::size_t>(digits.size(), 1'000'000));
  if (length > field.maximum_length) return fail(FieldProblem{Kind::TooLong, length - field.maximum_length});
  constexpr std::int64_t ceiling =
      1'000'000'000'000'000'000;  // beyond any maximum; keeps the sum from overflowing
  std::int64_t value = 0;
  for (const char c : digits) value = value >= ceiling / 10 ? ceiling : 10 * value + (c - '0');
  if (value < field.minimum) return fail(FieldProblem{Kind::BelowMinimum, field.minimum});
  if (value > field.maximum) return fail(FieldProblem{Kind::AboveMaximum, field.maximum});
  return normal;
}

bool is_utf8(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    if (formats::next_code_point(text, position) == formats::kBrokenByte) return false;
  }
  return true;
}

bool is_words(FieldKind kind) {
  return kind == FieldKind::Text || kind == FieldKind::LongText;
}

/// Nothing typed, as far as this kind of field is concerned: "- -" is an empty number, but words.
bool is_blank(FieldKind kind, std::string_view typed) {
  return is_words(kind) ? formats::normalise_words(typed).empty()
                        : formats::normalise_identifier(typed).empty();
}

}  // namespace

Checked validate(const Field& field, std::string_view typed) {
  if (!is_utf8(typed)) return fail(FieldProblem{Kind::NotUtf8, 0});
  if (is_blank(field.kind, typed)) {
    if (field.required) return fail(FieldProblem{Kind::Missing, 0});
    return PersonalText();
  }
  switch (field.kind) {
    case FieldKind::Text:
      return words(field, typed, LineBreaks::Refused);
    case FieldKind::LongText:
      return words(field, typed, LineBreaks::Kept);
    case FieldKind::Choice:
      return choice(field, typed);
    case FieldKind::Number:
      return number(field, typed);
    case FieldKind::Mobile:
      return identifier(formats::mobile(typed));
    case FieldKind::NationalId:
      return identifier(formats::national_id(typed));
    case FieldKind::PostalCode: {
      auto code = formats::postal_code(typed);
      if (!code) return fail(from_identifier(code.error()));
      return std::move(code->digits);
    }
    case FieldKind::TrackingCode:
      return identifier(formats::tracking_code(typed));
  }
  return fail(FieldProblem{Kind::NotAChoice, 0});
}

std::vector<Incomplete> complete(const Service& service, const Values& values) {
  std::vector<Incomplete> missing;
  for (const FormStep& step : service.steps) {
    for (const Field& field : step.fields) {
      const auto value = values.find(field.id);
      const auto checked = validate(field, value == values.end() ? std::string_view() : value->second.reveal());
      if (!checked) missing.push_back({field.id, checked.error()});
    }
  }
  return missing;
}

}  // namespace pishkhan::services
