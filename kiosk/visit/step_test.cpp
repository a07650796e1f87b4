#include "kiosk/visit/present.h"
#include "kiosk/visit/test_counter.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::visit;
namespace action = screens::action;
using screens::view::LookUpState;
using screens::view::PrintState;

TEST_CASE("a whole visit: services, form, review, filing, receipt, goodbye") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  REQUIRE(counter.page<page::Review>() != nullptr);
  CHECK(counter.visit()->values.at("mobile").reveal() == "09123456789");  // stored form

  counter.act(action::Next{});
  const auto* file = counter.effect<effect::File>();
  REQUIRE(file != nullptr);
  CHECK(file->assurance == services::Assurance::MobileNumber);
  CHECK(counter.page<page::Filing>() != nullptr);

  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  REQUIRE(counter.effect<effect::Print>() != nullptr);
  REQUIRE(counter.page<page::Receipt>() != nullptr);
  CHECK(counter.page<page::Receipt>()->print == PrintState::Printing);

  counter.happen(event::PrintEnded{counter.visit()->id, 7, PrintOutcome::Printed});
  REQUIRE(counter.effect<effect::RecordPrint>() != nullptr);
  CHECK(counter.page<page::Receipt>()->print == PrintState::Printed);

  counter.act(action::Next{});
  CHECK(counter.page<page::Goodbye>() != nullptr);
  CHECK(counter.effect<effect::Forget>() != nullptr);
  CHECK(counter.visit()->values.empty());
  counter.pass(goodbye_stands);
  CHECK(counter.attracts());
}

TEST_CASE("nothing is shown as filed before the queue has said so") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  const VisitId id = counter.visit()->id;
  counter.act(action::Next{});
  CHECK(counter.effect<effect::File>() == nullptr);  // a second touch does not file twice
  counter.happen(event::Filed{id + 1, filed_request("plain"), false});
  CHECK(counter.page<page::Filing>() != nullptr);  // another visit's answer
  counter.happen(event::FilingFailed{id, FilingFault::DiskFull});
  REQUIRE(counter.page<page::Refused>() != nullptr);
  CHECK_FALSE(counter.visit()->values.empty());  // what was typed stays for another try
  counter.act(action::Next{});
  CHECK(counter.effect<effect::File>() != nullptr);
}

TEST_CASE("a disk that answers late still leads to the receipt") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  counter.pass(filing_patience);
  CHECK(counter.page<page::Refused>() != nullptr);
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  CHECK(counter.page<page::Receipt>() != nullptr);
}

TEST_CASE("a full disk is told before anything is typed") {
  const auto city = small_city();
  Counter counter(city);
  counter.happen(event::QueueChanged{FilingFault::DiskFull, false});
  open_service(counter, "plain");
  CHECK(counter.page<page::Refused>() != nullptr);
  counter.act(action::Next{});
  CHECK(counter.effect<effect::File>() == nullptr);
  counter.act(action::Back{});
  CHECK(counter.page<page::Services>() != nullptr);
}

TEST_CASE("the main action names the first wrong field and goes no further") {
  const auto city = small_city();
  Counter counter(city);
  open_service(counter, "plain");
  counter.act(action::Next{});
  counter.type("address", "ک");
  counter.act(action::Next{});
  REQUIRE(counter.page<page::Form>() != nullptr);
  CHECK(counter.page<page::Form>()->step == 0);
  CHECK(counter.visit()->focused == "address");
  CHECK(counter.visit()->problems.count("address") == 1);
  counter.type("address", "کوچه");
  CHECK(counter.visit()->problems.empty());  // typing on takes the reproach away
}

TEST_CASE("identity is asked at the level that the service demands") {
  const auto city = small_city();
  Counter counter(city);
  SUBCASE("typed, no reader") {
    open_service(counter, "typed");
    counter.act(action::Next{});
    REQUIRE(counter.page<page::Identify>() != nullptr);
    CHECK_FALSE(counter.page<page::Identify>()->by_card);
    counter.type("national_id", "0499370898");
    counter.act(action::Next{});
    CHECK(counter.visit()->problems.count("national_id") == 1);
    counter.type("national_id", "0499370899");
    counter.act(action::Next{});
    CHECK(counter.page<page::Form>() != nullptr);
  }
  SUBCASE("by card, and the card is pulled") {
    counter.happen(event::ReaderChanged{true});
    open_service(counter, "card");
    counter.act(action::Next{});
    REQUIRE(counter.page<page::Identify>() != nullptr);
    counter.act(action::TypeInstead{});
    CHECK(counter.page<page::Identify>()->by_card);  // this service demands the card
    counter.happen(event::CardInserted{});
    REQUIRE(counter.effect<effect::ReadCard>() != nullptr);
    counter.happen(event::CardRead{counter.visit()->id, PersonalText("0499370899"), PersonalText("سارا")});
    REQUIRE(counter.page<page::Form>() != nullptr);
    counter.type("address", "خیابان");
    counter.happen(event::CardRemoved{});
    CHECK(counter.page<page::Identify>() != nullptr);
    CHECK(counter.visit()->values.at("address").reveal() == "خیابان");
  }
}

TEST_CASE("idle: asked, then erased; a touch keeps the visit") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.pass(idle_before_question - SteadyTime{1});
  CHECK(counter.visit()->question == Question::None);
  counter.pass(SteadyTime{1});
  CHECK(counter.visit()->question == Question::StillThere);
  const auto shown = present(counter.state, WallTime{}, counter.now);
  REQUIRE(std::holds_alternative<screens::IdleWarning>(shown.overlay));
  CHECK(std::get<screens::IdleWarning>(shown.overlay).seconds_left == 30);
  counter.act(action::KeepGoing{});
  CHECK(counter.visit()->question == Question::None);
  CHECK(counter.page<page::Review>() != nullptr);
  counter.pass(idle_before_question);
  counter.pass(question_stands);
  CHECK(counter.attracts());
  CHECK(counter.effect<effect::Forget>() != nullptr);
}

TEST_CASE("End asks only where something typed would be lost") {
  const auto city = small_city();
  Counter counter(city);
  counter.act(action::ChooseLanguage{Language::English});
  counter.act(action::End{});
  CHECK(counter.attracts());
  fill_plain(counter);
  counter.act(action::End{});
  CHECK(counter.visit()->question == Question::EndAndErase);
  counter.act(action::KeepGoing{});
  CHECK(counter.page<page::Review>() != nullptr);
  counter.act(action::End{});
  counter.act(action::ConfirmEnd{});
  CHECK(counter.attracts());
}

TEST_CASE("out of service begins between visits only, and ends by itself") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.happen(event::OutOfOrder{"STORE-NEWER"});
  CHECK(counter.visit() != nullptr);
  counter.act(action::End{});
  counter.act(action::ConfirmEnd{});
  REQUIRE(std::holds_alternative<OutOfService>(counter.state.mode));
  counter.act(action::ChooseLanguage{Language::Persian});
  CHECK(std::holds_alternative<OutOfService>(counter.state.mode));
  counter.happen(event::BackInOrder{});
  CHECK(counter.attracts());
}

TEST_CASE("a visit ends with the catalogue it began with") {
  const auto old_city = small_city();
  auto new_city = small_city();
  new_city.services.clear();
  Counter counter(old_city);
  fill_plain(counter);
  counter.happen(event::CatalogueLoaded{&new_city});
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::File>() != nullptr);
  CHECK(counter.effect<effect::File>()->catalogue == &old_city);
}

TEST_CASE("recovery gives the code again, without the words that the machine can no longer read") {
  const auto city = small_city();
  Counter counter(city);
  counter.act(action::OpenRecovery{});
  CHECK(counter.attracts());  // nothing to recover, so no door
  counter.happen(event::QueueChanged{std::nullopt, true});
  counter.act(action::OpenRecovery{});
  counter.type("mobile", "09123456789");
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::Recover>() != nullptr);
  const SteadyTime first_asked = counter.effect<effect::Recover>()->asked;
  counter.happen(event::Recovered{counter.visit()->id, first_asked, std::nullopt});
  CHECK(counter.page<page::Recover>()->not_found);
  counter.now += SteadyTime{3000};
  counter.type("mobile", "09123456780");
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::Recover>() != nullptr);
  const SteadyTime asked = counter.effect<effect::Recover>()->asked;
  counter.happen(event::Recovered{counter.visit()->id, first_asked, filed_request("plain")});
  CHECK(counter.page<page::Recover>()->searching);  // an answer to the number before
  counter.happen(event::Recovered{counter.visit()->id, asked, filed_request("plain")});
  REQUIRE(counter.page<page::Receipt>() != nullptr);
  REQUIRE(counter.effect<effect::Print>() != nullptr);
  CHECK(counter.effect<effect::Print>()->values.empty());
}

TEST_CASE("what was typed for one service is not filed with another") {
  const auto city = small_city();
  Counter counter(city);
  open_service(counter, "typed");
  counter.act(action::Next{});
  counter.type("national_id", "0499370899");
  counter.act(action::Next{});
  counter.act(action::Back{});
  counter.act(action::Back{});
  counter.act(action::Back{});
  counter.act(action::ChooseService{"plain"});
  CHECK(counter.visit()->values.empty());
}

TEST_CASE("a value that was spoilt on the way back from the review is not filed") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::GoToStep{1});
  counter.type("mobile", "09");
  counter.act(action::Back{});
  REQUIRE(counter.page<page::Review>() != nullptr);
  counter.act(action::Next{});
  CHECK(counter.effect<effect::File>() == nullptr);
  REQUIRE(counter.page<page::Form>() != nullptr);
  CHECK(counter.page<page::Form>()->step == 1);
  CHECK(counter.visit()->problems.count("mobile") == 1);
}

TEST_CASE("while a slow disk has not answered, nothing is filed again and nothing is changed") {
  const auto city = small_city();
  Counter counter(city);
  fill_plain(counter);
  counter.act(action::Next{});
  counter.pass(filing_patience);
  REQUIRE(counter.page<page::Refused>() != nullptr);
  counter.act(action::Back{});
  CHECK(counter.page<page::Refused>() != nullptr);
  counter.act(action::Next{});
  CHECK(counter.effect<effect::File>() == nullptr);
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  CHECK(counter.page<page::Receipt>() != nullptr);
}

TEST_CASE("the answer to an earlier question is not shown for the present one") {
  const auto city = small_city();
  Counter counter(city);
  counter.act(action::OpenTracking{});
  counter.type("code", "10420100000175");
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::LookUp>() != nullptr);
  screens::view::TrackResult other;
  other.tracking_code = "10420100000369";
  counter.happen(event::LookedUp{counter.visit()->id, other});
  CHECK(counter.page<page::TrackResult>() == nullptr);
  other.tracking_code = "10420100000175";
  counter.happen(event::LookedUp{counter.visit()->id, other});
  CHECK(counter.page<page::TrackResult>() != nullptr);
}
