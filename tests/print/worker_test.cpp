// The kiosk's printer thread with real receipts: what a day does to a printer.
#include "base/core/log.h"
#include "tests/print/office.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::print_rig;
using namespace std::chrono_literals;
using visit::PrintOutcome;
using Held = visit::event::ReceiptHeld;

TEST_CASE("paper out in mid-receipt: told, and the whole receipt is printed afresh on the new roll") {
  Office office(shipped_printer("epson-tm-t20"));
  REQUIRE(office.await_printer(true));
  office.printer().paper_out_after(300);
  office.print(1);
  const Printing first = office.await_print(1);
  CHECK(first.outcome == PrintOutcome::PaperOut);
  CHECK(first.code == "PRN-01");
  REQUIRE(office.await_printer(false, "PRN-01"));
  CHECK_FALSE(office.on_paper(first.paper));
  office.printer().set_paper(simulated::Paper::Full);
  REQUIRE(office.await_printer(true));
  office.print(1);
  const Printing again = office.await_print(1);
  CHECK(again.outcome == PrintOutcome::Printed);
  CHECK(office.on_paper(again.paper));
  CHECK(office.complaints().empty());
}

TEST_CASE(
    "paper near its end for a day: staff are told once, citizens get their receipts, a new roll ends it") {
  int warnings = 0;
  log::divert([&warnings](std::string_view line) {
    warnings += line.find("printer.paper-low") != std::string_view::npos ? 1 : 0;
  });
  {
    Office office(shipped_printer("epson-tm-t20"));
    REQUIRE(office.await_printer(true));
    office.printer().set_paper(simulated::Paper::Low);
    const auto low = office.await<visit::event::PrinterChanged>();
    REQUIRE(low);
    CHECK(low->ready);
    CHECK(low->paper_low);
    for (std::uint64_t hour = 1; hour <= 24; ++hour) {
      office.clock().skip(1h);
      if (hour % 6 != 0) continue;
      office.print(hour);
      CHECK(office.await_print(hour).outcome == PrintOutcome::Printed);
    }
    CHECK_FALSE(office.await<visit::event::PrinterChanged>(200ms));
    office.printer().set_paper(simulated::Paper::Full);
    const auto full = office.await<visit::event::PrinterChanged>();
    REQUIRE(full);
    CHECK_FALSE(full->paper_low);
  }
  log::divert({});
  CHECK(warnings == 1);
}

TEST_CASE("the cover is opened in mid-receipt and closed: told, and the next receipt is whole") {
  Office office(shipped_printer("epson-tm-t20", 2000));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.eventually([&] { return office.printer().view().rows_moved > 200; }));
  office.printer().set_cover(simulated::Cover::Open);
  const Printing first = office.await_print(1);
  CHECK(first.outcome == PrintOutcome::CoverOpen);
  CHECK(first.code == "PRN-02");
  office.printer().set_cover(simulated::Cover::Closed);
  REQUIRE(office.await_printer(true));
  office.print(1);
  const Printing again = office.await_print(1);
  CHECK(again.outcome == PrintOutcome::Printed);
  CHECK(office.on_paper(again.paper));
  CHECK_FALSE(office.printed_letters());
}

TEST_CASE(
    "the knife sticks: the knife is named, and what hangs out uncut may be whole, so the next one is a copy") {
  Office office(shipped_printer("epson-tm-t20"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.await_print(1).outcome == PrintOutcome::Printed);
  office.printer().set_cutter(simulated::Cutter::WillJam);
  office.print(2);
  const Printing uncut = office.await_print(2);
  CHECK(uncut.outcome == PrintOutcome::Uncut);
  CHECK(uncut.code == "PRN-03");
  REQUIRE(office.await_printer(false, "PRN-03"));
  office.print(2);
  CHECK(office.await_print(2).outcome == PrintOutcome::CutterJam);  // stuck before anything was printed
  office.printer().set_cutter(simulated::Cutter::Working);
  REQUIRE(office.await_printer(true));
  office.print(2);
  const Printing copy = office.await_print(2);
  CHECK(copy.outcome == PrintOutcome::Printed);
  const auto strips = office.printer().strips();
  REQUIRE(strips.size() >= 2);
  CHECK(office.shows(strips[strips.size() - 2], uncut.paper));  // it was cut off first
  CHECK(office.shows(strips.back(), copy.paper));
}

TEST_CASE("no printer at all has its own code") {
  Office office(std::nullopt);
  office.print(1);
  const Printing none = office.await_print(1);
  CHECK(none.outcome == PrintOutcome::PrinterFault);
  CHECK(none.code == "PRN-00");
  CHECK(none.paper.height() > 600);  // it is on the screen all the same
}

TEST_CASE("the printer is pulled out in mid-receipt and another model plugged in: its width, its words") {
  Office office(shipped_printer("epson-tm-t20", 2000));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.eventually([&] { return office.printer().view().rows_moved > 200; }));
  office.printer().unplug();
  const Printing first = office.await_print(1);
  CHECK(first.outcome == PrintOutcome::PrinterFault);
  CHECK(first.code == "PRN-08");
  REQUIRE(office.await_printer(false, "PRN-00"));

  office.plug_in(shipped_printer("custom-vkp80"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  const Printing presented = office.await_print(1);
  CHECK(presented.outcome == PrintOutcome::Unproven);  // this family cannot echo a job's own fence
  CHECK(office.on_paper(presented.paper));
  CHECK(office.printer().view().mouth == simulated::Mouth::Held);
  CHECK(office.complaints().empty());

  office.printer().unplug();
  REQUIRE(office.await_printer(false, "PRN-00"));
  office.plug_in(shipped_printer("epson-tm-t88"));
  REQUIRE(office.await_printer(true));
  office.print(2);
  const Printing narrow = office.await_print(2);
  CHECK(narrow.outcome == PrintOutcome::Printed);
  CHECK(narrow.paper.width() == 512);
  CHECK(office.on_paper(narrow.paper));
  CHECK(office.complaints().empty());
}

TEST_CASE("two visits in quick succession: two receipts, in their order, each whole") {
  Office office(shipped_printer("epson-tm-t20"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  office.print(2);
  office.worker().forget();
  const Printing first = office.await_print(1);
  const Printing second = office.await_print(2);
  CHECK(first.outcome == PrintOutcome::Printed);
  CHECK(second.outcome == PrintOutcome::Printed);
  CHECK_FALSE(first.paper == second.paper);
  const auto strips = office.printer().strips();
  REQUIRE(strips.size() == 3);  // and the short one that is cut off before the first
  CHECK(office.shows(strips[1], first.paper));
  CHECK(office.shows(strips[2], second.paper));
  CHECK(office.complaints().empty());
}

TEST_CASE("an untaken receipt is reminded of, drawn back and counted; one that is taken is told") {
  Office office(shipped_printer("custom-vkp80"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.await_print(1).outcome == PrintOutcome::Unproven);
  office.clock().skip(16s);
  auto held = office.await<Held>();
  REQUIRE(held);
  CHECK(held->state == Held::State::Waiting);
  CHECK(held->visit == 1);
  office.clock().skip(50s);
  held = office.await<Held>();
  REQUIRE(held);
  CHECK(held->state == Held::State::TakenBack);
  CHECK(office.printer().view().retracted == 1);
  CHECK(office.printer().view().mouth == simulated::Mouth::Empty);

  office.print(2);
  REQUIRE(office.await_print(2).outcome == PrintOutcome::Unproven);
  office.printer().take_receipt();
  held = office.await<Held>();
  REQUIRE(held);
  CHECK(held->state == Held::State::Taken);
  CHECK(held->visit == 2);
  CHECK(office.printer().view().retracted == 1);
}

TEST_CASE("an untaken receipt does not leave in the next citizen's hand") {
  Office office(shipped_printer("custom-vkp80"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.await_print(1).outcome == PrintOutcome::Unproven);
  office.print(2);
  const Printing second = office.await_print(2);
  REQUIRE(second.outcome == PrintOutcome::Unproven);
  CHECK(office.printer().view().retracted == 1);
  CHECK(office.printer().view().mouth == simulated::Mouth::Held);
  CHECK(office.on_paper(second.paper));
}

TEST_CASE("the visit is over: what lies in the mouth is drawn back sooner") {
  Office office(shipped_printer("custom-vkp80"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.await_print(1).outcome == PrintOutcome::Unproven);
  office.worker().forget();
  office.clock().skip(16s);
  CHECK(office.eventually([&] { return office.printer().view().retracted == 1; }));
}

TEST_CASE("what hangs in the mouth when the program starts is nobody's, and is drawn back and counted") {
  Office office(shipped_printer("custom-vkp80"));
  REQUIRE(office.await_printer(true));
  office.print(1);
  REQUIRE(office.await_print(1).outcome == PrintOutcome::Unproven);
  office.restart();
  REQUIRE(office.await_printer(true));
  CHECK(office.printer().view().mouth == simulated::Mouth::Held);
  office.clock().skip(16s);
  const auto held = office.await<Held>();
  REQUIRE(held);
  CHECK(held->state == Held::State::TakenBack);
  CHECK(held->visit == 0);
  CHECK(office.printer().view().retracted == 1);
}

TEST_CASE("each trouble of the printer has its own word for the citizen and code for staff") {
  struct Trouble {
    void (*begin)(simulated::SimulatedPrinter&);
    PrintOutcome outcome;
    const char* code;
  };
  const Trouble troubles[] = {
      {[](auto& printer) { printer.set_paper(simulated::Paper::Out); }, PrintOutcome::PaperOut, "PRN-01"},
      {[](auto& printer) { printer.set_cover(simulated::Cover::Open); }, PrintOutcome::CoverOpen, "PRN-02"},
      {[](auto& printer) { printer.set_cutter(simulated::Cutter::Jammed); }, PrintOutcome::CutterJam, "PRN-03"},
      {[](auto& printer) { printer.jam_mouth(); }, PrintOutcome::PaperJam, "PRN-04"},
      {[](auto& printer) { printer.set_head(simulated::Head::Overheated); }, PrintOutcome::Overheated,
       "PRN-05"},
      {[](auto& printer) { printer.set_head(simulated::Head::Broken); }, PrintOutcome::Broken, "PRN-06"},
  };
  for (const Trouble& trouble : troubles) {
    CAPTURE(trouble.code);
    Office office(shipped_printer("custom-vkp80"));
    REQUIRE(office.await_printer(true));
    trouble.begin(office.printer());
    REQUIRE(office.await_printer(false, trouble.code));
    office.print(1);
    const Printing ended = office.await_print(1);
    CHECK(ended.outcome == trouble.outcome);
    CHECK(ended.code == trouble.code);
    CHECK(office.printer().strips().empty());
  }
}
