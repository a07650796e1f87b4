// What becomes of the receipt: printed, not printed, nobody knows; printed again, held, taken back.
#include "kiosk/visit/present.h"
#include "kiosk/visit/test_counter.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::visit;
namespace action = screens::action;
using screens::view::PrintState;

TEST_CASE("a late print outcome is recorded but reaches no other visit") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  const VisitId first = counter.visit()->id;
  counter.happen(event::Filed{first, filed_request("plain"), false});
  counter.act(action::Next{});
  counter.pass(goodbye_stands);
  fill_plain(counter);
  const auto before = counter.visit()->values;
  counter.happen(event::PrintEnded{first, 7, PrintOutcome::PaperOut});
  CHECK(counter.effect<effect::RecordPrint>() != nullptr);
  CHECK(counter.visit()->values == before);
  CHECK(counter.page<page::Review>() != nullptr);
}

TEST_CASE("paper out: the request stands and the print is offered again as an original") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  counter.happen(event::PrintEnded{counter.visit()->id, 7, PrintOutcome::PaperOut});
  CHECK(counter.page<page::Receipt>()->print == PrintState::PaperOut);
  counter.act(action::PrintAgain{});
  REQUIRE(counter.effect<effect::Print>() != nullptr);
  CHECK(counter.effect<effect::Print>()->copy == effect::Copy::Original);
  counter.act(action::PrintAgain{});
  CHECK(counter.effect<effect::Print>() == nullptr);  // one print at a time
  counter.happen(event::PrintEnded{counter.visit()->id, 7, PrintOutcome::Unknown});
  counter.act(action::PrintAgain{});
  CHECK(counter.effect<effect::Print>()->copy == effect::Copy::Again);
}

TEST_CASE("paper out and put in again: the whole receipt is printed afresh by itself, but not for ever") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  for (const PrintOutcome outcome :
       {PrintOutcome::PaperOut, PrintOutcome::CoverOpen, PrintOutcome::CutterJam}) {
    counter.happen(event::PrintEnded{counter.visit()->id, 7, outcome, "PRN-01"});
    CHECK(counter.page<page::Receipt>()->staff_code == "PRN-01");
    counter.happen(event::PrinterChanged{.ready = false, .staff_code = "PRN-01"});
    CHECK(counter.effect<effect::Print>() == nullptr);
    counter.happen(event::PrinterChanged{.ready = true});
    REQUIRE(counter.effect<effect::Print>() != nullptr);
    CHECK(counter.effect<effect::Print>()->copy == effect::Copy::Original);
    CHECK(counter.page<page::Receipt>()->staff_code.empty());
  }
  counter.happen(event::PrintEnded{counter.visit()->id, 7, PrintOutcome::PaperOut, "PRN-01"});
  counter.happen(event::PrinterChanged{.ready = true});
  CHECK(counter.effect<effect::Print>() == nullptr);
  CHECK(counter.page<page::Receipt>()->print == PrintState::PaperOut);
}

TEST_CASE("a receipt that hangs out uncut: the knife is named, and the next one is a copy") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  counter.happen(event::PrintEnded{counter.visit()->id, 7, PrintOutcome::Uncut, "PRN-03"});
  CHECK(counter.page<page::Receipt>()->print == PrintState::CutterJam);
  CHECK(counter.page<page::Receipt>()->staff_code == "PRN-03");
  counter.happen(event::PrinterChanged{.ready = true});
  REQUIRE(counter.effect<effect::Print>() != nullptr);
  CHECK(counter.effect<effect::Print>()->copy == effect::Copy::Again);
}

TEST_CASE("an untaken receipt: reminded, then taken back, and a further one is a copy") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  using State = event::ReceiptHeld::State;
  counter.happen(event::ReceiptHeld{counter.visit()->id, State::Waiting});
  CHECK(counter.page<page::Receipt>()->print == PrintState::Printing);  // of an earlier one
  counter.happen(event::PrintEnded{counter.visit()->id, 7, PrintOutcome::Unproven});
  counter.happen(event::ReceiptHeld{counter.visit()->id + 1, State::Waiting});
  CHECK(counter.page<page::Receipt>()->print == PrintState::TakeIt);  // somebody else's
  counter.happen(event::ReceiptHeld{counter.visit()->id, State::Waiting});
  CHECK(counter.page<page::Receipt>()->print == PrintState::NotTaken);
  counter.happen(event::ReceiptHeld{counter.visit()->id, State::Taken});
  CHECK(counter.page<page::Receipt>()->print == PrintState::TakeIt);
  counter.happen(event::ReceiptHeld{counter.visit()->id, State::TakenBack});
  CHECK(counter.page<page::Receipt>()->print == PrintState::TakenBack);
  CHECK(counter.state.around.receipts_retracted == 1);
  counter.happen(event::ReceiptHeld{0, State::TakenBack});  // left by somebody before the program started
  CHECK(counter.page<page::Receipt>()->print == PrintState::TakenBack);
  CHECK(counter.state.around.receipts_retracted == 2);
  counter.happen(event::PrinterChanged{.ready = true});
  CHECK(counter.effect<effect::Print>() ==
        nullptr);  // only what did not come out is printed without being asked
  counter.act(action::PrintAgain{});
  CHECK(counter.effect<effect::Print>()->copy == effect::Copy::Again);
}
