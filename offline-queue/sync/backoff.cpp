#include "offline-queue/sync/backoff.h"

#include <algorithm>
#include <cstdint>

namespace pishkhan::sync {
namespace {

std::int64_t uniform(Random& random, std::int64_t largest) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : random.bytes<8>()) value = value << 8 | byte;
  return static_cast<std::int64_t>(value % (static_cast<std::uint64_t>(largest) + 1));
}

}  // namespace

std::chrono::milliseconds Backoff::failed(Random& random,
                                          std::optional<std::chrono::milliseconds> retry_after) {
  // Doubling stops well before it could overflow; the ceiling has long been reached by then.
  const int doublings = std::min(failures_, 30);
  if (failures_ < 1'000'000) ++failures_;
  const std::int64_t reach = std::min(limits_.ceiling.count(), limits_.base.count() << doublings);
  const std::int64_t jitter = uniform(random, std::max<std::int64_t>(reach, 0));
  std::int64_t floor = 1;
  if (retry_after)
    floor = std::clamp<std::int64_t>(retry_after->count(), 1, limits_.largest_retry_after.count());
  return std::chrono::milliseconds(retry_after ? floor + jitter : std::max(floor, jitter));
}

std::chrono::milliseconds jittered(std::chrono::milliseconds period, Random& random) {
  const std::int64_t half = period.count() / 2;
  return std::chrono::milliseconds(half + uniform(random, std::max<std::int64_t>(period.count() - half, 0)));
}

}  // namespace pishkhan::sync
