#pragma once

#include "base/core/bytes.h"

#include <array>
#include <cstdint>
#include <span>

namespace pishkhan {

/// The only door to randomness, so that a run can be replayed from its seed. Thread: one owner each.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> target) = 0;
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> result{};
    fill(result);
    return result;
  }
};

/// The kernel's generator, getrandom(2).
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> target) override;
};

/// splitmix64: for tests and simulation only; never for keys of a real machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> target) override;
  std::uint64_t next();
  /// Uniform enough for tests: 0 <= result < bound.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

 private:
  std::uint64_t state_;
};

}  // namespace pishkhan
