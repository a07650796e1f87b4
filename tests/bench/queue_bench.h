#pragma once

#include "tests/bench/peers/peer.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::bench {

/// What one contender did over all rounds. Throughput and percentiles are the median of those of the rounds,
/// because a shared machine has bad moments.
struct QueueFigures {
  std::string name;
  std::string missing;  ///< not empty: not installed, and this is how
  double per_second = 0;
  double slowest_per_second = 0;  ///< of the worst round
  double fastest_per_second = 0;  ///< of the best
  double p50_us = 0;
  double p99_us = 0;
  /// Of each round, for ratios: those of a round had the same moments.
  std::vector<double> per_second_of_rounds = {};
  std::vector<double> p50_us_of_rounds = {};
};

struct QueueBench {
  int rounds = 0;
  int messages = 0;  ///< a round
  std::vector<QueueFigures> contenders;
  [[nodiscard]] const QueueFigures* find(const std::string& name) const;
};

/// One contender over another: the median of the ratios of the rounds.
[[nodiscard]] double throughput_ratio(const QueueFigures& one, const QueueFigures& other);
[[nodiscard]] double p50_ratio(const QueueFigures& one, const QueueFigures& other);

/// Over a file as large as our log, allocated before.
inline const std::string bare_limit = "bare write + fdatasync";
/// What a disk gains where little is overwritten again and again; judged by nothing.
inline const std::string bare_small_file = "bare write + fdatasync, the same 256 KiB again and again";
inline const std::string bare_and_crypto = "bare write + fdatasync + our crypto";
inline const std::string ours_unsealed = "ours, neither sealed nor signed (as the others)";
inline const std::string ours_signed = "ours, signed";
inline const std::string ours_sealed = "ours, signed and sealed (as the kiosk)";

/// One durable message of 1 KiB at a time, every contender in every round, in turn, on the file system of
/// `folder`. Nothing if the disk or our own store refuses.
[[nodiscard]] std::optional<QueueBench> measure_queues(const std::filesystem::path& folder, int rounds,
                                                       int messages);

}  // namespace pishkhan::bench
