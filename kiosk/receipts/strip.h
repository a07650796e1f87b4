#pragma once

#include "kiosk/receipts/receipt.h"
#include "ui/text/layout.h"

#include <algorithm>

namespace pishkhan::receipts {

/// Paper that grows downwards while it is drawn on, and keeps a list of what stands where. Outgrown paper is
/// overwritten. Thread: a plain object of the one who draws.
class Strip {
 public:
  Strip(int width_dots, const text::Fonts& fonts) : fonts_(fonts), dots_(width_dots, first_rows) {}

  [[nodiscard]] int width() const { return dots_.width(); }
  void text(const text::Layout& layout, int x, int y, Placed::What what = Placed::What::Text);
  /// The layout squeezed into `width` dots, `height` high: letters that are higher than they are wide. The
  /// layout is set several times as large, so that the edges are smooth.
  void squeezed_text(const text::Layout& layout, int x, int y, int width, int height, float size_dots);
  void picture(const Bitmap& picture, int x, int y);
  /// A filled box; what it belongs to is told by note().
  void fill(int x, int y, int width, int height);
  void note(const Placed& placed) {
    sheet_.placed.push_back(placed);
    bottom_ = std::max(bottom_, placed.y + placed.height);
  }
  /// Of the lowest thing so far.
  [[nodiscard]] int bottom() const { return bottom_; }

  /// The strip, cut below `height`.
  [[nodiscard]] Sheet finish(int height);

 private:
  static constexpr int first_rows = 1024;
  void reach(int bottom);

  const text::Fonts& fonts_;
  Bitmap dots_;
  Sheet sheet_;
  int bottom_ = 0;
};

}  // namespace pishkhan::receipts
