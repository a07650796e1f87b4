#pragma once

#include "base/core/language.h"
#include "base/core/personal.h"

#include <string>
#include <string_view>

namespace pishkhan::formats {

// One text can be typed in several ways: Persian ۰-۹ (U+06F0..), Arabic ٠-٩ (U+0660..) and Latin digits;
// ي and ى for ی, ك for ک; with or without bidi marks. These functions choose one way (domain.md B).
// Personal in, personal out: the overloads for PersonalText leave no copy of the text behind in memory.
// Bytes that are no UTF-8 become U+FFFD. Thread: pure functions.

/// Latin digits, ی and ک; without spaces, ZWNJ, ZWJ, dashes and bidi marks. Other characters stay, so that
/// whoever checks the identifier sees them and refuses.
[[nodiscard]] PersonalText normalise_identifier(std::string_view typed);

/// Persian letters ی and ک, no bidi controls, no byte order mark; trimmed. ZWNJ, digits and inner spaces stay.
[[nodiscard]] PersonalText normalise_words(std::string_view typed);

/// What two ways of writing the same words have in common, for comparing only, never for showing: Latin
/// digits, ی and ک, Latin letters in lower case, no diacritics; separators (spaces, ZWNJ, dashes, commas,
/// full stops) vanish, except that between two digits they become one space: «۱۲ ۳» is not «۱۲۳».
[[nodiscard]] PersonalText fold(std::string_view text);

/// Latin and Arabic digits become Persian ones. Everything else stays.
[[nodiscard]] std::string persian_digits(std::string_view text);
[[nodiscard]] PersonalText persian_digits(const PersonalText& text);

/// Persian and Arabic digits become Latin ones. Everything else stays.
[[nodiscard]] std::string latin_digits(std::string_view text);
[[nodiscard]] PersonalText latin_digits(const PersonalText& text);

/// The digits of the language: Persian ones in Persian, Latin ones in English.
[[nodiscard]] std::string localised_digits(std::string_view text, Language language);
[[nodiscard]] PersonalText localised_digits(const PersonalText& text, Language language);

/// How many characters (code points) the text has; each broken byte counts as one.
[[nodiscard]] int count_code_points(std::string_view text);

}  // namespace pishkhan::formats
