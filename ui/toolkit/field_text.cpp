#include "ui/toolkit/field_text.h"

#include "base/core/ensure.h"
#include "ui/text/utf8.h"

#include <algorithm>
#include <span>

namespace pishkhan::toolkit {
namespace {

/// A string whose memory is overwritten when it goes; it never grows past what it was made for.
class Scratch {
 public:
  explicit Scratch(std::size_t most) { text_.reserve(most + 16); }  // past the short-string place
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { wipe(text_.data(), text_.capacity()); }
  void add(std::string_view more) {
    ENSURE(text_.size() + more.size() <= text_.capacity(), "scratch text stays in its place");
    text_ += more;
  }
  [[nodiscard]] std::string_view view() const { return text_; }

 private:
  std::string text_;
};

std::span<const int> groups_of(FieldShape shape) {
  static constexpr int kMobile[] = {4, 3, 4};
  static constexpr int kNationalId[] = {3, 6, 1};
  static constexpr int kPostalCode[] = {5, 5};
  static constexpr int kTrackingCode[] = {4, 4, 4, 4};
  switch (shape) {
    case FieldShape::Mobile:
      return kMobile;
    case FieldShape::NationalId:
      return kNationalId;
    case FieldShape::PostalCode:
      return kPostalCode;
    case FieldShape::TrackingCode:
      return kTrackingCode;
    case FieldShape::Words:
    case FieldShape::LongWords:
    case FieldShape::Digits:
      break;
  }
  return {};
}

/// Whether a gap stands before the digit of this number (from 0).
bool gap_before(std::span<const int> groups, std::size_t digit) {
  std::size_t border = 0;
  for (const int group : groups) {
    border += static_cast<std::size_t>(group);
    if (border == digit) return true;
  }
  return false;
}

/// '0' to '9' for a digit of ASCII, Arabic (U+0660) or Persian (U+06F0).
std::optional<char> ascii_digit(char32_t code_point) {
  for (const char32_t zero : {U'0', U'\u0660', U'\u06F0'}) {
    if (code_point >= zero && code_point <= zero + 9) return static_cast<char>('0' + (code_point - zero));
  }
  return std::nullopt;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

/// One code point as it is kept, or nothing if it does not belong into the shape.
std::string_view kept_as(std::string_view letter, char32_t code_point, FieldShape shape, char& digit) {
  if (is_digits(shape)) {
    const auto ascii = ascii_digit(code_point);
    if (!ascii) return {};
    digit = *ascii;
    return {&digit, 1};
  }
  if (code_point == U'\u064A' || code_point == U'\u0649') return "\u06CC";  // Arabic yeh
  if (code_point == U'\u0643') return "\u06A9";                             // Arabic kaf
  if (code_point == U'\n') return shape == FieldShape::LongWords ? letter : std::string_view{};
  if (code_point < 0x20 || code_point == 0x7F || code_point == 0xFFFD) return {};
  return letter;
}

}  // namespace

bool is_digits(FieldShape shape) {
  return shape != FieldShape::Words && shape != FieldShape::LongWords;
}

std::size_t Shown::to_shown(std::size_t value_offset) const {
  return shown_of[std::min(value_offset, shown_of.size() - 1)];
}

std::size_t Shown::to_value(std::size_t shown_offset) const {
  const auto after = std::upper_bound(shown_of.begin(), shown_of.end(), shown_offset);
  return after == shown_of.begin() ? 0 : static_cast<std::size_t>(after - shown_of.begin()) - 1;
}

Shown show(const PersonalText& value, FieldShape shape, Language language) {
  const std::string_view text = value.reveal();
  Shown shown;
  shown.shown_of.reserve(text.size() + 1);
  if (!is_digits(shape)) {
    shown.text = value;
    for (std::size_t i = 0; i <= text.size(); ++i) shown.shown_of.push_back(i);
    return shown;
  }
  const std::span<const int> groups = groups_of(shape);
  Scratch scratch(text.size() * 4);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && gap_before(groups, i)) scratch.add("\u00A0");
    shown.shown_of.push_back(scratch.view().size());
    const char digit = text[i];
    if (language == Language::Persian && digit >= '0' && digit <= '9') {
      const char persian[2] = {'\xDB', static_cast<char>(0xB0 + (digit - '0'))};
      scratch.add({persian, 2});
    } else {
      scratch.add({&digit, 1});
    }
  }
  shown.shown_of.push_back(scratch.view().size());
  shown.text = PersonalText(scratch.view());
  return shown;
}

bool insert(PersonalText& value, std::size_t& offset, std::string_view typed, const FieldSpec& spec) {
  const std::string_view before = value.reveal();
  offset = std::min(offset, before.size());
  const auto most = static_cast<std::size_t>(std::max(spec.maximum_code_points, 0));
  std::size_t count = code_points(before);
  Scratch scratch(before.size() + typed.size() * 2);
  scratch.add(before.substr(0, offset));
  const std::size_t start = scratch.view().size();
  for (std::size_t at = 0; at < typed.size() && count < most;) {
    const text::Decoded letter = text::decode(typed, at);
    if (letter.bytes == 0) break;
    char digit = 0;
    const std::string_view kept = kept_as(typed.substr(at, letter.bytes), letter.code_point, spec.shape, digit);
    if (!kept.empty()) {
      scratch.add(kept);
      ++count;
    }
    at += letter.bytes;
  }
  const std::size_t end = scratch.view().size();
  if (end == start) return false;
  scratch.add(before.substr(offset));
  value = PersonalText(scratch.view());
  offset = end;
  return true;
}

bool erase_before(PersonalText& value, std::size_t& offset) {
  const std::string_view before = value.reveal();
  offset = std::min(offset, before.size());
  if (offset == 0) return false;
  const std::size_t start = text::previous_code_point(before, offset);
  Scratch scratch(before.size());
  scratch.add(before.substr(0, start));
  scratch.add(before.substr(offset));
  value = PersonalText(scratch.view());
  offset = start;
  return true;
}

std::string grouped(std::string_view value, FieldShape shape) {
  const std::span<const int> groups = groups_of(shape);
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0 && gap_before(groups, i)) result += ' ';
    result += value[i];
  }
  return result;
}

}  // namespace pishkhan::toolkit
