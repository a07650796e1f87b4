// Whose card it is: cards that are forgotten, left in a reader that goes away, or followed by another one.
#include "kiosk/visit/card_counter_test.h"
#include "kiosk/visit/present.h"

#include <string>

namespace pishkhan::visit {

namespace action = screens::action;
using screens::view::CardState;

TEST_CASE("a card that is forgotten is asked for, then written down, and is nobody else's identity") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  read(counter);
  const VisitId first = counter.visit()->id;
  counter.act(action::End{});
  counter.act(action::ConfirmEnd{});
  REQUIRE(counter.page<page::Goodbye>() != nullptr);
  CHECK(counter.effect<effect::Chime>() != nullptr);
  CHECK(counter.effect<effect::Forget>() != nullptr);
  counter.act(action::Next{});  // it cannot be closed away
  CHECK(counter.page<page::Goodbye>() != nullptr);
  int chimes = 0;
  const effect::NoteForgottenCard* noted = nullptr;
  for (SteadyTime waited{0}; waited < card_is_asked_for && noted == nullptr; waited += SteadyTime{500}) {
    const auto due = next_deadline(counter.state, counter.now);
    REQUIRE(due);
    CHECK(*due - counter.now <= between_chimes);
    counter.pass(SteadyTime{500});
    if (counter.effect<effect::Chime>() != nullptr) ++chimes;
    noted = counter.effect<effect::NoteForgottenCard>();
  }
  CHECK(chimes >= 10);
  REQUIRE(noted != nullptr);
  CHECK(noted->visit == first);
  CHECK(noted->asked_seconds == 60);
  REQUIRE(counter.attracts());
  CHECK(
      std::get<screens::view::Welcome>(present(counter.state, WallTime{}, counter.now).view).card_left_behind);
  counter.act(action::Start{});
  counter.act(action::ChooseArea{"complaints"});
  counter.act(action::ChooseService{"card"});
  counter.act(action::Next{});
  CHECK(counter.effect<effect::ReadCard>() == nullptr);
  CHECK((state_of(counter) == CardState::LeftBehind));
  counter.happen(event::CardRemoved{});
  CHECK((state_of(counter) == CardState::Waiting));
  counter.happen(event::CardInserted{});
  CHECK(counter.effect<effect::ReadCard>() != nullptr);
}

TEST_CASE("a reader that goes away and comes back gives nobody the card that somebody left in it") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  read(counter);
  const auto reader_is = [&](bool present) { counter.happen(event::ReaderChanged{present}); };
  const auto next_person = [&] {
    counter.act(action::Start{});
    counter.act(action::ChooseArea{"complaints"});
    counter.act(action::ChooseService{"card"});
    counter.act(action::Next{});
    REQUIRE(counter.page<page::Identify>() != nullptr);
  };
  SUBCASE("after the visit") {
    counter.pass(idle_before_question);
    counter.pass(question_stands);
    counter.pass(card_is_asked_for);
    REQUIRE(counter.attracts());
    reader_is(false);
    reader_is(true);
    counter.happen(event::CardInserted{.found = true});
  }
  SUBCASE("while the card is asked for") {
    counter.pass(idle_before_question);
    counter.pass(question_stands);
    REQUIRE(counter.page<page::Goodbye>() != nullptr);
    reader_is(false);
    counter.pass(card_is_asked_for);
    REQUIRE(counter.attracts());
    reader_is(true);
    counter.happen(event::CardInserted{.found = true});
  }
  SUBCASE("and answers only when the next person is there") {
    counter.pass(idle_before_question);
    counter.pass(question_stands);
    reader_is(false);
    counter.pass(card_is_asked_for);
    next_person();
    CHECK((state_of(counter) == CardState::NoReader));
    reader_is(true);
    counter.happen(event::CardInserted{.found = true});
  }
  if (counter.attracts()) next_person();
  CHECK(counter.effect<effect::ReadCard>() == nullptr);
  CHECK((state_of(counter) == CardState::LeftBehind));
  counter.happen(event::CardRemoved{});
  counter.happen(event::CardInserted{});
  CHECK(counter.effect<effect::ReadCard>() != nullptr);
}

TEST_CASE("a card that was drawn out while its reader was away is nobody's any more") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  counter.act(action::End{});
  REQUIRE(counter.page<page::Goodbye>() != nullptr);
  counter.happen(event::ReaderChanged{false});
  counter.pass(goodbye_stands);
  REQUIRE(counter.attracts());
  CHECK(counter.state.around.card_left_behind);
  counter.happen(event::ReaderChanged{true});
  counter.happen(event::CardRemoved{});  // the first look: the slot is empty
  CHECK_FALSE(counter.state.around.card_left_behind);
}

TEST_CASE("what a card's holder typed is shown to no other card, whichever way led back to the card's place") {
  const auto city = small_city();
  for (const int pages_back : {1, 2}) {
    for (const char* next : {number, "0012345679"}) {
      CAPTURE(pages_back);
      CAPTURE(next);
      Counter counter = at_identify(city);
      counter.happen(event::CardInserted{});
      read(counter);
      counter.type("address", "خیابان آزادی");
      for (int page = 0; page < pages_back; ++page) counter.act(action::Back{});
      counter.happen(event::CardRemoved{});
      if (counter.page<page::Identify>() == nullptr) counter.act(action::Next{});
      counter.happen(event::CardInserted{});
      read(counter, next);
      REQUIRE(counter.page<page::Form>() != nullptr);
      CHECK(counter.visit()->values.count("address") == (next == number ? 1U : 0U));
    }
  }
}

TEST_CASE("a card that was put in before a visit is the visitor's if that was just now, and else nobody's") {
  const auto city = small_city();
  Counter counter(city);
  counter.happen(event::ReaderChanged{true});
  counter.happen(event::CardInserted{});
  const auto identify = [&counter] {
    open_service(counter, "card", Language::English);
    counter.act(action::Next{});
    REQUIRE(counter.page<page::Identify>() != nullptr);
  };
  SUBCASE("just now") {
    counter.pass(SteadyTime{10'000});
    identify();
    CHECK(counter.effect<effect::ReadCard>() != nullptr);
  }
  SUBCASE("long ago") {
    counter.pass(card_is_asked_for);
    identify();
    CHECK(counter.effect<effect::ReadCard>() == nullptr);
    CHECK((state_of(counter) == CardState::LeftBehind));
  }
}

TEST_CASE("who leaves by the way back is asked to take their card, too") {
  const auto city = small_city();
  Counter counter(city);
  counter.happen(event::ReaderChanged{true});
  counter.happen(event::CardInserted{});
  counter.act(action::Start{});
  counter.act(action::Back{});
  CHECK(counter.page<page::Goodbye>() != nullptr);
}

TEST_CASE("a card that is taken in time is thanked for and noted nowhere") {
  const auto city = small_city();
  Counter counter = at_identify(city);
  counter.happen(event::CardInserted{});
  read(counter);
  SUBCASE("after the end") {
    counter.act(action::End{});
    counter.act(action::ConfirmEnd{});
  }
  SUBCASE("called back after walking away") {
    counter.pass(idle_before_question);
    counter.pass(question_stands);
  }
  REQUIRE(counter.page<page::Goodbye>() != nullptr);
  counter.pass(SteadyTime{20'000});
  counter.happen(event::CardRemoved{});
  CHECK(counter.effect<effect::NoteForgottenCard>() == nullptr);
  counter.pass(goodbye_stands - SteadyTime{1});
  CHECK(counter.page<page::Goodbye>() != nullptr);
  counter.pass(SteadyTime{1});
  CHECK(counter.attracts());
  CHECK_FALSE(counter.state.around.card_left_behind);
}

}  // namespace pishkhan::visit
