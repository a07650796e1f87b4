#pragma once

#include "base/core/personal.h"
#include "ui/toolkit/ui.h"

#include <optional>
#include <string_view>

namespace pishkhan::toolkit {

/// How a value is shown; the value itself stays ungrouped ASCII digits or plain text.
enum class FieldShape {
  Words,        ///< one line, direction of the page
  LongWords,    ///< several lines
  Digits,       ///< digits only, left to right, not grouped
  Mobile,       ///< 0912 345 6789
  NationalId,   ///< 001 234567 8
  PostalCode,   ///< 12345 67890
  TrackingCode  ///< groups of four
};

struct FieldSpec {
  std::string_view id{};           ///< the target's id
  std::string_view label{};        ///< above the box; empty leaves its place out
  std::string_view hint{};         ///< below the box, soft; replaced by the problem if there is one
  std::string_view problem{};      ///< below the box with an error icon; the box turns ruby
  std::string_view placeholder{};  ///< inside the empty box, soft
  FieldShape shape = FieldShape::Words;
  int maximum_code_points = 250;
  int lines = 3;         ///< height of a LongWords box
  bool focused = false;  ///< the caller's state: this field receives what is typed
};

struct FieldResult {
  std::optional<PersonalText> edit;  ///< the field's whole new content
  bool tapped = false;               ///< the caller makes it the focused one
};

/// Edits the caller's value: draws it, places the caret by touch, and applies to it what the on-screen keyboard
/// typed in the last frame. Keeps nothing but the caret's place. Digits of any script are taken into digit
/// shapes as ASCII, and shown in the page's digits.
FieldResult text_field(Ui& ui, const Rect& rect, const FieldSpec& spec, const PersonalText& value);
/// Label, box and hint or problem together.
[[nodiscard]] float text_field_height(Ui& ui, const FieldSpec& spec, float width);

/// "09123456789" -> "0912 345 6789"; digits stay ASCII (see local_digits).
[[nodiscard]] std::string grouped(std::string_view value, FieldShape shape);

}  // namespace pishkhan::toolkit
