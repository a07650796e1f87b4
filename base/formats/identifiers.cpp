#include "base/formats/identifiers.h"

#include "base/formats/digits.h"
#include "base/formats/utf8.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace pishkhan::formats {
namespace {

using Problem = IdentifierProblem;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}
bool all_same(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return c == text.front(); });
}

IdentifierFault too_short(std::size_t wanted, std::size_t given) {
  return {Problem::TooShort, static_cast<int>(wanted - given)};
}
IdentifierFault too_long(std::size_t wanted, std::size_t given) {
  return {Problem::TooLong, static_cast<int>(given - wanted)};
}

constexpr std::size_t kNationalIdDigits = 10;
constexpr std::size_t kShortestNationalId = 8;  // written without its leading zeros

/// domain.md B1; `id` has ten digits.
bool check_digit_fits(std::string_view id) {
  int sum = 0;
  for (std::size_t i = 0; i < kNationalIdDigits - 1; ++i) {
    sum += (id[i] - '0') * static_cast<int>(kNationalIdDigits - i);
  }
  const int remainder = sum % 11;
  const int check = remainder < 2 ? remainder : 11 - remainder;
  return id.back() - '0' == check;
}

std::optional<Problem> national_id_problem(std::string_view id) {
  if (all_same(id)) return Problem::AllSame;
  if (id.substr(3, 6) == "000000") return Problem::NeverIssued;
  if (!check_digit_fits(id)) return Problem::CheckDigit;
  return std::nullopt;
}

/// What stands before the ten digits 9xxxxxxxxx: its length, and how long the whole number then is. A number
/// that breaks off inside a prefix counts as having that prefix.
struct MobilePrefix {
  std::size_t length = 0;
  bool complete = true;
};

MobilePrefix mobile_prefix(std::string_view number) {
  for (const std::string_view international : {std::string_view("+98"), std::string_view("0098")}) {
    if (number.substr(0, international.size()) == international) return {international.size()};
    // "+", "+9", "00", "009"; but a lone "0" is the prefix of 09...
    if (number.size() >= international.size() || number == "0") continue;
    if (international.substr(0, number.size()) == number) return {international.size(), false};
  }
  if (!number.empty() && number.front() == '0') return {1};
  // 9812345678 is a whole number that happens to begin with 98; with more digits 98 is the country.
  if (number.size() > 10 && number.substr(0, 3) == "989") return {2};
  return {0};
}

/// ^(?!(\d)\1{3})[13-9]{4}[1346-9][013-9]{5}$, in use by several public validators (domain.md B3).
bool usual_postal_code(std::string_view code) {
  const auto outside = [](std::string_view digits) {
    return [digits](char c) { return digits.find(c) != std::string_view::npos; };
  };
  const std::string_view first = code.substr(0, 4);
  const std::string_view last = code.substr(5);
  return !all_same(first) && std::none_of(first.begin(), first.end(), outside("02")) &&
         !outside("025")(code[4]) && std::none_of(last.begin(), last.end(), outside("2"));
}

/// Lengths of the groups but the last, which takes the rest; 0 ends the list.
std::array<std::size_t, 4> group_lengths(Grouping grouping) {
  switch (grouping) {
    case Grouping::Mobile:
      return {4, 3, 0, 0};
    case Grouping::NationalId:
      return {3, 6, 0, 0};
    case Grouping::TrackingCode:
      return {4, 4, 4, 0};
    case Grouping::PostalCode:
      return {5, 0, 0, 0};
    case Grouping::ReceiptSecret:
      return {4, 0, 0, 0};
  }
  return {};
}

void append_grouped(std::string& target, std::string_view digits, Grouping grouping, Language language) {
  const char32_t zero = language == Language::Persian ? 0x06F0 : U'0';
  const auto lengths = group_lengths(grouping);
  std::size_t current = 0;
  std::size_t left = lengths[0];
  for (std::size_t position = 0; position < digits.size();) {
    const char32_t c = next_code_point(digits, position);
    if (left == 0 && lengths[current] != 0) {
      append_code_point(target, 0xA0);
      left = lengths[++current];
    }
    if (left > 0) --left;
    const int digit = digit_value(c);
    append_code_point(target, digit < 0 ? c : zero + static_cast<char32_t>(digit));
  }
}

/// Three bytes for any code point of fewer, and the joints.
std::size_t room_for_groups(std::string_view digits) {
  return 3 * digits.size() + 8;
}

}  // namespace

Result<PersonalText, IdentifierFault> national_id(std::string_view typed) {
  PersonalText normal = normalise_identifier(typed);
  const std::string_view id = normal.reveal();
  if (id.empty()) return fail(IdentifierFault{Problem::Empty});
  if (!all_digits(id)) return fail(IdentifierFault{Problem::NotDigits});
  if (id.size() > kNationalIdDigits) return fail(too_long(kNationalIdDigits, id.size()));
  if (id.size() < kShortestNationalId) return fail(too_short(kNationalIdDigits, id.size()));
  if (id.size() < kNationalIdDigits) {
    PersonalText padded = build_personal(kNationalIdDigits, [&](std::string& target) {
      target.append(kNationalIdDigits - id.size(), '0');
      target.append(id);
    });
    if (national_id_problem(padded.reveal())) return fail(too_short(kNationalIdDigits, id.size()));
    return padded;
  }
  if (const auto problem = national_id_problem(id)) return fail(IdentifierFault{*problem});
  return normal;
}

Result<PersonalText, IdentifierFault> mobile(std::string_view typed) {
  constexpr std::size_t subscriber_digits = 10;
  const PersonalText normal = normalise_identifier(typed);
  const std::string_view number = normal.reveal();
  if (number.empty()) return fail(IdentifierFault{Problem::Empty});
  if (!all_digits(number.substr(number.front() == '+' ? 1 : 0)))
    return fail(IdentifierFault{Problem::NotDigits});
  const MobilePrefix prefix = mobile_prefix(number);
  const std::size_t wanted = prefix.length + subscriber_digits;
  if (!prefix.complete) return fail(too_short(wanted, number.size()));
  const std::string_view subscriber = number.substr(prefix.length);
  if (!subscriber.empty() && subscriber.front() != '9') return fail(IdentifierFault{Problem::NotAMobile});
  if (number.size() < wanted) return fail(too_short(wanted, number.size()));
  if (number.size() > wanted) return fail(too_long(wanted, number.size()));
  return build_personal(1 + subscriber_digits, [&](std::string& target) {
    target.push_back('0');
    target.append(subscriber);
  });
}

Result<PostalCode, IdentifierFault> postal_code(std::string_view typed) {
  constexpr std::size_t digits = 10;
  PersonalText normal = normalise_identifier(typed);
  const std::string_view code = normal.reveal();
  if (code.empty()) return fail(IdentifierFault{Problem::Empty});
  if (!all_digits(code)) return fail(IdentifierFault{Problem::NotDigits});
  if (code.size() < digits) return fail(too_short(digits, code.size()));
  if (code.size() > digits) return fail(too_long(digits, code.size()));
  const auto pattern = usual_postal_code(code) ? PostalPattern::Usual : PostalPattern::Unusual;
  return PostalCode{normal, pattern};
}

Result<PersonalText, IdentifierFault> tracking_code(std::string_view typed) {
  constexpr std::size_t digits = 14;
  PersonalText normal = normalise_identifier(typed);
  const std::string_view code = normal.reveal();
  if (code.empty()) return fail(IdentifierFault{Problem::Empty});
  if (!all_digits(code)) return fail(IdentifierFault{Problem::NotDigits});
  if (code.size() < digits) return fail(too_short(digits, code.size()));
  if (code.size() > digits) return fail(too_long(digits, code.size()));
  int remainder = 0;
  for (const char c : code) remainder = (10 * remainder + (c - '0')) % 97;
  if (remainder != 1) return fail(IdentifierFault{Problem::CheckDigit});
  return normal;
}

std::string group(std::string_view digits, Grouping grouping, Language language) {
  std::string result;
  result.reserve(room_for_groups(digits));
  append_grouped(result, digits, grouping, language);
  return result;
}

PersonalText group(const PersonalText& digits, Grouping grouping, Language language) {
  return build_personal(room_for_groups(digits.reveal()), [&](std::string& target) {
    append_grouped(target, digits.reveal(), grouping, language);
  });
}

}  // namespace pishkhan::formats
