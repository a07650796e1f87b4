#include "drivers/receipt-printer/job.h"

#include "drivers/receipt-printer/scripted_printer_test.h"
#include "drivers/receipt-printer/shipped_models_test.h"

#include <doctest/doctest.h>

#include <array>
#include <string_view>

namespace pishkhan::printer {
namespace {

using std::chrono::milliseconds;
using test::FakeClock;
using test::ScriptedPrinter;
using test::shipped;
using test::Trouble;

constexpr milliseconds plenty{30000};

/// Lines of dots with blank gaps between, so that both bands and feeds are used.
Bitmap a_receipt(int width, int height, std::uint64_t seed) {
  SeededRandom random(seed);
  Bitmap bitmap(width, height);
  for (int y = 0; y < height; ++y) {
    if (y / 24 % 3 == 1) continue;
    for (int x = 0; x < width; ++x) bitmap.set(x, y, random.below(3) == 0);
  }
  return bitmap;
}

Bytes hexadecimal(std::string_view text) {
  return from_hex(text).value();
}

struct Bench {
  explicit Bench(const Model& model)
      : device(clock, model.dots_per_line), printer(device, clock, random, model) {
    device.echoes = model.proof == ProofOfPrint::ProcessIdEcho;
    device.knows_clear = model.reset == ResetForm::DleDc4;
  }
  FakeClock clock;
  SeededRandom random{7};
  ScriptedPrinter device;
  ReceiptPrinter printer;
};

TEST_CASE("every model prints a receipt dot by dot, and claims only what it can prove") {
  for (const Model& model : test::shipped_models().all()) {
    if (model.status == StatusForm::FullStatus) continue;  // the simulated printer speaks it: tests/print
    CAPTURE(model.id);
    Bench bench(model);
    const Bitmap receipt = a_receipt(model.dots_per_line, 500, 3);
    for (std::size_t job = 1; job <= 3; ++job) {
      const PrintOutcome outcome = bench.printer.print(receipt, plenty);
      if (model.proof == ProofOfPrint::ProcessIdEcho) {
        CHECK(outcome == PrintOutcome(Printed{}));
      } else {
        CHECK(outcome == PrintOutcome(Unknown{UnknownReason::NoProof, {}}));
      }
      REQUIRE(bench.device.papers.size() == job + 1);  // what may have hung there before the first is cut off
      CHECK(bench.device.papers.back() == receipt);
    }
    CHECK(bench.device.letters == 0);
  }
}

TEST_CASE("random bitmaps come out bit-equal") {
  const std::uint64_t seed = 20261123;
  CAPTURE(seed);
  SeededRandom random(seed);
  Bench bench(shipped("epson-tm-t20"));
  for (int i = 0; i < 100; ++i) {
    Bitmap bitmap(static_cast<int>(8 * (1 + random.below(72))), static_cast<int>(1 + random.below(300)));
    for (int y = 0; y < bitmap.height(); ++y) {
      if (random.below(3) != 0) random.fill(bitmap.row(y));
    }
    REQUIRE(bench.printer.print(bitmap, plenty) == PrintOutcome(Printed{}));
    const Bitmap& paper = bench.device.papers.back();
    REQUIRE(paper.height() == bitmap.height());
    for (int y = 0; y < bitmap.height(); ++y) {
      REQUIRE(std::ranges::equal(bitmap.row(y), paper.row(y).first(bitmap.row(y).size())));
    }
  }
}

TEST_CASE("an all-white receipt and a single dot are receipts too") {
  Bench bench(shipped("epson-tm-t88"));
  Bitmap white(512, 700);
  CHECK(bench.printer.print(white, plenty) == PrintOutcome(Printed{}));
  CHECK(bench.device.papers.back() == white);
  white.set(511, 699);
  CHECK(bench.printer.print(white, plenty) == PrintOutcome(Printed{}));
  CHECK(bench.device.papers.back() == white);
}

TEST_CASE("what is wrong before the job is named, and nothing is sent") {
  const auto outcome_with = [](auto&& spoil) {
    Bench bench(shipped("epson-tm-t20"));
    spoil(bench.device);
    const PrintOutcome outcome = bench.printer.print(a_receipt(576, 100, 1), plenty);
    CHECK(bench.device.papers.empty());
    REQUIRE(std::holds_alternative<NotPrinted>(outcome));
    return std::get<NotPrinted>(outcome).fault;
  };
  CHECK(outcome_with([](ScriptedPrinter& p) { p.paper_out = true; }) == PrinterFault::PaperOut);
  CHECK(outcome_with([](ScriptedPrinter& p) { p.cover_open = true; }) == PrinterFault::CoverOpen);
  CHECK(outcome_with([](ScriptedPrinter& p) { p.cutter_jam = true; }) == PrinterFault::CutterJam);
  CHECK(outcome_with([](ScriptedPrinter& p) { p.overheated = true; }) == PrinterFault::Overheated);
  CHECK(outcome_with([](ScriptedPrinter& p) { p.unplugged = true; }) == PrinterFault::Unplugged);
  CHECK(outcome_with([](ScriptedPrinter& p) { p.mute = true; }) == PrinterFault::Mute);
}

TEST_CASE("status uses XFS4IoT's names") {
  CHECK(name(DeviceState::HardwareError) == "hardwareError");
  CHECK(name(PaperState::Jammed) == "jammed");
  CHECK(name(MediaState::NotPresent) == "notPresent");
  Bench bench(shipped("epson-tm-t20"));
  CHECK(bench.printer.status() == PrinterStatus{DeviceState::Online, PaperState::Full, {}});
  bench.device.near_end = true;
  CHECK(bench.printer.status() == PrinterStatus{DeviceState::Online, PaperState::Low, {}});
  bench.device.paper_out = true;
  CHECK(bench.printer.status() ==
        PrinterStatus{DeviceState::UserError, PaperState::Out, PrinterFault::PaperOut});
  bench.device.cover_open = true;
  CHECK(bench.printer.status() ==
        PrinterStatus{DeviceState::UserError, PaperState::Unknown, PrinterFault::CoverOpen});
  bench.device.unplugged = true;
  CHECK(bench.printer.status() ==
        PrinterStatus{DeviceState::NoDevice, PaperState::Unknown, PrinterFault::Unplugged});
}

TEST_CASE("a printer that never echoes ends as unknown by the deadline, and the next job starts clean") {
  Bench bench(shipped("epson-tm-t20"));
  const Bitmap receipt = a_receipt(576, 300, 5);
  REQUIRE(bench.printer.print(receipt, plenty) == PrintOutcome(Printed{}));
  bench.device.echoes = false;
  const SteadyTime before = bench.clock.now;
  const PrintOutcome outcome = bench.printer.print(receipt, milliseconds{4000});
  CHECK_FALSE(std::holds_alternative<Printed>(outcome));
  CHECK(bench.clock.now - before <= milliseconds{4000} + ReceiptPrinter::cleaning_time);
  bench.device.echoes = true;
  CHECK(bench.printer.print(receipt, plenty) == PrintOutcome(Printed{}));
  CHECK(bench.device.papers.back() == receipt);
}

TEST_CASE("paper out in mid-receipt is not printed, and new paper does not bring the old rest") {
  const Bitmap receipt = a_receipt(576, 800, 9);
  const Bitmap next = a_receipt(576, 200, 10);
  int seen = 0;
  for (int at = 12; at < 60; ++at) {
    CAPTURE(at);
    Bench bench(shipped("epson-tm-t20"));
    bench.device.trouble = Trouble::PaperOut;
    bench.device.trouble_at = at;
    if (bench.printer.print(receipt, plenty) != PrintOutcome(NotPrinted{PrinterFault::PaperOut})) continue;
    ++seen;
    bench.device.mend();
    CHECK(std::ranges::find(bench.device.papers, receipt) == bench.device.papers.end());
    REQUIRE(bench.printer.print(next, plenty) == PrintOutcome(Printed{}));
    CHECK(bench.device.papers.back() == next);
    CHECK(bench.device.letters == 0);
  }
  CHECK(seen > 30);
}

TEST_CASE("the echo of another job proves nothing") {
  for (int true_echoes = 0; true_echoes < 8; ++true_echoes) {
    CAPTURE(true_echoes);
    Bench bench(shipped("epson-tm-t20"));
    bench.device.true_echoes = true_echoes;
    CHECK_FALSE(
        std::holds_alternative<Printed>(bench.printer.print(a_receipt(576, 300, 5), milliseconds{8000})));
  }
}

TEST_CASE("an unasked status is not taken for the answer") {
  Bench bench(shipped("epson-tm-t20"));
  bench.device.bytes_per_read = 1;
  bench.device.trouble = Trouble::StatusNoise;
  bench.device.trouble_at = 0;
  bench.device.paper_out = true;
  CHECK(bench.printer.status() ==
        PrinterStatus{DeviceState::UserError, PaperState::Out, PrinterFault::PaperOut});
  bench.device.mend();
  CHECK(bench.printer.status() == PrinterStatus{DeviceState::Online, PaperState::Full, {}});
  CHECK(bench.printer.print(a_receipt(576, 90, 5), plenty) == PrintOutcome(Printed{}));
}

TEST_CASE("what a process that died left in the printer does not come out with the next receipt") {
  for (const Model& model : {shipped("epson-tm-t20"), shipped("safe")}) {
    Bench bench(model);
    bench.device.leave_behind(hexadecimal("1d763000480003004142434445464748"));  // a raster that has not ended
    const Bitmap receipt = a_receipt(576, 120, 6);
    CHECK_FALSE(std::holds_alternative<NotPrinted>(bench.printer.print(receipt, plenty)));
    CHECK(bench.device.papers.back() == receipt);
    CHECK(bench.device.letters == 0);
  }
}

void check_trouble(const Model& model, Trouble trouble, int at, bool clear_keeps_place) {
  CAPTURE(model.proof == ProofOfPrint::ProcessIdEcho);
  CAPTURE(static_cast<int>(trouble));
  CAPTURE(at);
  // What was lost of a length and never cleared may swallow more than any padding.
  if (trouble == Trouble::HiddenLoss && clear_keeps_place) return;
  Bench bench(model);
  bench.device.clear_keeps_place = clear_keeps_place;
  const Bitmap receipt = a_receipt(model.dots_per_line, 220, 11);
  bench.device.trouble = trouble;
  bench.device.trouble_at = at;
  const SteadyTime before = bench.clock.now;
  const PrintOutcome outcome = bench.printer.print(receipt, plenty);
  REQUIRE(bench.clock.now - before <= plenty + ReceiptPrinter::cleaning_time + milliseconds{50});
  REQUIRE(bench.device.transfers < 60000);
  // Without echo a count is all there is: where it lies, nothing more can be promised than not to say printed.
  const bool lies = trouble == Trouble::LyingShortCount || trouble == Trouble::HiddenLoss;
  if (model.proof == ProofOfPrint::None && lies) return;
  const bool came_out = std::ranges::find(bench.device.papers, receipt) != bench.device.papers.end();
  if (outcome == PrintOutcome(Printed{})) {
    REQUIRE(model.proof == ProofOfPrint::ProcessIdEcho);
    REQUIRE(bench.device.papers.back() == receipt);
  }
  bench.device.mend();
  if (std::holds_alternative<NotPrinted>(outcome)) {
    REQUIRE_FALSE(came_out);
    REQUIRE(std::ranges::find(bench.device.papers, receipt) == bench.device.papers.end());
  }
  if (bench.device.unplugged) {
    REQUIRE(bench.printer.print(receipt, plenty) == PrintOutcome(NotPrinted{PrinterFault::Unplugged}));
    return;
  }
  const PrintOutcome again = bench.printer.print(receipt, plenty);
  REQUIRE_FALSE(std::holds_alternative<NotPrinted>(again));
  REQUIRE(bench.device.papers.back() == receipt);
  // Of bytes that were lost without a word nobody knows until a fence is missing.
  if (trouble != Trouble::HiddenLoss) REQUIRE(bench.device.letters == 0);
}

TEST_CASE("each trouble at each transfer: no false printed, no hang, no letters, a clean next job") {
  const std::array tried{shipped("safe"), shipped("safe-58"), shipped("epson-tm-t20")};
  for (const Model& model : tried) {
    Bench whole(model);
    REQUIRE_FALSE(std::holds_alternative<NotPrinted>(
        whole.printer.print(a_receipt(model.dots_per_line, 220, 11), plenty)));
    const int transfers = whole.device.transfers;
    REQUIRE(transfers > 20);
    for (int kind = static_cast<int>(test::first_trouble); kind <= static_cast<int>(test::last_trouble);
         ++kind) {
      for (int at = 0; at < transfers; ++at) {
        check_trouble(model, static_cast<Trouble>(kind), at, false);
        check_trouble(model, static_cast<Trouble>(kind), at, true);
      }
    }
  }
}

/// Answers every reading with seeded random bytes that look like answers, and takes what it likes.
class HostileTransport final : public usb::Transport {
 public:
  HostileTransport(FakeClock& clock, std::uint64_t seed) : clock_(clock), random_(seed) {}
  int calls = 0;

  Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout timeout) override {
    ++calls;
    if (random_.below(40) == 0) return fault(timeout);
    return random_.below(20) == 0 ? random_.below(data.size() + 2) : data.size();
  }
  Result<Bytes, usb::TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override {
    ++calls;
    if (random_.below(4) == 0) return fault(timeout);
    Bytes bytes(random_.below(std::min<std::size_t>(maximum, 24)));
    constexpr std::array<std::uint8_t, 10> likely{0x12, 0x12, 0x12, 0x1A, 0x37, 0x22, 0x25, 0x00, 0x41, 0x72};
    for (std::uint8_t& byte : bytes) {
      byte = random_.below(2) == 0 ? likely[random_.below(likely.size())]
                                   : static_cast<std::uint8_t>(random_.next());
    }
    return bytes;
  }
  Result<Bytes, usb::TransferFault> interrupt_in(std::size_t, Timeout timeout) override {
    return fault(timeout);
  }
  Result<Bytes, usb::TransferFault> control_in(usb::ControlSetup, std::uint16_t, Timeout timeout) override {
    return fault(timeout);
  }
  Result<void, usb::TransferFault> control_out(usb::ControlSetup, ByteView, Timeout timeout) override {
    if (random_.below(2) == 0) return {};
    return fault(timeout);
  }
  Result<void, usb::TransferFault> clear_halts() override { return {}; }
  Result<void, usb::TransferFault> reset() override { return {}; }
  void cancel() override {}
  [[nodiscard]] ByteView descriptors() const override { return {}; }
  [[nodiscard]] usb::Identity identity() const override { return {}; }

 private:
  tl::unexpected<usb::TransferFault> fault(Timeout timeout) {
    constexpr std::array faults{usb::TransferFault::Timeout, usb::TransferFault::Timeout,
                                usb::TransferFault::Stalled, usb::TransferFault::Overflow,
                                usb::TransferFault::Failed};
    const usb::TransferFault chosen = faults[random_.below(faults.size())];
    if (chosen == usb::TransferFault::Timeout) clock_.now += timeout;
    return fail(chosen);
  }
  FakeClock& clock_;
  SeededRandom random_;
};

TEST_CASE("a device that babbles never gets a receipt called printed, and always comes to an end") {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    CAPTURE(seed);
    FakeClock clock;
    HostileTransport device(clock, seed);
    SeededRandom random(seed + 1000);
    ReceiptPrinter printer(device, clock, random, seed % 2 == 0 ? shipped("epson-tm-t20") : shipped("safe"));
    const SteadyTime before = clock.now;
    const PrintOutcome outcome = printer.print(a_receipt(384, 150, seed), milliseconds{5000});
    REQUIRE_FALSE(std::holds_alternative<Printed>(outcome));
    REQUIRE(clock.now - before <= milliseconds{5000} + ReceiptPrinter::cleaning_time + milliseconds{50});
    REQUIRE(device.calls < 60000);
    static_cast<void>(printer.status());
  }
}

TEST_CASE("a device that answers at once with nothing does not hold us for ever") {
  class Silent final : public usb::Transport {
   public:
    Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout) override { return data.size(); }
    Result<Bytes, usb::TransferFault> bulk_in(std::size_t, Timeout) override { return Bytes{}; }
    Result<Bytes, usb::TransferFault> interrupt_in(std::size_t, Timeout) override { return Bytes{}; }
    Result<Bytes, usb::TransferFault> control_in(usb::ControlSetup, std::uint16_t, Timeout) override {
      return Bytes{};
    }
    Result<void, usb::TransferFault> control_out(usb::ControlSetup, ByteView, Timeout) override { return {}; }
    Result<void, usb::TransferFault> clear_halts() override { return {}; }
    Result<void, usb::TransferFault> reset() override { return {}; }
    void cancel() override {}
    [[nodiscard]] ByteView descriptors() const override { return {}; }
    [[nodiscard]] usb::Identity identity() const override { return {}; }
  } device;
  FakeClock clock;
  SeededRandom random(1);
  ReceiptPrinter printer(device, clock, random, shipped("epson-tm-t20"));
  CHECK(printer.print(a_receipt(576, 50, 1), plenty) == PrintOutcome(NotPrinted{PrinterFault::Garbled}));
}

}  // namespace
}  // namespace pishkhan::printer
