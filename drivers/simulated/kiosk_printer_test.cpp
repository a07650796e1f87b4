// What only some printers know: graphics that are stored first, symbols of their own, and the mouth of a kiosk
// printer.
#include "drivers/simulated/simulated_printer.h"
#include "drivers/simulated/virtual_clock.h"

#include <doctest/doctest.h>

#include <string_view>

using namespace pishkhan;
using namespace pishkhan::simulated;
using namespace std::chrono_literals;

namespace {

struct Bench {
  explicit Bench(PrinterSetup setup = {}) : printer(clock, std::move(setup)), usb(printer.connect().value()) {}
  void send(std::initializer_list<int> bytes) {
    Bytes data;
    for (const int byte : bytes) data.push_back(static_cast<std::uint8_t>(byte));
    REQUIRE(usb->bulk_out(data, 0ms).value() == data.size());
  }
  Bytes answer() {
    auto got = usb->bulk_in(64, 0ms);
    return got ? *got : Bytes{};
  }
  SystemClock clock;
  SimulatedPrinter printer;
  std::unique_ptr<usb::Transport> usb;
};

PrinterSetup kiosk_printer() {
  return {
      .head_to_cutter_dots = 0,
      .dialect = Dialect::Custom,
      .name = {.vendor_id = 0x0DD4, .product_id = 0x0205, .manufacturer = "CUSTOM SPA", .model = "VKP80III"}};
}

}  // namespace

TEST_CASE("a stored picture comes out when it is asked for, once, also with four bytes of length") {
  Bench bench({.head_to_cutter_dots = 0});
  // Two rows of nine dots: the first and the last of each.
  bench.send({0x1D, '(', 'L', 14, 0, 48, 112, 48, 1, 1, 49, 9, 0, 2, 0, 0x80, 0x80, 0x80, 0x80});
  CHECK(bench.printer.view().rows_moved == 0);
  bench.send({0x1D, '(', 'L', 2, 0, 48, 50});
  CHECK(bench.printer.view().rows_moved == 2);
  bench.send({0x1D, '(', 'L', 2, 0, 48, 50});
  CHECK(bench.printer.view().rows_moved == 2);
  bench.send({0x1D, '8', 'L', 11, 0, 0, 0, 48, 112, 48, 1, 2, 49, 8, 0, 1, 0, 0x01});
  bench.send({0x1D, '(', 'L', 2, 0, 48, 2});
  CHECK(bench.printer.view().rows_moved == 4);
  const Bitmap paper = bench.printer.current_paper().dots;
  REQUIRE(paper.height() == 4);
  for (int x = 0; x < 20; ++x) {
    CHECK(paper.black(x, 0) == (x == 0 || x == 8));
    CHECK(paper.black(x, 3) == (x == 7));
  }
  CHECK(bench.printer.reports().empty());
  bench.send({0x1D, '(', 'L', 11, 0, 48, 112, 48, 1, 1, 49, 8, 0, 2, 0, 0x01});  // a row is missing
  REQUIRE(bench.printer.reports().size() == 1);
  CHECK(bench.printer.reports()[0].kind == Report::Kind::BadParameter);
}

TEST_CASE("a logo is defined once and printed by its key") {
  Bench bench({.head_to_cutter_dots = 0});
  bench.send({0x1D, '(', 'L', 13, 0, 48, 67, 48, 'L', 'G', 1, 8, 0, 2, 0, 49, 0xFF, 0x81});
  for (int i = 0; i < 2; ++i) bench.send({0x1D, '(', 'L', 6, 0, 48, 69, 'L', 'G', 1, 1});
  CHECK(bench.printer.view().rows_moved == 4);
  CHECK(bench.printer.current_paper().dots.black(7, 3));
  CHECK(bench.printer.reports().empty());
  bench.send({0x1D, '(', 'L', 6, 0, 48, 69, 'N', 'O', 1, 1});
  CHECK(bench.printer.reports().size() == 1);
  bench.send({0x1D, '(', 'L', 4, 0, 48, 66, 'L', 'G'});
  bench.send({0x1D, '(', 'L', 6, 0, 48, 69, 'L', 'G', 1, 1});  // forgotten
  CHECK(bench.printer.reports().size() == 2);
  bench.send({0x1D, '(', 'L', 13, 0, 48, 67, 48, 'L', 'G', 1, 8, 0, 2, 0, 49, 0xFF, 0x81});
  bench.send({0x1D, '(', 'L', 5, 0, 48, 65, 'C', 'L', 'R', 0x1D, '(', 'L', 6, 0, 48, 69, 'L', 'G', 1, 1});
  CHECK(bench.printer.reports().size() == 3);
  bench.send({0x1D, '(', 'L', 5, 0, 48, 65, 'C', 'L', 'X'});
  CHECK(bench.printer.reports().size() == 4);
  CHECK(bench.printer.view().rows_moved == 4);
}

TEST_CASE("symbols that the printer draws by itself are told") {
  Bench bench;
  bench.send({0x1D, 'h', 80, 0x1D, 'w', 2, 0x1D, 'H', 2, 0x1D, 'k', 73, 4, '{', 'B', '4', '2'});
  bench.send({0x1D, 'k', 4, 'A', 'B', 0});
  bench.send({0x1D, '(', 'k', 4, 0, 49, 65, 50, 0, 0x1D, '(', 'k', 3, 0, 49, 67, 4});
  bench.send({0x1D, '(', 'k', 3, 0, 49, 69, 49, 0x1D, '(', 'k', 6, 0, 49, 80, 48, 'x', 'y', 'z'});
  bench.send({0x1D, '(', 'k', 3, 0, 49, 81, 48});
  CHECK(bench.printer.reports().empty());
  const auto symbols = bench.printer.symbols();
  REQUIRE(symbols.size() == 3);
  CHECK(symbols[0].system == 73);
  CHECK(symbols[0].module == 2);
  CHECK(as_text(symbols[0].data) == "{B42");
  CHECK(as_text(symbols[1].data) == "AB");
  CHECK(symbols[2].what == SymbolCommand::What::QrCode);
  CHECK(symbols[2].module == 4);
  CHECK(as_text(symbols[2].data) == "xyz");
}

TEST_CASE("text and its settings are taken only where that was wished for") {
  Bench bench({.text = TextMode::Taken});
  bench.send({0x1B, 'M', 0, 0x1C, '(', 'A', 2, 0, 48, 0, 0x1C, '.', 0x1B, 't', 1, 'H', 'i', 0x0A});
  CHECK(bench.printer.reports().empty());
  Bench strict;
  strict.send({0x1B, 'M'});
  CHECK(strict.printer.reports().size() == 1);
}

TEST_CASE("a kiosk printer presents, holds, gives away and retracts, and says so in its FULL STATUS") {
  Bench bench(kiosk_printer());
  const auto paper_byte = [&] {
    bench.send({0x10, 0x04, 20});
    const Bytes status = bench.answer();
    REQUIRE(status.size() == 6);
    CHECK(status[0] == 0x10);
    CHECK(status[1] == 0x0F);
    return status[2];
  };
  CHECK(paper_byte() == 0);
  bench.send({0x1B, 'J', 90, 0x1B, 'i', 0x1D, 'e', 3, 8});
  CHECK(paper_byte() == 0x20);
  CHECK(bench.printer.view().mouth == Mouth::Held);
  bench.printer.take_receipt();
  CHECK(paper_byte() == 0);
  bench.send({0x1B, 'J', 90, 0x1B, 'i', 0x1D, 'e', 3, 8, 0x1D, 'e', 2});
  CHECK(paper_byte() == 0);
  CHECK(bench.printer.view().retracted == 1);
  bench.send({0x1B, 'J', 90, 0x1B, 'i', 0x1D, 'e', 3, 8, 0x1D, 'e', 5});
  CHECK(bench.printer.view().mouth == Mouth::Empty);
  CHECK(bench.printer.view().retracted == 1);
  bench.printer.set_paper(Paper::Low);
  CHECK(paper_byte() == 0x04);
  bench.send({0x1D, 'e', 6});
  CHECK(bench.answer() == Bytes{0x05});
  bench.send({0x1B, 'J', 90, 0x1B, 'i', 0x1D, 'e', 3, 8, 0x1D, 'e', 6});
  CHECK(bench.answer() == Bytes{0x0D});
  bench.printer.jam_mouth();
  CHECK_FALSE(bench.printer.view().online);
  bench.send({0x10, 0x04, 20});
  CHECK(bench.answer()[4] == 0x40);
  bench.printer.take_receipt();
  bench.printer.set_head(Head::Broken);
  bench.send({0x10, 0x04, 20});
  CHECK(bench.answer()[5] == 0x04);
  bench.printer.set_head(Head::Ready);
  bench.printer.set_cover(Cover::Open);
  bench.send({0x10, 0x04, 20});
  CHECK(bench.answer()[3] == 0x02);
  CHECK(bench.printer.reports().empty());
  bench.printer.set_cover(Cover::Closed);
  bench.send({0x1D, '(', 'H', 6, 0, 48, 48, 'a', 'b', 'c', 'd'});  // no process IDs in this family
  CHECK(bench.printer.reports().size() == 1);
}

TEST_CASE("what it says of itself: descriptor and device ID") {
  Bench bench(kiosk_printer());
  CHECK(bench.usb->identity().vendor_id == 0x0DD4);
  CHECK(bench.usb->identity().product_id == 0x0205);
  const auto id =
      bench.usb->control_in({.request_type = 0xA1, .request = 0, .value = 0, .index = 0}, 200, 10ms);
  REQUIRE(id);
  CHECK(as_text(*id).find("MFG:CUSTOM SPA;") == 2);
  CHECK(as_text(*id).find("MDL:VKP80III;") != std::string_view::npos);
}

TEST_CASE("a contradiction is told once, in every kind of status, and then the truth") {
  Bench bench;
  constexpr std::uint8_t contradictions[] = {0x1A, 0x52, 0x16, 0x16};
  for (int kind = 1; kind <= 4; ++kind) {
    bench.printer.contradict_once();
    bench.send({0x10, 4, kind});
    CHECK(bench.answer() == Bytes{contradictions[kind - 1]});
    bench.send({0x10, 4, kind});
    CHECK(bench.answer() == Bytes{0x12});
  }
  Bench kiosk(kiosk_printer());
  kiosk.printer.contradict_once();
  kiosk.send({0x10, 4, 20});
  CHECK(kiosk.answer()[4] == 0x08);
  kiosk.send({0x10, 4, 20});
  CHECK(kiosk.answer()[4] == 0);
}

TEST_CASE("the head grows hot from black dots, stops, cools by itself and goes on") {
  VirtualClock clock;
  SimulatedPrinter printer(clock, {.head_to_cutter_dots = 0,
                                   .rows_per_second = 1000,
                                   .heat_limit_dots = 576 * 50,
                                   .cooling_dots_per_second = 57'600});
  printer.run_in(clock);
  const auto usb = printer.connect().value();
  Bytes black{0x1D, 'v', '0', 0, 72, 0, 50, 0};
  black.insert(black.end(), 72 * 50, 0xFF);
  REQUIRE(usb->bulk_out(black, 10ms).value() == black.size());
  clock.advance(200ms);
  CHECK(printer.view().rows_moved == 50);  // at the limit, and not beyond
  REQUIRE(usb->bulk_out(black, 10ms).value() == black.size());
  clock.advance(20ms);
  CHECK(printer.view().rows_moved < 100);
  clock.advance(5s);
  CHECK(printer.view().head == Head::Ready);
}

TEST_CASE("a head that waits for data in the middle of a strip is seen") {
  VirtualClock clock;
  SimulatedPrinter printer(clock, {.head_to_cutter_dots = 0, .rows_per_second = 1000});
  printer.run_in(clock);
  const auto usb = printer.connect().value();
  Bytes line{0x1D, 'v', '0', 0, 1, 0, 10, 0};
  line.insert(line.end(), 10, 0xFF);
  clock.advance(1s);  // before the first row nobody waits
  REQUIRE(usb->bulk_out(line, 10ms).has_value());
  clock.advance(10ms);
  CHECK(printer.view().starved == 0ms);
  clock.advance(30ms);
  CHECK(printer.view().starved == 30ms);
  REQUIRE(usb->bulk_out(Bytes{0x1D, 'V', 1}, 10ms).has_value());
  clock.advance(1s);
  CHECK(printer.view().starved == 30ms);
}
