#pragma once

// For the sources of ui/text only.
#include "ui/text/bidi.h"
#include "ui/text/font_set.h"
#include "ui/text/style.h"
#include "ui/text/wiped.h"

#include <cstdint>
#include <memory>
#include <string_view>

struct UBreakIterator;

namespace pishkhan::text {

/// What may happen before a code point.
namespace before {
inline constexpr std::uint8_t kGrapheme = 1;  ///< a grapheme begins here (UAX #29)
inline constexpr std::uint8_t kLine = 2;      ///< a line may begin here (UAX #14)
}  // namespace before

/// A stretch of one level, script and font.
struct Item {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::int8_t level = 0;
  FontIndex font = 0;
  std::uint32_t script = 0;  ///< as hb_script_t
};

/// A paragraph taken apart, by code points. `bytes` has one element more: where the paragraph ends.
struct Paragraph {
  WipedVector<char32_t> text;
  WipedVector<std::size_t> bytes;
  WipedVector<std::uint8_t> before;  ///< flags of namespace before, with one element more, for the end
  BidiLevels bidi;
  WipedVector<Item> items;
  [[nodiscard]] std::size_t size() const { return text.size(); }
};

struct BreakIteratorClose {
  void operator()(UBreakIterator* iterator) const;
};

/// Takes paragraphs apart. Holds ICU's iterators, which never keep a pointer to the text after a call.
class Analyser {
 public:
  explicit Analyser(const FontSet& fonts);
  /// The code points and their bytes are filled in; finds everything else.
  void analyse(Paragraph& paragraph, const Style& style) const;

 private:
  void find_breaks(Paragraph& paragraph) const;
  void itemise(Paragraph& paragraph, const Style& style) const;
  /// A letter that no font has becomes U+FFFD.
  [[nodiscard]] FontIndex font_for(char32_t& code_point, FontIndex first) const;

  const FontSet& fonts_;
  std::unique_ptr<UBreakIterator, BreakIteratorClose> graphemes_;
  std::unique_ptr<UBreakIterator, BreakIteratorClose> lines_;
};

/// Reads the paragraph that begins at `offset` into `paragraph` (text and bytes) and returns where the next
/// one begins; `ended` tells whether a separator followed (and so another paragraph, if only an empty one).
std::size_t read_paragraph(std::string_view utf8, std::size_t offset, Paragraph& paragraph, bool& ended);

}  // namespace pishkhan::text
