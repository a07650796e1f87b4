#include "base/core/random.h"

#include "base/core/ensure.h"

#include <sys/random.h>

#include <cerrno>

namespace pishkhan {

void SystemRandom::fill(std::span<std::uint8_t> target) {
  while (!target.empty()) {
    const ssize_t got = getrandom(target.data(), target.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    ENSURE(got > 0, "the kernel gives random bytes");
    target = target.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

void SeededRandom::fill(std::span<std::uint8_t> target) {
  for (std::uint8_t& byte : target) byte = static_cast<std::uint8_t>(next());
}

}  // namespace pishkhan
