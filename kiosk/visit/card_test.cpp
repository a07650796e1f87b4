// Cards come, prove themselves, and are pulled at any moment.
#include "kiosk/visit/card_counter_test.h"
#include "kiosk/visit/present.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace pishkhan::visit {

namespace action = screens::action;
using screens::view::CardState;

TEST_CASE("a card is greeted by name before it has proven itself, and let in only afterwards") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  REQUIRE(counter.effect<effect::ReadCard>() != nullptr);
  counter.happen(event::CardReading{counter.visit()->id});
  counter.happen(event::CardNamed{counter.visit()->id, PersonalText("سارا")});
  CHECK((state_of(counter) == CardState::Checking));
  CHECK(counter.page<page::Identify>()->name.reveal() == "سارا");
  CHECK(counter.visit()->values.empty());
  SUBCASE("it is genuine") {
    read(counter);
    CHECK(counter.page<page::Form>() != nullptr);
    CHECK(counter.visit()->card_holder);
  }
  SUBCASE("it is a copy") {
    counter.happen(event::CardFailed{counter.visit()->id, event::CardFault::NotGenuine});
    CHECK((state_of(counter) == CardState::NotGenuine));
    CHECK(counter.page<page::Identify>()->name.empty());
    CHECK(counter.visit()->values.empty());
    CHECK_FALSE(counter.visit()->card_holder);
  }
  SUBCASE("it is pulled while it proves itself, and its answer comes late") {
    counter.happen(event::CardRemoved{});
    CHECK((state_of(counter) == CardState::Waiting));
    CHECK(counter.page<page::Identify>()->name.empty());
    counter.happen(event::CardNamed{counter.visit()->id, PersonalText("سارا")});
    CHECK((state_of(counter) == CardState::Waiting));
  }
}

TEST_CASE(
    "a PIN is asked for while the card is in, and whoever types it on the reader is not taken to be gone") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardPinWanted{counter.visit()->id});
  CHECK((state_of(counter) == CardState::Waiting));  // there is no card
  counter.happen(event::CardInserted{});
  counter.happen(event::CardReading{counter.visit()->id});
  const SteadyTime before = counter.visit()->last_touch;
  counter.pass(std::chrono::seconds(5));
  counter.happen(event::CardPinWanted{counter.visit()->id});
  CHECK((state_of(counter) == CardState::PinWanted));
  CHECK(counter.visit()->last_touch > before);
  counter.happen(event::CardRemoved{});
  CHECK((state_of(counter) == CardState::Waiting));
}

TEST_CASE("each kind of card that does not do has its own state") {
  const auto city = small_city();
  const std::vector<std::pair<event::CardFault, CardState>> all{
      {event::CardFault::Unknown, CardState::Unknown},
      {event::CardFault::Failed, CardState::Failed},
      {event::CardFault::NotGenuine, CardState::NotGenuine},
      {event::CardFault::OutOfDate, CardState::OutOfDate},
      {event::CardFault::Bank, CardState::BankCard},
      {event::CardFault::Staff, CardState::StaffCard},
      {event::CardFault::WrongPin, CardState::WrongPin},
      {event::CardFault::Blocked, CardState::Blocked},
      {event::CardFault::NoPin, CardState::NoPin},
      {event::CardFault::NoPinPad, CardState::NoPinPad}};
  for (const auto& [fault, shown] : all) {
    Counter counter = at_identify(city);
    counter.happen(event::CardInserted{});
    counter.happen(event::CardFailed{counter.visit()->id, fault});
    CHECK((state_of(counter) == shown));
    counter.happen(event::CardRemoved{});
    CHECK((state_of(counter) == CardState::Waiting));
  }
}

TEST_CASE("a bound visit stops where its card is pulled; what was typed is for that card's holder only") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  read(counter);
  counter.type("address", "خیابان");
  counter.happen(event::CardRemoved{});
  REQUIRE(counter.page<page::Identify>() != nullptr);
  CHECK((state_of(counter) == CardState::PulledOut));
  CHECK(counter.visit()->values.count("national_id") == 0);
  CHECK(counter.visit()->values.at("address").reveal() == "خیابان");
  counter.happen(event::CardInserted{});
  SUBCASE("the same card goes on") {
    read(counter);
    CHECK(counter.visit()->values.at("address").reveal() == "خیابان");
    CHECK(counter.visit()->bound_to.empty());
  }
  SUBCASE("another card begins anew") {
    read(counter, "0084575948");
    CHECK(counter.visit()->values.count("address") == 0);
    CHECK(counter.visit()->values.at("national_id").reveal() == "0084575948");
  }
  SUBCASE("the number outlives no visit") {
    counter.happen(event::CardRemoved{});
    counter.act(action::End{});
    counter.act(action::ConfirmEnd{});
    CHECK(counter.attracts());
  }
}

TEST_CASE("a visit that is not bound to the card loses nothing when it is pulled, at any moment") {
  const auto city = small_city();
  const std::vector<std::function<void(Counter&)>> steps{
      [](Counter& one) { one.type("address", "خیابان آزادی"); },
      [](Counter& one) { one.act(action::Next{}); },
      [](Counter& one) { one.type("mobile", "09123456789"); },
      [](Counter& one) { one.act(action::Next{}); },
      [](Counter& one) { one.act(action::Next{}); },
  };
  for (std::size_t pulled = 0; pulled <= steps.size(); ++pulled) {
    Counter counter = at_identify(city, "typed");
    counter.happen(event::CardInserted{});
    read(counter);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (i == pulled) counter.happen(event::CardRemoved{});
      steps[i](counter);
    }
    const auto* filing = counter.effect<effect::File>();
    REQUIRE(filing != nullptr);
    CHECK(filing->values.at("address").reveal() == "خیابان آزادی");
    CHECK(filing->values.at("national_id").reveal() == number);
    CHECK((filing->assurance == services::Assurance::Card));
  }
}

TEST_CASE("without a reader, or with one that died, the number can be typed and staff have a code") {
  const auto city = small_city();
  Counter counter = at_identify(city, "typed");
  counter.happen(
      event::ReaderChanged{false, event::CardMedia::Unknown, event::ChipPower::HardwareError, "CRD-02"});
  CHECK((state_of(counter) == CardState::NoReader));
  CHECK((counter.state.around.reader_chip == event::ChipPower::HardwareError));
  const auto shown = present(counter.state, WallTime{}, counter.now);
  CHECK(std::get<screens::view::Identify>(shown.view).staff_code == "CRD-02");
  counter.act(action::TypeInstead{});
  counter.type("national_id", number);
  counter.act(action::Next{});
  CHECK(counter.page<page::Form>() != nullptr);
}

TEST_CASE("the slot's state changes nothing that is shown") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  counter.happen(event::CardFailed{counter.visit()->id, event::CardFault::Unknown});
  counter.happen(event::ReaderChanged{true, event::CardMedia::Present, event::ChipPower::Busy});
  CHECK((state_of(counter) == CardState::Unknown));
  CHECK((counter.state.around.reader_chip == event::ChipPower::Busy));
}

TEST_CASE("a visit that is bound to the card stops, too, where its reader goes away") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  read(counter);
  counter.type("address", "خیابان");
  counter.happen(event::ReaderChanged{false});
  REQUIRE(counter.page<page::Identify>() != nullptr);
  CHECK((state_of(counter) == CardState::NoReader));
  CHECK(counter.visit()->values.count("national_id") == 0);
  counter.happen(event::ReaderChanged{true});
  CHECK((state_of(counter) == CardState::PulledOut));
  counter.happen(event::CardInserted{.found = true});  // it was in the reader all the time
  REQUIRE(counter.effect<effect::ReadCard>() != nullptr);
  read(counter);
  REQUIRE(counter.page<page::Form>() != nullptr);
  CHECK(counter.visit()->values.at("address").reveal() == "خیابان");
}

TEST_CASE("what a card's holder typed is not shown without the card after a refusal, nor filed") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  read(counter);
  counter.type("address", "خیابان آزادی");
  counter.act(action::Next{});
  counter.type("mobile", "09123456789");
  counter.act(action::Next{});
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::File>() != nullptr);
  counter.happen(event::FilingFailed{counter.visit()->id, FilingFault::StoreFault});
  REQUIRE(counter.page<page::Refused>() != nullptr);
  counter.happen(event::CardRemoved{});
  SUBCASE("back") { counter.act(action::Back{}); }
  SUBCASE("once more") { counter.act(action::Next{}); }
  CHECK(counter.effect<effect::File>() == nullptr);
  REQUIRE(counter.page<page::Identify>() != nullptr);
  CHECK((state_of(counter) == CardState::PulledOut));
  CHECK(counter.visit()->values.count("national_id") == 0);
}

TEST_CASE("a hand at the reader answers whether somebody is still there") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.pass(idle_before_question);
  REQUIRE((counter.visit()->question == Question::StillThere));
  counter.happen(event::CardInserted{});
  CHECK((counter.visit()->question == Question::None));
  counter.pass(question_stands);
  CHECK(counter.page<page::Identify>() != nullptr);
}

TEST_CASE("a card is read once at a time, and not for somebody who has turned to the keypad") {
  const auto city = small_city();
  Counter counter = at_identify(city, "typed");
  counter.happen(event::CardInserted{});
  REQUIRE(counter.effect<effect::ReadCard>() != nullptr);
  counter.happen(event::CardReading{counter.visit()->id});
  SUBCASE("to the keypad and back") {
    counter.act(action::TypeInstead{});
    counter.act(action::TypeInstead{});
    CHECK(counter.effect<effect::ReadCard>() == nullptr);
    read(counter);
    CHECK(counter.page<page::Form>() != nullptr);
  }
  SUBCASE("one page back and on") {
    counter.act(action::Back{});
    counter.act(action::Next{});
    CHECK(counter.effect<effect::ReadCard>() == nullptr);
    CHECK((state_of(counter) == CardState::Reading));
  }
  SUBCASE("one page back and on, while it waits for the PIN") {
    counter.act(action::Back{});
    counter.happen(event::CardPinWanted{counter.visit()->id});
    counter.act(action::Next{});
    CHECK((state_of(counter) == CardState::PinWanted));
    counter.happen(event::CardReading{counter.visit()->id});  // it has been typed
    counter.act(action::Back{});
    counter.act(action::Next{});
    CHECK((state_of(counter) == CardState::Reading));
  }
  SUBCASE("at the keypad when it is named and answers, and back to the card") {
    counter.act(action::TypeInstead{});
    counter.happen(event::CardNamed{counter.visit()->id, PersonalText("سارا")});
    read(counter);
    CHECK(counter.page<page::Identify>()->name.empty());
    counter.act(action::TypeInstead{});
    CHECK(counter.effect<effect::ReadCard>() != nullptr);
  }
  SUBCASE("pulled before it could be read") {
    counter.happen(event::CardRemoved{});
    counter.happen(event::CardReading{counter.visit()->id});
    counter.happen(event::CardFailed{counter.visit()->id, event::CardFault::Failed});
    CHECK((state_of(counter) == CardState::Waiting));
  }
  SUBCASE("at the keypad when the answer comes") {
    counter.act(action::TypeInstead{});
    read(counter);
    CHECK(counter.page<page::Identify>() != nullptr);
    CHECK(counter.visit()->values.empty());
  }
  SUBCASE("what was said of it holds until it is taken out") {
    counter.happen(event::CardFailed{counter.visit()->id, event::CardFault::WrongPin});
    counter.act(action::TypeInstead{});
    counter.act(action::TypeInstead{});
    CHECK(counter.effect<effect::ReadCard>() == nullptr);
    CHECK((state_of(counter) == CardState::WrongPin));
    counter.happen(event::CardRemoved{});
    counter.happen(event::CardInserted{});
    CHECK(counter.effect<effect::ReadCard>() != nullptr);
  }
}

}  // namespace pishkhan::visit
