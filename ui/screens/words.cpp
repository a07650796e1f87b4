#include "ui/screens/words.h"

#include "base/formats/calendar.h"
#include "base/formats/digits.h"
#include "base/formats/identifiers.h"
#include "base/formats/money.h"

namespace pishkhan::screens {

using services::FieldKind;
using services::FieldProblem;

namespace {

/// Small numbers are words at the beginning of a sentence.
std::string number_word(const Page& page, std::int64_t number) {
  switch (number) {
    case 1:
      return std::string(page.tr("One"));
    case 2:
      return std::string(page.tr("Two"));
    case 3:
      return std::string(page.tr("Three"));
    case 4:
      return std::string(page.tr("Four"));
    case 5:
      return std::string(page.tr("Five"));
    case 6:
      return std::string(page.tr("Six"));
    case 7:
      return std::string(page.tr("Seven"));
    case 8:
      return std::string(page.tr("Eight"));
    case 9:
      return std::string(page.tr("Nine"));
    case 10:
      return std::string(page.tr("Ten"));
    default:
      return page.number(number);
  }
}

/// The name of a field inside a sentence: without the question mark that it may end in.
std::string_view bare(std::string_view label) {
  for (const std::string_view mark : {"?", "؟", ":"}) {
    if (label.size() > mark.size() && label.substr(label.size() - mark.size()) == mark)
      label.remove_suffix(mark.size());
  }
  return label;
}

bool is_words(FieldKind kind) {
  return kind == FieldKind::Text || kind == FieldKind::LongText;
}

std::string missing_sentence(const Page& page, FieldKind kind) {
  switch (kind) {
    case FieldKind::Choice:
      return std::string(page.tr("Please choose one."));
    case FieldKind::Text:
    case FieldKind::LongText:
      return std::string(page.tr("Please write something here."));
    default:
      return std::string(page.tr("Please type the number."));
  }
}

std::string length_sentence(const Page& page, FieldKind kind, const FieldProblem& problem) {
  const std::string count = number_word(page, problem.number);
  const bool one = problem.number == 1;
  if (problem.kind == FieldProblem::Kind::TooShort) {
    if (is_words(kind)) {
      return fill(one ? page.tr("One more letter is needed.") : page.tr("{count} more letters are needed."),
                  {{"count", count}});
    }
    return fill(one ? page.tr("One more digit is needed.") : page.tr("{count} more digits are needed."),
                {{"count", count}});
  }
  if (is_words(kind)) {
    return fill(one ? page.tr("This is one letter too long.") : page.tr("{count} letters too many."),
                {{"count", count}});
  }
  return fill(one ? page.tr("One digit too many.") : page.tr("{count} digits too many."), {{"count", count}});
}

std::string check_sentence(const Page& page, FieldKind kind) {
  if (kind == FieldKind::TrackingCode) {
    return std::string(page.tr("The digits do not fit together. Please compare them with your receipt."));
  }
  return std::string(page.tr("One of the digits seems mistyped. Please compare it with your card."));
}

}  // namespace

std::string problem_sentence(const Page& page, const services::Field& field, const FieldProblem& problem) {
  const std::string limit = formats::grouped_number(problem.number, page.language());
  switch (problem.kind) {
    case FieldProblem::Kind::Missing:
      return missing_sentence(page, field.kind);
    case FieldProblem::Kind::TooShort:
    case FieldProblem::Kind::TooLong:
      return length_sentence(page, field.kind, problem);
    case FieldProblem::Kind::NotDigits:
      return std::string(page.tr("Only digits belong here."));
    case FieldProblem::Kind::NotAChoice:
      return std::string(page.tr("Please choose one."));
    case FieldProblem::Kind::BelowMinimum:
      return fill(page.tr("It must be at least {limit}."), {{"limit", limit}});
    case FieldProblem::Kind::AboveMaximum:
      return fill(page.tr("It can be at most {limit}."), {{"limit", limit}});
    case FieldProblem::Kind::AllSame:
      return std::string(page.tr("All digits are the same; no such number exists."));
    case FieldProblem::Kind::NeverIssued:
      return std::string(page.tr("No such number has been issued. Please look at your card again."));
    case FieldProblem::Kind::CheckDigit:
      return check_sentence(page, field.kind);
    case FieldProblem::Kind::NotAMobile:
      return std::string(page.tr("A mobile number begins with 09."));
    case FieldProblem::Kind::ControlCharacter:
    case FieldProblem::Kind::NotUtf8:
      return std::string(page.tr("A sign in it cannot be kept. Please erase it and write it again."));
  }
  return {};
}

bool is_identifier(FieldKind kind) {
  return kind == FieldKind::Number || kind == FieldKind::Mobile || kind == FieldKind::NationalId ||
         kind == FieldKind::PostalCode || kind == FieldKind::TrackingCode;
}

PersonalText shown_value(const Page& page, const services::Field& field, std::string_view value) {
  const PersonalText text(value);
  switch (field.kind) {
    case FieldKind::Mobile:
      return formats::group(text, formats::Grouping::Mobile, page.language());
    case FieldKind::NationalId:
      return formats::group(text, formats::Grouping::NationalId, page.language());
    case FieldKind::PostalCode:
      return formats::group(text, formats::Grouping::PostalCode, page.language());
    case FieldKind::TrackingCode:
      return formats::group(text, formats::Grouping::TrackingCode, page.language());
    case FieldKind::Number:
      return formats::localised_digits(text, page.language());
    case FieldKind::Choice:
      for (const services::Choice& choice : field.choices) {
        if (choice.id == value) return PersonalText(page.in(choice.label));
      }
      return {};
    case FieldKind::Text:
    case FieldKind::LongText:
      break;
  }
  return text;
}

const PersonalText& value_of(const FieldValues* values, std::string_view id) {
  static const PersonalText kNothing;
  if (values == nullptr) return kNothing;
  const auto found = values->find(id);
  return found == values->end() ? kNothing : found->second;
}

std::string first_hindrance(const Page& page, const std::vector<services::Field>& fields,
                            const FieldValues* values) {
  for (const services::Field& field : fields) {
    const auto checked = services::validate(field, value_of(values, field.id).reveal());
    if (checked) continue;
    if (checked.error().kind == FieldProblem::Kind::Missing) {
      return fill(page.tr("Still needed: {field}"), {{"field", bare(page.in(field.label))}});
    }
    return fill(page.tr("{field}: {problem}"), {{"field", bare(page.in(field.label))},
                                                {"problem", problem_sentence(page, field, checked.error())}});
  }
  return {};
}

std::string limit_words(const Page& page, std::optional<int> working_days) {
  if (!working_days) return std::string(page.tr("No limit announced"));
  if (*working_days == 0) return std::string(page.tr("The same day"));
  if (*working_days == 1) return std::string(page.tr("1 working day"));
  return fill(page.tr("{count} working days"), {{"count", page.number(*working_days)}});
}

std::string date_words(const Page& page, services::SolarDay day) {
  return unbroken_date(formats::short_date(day, page.language()));
}

std::string unbroken_date(std::string date) {
  constexpr std::string_view kNoBreakSpace = "\u00a0";
  std::string result;
  for (std::size_t i = 0; i < date.size(); ++i) {
    const bool before_bracket = i + 1 < date.size() && date[i + 1] == '(';
    if (date[i] == ' ' && !before_bracket) {
      result += kNoBreakSpace;
    } else {
      result += date[i];
    }
  }
  return result;
}

toolkit::Direction direction_of(std::string_view words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto byte = static_cast<unsigned char>(words[i]);
    const auto next = i + 1 < words.size() ? static_cast<unsigned char>(words[i + 1]) : 0;
    if ((byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z')) return toolkit::Direction::LeftToRight;
    // Letters of the Arabic block are U+0620 to U+064A and U+066E to U+06D5: D8 A0 … D9 8A and D9 AE … DB 95.
    const bool first_row = byte == 0xd8 && next >= 0xa0;
    const bool second_row = byte == 0xd9 && (next <= 0x8a || next >= 0xae);
    const bool last_rows = byte == 0xda || (byte == 0xdb && next >= 0x80 && next <= 0x95);
    if (next != 0 && (first_row || second_row || last_rows)) return toolkit::Direction::RightToLeft;
  }
  return toolkit::Direction::OfPage;
}

std::string moment_words(const Page& page, WallTime moment) {
  const formats::LocalTime local = formats::local_time(moment);
  return fill(page.tr("{date}, {time}"),
              {{"date", unbroken_date(formats::long_date(local.day, page.language()))},
               {"time", formats::time_text(moment, page.language())}});
}

std::string code_words(const Page& page, std::string_view tracking_code) {
  return formats::group(tracking_code, formats::Grouping::TrackingCode, page.language());
}

}  // namespace pishkhan::screens
