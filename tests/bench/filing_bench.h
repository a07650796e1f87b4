#pragma once

#include <cstddef>
#include <optional>

namespace pishkhan::bench {

struct Spread {
  double p50_us = 0;
  double p99_us = 0;
};

/// All three measured in turn, round by round, on the same disk, so that a busy machine is busy for each.
struct FilingFigures {
  int rounds = 0;
  std::size_t payload_bytes = 0;  ///< of one sealed envelope
  Spread bare;    ///< write + fdatasync of as many bytes into a preallocated file: the disk's limit
  Spread crypto;  ///< seal, hash and sign, without a disk
  Spread filing;  ///< our whole append: sealed, chained, signed, committed
};

/// Nothing if the disk or the store refuses.
[[nodiscard]] std::optional<FilingFigures> measure_filing(int rounds);

}  // namespace pishkhan::bench
