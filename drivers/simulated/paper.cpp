#include "drivers/simulated/paper.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <utility>

namespace pishkhan::simulated {

PaperPath::PaperPath(int width_dots, int head_to_cutter_dots)
    : width_dots_(width_dots),
      head_to_cutter_dots_(head_to_cutter_dots),
      top_margin_rows_(head_to_cutter_dots) {
  ENSURE(width_dots > 0 && head_to_cutter_dots >= 0, "a printer has a width and a place for its cutter");
  rows_.resize(row_bytes() * static_cast<std::size_t>(head_to_cutter_dots_));
}

void PaperPath::moved(int rows) {
  rows_moved_ += rows;
  if (rows_left_) *rows_left_ -= rows;
  if (this->rows() > most_rows) cut(Strip::Ending::Torn);
}

void PaperPath::print_row(ByteView row) {
  ENSURE(row.size() == row_bytes(), "a row is as wide as the paper");
  ENSURE(!rows_left_ || *rows_left_ > 0, "there is paper under the head");
  rows_.insert(rows_.end(), row.begin(), row.end());
  moved(1);
}

int PaperPath::feed(int rows) {
  const int possible = rows_left_ ? static_cast<int>(std::min<std::int64_t>(rows, *rows_left_)) : rows;
  rows_.resize(rows_.size() + row_bytes() * static_cast<std::size_t>(possible));
  moved(possible);
  return possible;
}

void PaperPath::cut(Strip::Ending ending) {
  // The rows between cutter and head stay inside; a cut without any movement cuts nothing off.
  const std::size_t inside = static_cast<std::size_t>(head_to_cutter_dots_);
  if (rows() > inside) finish(rows() - inside, ending);
}

void PaperPath::load() {
  const bool printed = std::any_of(rows_.begin(), rows_.end(), [](std::uint8_t byte) { return byte != 0; });
  if (printed || rows() > static_cast<std::size_t>(head_to_cutter_dots_)) finish(rows(), Strip::Ending::Torn);
  rows_.assign(row_bytes() * static_cast<std::size_t>(head_to_cutter_dots_), 0);
  top_margin_rows_ = head_to_cutter_dots_;
  rows_left_.reset();
}

std::vector<Strip> PaperPath::take_finished() {
  return std::exchange(finished_, {});
}

Strip PaperPath::in_printer() const {
  return {picture(rows()), top_margin_rows_, Strip::Ending::InPrinter};
}

Bitmap PaperPath::picture(std::size_t rows) const {
  Bitmap dots(width_dots_, static_cast<int>(rows));
  for (int y = 0; y < dots.height(); ++y) {
    const ByteView source = ByteView(rows_).subspan(static_cast<std::size_t>(y) * row_bytes(), row_bytes());
    std::copy(source.begin(), source.end(), dots.row(y).begin());
  }
  return dots;
}

void PaperPath::finish(std::size_t rows, Strip::Ending ending) {
  finished_.push_back({picture(rows), std::min(top_margin_rows_, static_cast<int>(rows)), ending});
  if (finished_.size() > most_strips) finished_.erase(finished_.begin());
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(rows * row_bytes()));
  top_margin_rows_ = static_cast<int>(this->rows());
}

}  // namespace pishkhan::simulated
