#pragma once

#include "base/core/language.h"
#include "base/core/personal.h"
#include "base/core/result.h"

#include <string>
#include <string_view>

namespace pishkhan::formats {

/// What is wrong with a typed identifier, exactly enough for the screen to say it.
enum class IdentifierProblem {
  Empty,        ///< nothing typed
  NotDigits,    ///< something in it is no digit
  TooShort,     ///< `count` more digits are needed
  TooLong,      ///< `count` digits too many
  AllSame,      ///< one digit ten times
  NeverIssued,  ///< the middle six digits of a national ID are zero
  CheckDigit,   ///< the last digit does not fit the others: one of them is mistyped
  NotAMobile,   ///< a number, but not a mobile one (those begin with 09)
};

struct IdentifierFault {
  IdentifierProblem problem = IdentifierProblem::Empty;
  int count = 0;  ///< digits missing or too many; else 0
  friend bool operator==(const IdentifierFault&, const IdentifierFault&) = default;
};

/// کد ملی (domain.md B1), as 10 Latin digits. Eight or nine digits are taken as written without their leading
/// zeros if they then fit the check digit; otherwise they are TooShort, which is what the citizen can mend.
[[nodiscard]] Result<PersonalText, IdentifierFault> national_id(std::string_view typed);

/// Iranian mobile number (domain.md B4), as 09xxxxxxxxx. Accepts +98, 0098, 98, 0 or nothing in front.
[[nodiscard]] Result<PersonalText, IdentifierFault> mobile(std::string_view typed);

enum class PostalPattern {
  Usual,    ///< matches the pattern that the public validators use
  Unusual,  ///< ten digits outside that pattern: worth a second look, never a refusal
};

struct PostalCode {
  PersonalText digits;  ///< 10 Latin digits
  PostalPattern pattern = PostalPattern::Usual;
};

/// کد پستی (domain.md B3): hard on the length, warns on the pattern; there is no public check digit.
[[nodiscard]] Result<PostalCode, IdentifierFault> postal_code(std::string_view typed);

/// The form of our own tracking code: 14 digits that give 1 modulo 97 (ISO 7064 MOD 97-10). What the digits
/// mean is known to offline-queue/protocol alone.
[[nodiscard]] Result<PersonalText, IdentifierFault> tracking_code(std::string_view typed);

/// How an identifier is cut into groups for reading aloud.
enum class Grouping {
  Mobile,         ///< 4-3-4: 0912 345 6789
  NationalId,     ///< 3-6-1: 049 937089 9
  TrackingCode,   ///< 4-4-4-2
  PostalCode,     ///< 5-5
  ReceiptSecret,  ///< 4-4
};

/// The digits in groups, in the digits of the language; also while it is still being typed. The groups are
/// joined by U+00A0, which never breaks a line and, being a common separator between digits (UAX #9 W4),
/// keeps the groups in left-to-right order inside a Persian sentence.
[[nodiscard]] std::string group(std::string_view digits, Grouping grouping, Language language);
[[nodiscard]] PersonalText group(const PersonalText& digits, Grouping grouping, Language language);

}  // namespace pishkhan::formats
