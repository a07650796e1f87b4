#pragma once

// For the sources of ui/toolkit only.
#include "base/core/language.h"
#include "base/core/personal.h"
#include "ui/toolkit/text_field.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace pishkhan::toolkit {

/// A value as it is shown, and where each byte of the one lies in the other.
struct Shown {
  PersonalText text;
  std::vector<std::size_t> shown_of;  ///< for each byte offset of the value, and its end: the offset shown
  [[nodiscard]] std::size_t to_shown(std::size_t value_offset) const;
  /// The greatest offset of the value that is shown at or before this one.
  [[nodiscard]] std::size_t to_value(std::size_t shown_offset) const;
};

[[nodiscard]] bool is_digits(FieldShape shape);
[[nodiscard]] Shown show(const PersonalText& value, FieldShape shape, Language language);

/// Puts what was typed into the value at `offset` and moves the offset behind it. Digits of any script become
/// ASCII in digit shapes, and everything else is left out there; Arabic yeh and kaf become Persian elsewhere.
/// False if nothing was put in, because there is no place for it or it does not belong here.
bool insert(PersonalText& value, std::size_t& offset, std::string_view typed, const FieldSpec& spec);
/// Takes the code point before the offset away (not the grapheme: a ZWNJ goes alone).
bool erase_before(PersonalText& value, std::size_t& offset);

}  // namespace pishkhan::toolkit
