#include "ui/text/paragraph.h"

#include "base/core/ensure.h"
#include "ui/text/utf8.h"

#include <hb.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include <algorithm>

namespace pishkhan::text {
namespace {

UBreakIterator* open_iterator(UBreakIteratorType type) {
  UErrorCode error = U_ZERO_ERROR;
  UBreakIterator* iterator = ubrk_open(type, "fa", nullptr, 0, &error);
  ENSURE(U_SUCCESS(error), "ICU has its break rules");
  return iterator;
}

/// Sets `flag` at every boundary that the iterator finds; the first and the last are boundaries of course.
void mark_breaks(UBreakIterator* iterator, const WipedVector<UChar>& text,
                 const WipedVector<std::uint32_t>& index, std::uint8_t flag, WipedVector<std::uint8_t>& flags) {
  UErrorCode error = U_ZERO_ERROR;
  ubrk_setText(iterator, text.data(), static_cast<int32_t>(text.size()), &error);
  ENSURE(U_SUCCESS(error), "ICU takes a text");
  for (int32_t at = ubrk_first(iterator); at != UBRK_DONE; at = ubrk_next(iterator)) {
    std::uint8_t& flags_there = flags[index[static_cast<std::size_t>(at)]];
    flags_there = static_cast<std::uint8_t>(flags_there | flag);
  }
  static constexpr UChar kNothing[1] = {0};
  ubrk_setText(iterator, kNothing, 0, &error);
}

/// Bidi class B: what ends a paragraph (UAX #9, P1), and with them the line separator and the old controls
/// for new lines (UAX #14, class BK).
bool is_separator(char32_t code_point) {
  return (code_point >= 0x0A && code_point <= 0x0D) || (code_point >= 0x1C && code_point <= 0x1E) ||
         code_point == 0x85 || code_point == 0x2028 || code_point == 0x2029;
}

/// What is shaped in place of a control character, which no font draws: a tabulator is a space, others are
/// nothing.
char32_t shown_as(char32_t code_point) {
  if (code_point == '\t') return ' ';
  return u_charType(static_cast<UChar32>(code_point)) == U_CONTROL_CHAR ? 0x200B : code_point;
}

bool stays_with_neighbours(hb_script_t script) {
  return script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED || script == HB_SCRIPT_UNKNOWN;
}

/// A script for every code point: what belongs to no script takes the script of the letter before it, or,
/// at the beginning, of the first letter; a text without letters has the script of the language.
WipedVector<hb_script_t> scripts_of(const Paragraph& paragraph, Language language) {
  WipedVector<hb_script_t> scripts(paragraph.size(), HB_SCRIPT_COMMON);
  hb_unicode_funcs_t* unicode = hb_unicode_funcs_get_default();
  hb_script_t last = HB_SCRIPT_COMMON;
  hb_script_t first = HB_SCRIPT_COMMON;
  for (std::size_t i = 0; i < paragraph.size(); ++i) {
    const hb_script_t script = hb_unicode_script(unicode, paragraph.text[i]);
    if (!stays_with_neighbours(script)) last = script;
    if (first == HB_SCRIPT_COMMON) first = last;
    scripts[i] = last;
  }
  if (first == HB_SCRIPT_COMMON) first = language == Language::Persian ? HB_SCRIPT_ARABIC : HB_SCRIPT_LATIN;
  for (hb_script_t& script : scripts) {
    if (script != HB_SCRIPT_COMMON) break;
    script = first;
  }
  return scripts;
}

}  // namespace

void BreakIteratorClose::operator()(UBreakIterator* iterator) const {
  ubrk_close(iterator);
}

std::size_t read_paragraph(std::string_view utf8, std::size_t offset, Paragraph& paragraph, bool& ended) {
  ended = false;
  const std::size_t most = utf8.size() - offset;
  paragraph.text.reserve(most);
  paragraph.bytes.reserve(most + 1);
  while (offset < utf8.size()) {
    const Decoded letter = decode(utf8, offset);
    if (is_separator(letter.code_point)) {
      paragraph.bytes.push_back(offset);
      ended = true;
      const bool pair = letter.code_point == '\r' && offset + 1 < utf8.size() && utf8[offset + 1] == '\n';
      return offset + letter.bytes + (pair ? 1 : 0);
    }
    paragraph.text.push_back(letter.code_point);
    paragraph.bytes.push_back(offset);
    offset += letter.bytes;
  }
  paragraph.bytes.push_back(offset);
  return offset;
}

Analyser::Analyser(const FontSet& fonts)
    : fonts_(fonts), graphemes_(open_iterator(UBRK_CHARACTER)), lines_(open_iterator(UBRK_LINE)) {}

void Analyser::analyse(Paragraph& paragraph, const Style& style) const {
  const Direction otherwise = right_to_left(style.language) ? Direction::RightToLeft : Direction::LeftToRight;
  paragraph.bidi = resolve_levels(paragraph.text, style.base, otherwise);
  find_breaks(paragraph);
  for (char32_t& letter : paragraph.text) letter = shown_as(letter);
  itemise(paragraph, style);
}

void Analyser::find_breaks(Paragraph& paragraph) const {
  WipedVector<UChar> utf16;
  WipedVector<std::uint32_t> index;  // of the code point, for every unit and for the end
  utf16.reserve(paragraph.size() * 2);
  index.reserve(paragraph.size() * 2 + 1);
  for (std::size_t i = 0; i < paragraph.size(); ++i) {
    const auto letter = static_cast<UChar32>(paragraph.text[i]);
    index.push_back(static_cast<std::uint32_t>(i));
    if (U_IS_BMP(letter)) {
      utf16.push_back(static_cast<UChar>(letter));
      continue;
    }
    utf16.push_back(static_cast<UChar>(U16_LEAD(letter)));
    utf16.push_back(static_cast<UChar>(U16_TRAIL(letter)));
    index.push_back(static_cast<std::uint32_t>(i));
  }
  index.push_back(static_cast<std::uint32_t>(paragraph.size()));
  paragraph.before.assign(paragraph.size() + 1, 0);
  if (paragraph.size() == 0) return;
  mark_breaks(graphemes_.get(), utf16, index, before::kGrapheme, paragraph.before);
  mark_breaks(lines_.get(), utf16, index, before::kLine, paragraph.before);
}

FontIndex Analyser::font_for(char32_t& code_point, FontIndex first) const {
  const auto letter = static_cast<UChar32>(code_point);
  if (u_hasBinaryProperty(letter, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return first;
  if (fonts_.glyph_of(first, code_point) != 0) return first;
  for (const FontIndex other : fonts_.fallback()) {
    if (fonts_.glyph_of(other, code_point) != 0) return other;
  }
  // Vazirmatn's glyph for a missing letter is blank; a missing letter must be seen.
  if (!u_isUWhiteSpace(letter)) code_point = 0xFFFD;
  return first;
}

void Analyser::itemise(Paragraph& paragraph, const Style& style) const {
  const WipedVector<hb_script_t> scripts = scripts_of(paragraph, style.language);
  paragraph.items.clear();
  Item current;
  for (std::size_t i = 0; i < paragraph.size(); ++i) {
    // A grapheme is never divided: marks, ZWNJ and ZWJ have the level, script and font of their letter.
    if (i > 0 && (paragraph.before[i] & before::kGrapheme) == 0) {
      paragraph.bidi.levels[i] = current.level;
      continue;
    }
    Item next;
    next.begin = static_cast<std::uint32_t>(i);
    next.level = paragraph.bidi.levels[i];
    next.font = font_for(paragraph.text[i], fonts_.of(style.weight));
    next.script = static_cast<std::uint32_t>(scripts[i]);
    if (i > 0 && next.level == current.level && next.font == current.font && next.script == current.script)
      continue;
    current.end = next.begin;
    if (i > 0) paragraph.items.push_back(current);
    current = next;
  }
  current.end = static_cast<std::uint32_t>(paragraph.size());
  if (paragraph.size() > 0) paragraph.items.push_back(current);
}

}  // namespace pishkhan::text
