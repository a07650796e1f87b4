// ./dev rig print: every model, every fault at every transfer, every byte at which power can go, and N bitmaps.
#include "tests/print/checks.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <string>

namespace {

using namespace pishkhan;
using namespace pishkhan::print_rig;

int complaints = 0;

void complain(const printer::Model& model, const std::string& where, const std::string& wrong) {
  if (wrong.empty()) return;
  ++complaints;
  if (complaints <= 20) std::printf("  WRONG: %s, %s: %s\n", model.id.c_str(), where.c_str(), wrong.c_str());
}

void round_trips(int bitmaps, std::uint64_t seed, const std::string& only) {
  const int models_count = static_cast<int>(models().size());
  for (int i = 0; i < models_count; ++i) {
    if (models()[static_cast<std::size_t>(i)].id.find(only) == std::string::npos) continue;
    const int count = bitmaps / models_count + (i < bitmaps % models_count ? 1 : 0);
    const printer::Model& model = models()[static_cast<std::size_t>(i)];
    complain(model, "bitmaps", check_round_trips(model, count, seed + static_cast<std::uint64_t>(i)));
    std::printf("  %-34s %6d bitmaps\n", model.id.c_str(), count);
  }
}

void faults(const printer::Model& model) {
  const int transfers = size_of_job(model).transfers;
  Tally tally;
  for (int fault = 1; fault <= static_cast<int>(last_fault); ++fault) {
    for (int at = 0; at < transfers; ++at) {
      const auto kind = static_cast<LinkFault>(fault);
      complain(model, std::string(name(kind)) + " at transfer " + std::to_string(at),
               check_fault(model, kind, at, tally));
    }
  }
  std::printf("  %-34s %6d faults: %d printed, %d not printed, %d unknown\n", model.id.c_str(), tally.runs(),
              tally.printed, tally.not_printed, tally.unknown);
}

void power_cuts(const printer::Model& model, std::size_t step) {
  const std::size_t bytes = size_of_job(model).bytes;
  for (const PowerOf whose : {PowerOf::Printer, PowerOf::Kiosk}) {
    Tally tally;
    for (std::size_t byte = 0; byte <= bytes; byte += step) {
      complain(model,
               (whose == PowerOf::Printer ? "the printer's" : "the kiosk's") +
                   std::string(" power after byte ") + std::to_string(byte),
               check_power_cut(model, {whose, byte}, tally));
    }
    std::printf("  %-34s %6d cuts of the %s's power: %d printed, %d not printed, %d unknown\n",
                model.id.c_str(), tally.runs(), whose == PowerOf::Printer ? "printer" : "kiosk", tally.printed,
                tally.not_printed, tally.unknown);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The receipt printer's driver against the simulated printer, with everything going wrong"};
  int bitmaps = 10'000;
  std::uint64_t seed = 20261128;
  std::size_t step = 1;
  std::string only;
  app.add_option("bitmaps", bitmaps, "random pictures")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("seed", seed)->capture_default_str();
  app.add_option("--every", step, "cut the power at every so many bytes")->check(CLI::Range(1, 100'000));
  app.add_option("--only", only, "models whose id has this in it, for running it in stretches");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("%d bitmaps, seed %llu\n", bitmaps, static_cast<unsigned long long>(seed));
  round_trips(bitmaps, seed, only);
  std::printf("each fault at each transfer\n");
  for (const printer::Model& model : models()) {
    if (model.id.find(only) != std::string::npos) faults(model);
  }
  std::printf("power cuts at each %zu. byte\n", step);
  for (const printer::Model& model : models()) {
    if (model.id.find(only) != std::string::npos) power_cuts(model, step);
  }
  std::printf("%d complaints\n", complaints);
  return complaints == 0 ? 0 : 1;
}
