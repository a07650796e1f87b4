#pragma once

#include "base/core/bytes.h"
#include "base/core/ensure.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pishkhan {

/// One bit a dot, 1 = black, rows padded to whole bytes, most significant bit leftmost: the order of a
/// thermal head (ESC/POS raster) and of PBM. Thread: a plain value.
class Bitmap {
 public:
  Bitmap() = default;
  Bitmap(int width, int height)
      : width_(width),
        height_(height),
        bits_((ENSURE(width >= 0 && height >= 0, "a bitmap has a size"),
               static_cast<std::size_t>(row_bytes()) * static_cast<std::size_t>(height))) {}

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] int row_bytes() const { return (width_ + 7) / 8; }
  [[nodiscard]] ByteView row(int y) const {
    return ByteView(bits_).subspan(static_cast<std::size_t>(y * row_bytes()), static_cast<std::size_t>(row_bytes()));
  }
  [[nodiscard]] std::span<std::uint8_t> row(int y) {
    return std::span(bits_).subspan(static_cast<std::size_t>(y * row_bytes()), static_cast<std::size_t>(row_bytes()));
  }
  [[nodiscard]] bool black(int x, int y) const {
    return (row(y)[static_cast<std::size_t>(x / 8)] >> (7 - x % 8) & 1) != 0;
  }
  /// Dots outside are ignored, so that a drawing may be clipped by the edge of the paper.
  void set(int x, int y, bool black = true) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
    std::uint8_t& byte = row(y)[static_cast<std::size_t>(x / 8)];
    const auto bit = static_cast<std::uint8_t>(0x80 >> (x % 8));
    byte = static_cast<std::uint8_t>(black ? byte | bit : byte & ~bit);
  }
  friend bool operator==(const Bitmap&, const Bitmap&) = default;

 private:
  int width_ = 0;
  int height_ = 0;
  Bytes bits_;
};

/// A colour picture: 0xAARRGGBB a pixel, rows without gaps. Thread: a plain value.
struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint32_t> pixels;
  friend bool operator==(const Picture&, const Picture&) = default;
};

/// A picture in shades of grey: 0 = black, 255 = white, rows without gaps. Thread: a plain value.
struct GreyPicture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;
  friend bool operator==(const GreyPicture&, const GreyPicture&) = default;
};

}  // namespace pishkhan
