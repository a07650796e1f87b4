#include "drivers/receipt-printer/bands.h"

#include "base/core/ensure.h"
#include "base/core/personal.h"
#include "drivers/receipt-printer/escpos.h"

#include <algorithm>

namespace pishkhan::printer {

namespace {

constexpr int least_rows_worth_a_feed = 16;
constexpr std::size_t raster_overhead_bytes = 24;  // GS ( L functions 112 and 50; GS v 0 needs 8
constexpr std::size_t most_raster_bytes = 60'000;  // pL pH of GS ( L

bool blank(ByteView row) {
  return std::ranges::all_of(row, [](std::uint8_t byte) { return byte == 0; });
}

/// Rows from `first` on that are blank, at most `limit`.
int blank_run(const Bitmap& bitmap, int first, int limit) {
  int rows = 0;
  while (rows < limit && first + rows < bitmap.height() && blank(bitmap.row(first + rows))) ++rows;
  return rows;
}

int inked_run(const Bitmap& bitmap, int first, int limit) {
  int rows = 0;
  while (rows < limit && first + rows < bitmap.height()) {
    if (blank_run(bitmap, first + rows, least_rows_worth_a_feed) == least_rows_worth_a_feed) break;
    ++rows;
  }
  return rows;
}

int last_inked_row(const Bitmap& bitmap) {
  int row = bitmap.height() - 1;
  while (row >= 0 && blank(bitmap.row(row))) --row;
  return row;
}

Bitmap beside_margin(const Bitmap& receipt, int margin_dots) {
  Bitmap placed(receipt.width() + margin_dots, receipt.height());
  for (int y = 0; y < receipt.height(); ++y) {
    for (int x = 0; x < receipt.width(); ++x) {
      if (receipt.black(x, y)) placed.set(x + margin_dots, y);
    }
  }
  return placed;
}

}  // namespace

Bands::Bands(const Model& model, const Bitmap& receipt, std::size_t most_bytes)
    : model_(model), receipt_(receipt), last_inked_row_(last_inked_row(receipt)) {
  ENSURE(receipt.width() <= model.printable_dots(), "the receipt is drawn for this paper");
  ENSURE(most_bytes > raster_overhead_bytes, "room for a command");
  if (model.margin_left_dots > 0) placed_ = beside_margin(receipt, model.margin_left_dots);
  const std::size_t dots_bytes = std::min(most_bytes - raster_overhead_bytes, most_raster_bytes);
  band_rows_ = std::max(1, static_cast<int>(dots_bytes) / picture().row_bytes());
}

Bands::~Bands() {
  if (!placed_) return;
  for (int y = 0; y < placed_->height(); ++y) wipe(placed_->row(y).data(), placed_->row(y).size());
}

std::optional<Bands::Band> Bands::next() {
  if (y_ >= picture().height()) return std::nullopt;
  Band band;
  int rows = 0;
  if (model_.blank_rows == BlankRows::Feed) {
    rows = blank_run(picture(), y_, picture().height());
    if (rows >= least_rows_worth_a_feed || y_ + rows == picture().height()) {
      escpos::append_feed(band.bytes, rows);
    } else {
      rows = 0;
    }
  }
  if (rows == 0) {
    // At least one row, since a short blank run may stand before the end of the picture.
    rows = model_.blank_rows == BlankRows::Feed ? std::max(1, inked_run(picture(), y_, band_rows_))
                                                : std::min(band_rows_, picture().height() - y_);
    escpos::append_raster(band.bytes, model_.raster, picture(), y_, rows);
  }
  y_ += rows;
  band.last_ink = y_ > last_inked_row_;
  return band;
}

void append_beginning(Bytes& out, const Model& model) {
  escpos::append_initialise(out);
  // Models that are not known for certain are sent nothing that they might print.
  if (model.proof == ProofOfPrint::ProcessIdEcho) escpos::append_silence(out);
  escpos::append_motion_unit(out, model.dots_per_inch);
}

void append_end(Bytes& out, const Model& model) {
  escpos::append_cut(out, model);
  if (model.presenter) escpos::append_present(out, model.presenter->steps);
}

Bytes encode_receipt(const Model& model, const Bitmap& receipt) {
  Bytes bytes;
  append_beginning(bytes, model);
  Bands bands(model, receipt, static_cast<std::size_t>(model.buffer_bytes) / 2);
  while (const auto band = bands.next()) bytes.insert(bytes.end(), band->bytes.begin(), band->bytes.end());
  append_end(bytes, model);
  return bytes;
}

}  // namespace pishkhan::printer
