#include "base/core/log.h"
#include "tests/power-cut/rig.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

namespace {

using namespace pishkhan;

/// With so many crashes, a control run that lost nothing is no accident.
constexpr std::uint64_t enough_to_judge = 100;

constexpr const char* usage =
    "power_cut N [SEED]   N seeded power cuts of the queue on a model disk, then N with synchronous=NORMAL and\n"
    "                     citizens who file again without asking, which must lose something and have something\n"
    "                     twice (so that the rig is known to see both).\n"
    "                     The same N and SEED (default 1) give the same run.\n"
    "Exit status: 0 nothing lost, 1 something lost or the rig is blind, 2 wrong use.\n";

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
    std::fputs(usage, stdout);
    return 0;
  }
  const auto crashes = argc >= 2 ? number(argv[1]) : std::nullopt;
  const auto seed = argc == 3 ? number(argv[2]) : std::optional<std::uint64_t>(1);
  if (argc > 3 || !crashes || *crashes > 100'000'000 || !seed) {
    std::fputs(usage, stderr);
    return 2;
  }
  // Every cut makes the store complain, as it should; that would drown what this has to say.
  log::mute();
  const auto full = power_cut::run(static_cast<int>(*crashes), *seed, store::Durability::Full);
  std::printf("synchronous=FULL   (ours):     %s\n", power_cut::describe(full).c_str());
  const auto normal = power_cut::run(static_cast<int>(*crashes), *seed, store::Durability::NormalForTheRigOnly,
                                     power_cut::Asking::Never);
  std::printf("synchronous=NORMAL (control):  %s\n", power_cut::describe(normal).c_str());
  if (!full.flawless()) {
    std::printf("FAILED, first at seed %llu: run  power_cut 4 %llu\n",
                static_cast<unsigned long long>(full.first_bad_seed),
                static_cast<unsigned long long>(full.first_bad_seed));
    return 1;
  }
  const bool sees_both = normal.lost > 0 && normal.duplicated > 0;
  if (!sees_both && *crashes < enough_to_judge) {
    std::printf("0 lost, 0 duplicated; too few crashes for the control run to say anything\n");
    return 0;
  }
  if (!sees_both) {
    std::printf("FAILED: the control run lost nothing or has nothing twice, so this rig sees nothing\n");
    return 1;
  }
  std::printf("0 lost, 0 duplicated; the control lost %d and has %d twice\n", normal.lost, normal.duplicated);
  return 0;
}
