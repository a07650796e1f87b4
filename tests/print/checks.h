#pragma once

#include "base/core/bitmap.h"
#include "tests/print/print_world.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What must hold of every receipt, whatever happens. Each check says what did not hold; empty: all did.
namespace pishkhan::print_rig {

/// Lines of dots and blank gaps, so that both bands and feeds are used; as wide as the model prints.
[[nodiscard]] Bitmap sample_receipt(const printer::Model& model, int height = 220);
/// Any picture: noise, lines, sparse dots, all black, all white, of any size up to the model's width.
[[nodiscard]] Bitmap random_bitmap(SeededRandom& random, const printer::Model& model);

/// Prints `count` random bitmaps one after another on one printer: each comes out dot by dot, is called what
/// can be proved, and the printer complains of nothing.
[[nodiscard]] std::string check_round_trips(const printer::Model& model, int count, std::uint64_t seed);

struct Tally {
  int printed = 0;
  int not_printed = 0;
  int unknown = 0;
  void add(const printer::PrintOutcome& outcome);
  [[nodiscard]] int runs() const { return printed + not_printed + unknown; }
};

/// How many transfers, and bytes, the sample receipt takes on a new printer.
struct Size {
  int transfers = 0;
  std::size_t bytes = 0;
};
[[nodiscard]] Size size_of_job(const printer::Model& model);

/// One thing goes wrong at one transfer: never a false printed or not printed, in time, no letters; and the
/// next receipt is clean.
[[nodiscard]] std::string check_fault(const printer::Model& model, LinkFault fault, int at, Tally& tally);
/// The power goes at one byte: never printed unless it is on the paper, and the next receipt is clean.
[[nodiscard]] std::string check_power_cut(const printer::Model& model, PowerCut cut, Tally& tally);

}  // namespace pishkhan::print_rig
