#pragma once

#include "ui/screens/page.h"

#include <string_view>
#include <vector>

namespace pishkhan::screens {

/// The fields of one screen and what is known of them, borrowed from the view.
struct Fields {
  const std::vector<services::Field>& list;
  const FieldValues* values = nullptr;
  const FieldProblems* problems = nullptr;
  std::string_view focused;
};

/// Draws one field, or the rows of a choice, off the top of the column; asks for edits and for the focus.
void draw_field(Page& page, toolkit::Rect& column, const Fields& fields, const services::Field& field);

/// If a field that is typed into has the focus, takes the keyboard (or the digit pad) off the bottom of the
/// body, over the whole width of the page. Its last key leads to the next such field, or away.
void draw_keyboard(Page& page, toolkit::Rect& body, const Fields& fields);

/// A field that a screen itself asks for, such as the code of a request.
[[nodiscard]] services::Field own_field(std::string_view id, services::FieldKind kind, std::string_view label,
                                        std::string_view hint);

}  // namespace pishkhan::screens
