#pragma once

#include "kiosk/receipts/receipt.h"

#include <cmath>

namespace pishkhan::receipts {

/// Every length of a receipt in dots of its printer, from millimetres and points: what is 10 pt on one printer
/// is 10 pt on the other. A plain value.
class Measures {
 public:
  explicit Measures(const Paper& paper) : dots_per_inch_(static_cast<float>(paper.dots_per_inch)) {
    const bool narrow = static_cast<float>(paper.width_dots) / dots_per_inch_ < 60 / millimetres_an_inch;
    const bool large = paper.letters == LetterSize::Large;
    // Large print begins at 16 pt; 14 pt is its lower bound, for paper on which 16 pt leave fifteen letters a
    // line.
    small = points(!large ? 10.0F : narrow ? 14.0F : 16.0F);
    text = points(!large ? 11.0F : narrow ? 14.0F : 16.0F);
    heading = points(!large ? 12.5F : narrow ? 15.0F : 18.0F);
    title = points(!large ? (narrow ? 13.0F : 15.0F) : (narrow ? 16.0F : 19.0F));
    line_height = large ? 1.26F : 1.34F;
    heading_height = large ? 1.22F : 1.26F;
    logo = millimetres(narrow ? 10.0F : large ? 15.0F : 14.0F);
    module = millimetres(0.5F);
    margin = narrow ? millimetres(1.5F) : 4 * module;
  }

  [[nodiscard]] float points(float points) const { return points * dots_per_inch_ / 72; }
  [[nodiscard]] int millimetres(float millimetres) const {
    return static_cast<int>(std::lround(millimetres * dots_per_inch_ / millimetres_an_inch));
  }

  float small = 0;  ///< ems
  float text = 0;
  float heading = 0;
  float title = 0;
  float line_height = 0;     ///< of text and small, in ems: the larger the letters, the less white they need
  float heading_height = 0;  ///< of heading and title
  int logo = 0;              ///< width of the emblem
  int module = 0;            ///< of the QR code: half a millimetre, which any telephone reads
  int margin = 0;            ///< white at both sides, beside what the printer leaves

 private:
  static constexpr float millimetres_an_inch = 25.4F;
  float dots_per_inch_;
};

}  // namespace pishkhan::receipts
