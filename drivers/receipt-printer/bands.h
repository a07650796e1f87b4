#pragma once

#include "base/core/bitmap.h"
#include "base/core/bytes.h"
#include "drivers/receipt-printer/model.h"

#include <cstddef>
#include <optional>

namespace pishkhan::printer {

/// A receipt as the commands that print it, one piece at a time: rows as raster no longer than `most_bytes`, or
/// blank rows as a feed where the model allows it. Pure. Thread: one owner; model and picture outlive it.
class Bands {
 public:
  /// The receipt is at most model.printable_dots() wide; it is placed beside the model's left margin.
  Bands(const Model& model, const Bitmap& receipt, std::size_t most_bytes);
  /// Wipes its copy of the picture.
  ~Bands();
  Bands(const Bands&) = delete;
  Bands& operator=(const Bands&) = delete;

  struct Band {
    Bytes bytes;
    bool last_ink = false;  ///< no ink comes after it
  };
  /// The next piece, from top to bottom; nothing after the last.
  [[nodiscard]] std::optional<Band> next();

 private:
  [[nodiscard]] const Bitmap& picture() const { return placed_ ? *placed_ : receipt_; }

  const Model& model_;
  const Bitmap& receipt_;
  std::optional<Bitmap> placed_;  ///< the receipt with the margin, if there is one
  int band_rows_;
  int last_inked_row_;
  int y_ = 0;
};

/// The setting that every job begins with: ESC @, and one vertical unit is one row.
void append_beginning(Bytes& out, const Model& model);
/// What follows the last band: the cut, and presenting where the model has a mouth.
void append_end(Bytes& out, const Model& model);

/// All the bytes of one receipt, without the questions that a job puts in between: for files and for measuring.
[[nodiscard]] Bytes encode_receipt(const Model& model, const Bitmap& receipt);

}  // namespace pishkhan::printer
