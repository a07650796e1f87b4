#include "drivers/simulated/simulated_printer.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::simulated;
using namespace std::chrono_literals;
using usb::TransferFault;

namespace {

struct HandClock final : Clock {
  SteadyTime now{0};
  [[nodiscard]] WallTime wall() const override { return WallTime(now); }
  [[nodiscard]] SteadyTime steady() const override { return now; }
};

struct Bench {
  explicit Bench(PrinterSetup setup = {}) : printer(clock, setup), usb(printer.connect().value()) {}
  /// Sends all of it, in as many transfers as it takes.
  void send(ByteView data) {
    while (!data.empty()) {
      const auto taken = usb->bulk_out(data, 0ms);
      REQUIRE(taken.has_value());
      data = data.subspan(*taken);
    }
  }
  void send(std::initializer_list<int> bytes) {
    Bytes data;
    for (const int byte : bytes) data.push_back(static_cast<std::uint8_t>(byte));
    send(ByteView(data));
  }
  Bytes answer() {
    auto got = usb->bulk_in(64, 0ms);
    return got ? *got : Bytes{};
  }
  std::uint8_t status(int kind) {
    send({0x10, 4, kind});
    const Bytes got = answer();
    REQUIRE(got.size() == 1);
    return got[0];
  }
  HandClock clock;
  SimulatedPrinter printer;
  std::unique_ptr<usb::Transport> usb;
};

Bitmap random_bitmap(SeededRandom& random, int width, int height) {
  Bitmap bitmap(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) bitmap.set(x, y, random.below(3) == 0);
  }
  return bitmap;
}

/// GS v 0, written here from the specification.
Bytes raster(const Bitmap& bitmap, int mode = 0) {
  Bytes bytes = {0x1D, 'v', '0', static_cast<std::uint8_t>(mode)};
  ByteWriter writer(bytes);
  writer.le16(static_cast<std::uint16_t>(bitmap.row_bytes()));
  writer.le16(static_cast<std::uint16_t>(bitmap.height()));
  for (int y = 0; y < bitmap.height(); ++y) writer.bytes(bitmap.row(y));
  return bytes;
}

std::size_t without_real_time(const std::vector<Report>& reports) {
  std::size_t count = 0;
  for (const Report& report : reports) count += report.kind == Report::Kind::RealTimeInsideData ? 0 : 1;
  return count;
}

}  // namespace

TEST_CASE("raster of random bitmaps comes out dot by dot, in every mode") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    const int mode = static_cast<int>(seed % 4) + (seed % 8 >= 4 ? 48 : 0);
    const int across = (mode & 1) != 0 ? 2 : 1;
    const int down = (mode & 2) != 0 ? 2 : 1;
    const int width = static_cast<int>(1 + random.below(72 / static_cast<unsigned>(across))) * 8;
    const Bitmap sent = random_bitmap(random, width, static_cast<int>(1 + random.below(120)));
    PrinterSetup setup;
    setup.buffer_bytes = 64 + random.below(5000);
    Bench bench(setup);
    bench.send(raster(sent, mode));
    bench.send({0x1D, 'V', 66, 0});
    const auto strips = bench.printer.strips();
    REQUIRE(strips.size() == 1);
    CHECK(without_real_time(bench.printer.reports()) == 0);
    const Bitmap& got = strips[0].dots;
    const int top = strips[0].top_margin_rows;
    REQUIRE(got.height() == top + sent.height() * down);
    bool same = got.width() == 576;
    for (int y = 0; y < got.height(); ++y) {
      for (int x = 0; x < got.width(); ++x) {
        const bool inside = y >= top && (y - top) / down < sent.height() && x / across < width;
        same = same && got.black(x, y) == (inside && sent.black(x / across, (y - top) / down));
      }
    }
    CHECK(same);
  }
}

TEST_CASE("raster wider than the paper is clipped and reported once; alignment moves it") {
  SeededRandom random(7);
  Bench bench({.width_dots = 384, .head_to_cutter_dots = 0});
  bench.send(raster(random_bitmap(random, 576, 5)));
  REQUIRE(bench.printer.reports().size() == 1);
  CHECK(bench.printer.reports()[0].kind == Report::Kind::OutsidePaper);
  Bitmap dot(8, 1);
  dot.set(0, 0);
  bench.send({0x1B, 'a', 1});
  bench.send(raster(dot));
  bench.send({0x1B, 'a', '2'});
  bench.send(raster(dot));
  const Bitmap paper = bench.printer.current_paper().dots;
  REQUIRE(paper.height() == 7);
  CHECK(paper.black(188, 5));
  CHECK(paper.black(376, 6));
}

TEST_CASE("a cut leaves inside what lies between head and cutter") {
  Bench bench;
  Bitmap line(576, 1);
  line.set(0, 0);
  bench.send(raster(line));
  bench.send({0x1B, 'J', 9, 0x1D, 'V', 0});  // 10 rows under the head; the cutter is 120 rows away
  auto strips = bench.printer.strips();
  REQUIRE(strips.size() == 1);
  CHECK(strips[0].dots == Bitmap(576, 10));  // all of it is the blank lead
  CHECK(strips[0].ending == Strip::Ending::FullCut);
  bench.send({0x1D, 'V', 66, 5});
  strips = bench.printer.take_strips();
  REQUIRE(strips.size() == 2);
  CHECK(strips[1].dots.height() == 120 + 5);
  CHECK(strips[1].dots.black(0, 110));
  CHECK(strips[1].top_margin_rows == 120);
  CHECK(strips[1].ending == Strip::Ending::PartialCut);
  CHECK(bench.printer.strips().empty());
}

TEST_CASE("feeds follow motion units and line spacing") {
  Bench bench({.units_per_inch = 360});
  const auto moved = [&](std::initializer_list<int> bytes) {
    const auto before = bench.printer.view().rows_moved;
    bench.send(bytes);
    return bench.printer.view().rows_moved - before;
  };
  CHECK(moved({0x1B, 'J', 36}) == 20);
  CHECK(moved({0x1D, 'P', 0, 203, 0x1B, 'J', 36}) == 36);
  CHECK(moved({0x1B, 'd', 3}) == 3 * 34);
  CHECK(moved({0x1B, '3', 10, 0x0A}) == 10);
  CHECK(moved({0x1B, '2', 0x0A}) == 34);
  CHECK(moved({0x1B, '@', 0x1B, 'J', 36}) == 20);
  CHECK(bench.printer.reports().empty());
}

TEST_CASE("paper ends in the middle of a picture, and the picture goes on with a new roll") {
  SeededRandom random(11);
  const Bitmap sent = random_bitmap(random, 576, 40);
  Bench bench({.head_to_cutter_dots = 0});
  bench.printer.paper_out_after(15);
  bench.send(raster(sent));
  bench.send({0x1D, '(', 'H', 6, 0, 48, 48, 'a', 'b', 'c', 'd'});
  CHECK(bench.answer().empty());  // The paper has not passed there.
  CHECK(bench.status(1) == (0x12 | 0x08));
  CHECK(bench.status(2) == (0x12 | 0x20));
  CHECK(bench.status(3) == 0x12);
  CHECK(bench.status(4) == (0x12 | 0x0C | 0x60));
  CHECK(bench.printer.view().paper == Paper::Out);
  CHECK(bench.printer.current_paper().dots.height() == 15);
  bench.printer.set_paper(Paper::Full);
  CHECK(bench.answer() == Bytes{0x37, 0x22, 'a', 'b', 'c', 'd', 0});
  REQUIRE(bench.printer.strips().size() == 1);
  const Strip torn = bench.printer.strips()[0];
  CHECK(torn.ending == Strip::Ending::Torn);
  const Bitmap rest = bench.printer.current_paper().dots;
  REQUIRE(torn.dots.height() + rest.height() == 40);
  for (int y = 0; y < 40; ++y) {
    const ByteView got = y < 15 ? torn.dots.row(y) : rest.row(y - 15);
    CHECK(to_hex(got) == to_hex(sent.row(y)));
  }
}

TEST_CASE("clearing throws the rest away and answers; printing starts afresh") {
  Bench bench({.head_to_cutter_dots = 0});
  bench.printer.paper_out_after(3);
  bench.send(raster(Bitmap(576, 10)));
  bench.send({0x1D, '(', 'H', 6, 0, 48, 48, 'o', 'l', 'd', '!'});
  bench.send({0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8});
  CHECK(bench.answer() == Bytes{0x37, 0x25, 0x00});
  bench.printer.set_paper(Paper::Full);
  CHECK(bench.printer.current_paper().dots.height() == 0);
  bench.send({0x1D, '(', 'H', 6, 0, 48, 48, 'n', 'e', 'w', '!'});
  CHECK(bench.answer() == Bytes{0x37, 0x22, 'n', 'e', 'w', '!', 0});
  bench.printer.set_cover(Cover::Open);
  bench.send({0x1B, 'J', 50});
  CHECK(bench.usb->control_out({0x21, 2, 0, 0}, {}, 0ms).has_value());
  bench.printer.set_cover(Cover::Closed);
  CHECK(bench.printer.view().rows_moved == 3);
  CHECK(bench.printer.reports().empty());
}

TEST_CASE("a small buffer takes what fits, and then nothing, until the head has drained it") {
  Bench bench({.buffer_bytes = 1000, .rows_per_second = 100});
  Bytes data = raster(Bitmap(576, 100));
  const auto first = bench.usb->bulk_out(data, 0ms);
  REQUIRE(first.has_value());
  CHECK(*first == 1000);
  std::size_t sent = *first;
  auto next = bench.usb->bulk_out(ByteView(data).subspan(sent), 0ms);
  REQUIRE(next.has_value());  // one row went to the head
  sent += *next;
  next = bench.usb->bulk_out(ByteView(data).subspan(sent), 5ms);
  CHECK(next.error() == TransferFault::Timeout);
  CHECK(bench.status(1) == 0x12);  // A full buffer does not keep a real-time command from being heard.
  while (sent < data.size()) {
    bench.clock.now += 50ms;
    const auto more = bench.usb->bulk_out(ByteView(data).subspan(sent), 0ms);
    REQUIRE(more.has_value());
    CHECK(*more <= 1000);
    sent += *more;
  }
  CHECK(bench.printer.view().rows_moved < 100);
  bench.clock.now += 1s;
  CHECK(bench.printer.view().rows_moved == 100);
  CHECK(bench.printer.reports().empty());
}

TEST_CASE("every state has its status bits, and the fixed bits never change") {
  Bench bench;
  const auto fixed = [&] {
    for (int kind = 1; kind <= 4; ++kind) CHECK((bench.status(kind) & 0x93) == 0x12);
  };
  fixed();
  bench.printer.set_paper(Paper::Low);
  CHECK(bench.status(1) == 0x12);
  CHECK(bench.status(4) == 0x1E);
  fixed();
  bench.printer.set_cover(Cover::Open);
  CHECK(bench.status(1) == 0x1A);
  CHECK(bench.status(2) == 0x16);
  fixed();
  bench.printer.set_cover(Cover::Closed);
  bench.printer.set_head(Head::Overheated);
  CHECK(bench.status(2) == 0x52);
  CHECK(bench.status(3) == 0x52);
  fixed();
  bench.printer.set_head(Head::Broken);
  CHECK(bench.status(1) == 0x1A);
  CHECK(bench.status(2) == 0x52);
  CHECK(bench.status(3) == 0x32);
  fixed();
  bench.printer.set_head(Head::Ready);
  bench.printer.set_cutter(Cutter::WillJam);
  CHECK(bench.status(1) == 0x12);
  bench.send({0x1D, 'V', 66, 0});
  CHECK(bench.status(1) == 0x1A);
  CHECK(bench.status(3) == 0x1A);
  CHECK(bench.printer.strips().empty());
  fixed();
  bench.printer.set_cutter(Cutter::Working);
  CHECK(bench.printer.strips().size() == 1);
  CHECK(bench.status(1) == 0x12);
}

TEST_CASE("automatic status comes at once, and then only when a chosen group changes") {
  Bench bench;
  bench.send({0x1D, 'a', 0x08});
  CHECK(bench.answer() == Bytes{0x10, 0, 0, 0});
  bench.printer.set_cover(Cover::Open);
  CHECK(bench.answer().empty());
  bench.printer.set_paper(Paper::Low);
  CHECK(bench.answer() == Bytes{0x38, 0, 0x03, 0});
  bench.printer.set_cover(Cover::Closed);
  bench.send({0x1B, '@'});
  bench.printer.set_paper(Paper::Full);
  CHECK(bench.answer().empty());
}

TEST_CASE("answers can come each alone or joined; a host with too little room loses them") {
  Bench bench;
  bench.send({0x10, 4, 1, 0x10, 4, 4});
  CHECK(bench.answer() == Bytes{0x12});
  CHECK(bench.answer() == Bytes{0x12});
  bench.printer.set_packets(AnswerPackets::Joined);
  bench.send({0x10, 4, 1, 0x1D, 'r', 1});
  CHECK(bench.answer() == Bytes{0x12, 0x00});
  bench.send({0x10, 4, 1, 0x10, 4, 2});
  CHECK(bench.usb->bulk_in(1, 0ms).error() == TransferFault::Overflow);
  CHECK(bench.usb->bulk_in(64, 0ms).error() == TransferFault::Timeout);
}

TEST_CASE("unplugged, mute, hung, halted: each transfer says so and ends") {
  Bench bench;
  bench.printer.set_speech(Speech::Mute);
  bench.send({0x10, 4, 1});
  CHECK(bench.usb->bulk_in(64, 1ms).error() == TransferFault::Timeout);
  bench.printer.set_speech(Speech::Hung);
  CHECK(bench.usb->bulk_out(Bytes{0x0A}, 1ms).error() == TransferFault::Timeout);
  CHECK(bench.usb->control_in({0xA1, 1, 0, 0}, 1, 1ms).error() == TransferFault::Timeout);
  bench.printer.set_speech(Speech::Talking);
  bench.printer.halt_endpoints();
  CHECK(bench.usb->bulk_in(64, 1ms).error() == TransferFault::Stalled);
  CHECK(bench.usb->bulk_out(Bytes{0x0A}, 1ms).error() == TransferFault::Stalled);
  CHECK(bench.usb->clear_halts().has_value());
  CHECK(bench.status(1) == 0x12);
  CHECK(bench.usb->interrupt_in(8, 1ms).error() == TransferFault::Failed);
  CHECK(bench.usb->control_in({0xA1, 1, 0, 0}, 1, 1ms).value() == Bytes{0x18});
  CHECK(bench.printer.connect().error() == TransferFault::Failed);  // It is claimed.
  std::jthread hand([&] {
    std::this_thread::sleep_for(20ms);
    bench.printer.unplug();
  });
  CHECK(bench.usb->bulk_in(64, 10s).error() == TransferFault::Unplugged);
  hand.join();
  CHECK(bench.printer.connect().error() == TransferFault::Unplugged);
  bench.printer.plug_in();
  CHECK(bench.usb->reset().error() == TransferFault::Unplugged);  // The old handle stays dead.
  bench.usb = bench.printer.connect().value();
  CHECK(bench.status(1) == 0x12);
}
