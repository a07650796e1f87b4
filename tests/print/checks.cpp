#include "tests/print/checks.h"

#include <algorithm>

namespace pishkhan::print_rig {

using printer::Model;
using printer::NotPrinted;
using printer::Printed;
using printer::PrintOutcome;
using printer::ProofOfPrint;
using printer::ReceiptPrinter;
using printer::Unknown;
using printer::UnknownReason;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds plenty{30'000};
constexpr milliseconds a_moment{50};

/// What a receipt that came out well may be called.
PrintOutcome best_outcome(const Model& model) {
  if (model.proof == ProofOfPrint::ProcessIdEcho) return Printed{};
  return Unknown{UnknownReason::NoProof, {}};
}

/// A fault under which more was or was not taken than the count said. Without an echo nothing can be known
/// then.
bool lies(LinkFault fault) {
  return fault == LinkFault::LyingShort || fault == LinkFault::LyingLong;
}

std::string next_receipt_is_clean(PrintWorld& world, const Bitmap& receipt) {
  world.mend();
  const PrintOutcome next = world.print(receipt, plenty);
  if (std::holds_alternative<NotPrinted>(next)) {
    return "the next receipt was not printed, " +
           std::string(printer::staff_code(std::get<NotPrinted>(next).fault));
  }
  if (!world.came_out_last(receipt)) return "the next receipt is not what came out last";
  return {};
}

std::string truth(PrintWorld& world, const Bitmap& receipt, const PrintOutcome& outcome) {
  if (outcome == PrintOutcome(Printed{})) {
    if (world.model().proof != ProofOfPrint::ProcessIdEcho) return "printed, without any proof";
    if (!world.came_out_last(receipt)) return "a false printed";
  }
  const bool not_printed = std::holds_alternative<NotPrinted>(outcome);
  if (not_printed && world.came_out(receipt)) return "a false not printed";
  return {};
}

}  // namespace

Bitmap sample_receipt(const Model& model, int height) {
  SeededRandom random(11);
  Bitmap bitmap(model.printable_dots(), height);
  for (int y = 0; y < height; ++y) {
    if (y / 24 % 3 == 1) continue;
    for (int x = 0; x < bitmap.width(); ++x) bitmap.set(x, y, random.below(3) == 0);
  }
  return bitmap;
}

Bitmap random_bitmap(SeededRandom& random, const Model& model) {
  const auto most = static_cast<std::uint64_t>(model.printable_dots());
  Bitmap bitmap(static_cast<int>(1 + random.below(most)), static_cast<int>(1 + random.below(300)));
  const std::uint64_t kind = random.below(6);
  const std::uint64_t one_in = kind == 0   ? 2
                               : kind == 1 ? 50
                               : kind == 2 ? 1
                                           : 3;  // noise, sparse, black bars, grey
  if (kind == 5) return bitmap;
  for (int y = 0; y < bitmap.height(); ++y) {
    if (kind >= 2 && random.below(3) == 0) continue;
    for (int x = 0; x < bitmap.width(); ++x) bitmap.set(x, y, random.below(one_in) == 0);
  }
  return bitmap;
}

std::string check_round_trips(const Model& model, int count, std::uint64_t seed) {
  SeededRandom random(seed);
  PrintWorld world(model);
  for (int i = 0; i < count; ++i) {
    const Bitmap bitmap = random_bitmap(random, model);
    const PrintOutcome outcome = world.print(bitmap, plenty);
    const std::string where = " (bitmap " + std::to_string(i) + ", " + std::to_string(bitmap.width()) + " x " +
                              std::to_string(bitmap.height()) + ")";
    if (outcome != best_outcome(model)) return "was not called what it was" + where;
    if (!world.came_out_last(bitmap)) return "came out otherwise" + where;
    static_cast<void>(world.device().take_strips());
  }
  const std::string complaints = world.complaints();
  return complaints.empty() ? std::string() : "the printer complains:" + complaints;
}

void Tally::add(const PrintOutcome& outcome) {
  if (std::holds_alternative<Printed>(outcome)) ++printed;
  if (std::holds_alternative<NotPrinted>(outcome)) ++not_printed;
  if (std::holds_alternative<Unknown>(outcome)) ++unknown;
}

Size size_of_job(const Model& model) {
  PrintWorld world(model);
  static_cast<void>(world.print(sample_receipt(model)));
  return {world.link().transfers(), world.link().bytes_sent()};
}

std::string check_fault(const Model& model, LinkFault fault, int at, Tally& tally) {
  PrintWorld world(model, {.fault = fault, .at = at});
  const Bitmap receipt = sample_receipt(model);
  const SteadyTime begun = world.clock().steady();
  const PrintOutcome outcome = world.print(receipt, plenty);
  tally.add(outcome);
  if (world.clock().steady() - begun > plenty + ReceiptPrinter::cleaning_time + a_moment) return "too late";
  if (world.link().transfers() > 60'000) return "too many transfers";
  const bool unknowable = lies(fault) && model.proof != ProofOfPrint::ProcessIdEcho;
  if (unknowable) return outcome == PrintOutcome(Printed{}) ? "printed, without any proof" : "";
  if (auto wrong = truth(world, receipt, outcome); !wrong.empty()) return wrong;
  world.mend();
  // What the printer still held must not come out later and make a liar of us.
  if (std::holds_alternative<NotPrinted>(outcome) && world.came_out(receipt)) return "it came out after all";
  const Bitmap next = sample_receipt(model, 100);
  if (auto wrong = next_receipt_is_clean(world, next); !wrong.empty()) return wrong;
  if (!lies(fault) && world.printed_letters()) return "letters on the paper:" + world.complaints();
  return {};
}

std::string check_power_cut(const Model& model, PowerCut cut, Tally& tally) {
  PrintWorld world(model, {.power_cut = cut});
  const Bitmap receipt = sample_receipt(model);
  const PrintOutcome outcome = world.print(receipt, plenty);
  tally.add(outcome);
  if (auto wrong = truth(world, receipt, outcome); !wrong.empty()) return wrong;
  const Bitmap next = sample_receipt(model, 100);
  if (auto wrong = next_receipt_is_clean(world, next); !wrong.empty()) return wrong;
  if (world.printed_letters()) return "letters on the paper:" + world.complaints();
  return {};
}

}  // namespace pishkhan::print_rig
