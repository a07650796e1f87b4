#pragma once

#include "base/core/personal.h"
#include "base/core/result.h"
#include "base/services/catalogue.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::services {

/// What a citizen has given, by field id, in the stored form that validate() returns.
using Values = std::map<std::string, PersonalText, std::less<>>;

/// Why a field cannot stay as it is. The screens say it in words; `number` is what they need for that.
struct FieldProblem {
  enum class Kind {
    Missing,           ///< required and empty
    TooShort,          ///< `number` more characters (digits, for identifiers) are needed
    TooLong,           ///< `number` characters (digits) too many
    NotDigits,         ///< something in it is no digit
    NotAChoice,        ///< none of the field's choices
    BelowMinimum,      ///< the smallest allowed is `number`
    AboveMaximum,      ///< the largest allowed is `number`
    AllSame,           ///< one digit ten times
    NeverIssued,       ///< no such national ID is ever given out
    CheckDigit,        ///< one of the digits is mistyped
    NotAMobile,        ///< a number, but not a mobile one
    ControlCharacter,  ///< a character that no keyboard of ours types
    NotUtf8,           ///< broken bytes; only a broken client sends them
  };
  Kind kind = Kind::Missing;
  std::int64_t number = 0;
  friend bool operator==(const FieldProblem&, const FieldProblem&) = default;
};

/// The stored form of what was typed, or what is wrong with it. Stored form: words trimmed, with Persian ی and
/// ک, ZWNJ kept, bidi controls gone, a line break as '\\n' (LongText only); identifiers in Latin digits without
/// separators; a choice as its id; an optional field that was left empty as "". validate() of a stored form
/// is that form again. Thread: a pure function; kiosk and backend use the same.
[[nodiscard]] Result<PersonalText, FieldProblem> validate(const Field& field, std::string_view typed);

struct Incomplete {
  std::string field;  ///< its id
  FieldProblem problem;
};

/// The fields that still hinder filing, in the order of the form; empty: it can be filed. A field without an
/// entry in `values` counts as empty.
[[nodiscard]] std::vector<Incomplete> complete(const Service& service, const Values& values);

}  // namespace pishkhan::services
