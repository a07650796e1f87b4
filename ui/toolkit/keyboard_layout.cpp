#include "ui/toolkit/keyboard.h"

namespace pishkhan::toolkit {
namespace {

KeyRow row(std::initializer_list<std::string_view> letters, float width = 1) {
  KeyRow keys;
  for (const std::string_view letter : letters) keys.push_back({KeyRole::Write, letter, width});
  return keys;
}

KeyRow with(KeyRow keys, Key key) {
  keys.push_back(key);
  return keys;
}

/// The row below the letters: signs, the other script, what separates words, what ends the field.
KeyRow persian_bottom() {
  return {
      {KeyRole::Signs, {}, 1.45F}, {KeyRole::Script, {}, 1.1F},      {KeyRole::ZeroWidthNonJoiner, {}, 1.85F},
      {KeyRole::Space, {}, 3.9F},  {KeyRole::Write, "\u060C", 0.9F}, {KeyRole::Write, ".", 0.9F},
      {KeyRole::Next, {}, 1.9F}};
}

KeyRow english_bottom() {
  return {{KeyRole::Signs, {}, 1.45F}, {KeyRole::Script, {}, 1.1F}, {KeyRole::Space, {}, 5.75F},
          {KeyRole::Write, ",", 0.9F}, {KeyRole::Write, ".", 0.9F}, {KeyRole::Next, {}, 1.9F}};
}

const KeyRow kPersianDigits = row({"۱", "۲", "۳", "۴", "۵", "۶", "۷", "۸", "۹", "۰"});
const KeyRow kDigits = row({"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"});

// The letters stand where ISIRI 9147 puts them on a desk keyboard; alef with madda, hamza and yeh with hamza,
// which need a second hand there, have keys of their own here.
std::vector<KeyRow> persian() {
  return {kPersianDigits, row({"ض", "ص", "ث", "ق", "ف", "غ", "ع", "ه", "خ", "ح", "ج", "چ"}),
          row({"ش", "س", "ی", "ب", "ل", "ا", "آ", "ت", "ن", "م", "ک", "گ"}),
          with(row({"ظ", "ط", "ز", "ژ", "ر", "ذ", "د", "پ", "ئ", "ء", "و"}, 0.93F),
               {KeyRole::Backspace, {}, 1.77F}),
          persian_bottom()};
}

std::vector<KeyRow> persian_signs() {
  return {kPersianDigits, row({"(", ")", "«", "»", ":", "؛", "؟", "!", "/", "-"}),
          row({"ؤ", "أ", "إ", "ۀ", "ة", "ي", "ك", "ّ", "ً", "ٔ"}),
          with(row({"٪", "٬", "٫", "\"", "+", "=", "*", "#", "@"}), {KeyRole::Backspace, {}, 1.77F}),
          persian_bottom()};
}

std::vector<KeyRow> english() {
  KeyRow third{{KeyRole::Shift, {}, 1.5F}};
  for (const Key& key : row({"z", "x", "c", "v", "b", "n", "m"})) third.push_back(key);
  third.push_back({KeyRole::Backspace, {}, 1.5F});
  return {kDigits, row({"q", "w", "e", "r", "t", "y", "u", "i", "o", "p"}),
          row({"a", "s", "d", "f", "g", "h", "j", "k", "l"}), third, english_bottom()};
}

std::vector<KeyRow> english_shift() {
  KeyRow third{{KeyRole::Shift, {}, 1.5F}};
  for (const Key& key : row({"Z", "X", "C", "V", "B", "N", "M"})) third.push_back(key);
  third.push_back({KeyRole::Backspace, {}, 1.5F});
  return {kDigits, row({"Q", "W", "E", "R", "T", "Y", "U", "I", "O", "P"}),
          row({"A", "S", "D", "F", "G", "H", "J", "K", "L"}), third, english_bottom()};
}

std::vector<KeyRow> english_signs() {
  return {kDigits, row({"(", ")", "\"", "'", ":", ";", "?", "!", "/", "-"}),
          row({"@", "#", "%", "&", "*", "+", "=", "_", "<", ">"}),
          with(row({"[", "]", "{", "}", "\\", "|", "~", "^", "$"}), {KeyRole::Backspace, {}, 1.5F}),
          english_bottom()};
}

}  // namespace

std::vector<KeyRow> keyboard_rows(KeyboardPlane plane) {
  switch (plane) {
    case KeyboardPlane::Persian:
      break;
    case KeyboardPlane::PersianSigns:
      return persian_signs();
    case KeyboardPlane::English:
      return english();
    case KeyboardPlane::EnglishShift:
      return english_shift();
    case KeyboardPlane::EnglishSigns:
      return english_signs();
  }
  return persian();
}

}  // namespace pishkhan::toolkit
