#include "tests/fleet/rules.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace {

using namespace pishkhan::fleet;

constexpr Mutation mutations[] = {
    Mutation::NormalDurability,    Mutation::ForgetsAfterSent, Mutation::StoredBeforeCommit,
    Mutation::ReceiptBeforeCommit, Mutation::NewKeyForEachTry, Mutation::LogsTheMobile,
    Mutation::ForkUnreported,      Mutation::SpoilsTheReceipt, Mutation::SpoilsAnAnswer,
    Mutation::SendsTheMobile,      Mutation::WritesTheMobile};

std::optional<Mutation> mutation_named(const std::string& wanted) {
  if (wanted == name(Mutation::None)) return Mutation::None;
  for (const Mutation one : mutations) {
    if (wanted == name(one)) return one;
  }
  return std::nullopt;
}

void print(const Rules& rules, const Outcome& run, double real_s) {
  std::printf("seed %llu: %lld kiosk-days, digest %016llx over %llu events\n",
              static_cast<unsigned long long>(rules.seed), run.kiosk_days,
              static_cast<unsigned long long>(run.digest), static_cast<unsigned long long>(run.events));
  std::printf(
      "  %lld visits: %lld accepted, %lld joined, %lld refused; %lld opened; all within %.0f h of the calm\n",
      run.visits, run.accepted, run.joined, run.refused, run.opened, run.drained_after_h);
  std::printf(
      "  %lld power cuts (%lld inside a write), %lld crashes, %lld disk faults, %lld clocks set, %lld old disks"
      " restored, %lld forks reported\n",
      run.power_cuts, run.cuts_in_commit, run.crashes, run.disk_faults, run.clock_changes, run.restored_disks,
      run.forks_reported);
  std::printf("  %lld exchanges, %lld network faults, %lld backend restarts, %lld disk images searched\n",
              run.exchanges, run.network_faults, run.backend_restarts, run.images_searched);
  const double virtual_s = static_cast<double>(rules.days) * 86'400 + drain_hours * 3'600;
  std::printf(
      "  %.1f s for %.1f virtual days of %d kiosks: %.0f times faster than time, %.0f kiosk-days a second\n",
      real_s, virtual_s / 86'400, rules.kiosks, virtual_s / real_s,
      static_cast<double>(run.kiosk_days) / real_s);
}

int complain(const Rules& rules, const Outcome& run) {
  std::printf("FAILED: %d: %s\n%s", run.breach_of, run.breach.c_str(), run.last_lines.c_str());
  std::printf("again:  build/dev/bin/fleet %lld --seed %llu --kiosks %d --days %d --visits %d",
              static_cast<long long>(rules.kiosks) * rules.days, static_cast<unsigned long long>(rules.seed),
              rules.kiosks, rules.days, rules.visits_a_day);
  if (rules.mutation != Mutation::None) std::printf(" --mutation %s", name(rules.mutation));
  std::printf("\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A fleet of kiosks and its municipality in virtual time; one seed is one run.");
  app.set_version_flag("--version", std::string(PISHKHAN_VERSION));
  Rules rules;
  long long kiosk_days = 1000;
  std::string mutation = name(Mutation::None);
  app.add_option("kiosk-days", kiosk_days, "How many, at least")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--seed", rules.seed, "The first seed; each further fleet takes the next")
      ->capture_default_str();
  app.add_option("--kiosks", rules.kiosks, "In one fleet")->check(CLI::Range(1, 2000))->capture_default_str();
  app.add_option("--days", rules.days, "That one fleet lives")
      ->check(CLI::Range(1, 365))
      ->capture_default_str();
  app.add_option("--visits", rules.visits_a_day, "A kiosk and day, on average")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  app.add_option("--mutation", mutation, "Put in a fault of ours: " + mutation)->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto known = mutation_named(mutation);
  if (!known) {
    std::fprintf(stderr, "fleet: no mutation '%s'\n", mutation.c_str());
    return 2;
  }
  rules.mutation = *known;
  for (long long done = 0; done < kiosk_days;
       done += static_cast<long long>(rules.kiosks) * rules.days, ++rules.seed) {
    const auto began = std::chrono::steady_clock::now();
    const Outcome outcome = run(rules);
    print(rules, outcome, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    if (!outcome.held()) return complain(rules, outcome);
  }
  std::printf("every invariant held\n");
  return 0;
}
