#include "tests/bench/queue_report.h"

#include "base/core/log.h"
#include "kiosk/demo/child_process.h"
#include "tests/bench/bench_folder.h"
#include "tests/bench/queue_bench.h"
#include "tests/ext4-cut/loop_disk.h"
#include "tests/ext4-cut/peer_rig.h"

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace pishkhan::bench {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What the names of the table are to the rig.
std::string rig_name(const std::string& contender) {
  if (contender.rfind("redis", 0) == 0) return "redis";
  if (contender.rfind("mosquitto", 0) == 0) return "mosquitto";
  if (contender.find("(npm)") != std::string::npos) return "npm";
  return {};
}

/// By contender: what a real power cut did to its acknowledgements.
std::map<std::string, std::string> cut_them_all(const QueueBench& bench, const QueueReport& report,
                                                const fs::path& work) {
  std::map<std::string, std::string> fates;
  if (report.cuts == 0) return fates;
  if (const auto ready = ext4_cut::keep_mounts_private(); !ready) {
    std::printf("not tried under a power cut: %s\n", ext4_cut::describe(ready.error()).c_str());
    return fates;
  }
  if (const auto disk = ext4_cut::LoopDisk::make(32); !disk) {
    std::printf("not tried under a power cut: %s\n", ext4_cut::describe(disk.error()).c_str());
    return fates;
  }
  std::error_code error;
  const fs::path programs = fs::read_symlink("/proc/self/exe", error).parent_path();
  const ext4_cut::Places places{programs / "ext4_cut", programs, work, work / "keys"};
  auto keys = demo::ChildProcess::start(programs / "pishkhan-cases", {"demo-keys", places.keys.string()},
                                        work / "keys.log");
  if (keys && keys->wait() == 0) {
    const auto tally = ext4_cut::cut_the_store(places, report.cuts, report.seed, store::Durability::Full);
    fates[ours_sealed] = std::to_string(tally.promised) + " acknowledged, " + std::to_string(tally.lost) +
                         " lost, of " + std::to_string(tally.cuts) + " cuts";
    if (!tally.flawless()) fates[ours_sealed] += " (" + ext4_cut::describe(tally) + ")";
  }
  for (const QueueFigures& one : bench.contenders)
    if (const auto name = rig_name(one.name); one.missing.empty() && !name.empty())
      fates[one.name] = ext4_cut::describe(ext4_cut::cut_the_peer(places, name, report.cuts, report.seed));
  return fates;
}

struct Row {
  const QueueFigures* figures;
  double to_limit;      ///< throughput over the bare limit's
  double ours_over_it;  ///< our unsealed throughput over its
  std::string fate;
};

std::vector<Row> rows_of(const QueueBench& bench, const std::map<std::string, std::string>& fates) {
  const QueueFigures& limit = *bench.find(bare_limit);
  const QueueFigures& ours = *bench.find(ours_unsealed);
  std::vector<Row> rows;
  for (const QueueFigures& one : bench.contenders) {
    const auto fate = fates.find(one.name);
    const bool measured = one.missing.empty();
    rows.push_back({&one, measured ? throughput_ratio(one, limit) : 0,
                    measured ? throughput_ratio(ours, one) : 0,
                    fate == fates.end() ? "not tried" : fate->second});
  }
  return rows;
}

void print(const QueueBench& bench, const std::vector<Row>& rows) {
  std::printf(
      "one durable message of 1 KiB at a time, %d interleaved rounds of %d; medians of the rounds, and of their ratios\n",
      bench.rounds, bench.messages);
  std::printf("%-78s %8s %15s %8s %8s %9s %9s  %s\n", "", "per s", "slow..fast", "p50 us", "p99 us", "of limit",
              "ours is", "after power cuts");
  for (const Row& row : rows) {
    const QueueFigures& one = *row.figures;
    if (!one.missing.empty()) {
      std::printf("%-78s not installed: %s\n", one.name.c_str(), one.missing.c_str());
      continue;
    }
    std::printf("%-78s %8.0f %7.0f..%-6.0f %8.0f %8.0f %9.2f %8.2fx  %s\n", one.name.c_str(), one.per_second,
                one.slowest_per_second, one.fastest_per_second, one.p50_us, one.p99_us, row.to_limit,
                row.ours_over_it, row.fate.c_str());
  }
  const auto* sealed = bench.find(ours_sealed);
  const auto* unsealed = bench.find(ours_unsealed);
  const auto* signed_only = bench.find(ours_signed);
  const auto* crypto = bench.find(bare_and_crypto);
  std::printf(
      "signing costs %.0f us at the median, sealing %.0f us more; sealed filing at %.2f x (bare write + fdatasync + the crypto "
      "itself) at the median\n",
      signed_only->p50_us - unsealed->p50_us, sealed->p50_us - signed_only->p50_us,
      p50_ratio(*sealed, *crypto));
}

/// The targets, met or not.
Json print_targets(const QueueBench& bench) {
  Json targets = Json::array();
  const QueueFigures& ours = *bench.find(ours_unsealed);
  const auto judge = [&targets](const std::string& what, double is, double at_least) {
    std::printf("%-46s %6.2f, wanted at least %.2f: %s\n", what.c_str(), is, at_least,
                is >= at_least ? "met" : "MISSED");
    targets.push_back({{"what", what}, {"is", is}, {"at_least", at_least}, {"met", is >= at_least}});
  };
  judge("unsealed over the bare limit", throughput_ratio(ours, *bench.find(bare_limit)), 0.9);
  // Upside down, so that all of them read alike.
  judge("(bare + crypto) over sealed, at the median",
        p50_ratio(*bench.find(bare_and_crypto), *bench.find(ours_sealed)), 1 / 1.15);
  for (const QueueFigures& one : bench.contenders) {
    if (!one.missing.empty()) continue;
    if (rig_name(one.name) == "redis") judge("unsealed over redis", throughput_ratio(ours, one), 1.5);
    if (rig_name(one.name) == "mosquitto") judge("unsealed over mosquitto", throughput_ratio(ours, one), 7);
  }
  return targets;
}

Json json_of(const QueueBench& bench, const std::vector<Row>& rows) {
  Json contenders = Json::array();
  for (const Row& row : rows) {
    const QueueFigures& one = *row.figures;
    if (!one.missing.empty()) {
      contenders.push_back({{"name", one.name}, {"not_installed", one.missing}});
      continue;
    }
    contenders.push_back({{"name", one.name},
                          {"per_second", one.per_second},
                          {"slowest_round_per_second", one.slowest_per_second},
                          {"fastest_round_per_second", one.fastest_per_second},
                          {"p50_us", one.p50_us},
                          {"p99_us", one.p99_us},
                          {"of_limit", row.to_limit},
                          {"ours_unsealed_over_it", row.ours_over_it},
                          {"after_power_cuts", row.fate}});
  }
  return {{"rounds", bench.rounds}, {"messages_a_round", bench.messages}, {"contenders", contenders}};
}

}  // namespace

int report_queues(const QueueReport& report) {
  log::mute();
  const BenchFolder folder;
  const auto bench =
      folder.path.empty() ? std::nullopt : measure_queues(folder.path, report.rounds, report.messages);
  if (!bench) {
    std::fprintf(stderr, "pishkhan-bench: a queue refused in mid-measurement\n");
    return 1;
  }
  const auto rows = rows_of(*bench, cut_them_all(*bench, report, folder.path));
  print(*bench, rows);
  Json figures = json_of(*bench, rows);
  figures["targets"] = print_targets(*bench);
  if (!report.json.empty()) std::ofstream(report.json) << figures.dump(2) << '\n';
  return 0;
}

}  // namespace pishkhan::bench
