// ./dev rig print, its second half: every fault at every URB of a receipt, over the real libusb. Must run under
// umockdev-wrapper.
#include "base/core/log.h"
#include "tests/umockdev/print_faults.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <string>

int main(int argc, char** argv) {
  using namespace pishkhan;
  CLI::App app{"Every fault at every URB of a receipt, over the real libusb"};
  std::size_t shard = 0;
  std::size_t shards = 1;
  std::string only;
  app.add_option("--shard", shard, "which part, from 0 on");
  app.add_option("--of", shards, "of how many parts")->check(CLI::Range(1, 1000));
  app.add_option("--only", only, "one fault, by its name");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  if (!rig::UsbRig::available()) {
    std::fprintf(stderr, "run it under umockdev-wrapper\n");
    return 2;
  }
  log::mute();
  const std::size_t urbs = rig::urbs_of_receipt();
  if (urbs == 0) {
    std::fprintf(stderr, "this machine is too busy: a receipt without any fault was not printed in time\n");
    return 2;
  }
  std::printf("a receipt of %zu URBs\n", urbs);
  int wrong = 0;
  std::size_t turn = 0;
  for (const rig::PrintFault fault : rig::all_print_faults()) {
    if (!only.empty() && only != rig::name(fault)) continue;
    std::map<std::string, int> outcomes;
    for (std::size_t index = 0; index < urbs; ++index) {
      if (turn++ % shards != shard) continue;
      std::string outcome;
      const std::string what = rig::check_print_fault(fault, index, outcome);
      ++outcomes[outcome];
      if (what.empty()) continue;
      ++wrong;
      std::printf("  WRONG: %s at URB %zu: %s\n", rig::name(fault), index, what.c_str());
    }
    std::printf("  %-24s %4d printed, %4d not printed, %4d unknown\n", rig::name(fault), outcomes["printed"],
                outcomes["not printed"], outcomes["unknown"]);
    std::fflush(stdout);
  }
  std::printf("%d complaints\n", wrong);
  return wrong == 0 ? 0 : 1;
}
