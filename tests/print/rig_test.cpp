// A seeded sample of ./dev rig print, and the pace.
#include "tests/print/checks.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace pishkhan;
using namespace pishkhan::print_rig;
using namespace std::chrono_literals;

namespace {

std::uint64_t chosen_seed() {
  const char* given = std::getenv("PISHKHAN_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20261128;
}

}  // namespace

TEST_CASE("random bitmaps come out of every model's printer dot by dot") {
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  for (const printer::Model& model : models()) {
    CAPTURE(model.id);
    CHECK(check_round_trips(model, 40, seed) == "");
  }
}

TEST_CASE("a sample of all faults at all transfers: no false word, in time, no letters, a clean next receipt") {
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  SeededRandom choice(seed);
  Tally tally;
  for (const printer::Model& model : models()) {
    CAPTURE(model.id);
    const auto transfers = static_cast<std::uint64_t>(size_of_job(model).transfers);
    REQUIRE(transfers > 10);
    for (int fault = 1; fault <= static_cast<int>(last_fault); ++fault) {
      for (int i = 0; i < 8; ++i) {
        const auto kind = static_cast<LinkFault>(fault);
        const int at = static_cast<int>(choice.below(transfers));
        const std::string what = name(kind);
        CAPTURE(what);
        CAPTURE(at);
        CHECK(check_fault(model, kind, at, tally) == "");
      }
    }
  }
  CHECK(tally.printed > 50);
  CHECK(tally.not_printed > 50);
  CHECK(tally.unknown > 50);
}

TEST_CASE(
    "the power goes at a sample of bytes, of the printer or of the kiosk: nothing is called printed falsely") {
  const std::uint64_t seed = chosen_seed();
  CAPTURE(seed);
  SeededRandom choice(seed);
  Tally tally;
  for (const printer::Model& model : models()) {
    CAPTURE(model.id);
    const std::size_t bytes = size_of_job(model).bytes;
    REQUIRE(bytes > 1000);
    for (int i = 0; i < 60; ++i) {
      const PowerCut cut{i % 2 == 0 ? PowerOf::Printer : PowerOf::Kiosk, choice.below(bytes + 1)};
      CAPTURE(cut.after_bytes);
      CHECK(check_power_cut(model, cut, tally) == "");
    }
  }
  CHECK(tally.not_printed > 50);
}

TEST_CASE("the checks can fail: a printer that is called by another model's name does not print its receipts") {
  printer::Model wrong;
  for (const printer::Model& model : models()) {
    if (model.id == "epson-tm-t20") wrong = model;
  }
  wrong.proof = printer::ProofOfPrint::SensorEcho;
  CHECK(check_round_trips(wrong, 1, 1) == "");  // GS r is answered by Epson's, too: only the word is another
  wrong.status = printer::StatusForm::FullStatus;
  wrong.margin_left_dots = 4;  // the strip's dots are not where they are looked for
  CHECK(check_round_trips(wrong, 1, 1) != "");
}

TEST_CASE(
    "the head of a printer that echoes never waits for us, at 200 mm/s and with a millisecond a transfer") {
  constexpr int rows_per_second = 1600;  // 200 mm/s at 8 dots a millimetre
  for (const printer::Model& model : models()) {
    if (model.proof != printer::ProofOfPrint::ProcessIdEcho) continue;
    CAPTURE(model.id);
    PrintWorld world(model, {.cost = 1ms}, rows_per_second);
    const Bitmap receipt = sample_receipt(model, 1600);
    static_cast<void>(world.print(receipt));  // the first one of a printer that nobody knows yet
    const SteadyTime begun = world.clock().steady();
    const auto starved = world.device().view().starved;
    REQUIRE(world.print(receipt) == printer::PrintOutcome(printer::Printed{}));
    const auto waited = world.device().view().starved - starved;
    CHECK(waited <= 3ms);
    MESSAGE(model.id << ": head waited " << waited.count() << " ms in "
                     << (world.clock().steady() - begun).count());
  }
}

TEST_CASE("a ready printer has its first band within 20 ms, with a millisecond a transfer") {
  for (const printer::Model& model : models()) {
    CAPTURE(model.id);
    PrintWorld world(model, {.cost = 1ms});
    static_cast<void>(world.print(sample_receipt(model)));
    world.mend();
    const SteadyTime begun = world.clock().steady();
    world.link().forget_first_band();
    static_cast<void>(world.print(sample_receipt(model)));
    REQUIRE(world.link().first_band());
    MESSAGE(model.id << ": " << (*world.link().first_band() - begun).count() << " ms");
    CHECK(*world.link().first_band() - begun <= 20ms);
  }
}
