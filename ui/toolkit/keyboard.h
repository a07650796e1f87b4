#pragma once

#include "ui/toolkit/ui.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::toolkit {

/// What the person wants of the page; letters go straight to the focused field.
enum class KeyboardAction { None, Next };

/// The letters that the page's language writes come first; a key switches to the other script and to signs.
/// Never mirrored. Draws its own ground over the whole rectangle. Key ids are "key/" and what the key writes
/// ("key/ب", "key/space", "key/zwnj", "key/backspace", "key/shift", "key/script", "key/signs", "key/next").
KeyboardAction keyboard(Ui& ui, const Rect& rect, std::string_view next_label);
[[nodiscard]] float keyboard_height(const Ui& ui);

/// Twelve large keys in the order of a telephone, never mirrored; Persian digits in Persian.
/// Ids as above ("key/0" .. "key/9", "key/backspace", "key/next"): digits write ASCII.
KeyboardAction digit_pad(Ui& ui, const Rect& rect, std::string_view next_label);
[[nodiscard]] float digit_pad_height(const Ui& ui);

/// The layouts as data, for tests.
enum class KeyboardPlane { Persian, PersianSigns, English, EnglishShift, EnglishSigns };
enum class KeyRole { Write, Backspace, Space, ZeroWidthNonJoiner, Shift, Script, Signs, Next };
struct Key {
  KeyRole role = KeyRole::Write;
  std::string_view writes;  ///< UTF-8 of what it types (role Write)
  float width = 1;          ///< in shares of its row
};
using KeyRow = std::vector<Key>;
[[nodiscard]] std::vector<KeyRow> keyboard_rows(KeyboardPlane plane);

}  // namespace pishkhan::toolkit
