// The rig behind ./dev image smoke and ./dev image test: a virtual machine, and everything that hangs on it.
#include "tests/machine/faults.h"
#include "tests/machine/power_cuts.h"
#include "tests/machine/slot_proof.h"
#include "tests/machine/smoke.h"
#include "tests/machine/start_proof.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

struct Wishes {
  std::string disk = "build/image/disk.img";
  std::string folder = "build/image/proof";
  int cuts = 10;
  std::uint32_t seed = 1;
};

/// Empties only what a run before has left, whatever somebody typed.
bool make_empty(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error) && !fs::exists(folder / "report.txt", error)) {
    std::fprintf(stderr, "%s holds something else than an earlier report; name another folder\n", folder.c_str());
    return false;
  }
  fs::remove_all(folder, error);
  fs::create_directories(folder, error);
  if (error) std::fprintf(stderr, "%s: %s\n", folder.c_str(), error.message().c_str());
  std::ofstream(folder / "report.txt").flush();
  return !error;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace pishkhan::machine;
  CLI::App app{"Proves the disk image in a virtual machine"};
  app.require_subcommand(1);
  Wishes wishes;
  CLI::App* smoke_verb = app.add_subcommand("smoke", "A boot and a whole visit");
  CLI::App* test_verb = app.add_subcommand("test", "The same, the system slot, faults from outside, and power cuts");
  for (CLI::App* verb : {smoke_verb, test_verb}) {
    verb->add_option("--disk", wishes.disk, "the image; a copy of it is booted")->capture_default_str();
    verb->add_option("--folder", wishes.folder, "pictures, receipt, logs; emptied first")->capture_default_str();
  }
  test_verb->add_option("--cuts", wishes.cuts, "power cuts")->capture_default_str()->check(CLI::Range(1, 1000));
  test_verb->add_option("--seed", wishes.seed, "of the moments of the cuts")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  ::setenv("SDL_VIDEODRIVER", "offscreen", 1);
  std::error_code error;
  const fs::path own = fs::read_symlink("/proc/self/exe", error).parent_path();
  const fs::path folder = fs::absolute(wishes.folder);
  if (!make_empty(folder)) return 2;
  Rig rig({fs::absolute(wishes.disk), folder, own});
  bool good = smoke(rig);
  if (test_verb->parsed())
    good = good && survive_faults(rig) && crash_is_mended(rig) && slot_is_sound(rig) && failed_starts_are_told(rig) &&
           survive_power_cuts(rig, wishes.cuts, wishes.seed);
  rig.say(good ? "all of it worked; pictures, receipt and logs: " + folder.string()
               : "it did not work; pictures and logs: " + folder.string());
  return good ? 0 : 1;
}
