#include "base/formats/digits.h"

#include "base/formats/utf8.h"

namespace pishkhan::formats {
namespace {

/// A broken byte becomes U+FFFD (three bytes), a Latin digit a Persian one (two).
std::size_t room_for(std::string_view text) {
  return 3 * text.size();
}

template <class Visit>
void each_code_point(std::string_view text, Visit visit) {
  for (std::size_t position = 0; position < text.size();) visit(next_code_point(text, position));
}

char32_t persian_letter(char32_t c) {
  if (c == 0x064A || c == 0x0649) return 0x06CC;  // ي and ى
  if (c == 0x0643) return 0x06A9;                 // ك
  return c;
}

void append_with_digits(std::string& target, std::string_view text, char32_t zero) {
  each_code_point(text, [&](char32_t c) {
    const int digit = digit_value(c);
    append_code_point(target, digit < 0 ? c : zero + static_cast<char32_t>(digit));
  });
}

std::string with_digits(std::string_view text, char32_t zero) {
  std::string result;
  result.reserve(room_for(text));
  append_with_digits(result, text, zero);
  return result;
}

PersonalText with_digits(const PersonalText& text, char32_t zero) {
  return build_personal(room_for(text.reveal()),
                        [&](std::string& target) { append_with_digits(target, text.reveal(), zero); });
}

bool is_diacritic(char32_t c) {
  return (c >= 0x064B && c <= 0x065F) || c == 0x0670;
}

bool is_separator(char32_t c) {
  return is_space(c) || is_dash(c) || c == kZeroWidthNonJoiner || c == kZeroWidthJoiner || c < 0x20 ||
         c == 0x7F || c == ',' || c == '.' || c == ';' || c == ':' || c == 0x060C || c == 0x061B;
}

bool is_trimmed(char32_t c) {
  return is_space(c) || c == kZeroWidthNonJoiner || c == kZeroWidthJoiner;
}

constexpr char32_t kPersianZero = 0x06F0;

}  // namespace

PersonalText normalise_identifier(std::string_view typed) {
  return build_personal(room_for(typed), [&](std::string& target) {
    each_code_point(typed, [&](char32_t c) {
      if (is_space(c) || is_dash(c) || is_bidi_control(c) || c == kZeroWidthNonJoiner ||
          c == kZeroWidthJoiner) {
        return;
      }
      const int digit = digit_value(c);
      append_code_point(target, digit < 0 ? persian_letter(c) : U'0' + static_cast<char32_t>(digit));
    });
  });
}

PersonalText normalise_words(std::string_view typed) {
  return build_personal(room_for(typed), [&](std::string& target) {
    std::size_t end_of_words = 0;
    each_code_point(typed, [&](char32_t c) {
      if (is_bidi_control(c) || (target.empty() && is_trimmed(c))) return;
      append_code_point(target, persian_letter(c));
      if (!is_trimmed(c)) end_of_words = target.size();
    });
    // What is cut off here is white space only; the buffer is wiped as a whole by build_personal.
    target.resize(end_of_words);
  });
}

PersonalText fold(std::string_view text) {
  return build_personal(room_for(text), [&](std::string& target) {
    bool after_digit = false;
    bool separated = false;
    each_code_point(text, [&](char32_t c) {
      if (is_diacritic(c) || is_bidi_control(c) || c == 0x0640) return;  // U+0640 only lengthens a letter
      if (is_separator(c)) {
        separated = true;
        return;
      }
      const int digit = digit_value(c);
      if (digit >= 0 && after_digit && separated) target.push_back(' ');
      char32_t folded = digit < 0 ? persian_letter(c) : U'0' + static_cast<char32_t>(digit);
      if (folded == 0x06C0) folded = 0x0647;  // ۀ is ه with a hamza above
      if (folded >= 'A' && folded <= 'Z') folded += 'a' - 'A';
      append_code_point(target, folded);
      after_digit = digit >= 0;
      separated = false;
    });
  });
}

std::string persian_digits(std::string_view text) {
  return with_digits(text, kPersianZero);
}
PersonalText persian_digits(const PersonalText& text) {
  return with_digits(text, kPersianZero);
}
std::string latin_digits(std::string_view text) {
  return with_digits(text, U'0');
}
PersonalText latin_digits(const PersonalText& text) {
  return with_digits(text, U'0');
}

std::string localised_digits(std::string_view text, Language language) {
  return with_digits(text, language == Language::Persian ? kPersianZero : U'0');
}
PersonalText localised_digits(const PersonalText& text, Language language) {
  return with_digits(text, language == Language::Persian ? kPersianZero : U'0');
}

int count_code_points(std::string_view text) {
  int count = 0;
  each_code_point(text, [&count](char32_t) { ++count; });
  return count;
}

}  // namespace pishkhan::formats
