#pragma once

#include "base/core/bitmap.h"

namespace pishkhan::machine {

/// Rows of both pictures, from `top` up to and not including `bottom`.
struct Band {
  int top = 0;
  int bottom = 0;
};

/// The share of the band's pixels, 0 to 1, in which some colour differs by more than 24 of 255; 1 if the sizes
/// differ. Thread: pure.
[[nodiscard]] double difference(const Picture& one, const Picture& other, Band band);
[[nodiscard]] inline double difference(const Picture& one, const Picture& other) {
  return difference(one, other, {0, one.height});
}

}  // namespace pishkhan::machine
