#include "tests/machine/picture_difference.h"

#include <algorithm>
#include <cstdlib>

namespace pishkhan::machine {

namespace {

constexpr int noticed = 24;

bool differs(std::uint32_t one, std::uint32_t other) {
  for (int shift = 0; shift < 24; shift += 8) {
    const auto a = static_cast<int>(one >> shift & 0xFF);
    const auto b = static_cast<int>(other >> shift & 0xFF);
    if (std::abs(a - b) > noticed) return true;
  }
  return false;
}

}  // namespace

double difference(const Picture& one, const Picture& other, Band band) {
  const int bottom = std::min(band.bottom, one.height);
  if (one.width != other.width || one.height != other.height || band.top < 0 || bottom <= band.top) return 1;
  const auto width = static_cast<std::size_t>(one.width);
  const std::size_t first = static_cast<std::size_t>(band.top) * width;
  const std::size_t last = static_cast<std::size_t>(bottom) * width;
  std::size_t count = 0;
  for (std::size_t i = first; i < last; ++i) count += differs(one.pixels[i], other.pixels[i]) ? 1 : 0;
  return static_cast<double>(count) / static_cast<double>(last - first);
}

}  // namespace pishkhan::machine
