#include "tests/fleet/trace.h"

#include <array>
#include <cstdio>

namespace pishkhan::fleet {
namespace {

constexpr std::size_t kept_lines = 30;

}  // namespace

void Trace::mix(std::uint64_t value) {
  // FNV-1a over eight bytes.
  for (int byte = 0; byte < 8; ++byte) {
    digest_ = (digest_ ^ (value >> (8 * byte) & 0xFF)) * 0x100000001b3;
  }
}

void Trace::note(SteadyTime when, int who, const char* what, std::int64_t one, std::int64_t two) {
  ++lines_;
  mix(static_cast<std::uint64_t>(when.count()));
  mix(static_cast<std::uint64_t>(who));
  for (const char* letter = what; *letter != '\0'; ++letter) mix(static_cast<std::uint64_t>(*letter));
  mix(static_cast<std::uint64_t>(one));
  mix(static_cast<std::uint64_t>(two));
  std::deque<Line>& lines = last_[who];
  lines.push_back({when, what, one, two});
  if (lines.size() > kept_lines) lines.pop_front();
}

std::string Trace::last_of(int who) const {
  std::string text;
  const auto found = last_.find(who);
  if (found == last_.end()) return text;
  for (const Line& line : found->second) {
    const auto ms = static_cast<long long>(line.when.count());
    std::array<char, 160> row{};
    std::snprintf(row.data(), row.size(), "  day %lld %02lld:%02lld:%02lld.%03lld  %d  %s %lld %lld\n",
                  ms / 86'400'000, ms / 3'600'000 % 24, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000, who,
                  line.what, static_cast<long long>(line.one), static_cast<long long>(line.two));
    text += row.data();
  }
  return text;
}

}  // namespace pishkhan::fleet
