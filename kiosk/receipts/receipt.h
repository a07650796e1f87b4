#pragma once

#include "base/core/bitmap.h"
#include "base/core/language.h"
#include "base/core/personal.h"
#include "base/core/translations.h"
#include "base/services/catalogue.h"
#include "base/services/validate.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::receipts {

/// The first print of a request, or one more of the same number, marked as a copy.
enum class Copy : std::uint8_t { Original, Again };
/// What brought the citizen this receipt.
enum class Occasion : std::uint8_t {
  Filed,      ///< it was filed just now
  Joined,     ///< it had been filed before: nothing was filed twice
  Recovered,  ///< its receipt did not come out, the power failed or the citizen had gone
};

/// What a receipt says; all of it given by the caller. Borrowed while it is composed; the city's logo, as long
/// as the lines live.
struct Facts {
  const services::Catalogue* catalogue = nullptr;
  const services::Service* service = nullptr;
  Language language = Language::Persian;
  const services::Values* values = nullptr;  ///< stored form; may be empty (a code fetched again)
  std::string tracking_code;                 ///< ASCII digits
  const PersonalText* receipt_secret = nullptr;
  WallTime filed_at{};
  std::string statement;  ///< text of the QR code (offline-queue/protocol, receipt_statement.h)
  Copy copy = Copy::Original;
  Occasion occasion = Occasion::Filed;
};

/// One piece of a receipt, from top to bottom.
struct Line {
  enum class Kind : std::uint8_t {
    Letterhead,  ///< the logo, beside it whose receipt it is (`text`) and where it was given (`value`)
    Heading,
    Text,
    Small,
    Mark,    ///< "copy": one large word in the middle of a rule
    Labels,  ///< the same words in both languages, at both ends; `value` is left out where there is no room
    Code,    ///< the tracking code: the largest thing on the paper, on one line
    Bars,    ///< Code 128 of the digits in `value`, with `text` below
    Pair,    ///< label, and its value at the other end or below
    Stage,   ///< number (`text`) and name (`value`)
    Detail,  ///< below a stage, as far in as its name
    Rule,    ///< a row of dots
    Gap,
    Statement,  ///< QR code of `value` with the small text beside it
  };
  Kind kind = Kind::Text;
  PersonalText text;
  PersonalText value;
  const GreyPicture* logo = nullptr;  ///< of a Letterhead; null: none
};

/// From facts to lines: what is said, in which words, in which order; masked where the field is personal.
/// Pure. Case data of a fictional city says so.
[[nodiscard]] std::vector<Line> compose(const Facts& facts, const Translations& translations);

enum class LetterSize : std::uint8_t {
  Normal,  ///< nothing below 10 pt
  Large,   ///< nothing below 16 pt, on paper of less than 60 mm 14 pt
};
/// What is printed on. Letters are as large on every printer: in points, by its dots per inch.
struct Paper {
  int width_dots = 576;  ///< that the head prints, 200 to 1000: 576 (80 mm), 384 (58 mm), 512 (80 mm, 180 dpi)
  int dots_per_inch = 203;  ///< 100 to 400
  LetterSize letters = LetterSize::Normal;
};

/// Where something stands on the paper, in dots, with the white that belongs to it (a code's quiet zone). For
/// tests and tools; says nothing of what is written there.
struct Placed {
  enum class What : std::uint8_t { Text, Code, Bars, Qr, Rule, Picture };
  What what = What::Text;
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  float size_dots = 0;  ///< of letters: their em. Of bars and QR: one module
};
struct Sheet {
  Bitmap dots;
  std::vector<Placed> placed;
};

/// From lines to the very dots that are shown and printed. As long as what it says; there is hardly white above
/// it, because every receipt begins as far from the knife as the head is. Thread: the engine's. The caller
/// calls engine.forget() and wipes the dots.
[[nodiscard]] Sheet lay_out(const std::vector<Line>& lines, Language language, text::Engine& engine,
                            const text::Fonts& fonts, const Paper& paper);

}  // namespace pishkhan::receipts
