#include "kiosk/receipts/dither.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace pishkhan::receipts {

namespace {

/// Greys nearer to black or white than this become it: the edges of a drawing stay clean, and hardly any dots
/// are scattered over what should be plain.
constexpr float nearly = 24;

float clean(float grey) {
  return std::clamp((grey - nearly) * 255 / (255 - 2 * nearly), 0.0F, 255.0F);
}

/// The mean of the picture's pixels under each dot; a dot's share of a pixel at its edge counts as much as it
/// covers.
class Scaled {
 public:
  Scaled(const GreyPicture& picture, int width, int height)
      : picture_(picture),
        step_x_(static_cast<float>(picture.width) / static_cast<float>(width)),
        step_y_(static_cast<float>(picture.height) / static_cast<float>(height)) {}

  [[nodiscard]] float at(int x, int y) const {
    const float left = static_cast<float>(x) * step_x_;
    const float top = static_cast<float>(y) * step_y_;
    float sum = 0;
    float area = 0;
    for (int row = static_cast<int>(top); row < picture_.height; ++row) {
      const float high = covered(row, top, top + step_y_);
      if (high <= 0) break;
      for (int column = static_cast<int>(left); column < picture_.width; ++column) {
        const float share = covered(column, left, left + step_x_) * high;
        if (share <= 0) break;
        sum += share * static_cast<float>(pixel(column, row));
        area += share;
      }
    }
    return area > 0 ? sum / area : 255;
  }

 private:
  static float covered(int cell, float from, float to) {
    const auto begin = static_cast<float>(cell);
    return std::min(begin + 1, to) - std::max(begin, from);
  }
  [[nodiscard]] std::uint8_t pixel(int x, int y) const {
    return picture_.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture_.width) +
                           static_cast<std::size_t>(x)];
  }
  const GreyPicture& picture_;
  float step_x_;
  float step_y_;
};

}  // namespace

Bitmap dithered(const GreyPicture& picture, int width_dots) {
  if (picture.pixels.empty() || width_dots <= 0) return {};
  const int height = std::max(
      1, static_cast<int>(std::lround(static_cast<float>(width_dots) * static_cast<float>(picture.height) /
                                      static_cast<float>(picture.width))));
  const Scaled scaled(picture, width_dots, height);
  Bitmap dots(width_dots, height);
  // One row's errors and the next one's, with a cell of room at each end. Floyd and Steinberg's shares
  // (7, 3, 5 and 1 of 16), every other row from right to left, so that no worms run down the picture.
  std::vector<float> here(static_cast<std::size_t>(width_dots) + 2);
  std::vector<float> below(here.size());
  for (int y = 0; y < height; ++y) {
    const bool forward = y % 2 == 0;
    for (int i = 0; i < width_dots; ++i) {
      const int x = forward ? i : width_dots - 1 - i;
      const auto cell = static_cast<std::size_t>(x) + 1;
      const float plain = clean(scaled.at(x, y));
      // A plain dot takes no error from its neighbours: black stays black, white stays white.
      const float grey = plain <= 0 || plain >= 255 ? plain : plain + here[cell];
      const bool black = grey < 128;
      dots.set(x, y, black);
      const float error = grey - (black ? 0.0F : 255.0F);
      const std::size_t ahead = forward ? cell + 1 : cell - 1;
      const std::size_t behind = forward ? cell - 1 : cell + 1;
      here[ahead] += error * 7 / 16;
      below[behind] += error * 3 / 16;
      below[cell] += error * 5 / 16;
      below[ahead] += error * 1 / 16;
    }
    std::swap(here, below);
    std::fill(below.begin(), below.end(), 0.0F);
  }
  return dots;
}

}  // namespace pishkhan::receipts
