#pragma once

#include "base/core/bitmap.h"
#include "base/core/language.h"
#include "base/core/personal.h"
#include "base/core/translations.h"
#include "base/services/catalogue.h"
#include "base/services/validate.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"

#include <string>
#include <vector>

namespace pishkhan::receipts {

enum class Copy { Original, Again };

/// What a receipt says; all of it given by the caller. Borrowed while it is composed.
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
};

/// One piece of a receipt, from top to bottom.
struct Line {
  enum class Kind {
    Title,     ///< centred, bold
    Subtitle,  ///< centred
    Text,      ///< at the reading side's start
    Small,
    Heading,
    Code,   ///< the tracking code: the largest thing on the paper
    Pair,   ///< label at the start, value at the end
    Stage,  ///< number, name and unit, due date
    Rule,   ///< a row of dots
    Gap,
    Statement,  ///< QR code with the small text beside it
  };
  Kind kind = Kind::Text;
  PersonalText text;
  PersonalText value;
};

/// From facts to lines: what is said, in which words, in which order; masked where the field is personal.
/// Pure. Case data of a fictional city says so.
[[nodiscard]] std::vector<Line> compose(const Facts& facts, const Translations& translations);

/// From lines to the very dots that are shown and printed; `width_dots` is 576 (80 mm) or 384 (58 mm), at
/// 203 dpi; no text is smaller than 28 dots (10 pt). Thread: the engine's. The caller calls engine.forget().
[[nodiscard]] Bitmap lay_out(const std::vector<Line>& lines, Language language, text::Engine& engine,
                             const text::Fonts& fonts, int width_dots);

}  // namespace pishkhan::receipts
