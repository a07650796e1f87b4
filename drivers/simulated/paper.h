#pragma once

#include "base/core/bitmap.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace pishkhan::simulated {

/// A length of paper as it comes out of the printer.
struct Strip {
  enum class Ending {
    FullCut,
    PartialCut,  ///< one point is left uncut
    Torn,        ///< the roll ran out or was changed under it
    InPrinter,   ///< not cut yet
  };
  Bitmap dots;
  /// The rows at its top that already lay between head and cutter when the strip before it was cut: blank,
  /// unless that cut went through something printed. What was printed for this strip begins below them.
  int top_margin_rows = 0;
  Ending ending = Ending::InPrinter;
};

/// The paper between roll, head and cutter, one row of dots at a time. Thread: a plain value, guarded by the
/// printer that owns it.
class PaperPath {
 public:
  PaperPath(int width_dots, int head_to_cutter_dots);

  [[nodiscard]] int width_dots() const { return width_dots_; }
  /// Rows that can still be moved; nothing means "a long roll".
  [[nodiscard]] std::optional<std::int64_t> rows_left() const { return rows_left_; }
  void set_rows_left(std::optional<std::int64_t> rows) { rows_left_ = rows; }
  /// Rows moved since the beginning.
  [[nodiscard]] std::int64_t rows_moved() const { return rows_moved_; }

  /// Burns one row (row_bytes() of the paper) and moves on. Only while rows are left.
  void print_row(ByteView row);
  /// Moves on by at most `rows` blank rows; returns how many the roll had.
  int feed(int rows);
  /// Cuts at the cutter: the rows between head and cutter stay in the printer.
  void cut(Strip::Ending ending);
  /// A new roll: what is in the printer is torn off, a blank lead lies between head and cutter.
  void load();

  /// Finished strips, oldest first; only the newest `most_strips` are kept.
  [[nodiscard]] const std::vector<Strip>& finished() const { return finished_; }
  [[nodiscard]] std::vector<Strip> take_finished();
  [[nodiscard]] Strip in_printer() const;
  [[nodiscard]] int head_to_cutter_dots() const { return head_to_cutter_dots_; }

  static constexpr std::size_t most_strips = 64;
  /// Longer paper (3 m) is torn off by somebody, so that a hostile stream cannot fill the memory.
  static constexpr std::size_t most_rows = 24'000;

 private:
  [[nodiscard]] Bitmap picture(std::size_t rows) const;
  void finish(std::size_t rows, Strip::Ending ending);
  [[nodiscard]] std::size_t row_bytes() const { return static_cast<std::size_t>((width_dots_ + 7) / 8); }
  [[nodiscard]] std::size_t rows() const { return rows_.size() / row_bytes(); }
  void moved(int rows);

  int width_dots_;
  int head_to_cutter_dots_;
  std::optional<std::int64_t> rows_left_;
  std::int64_t rows_moved_ = 0;
  Bytes rows_;  // From the cutter inwards, row after row; the last is under the head.
  int top_margin_rows_;
  std::vector<Strip> finished_;
};

}  // namespace pishkhan::simulated
