#include "drivers/simulated/escpos_decoder.h"

#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/simulated/simulated_printer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::simulated;
using namespace std::chrono_literals;

namespace {

/// Every command that the printer knows, once.
const std::vector<Bytes>& known_commands() {
  static const std::vector<Bytes> commands = {
      {0x1B, '@'},         {0x1D, 'v', '0', 0, 2, 0, 2, 0, 0xFF, 0x00, 0x0F, 0xF0},
      {0x1B, 'J', 40},     {0x1B, 'd', 2},
      {0x1B, '2'},         {0x1B, '3', 20},
      {0x1B, 'a', 1},      {0x1B, '=', 1},
      {0x1B, 'c', '5', 1}, {0x1D, 'V', 0},
      {0x1D, 'V', '1'},    {0x1D, 'V', 65, 3},
      {0x1D, 'V', 66, 0},  {0x1D, 'P', 0, 203},
      {0x1D, 'a', 0x0E},   {0x1D, 'r', 1},
      {0x1D, 'r', '2'},    {0x1D, 'I', 1},
      {0x1D, 'I', 66},     {0x1D, '(', 'H', 6, 0, 48, 48, 'a', 'b', 'c', 'd'},
      {0x10, 0x04, 1},     {0x10, 0x04, 4},
      {0x10, 0x05, 2},
  };
  return commands;
}

struct Run {
  Strip paper;
  std::size_t strips = 0;
  std::vector<Bytes> answers;
  std::size_t reports = 0;
};

/// Sends the pieces one transfer each and says what came of them.
Run run(const std::vector<ByteView>& pieces) {
  const SystemClock clock;
  SimulatedPrinter printer(clock);
  auto usb = printer.connect().value();
  for (const ByteView piece : pieces) REQUIRE(usb->bulk_out(piece, 0ms).value() == piece.size());
  Run result{printer.current_paper(), printer.strips().size(), {}, printer.reports().size()};
  for (auto answer = usb->bulk_in(64, 0ms); answer; answer = usb->bulk_in(64, 0ms)) {
    result.answers.push_back(*answer);
  }
  CHECK(printer.unfinished_command().empty());
  return result;
}

}  // namespace

TEST_CASE("every truncation of every command is awaited, and reported when the stream ends there") {
  const SystemClock clock;
  for (const Bytes& command : known_commands()) {
    for (std::size_t length = 1; length < command.size(); ++length) {
      CAPTURE(to_hex(command));
      CAPTURE(length);
      SimulatedPrinter printer(clock);
      auto usb = printer.connect().value();
      const ByteView begun = ByteView(command).first(length);
      CHECK(usb->bulk_out(begun, 0ms).value() == length);
      CHECK(printer.reports().empty());
      CHECK_FALSE(printer.unfinished_command().empty());
      CHECK(usb->bulk_in(64, 0ms).error() == usb::TransferFault::Timeout);
      CHECK(printer.strips().empty());
      printer.power_cycle();
      const auto reports = printer.reports();
      REQUIRE(reports.size() == 1);
      CHECK(reports[0].kind == Report::Kind::Truncated);
      CHECK(reports[0].offset == 0);
      CHECK(std::equal(reports[0].bytes.begin(), reports[0].bytes.end(), command.begin()));
      CHECK(printer.unfinished_command().empty());
    }
  }
}

TEST_CASE("a command cut into two transfers anywhere does what the whole does") {
  for (const Bytes& command : known_commands()) {
    Bytes stream = command;
    const Bytes marker = {0x1B, 'J', 7, 0x1D, '(', 'H', 6, 0, 48, 48, 'm', 'a', 'r', 'k'};
    stream.insert(stream.end(), marker.begin(), marker.end());
    const ByteView view(stream);
    const Run whole = run({view});
    CHECK(whole.reports == 0);
    CHECK(whole.answers.back() == Bytes{0x37, 0x22, 'm', 'a', 'r', 'k', 0});
    for (std::size_t at = 1; at < stream.size(); ++at) {
      CAPTURE(to_hex(stream));
      CAPTURE(at);
      const Run parts = run({view.first(at), view.subspan(at)});
      CHECK(parts.reports == 0);
      CHECK(parts.paper.dots == whole.paper.dots);
      CHECK(parts.strips == whole.strips);
      CHECK(parts.answers == whole.answers);
    }
  }
}

TEST_CASE("what is not known, not allowed or not ours is reported where it stands") {
  struct Case {
    Bytes bytes;
    Report::Kind kind;
  };
  const Case cases[] = {
      {{0x1B, 'Q'}, Report::Kind::UnknownCommand},
      {{0x1D, 'Z'}, Report::Kind::UnknownCommand},
      {{0x1D, 'v', '1'}, Report::Kind::UnknownCommand},
      {{0x09}, Report::Kind::UnknownCommand},
      {{0x10, 0x14, 1}, Report::Kind::UnknownCommand},
      {{0x1D, '(', 'M', 0, 0}, Report::Kind::UnknownCommand},
      {{0x1D, 'e'}, Report::Kind::UnknownCommand},  // a kiosk printer's
      {{0x1D, '(', 'L', 0, 0}, Report::Kind::BadParameter},
      {{0x1D, 'v', '0', 4}, Report::Kind::BadParameter},
      {{0x1D, 'v', '0', 0, 0, 0, 5, 0}, Report::Kind::BadParameter},
      {{0x1D, 'v', '0', 0, 5, 0, 0, 0}, Report::Kind::BadParameter},
      {{0x1D, 'k', 99}, Report::Kind::BadParameter},
      {{0x1D, 'w', 7}, Report::Kind::BadParameter},
      {{0x1D, '(', 'k', 3, 0, 49, 67, 17}, Report::Kind::BadParameter},
      {{0x1D, 'V', 99}, Report::Kind::BadParameter},
      {{0x1B, 'a', 3}, Report::Kind::BadParameter},
      {{0x1B, '=', 2}, Report::Kind::BadParameter},
      {{0x1D, 'r', 9}, Report::Kind::BadParameter},
      {{0x10, 0x04, 9}, Report::Kind::BadParameter},
      {{0x10, 0x05, 7}, Report::Kind::BadParameter},
      {{0x1D, '(', 'H', 6, 0, 48, 48, 'a', 'b', 'c', 31}, Report::Kind::BadParameter},
      {{'H', 'i', 0xD8, 0xB3}, Report::Kind::Text},
  };
  const SystemClock clock;
  for (const Case& expected : cases) {
    CAPTURE(to_hex(expected.bytes));
    SimulatedPrinter printer(clock);
    auto usb = printer.connect().value();
    Bytes stream = {0x1B, '@', 0x00, 0x00};
    stream.insert(stream.end(), expected.bytes.begin(), expected.bytes.end());
    stream.insert(stream.end(), {0x1B, 'J', 9});
    CHECK(usb->bulk_out(stream, 0ms).value() == stream.size());
    const auto reports = printer.reports();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].kind == expected.kind);
    CHECK(reports[0].offset == 4);
    CHECK(reports[0].bytes == expected.bytes);
    CHECK(printer.view().rows_moved == 9);  // What follows is understood.
  }
}

TEST_CASE("an unknown long command is stepped over, though it is larger than the buffer") {
  const SystemClock clock;
  SimulatedPrinter printer(clock, {.buffer_bytes = 64});
  auto usb = printer.connect().value();
  Bytes stream = {0x1D, '(', 'L', 0x00, 0x10};
  stream.resize(5 + 0x1000, 'x');
  stream.insert(stream.end(), {0x1B, 'J', 9});
  for (ByteView rest(stream); !rest.empty();) rest = rest.subspan(usb->bulk_out(rest, 0ms).value());
  CHECK(printer.reports().size() == 1);
  CHECK(printer.view().rows_moved == 9);
}

TEST_CASE("a real-time command inside raster data is obeyed, stays in the picture, and is reported") {
  const SystemClock clock;
  SimulatedPrinter printer(clock, {.head_to_cutter_dots = 0});
  auto usb = printer.connect().value();
  const Bytes stream = {0x1D, 'v', '0', 0, 2, 0, 3, 0, 0xAA, 0x10, 0x04, 0x01, 0xFF, 0xFF};
  CHECK(usb->bulk_out(stream, 0ms).value() == stream.size());
  CHECK(usb->bulk_in(64, 0ms).value() == Bytes{0x12});
  REQUIRE(printer.reports().size() == 1);
  CHECK(printer.reports()[0].kind == Report::Kind::RealTimeInsideData);
  CHECK(printer.reports()[0].offset == 9);
  const Bitmap paper = printer.current_paper().dots;
  REQUIRE(paper.height() == 3);
  CHECK(paper.row(1)[0] == 0x04);
  CHECK(paper.row(1)[1] == 0x01);
}

TEST_CASE("a status request in the middle of an unfinished picture costs the picture three bytes") {
  const SystemClock clock;
  SimulatedPrinter printer(clock, {.head_to_cutter_dots = 0});
  auto usb = printer.connect().value();
  const Bytes begun = {0x1D, 'v', '0', 0, 1, 0, 4, 0, 0xF0};
  const Bytes question = {0x10, 0x04, 0x04};
  CHECK(usb->bulk_out(begun, 0ms).has_value());
  CHECK(usb->bulk_out(question, 0ms).has_value());
  CHECK(usb->bulk_in(64, 0ms).value() == Bytes{0x12});
  CHECK(printer.unfinished_command().empty());
  CHECK(printer.current_paper().dots.height() == 4);
}

TEST_CASE("random bytes, halves of commands and random hands never break the printer") {
  const SystemClock clock;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    SimulatedPrinter printer(clock, {.width_dots = 384, .buffer_bytes = 64 + random.below(500)});
    auto usb = printer.connect().value();
    for (int step = 0; step < 200; ++step) {
      Bytes data(random.below(80));
      random.fill(data);
      if (random.below(2) == 0) {
        const Bytes& command = known_commands()[random.below(known_commands().size())];
        data.insert(data.end(), command.begin(), command.end());
        data.resize(data.size() - random.below(3));
      }
      const auto taken = usb->bulk_out(data, 0ms);
      if (taken) CHECK(*taken <= data.size());
      switch (random.below(12)) {
        case 0:
          printer.set_paper(static_cast<Paper>(random.below(3)));
          break;
        case 1:
          printer.set_cover(static_cast<Cover>(random.below(2)));
          break;
        case 2:
          printer.set_cutter(static_cast<Cutter>(random.below(3)));
          break;
        case 3:
          printer.paper_out_after(static_cast<std::int64_t>(random.below(300)));
          break;
        case 4:
          printer.power_cycle();
          usb = printer.connect().value();
          break;
        case 5:
          CHECK(usb->reset().has_value());
          break;
        default:
          static_cast<void>(usb->bulk_in(64, 0ms));
      }
      CHECK(printer.view().waiting_bytes <= 64 + 500);
    }
    CHECK(printer.reports().size() <= EscposDecoder::most_reports);
    CHECK(printer.strips().size() <= PaperPath::most_strips);
  }
}
