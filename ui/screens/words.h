#pragma once

#include "ui/screens/page.h"

#include <string>
#include <string_view>

namespace pishkhan::screens {

/// "Two more digits are needed.": what is wrong with a field, and so what to do, never who is to blame.
[[nodiscard]] std::string problem_sentence(const Page& page, const services::Field& field,
                                           const services::FieldProblem& problem);

/// What the citizen gave, as it is read back: identifiers grouped, choices by their label, digits of the
/// language. Empty if nothing was given.
[[nodiscard]] PersonalText shown_value(const Page& page, const services::Field& field, std::string_view value);
/// Whether shown_value() is a number that reads from left to right on any page.
[[nodiscard]] bool is_identifier(services::FieldKind kind);

/// The value under this key, or an empty text.
[[nodiscard]] const PersonalText& value_of(const FieldValues* values, std::string_view id);
/// Why the main action cannot be taken yet: the first field that hinders it and how, or empty. It holds no
/// word that the citizen typed.
[[nodiscard]] std::string first_hindrance(const Page& page, const std::vector<services::Field>& fields,
                                          const FieldValues* values);

/// «۵ روز کاری», or that no limit was announced.
[[nodiscard]] std::string limit_words(const Page& page, std::optional<int> working_days);
[[nodiscard]] std::string date_words(const Page& page, services::SolarDay day);
[[nodiscard]] std::string moment_words(const Page& page, WallTime moment);
/// "2 Azar 1405 (23 November 2026)" breaks before its bracket or nowhere.
[[nodiscard]] std::string unbroken_date(std::string date);
/// The direction in which a citizen's words read: that of their first letter.
[[nodiscard]] toolkit::Direction direction_of(std::string_view words);
/// The code in groups of four, in the digits of the language.
[[nodiscard]] std::string code_words(const Page& page, std::string_view tracking_code);

}  // namespace pishkhan::screens
