#include "kiosk/visit/present.h"
#include "kiosk/visit/test_counter.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::visit;
namespace action = screens::action;

namespace {

void begin_to_fill(Counter& counter) {
  counter.act(action::Start{});
  counter.act(action::ChooseArea{"complaints"});
  counter.act(action::ChooseService{"plain"});
  counter.act(action::Next{});
  counter.type("address", "کوچهٔ بهار");
  counter.act(action::Next{});
  counter.type("mobile", "09123456789");
  counter.act(action::Next{});
  REQUIRE(counter.page<page::Review>() != nullptr);
}

void walk_away(Counter& counter) {
  counter.act(action::End{});
  counter.act(action::ConfirmEnd{});
}

const OutOfService* out(const Counter& counter) {
  return std::get_if<OutOfService>(&counter.state.mode);
}

}  // namespace

TEST_CASE("a counter that the city closes ends no visit, says that nothing is broken, and opens again") {
  const auto city = small_city();
  Counter counter(city);
  begin_to_fill(counter);
  counter.happen(event::ClosedByCity{"flooded hall"});
  CHECK(counter.visit() != nullptr);
  walk_away(counter);
  REQUIRE(out(counter) != nullptr);
  const auto shown = present(counter.state, WallTime{}, counter.now);
  const auto* view = std::get_if<screens::view::OutOfService>(&shown.view);
  REQUIRE(view != nullptr);
  CHECK(view->closed == "flooded hall");
  counter.act(action::Start{});
  CHECK(out(counter) != nullptr);
  counter.happen(event::ClosedByCity{std::nullopt});
  CHECK(counter.attracts());
}

TEST_CASE("what is broken is told before what is closed, and what broke at the start stays so") {
  const auto city = small_city();
  Counter counter(city);
  counter.happen(event::ClosedByCity{"flooded hall"});
  counter.happen(event::OutOfOrder{"QUEUE-IO"});
  CHECK(out(counter)->staff_code == "QUEUE-IO");
  CHECK_FALSE(out(counter)->closed.has_value());
  counter.happen(event::BackInOrder{});
  CHECK(out(counter)->closed.has_value());
  counter.happen(event::StartedBroken{"FONT"});
  counter.happen(event::BackInOrder{});
  counter.happen(event::ClosedByCity{std::nullopt});
  CHECK(out(counter)->staff_code == "FONT");
}

TEST_CASE("an ordered restart waits for the citizen, also for the one who is still being greeted") {
  const auto city = small_city();
  Counter counter(city);
  begin_to_fill(counter);
  counter.happen(event::RestartOrdered{});
  CHECK(counter.effect<effect::Restart>() == nullptr);
  counter.act(action::Next{});
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  counter.act(action::Next{});
  REQUIRE(counter.page<page::Goodbye>() != nullptr);
  CHECK(counter.effect<effect::Restart>() == nullptr);
  counter.pass(goodbye_stands);
  CHECK(counter.effect<effect::Restart>() != nullptr);
  counter.pass(SteadyTime{1000});
  CHECK(counter.effect<effect::Restart>() == nullptr);  // once
}

TEST_CASE("a counter that is out of order restarts at once") {
  const auto city = small_city();
  Counter counter(city);
  counter.happen(event::OutOfOrder{"QUEUE-IO"});
  counter.happen(event::RestartOrdered{});
  CHECK(counter.effect<effect::Restart>() != nullptr);
}

TEST_CASE("a queue that becomes full in mid-visit keeps its last room for what was begun") {
  const auto city = small_city();
  Counter counter(city);
  begin_to_fill(counter);
  counter.happen(event::QueueChanged{FilingFault::DiskFull, false});
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::File>() != nullptr);
  const VisitId id = counter.visit()->id;

  SUBCASE("it is filed") {
    counter.happen(event::Filed{id, filed_request("plain"), false});
    CHECK(counter.page<page::Receipt>() != nullptr);
  }
  SUBCASE("not even that room was left: a sentence, and everything typed is still there") {
    counter.happen(event::FilingFailed{id, FilingFault::DiskFull});
    REQUIRE(counter.page<page::Refused>() != nullptr);
    const auto shown = present(counter.state, WallTime{}, counter.now);
    CHECK(std::get<screens::view::Refused>(shown.view).may_retry);
    CHECK(counter.visit()->values.at("address").reveal() == "کوچهٔ بهار");
    counter.act(action::Back{});
    CHECK(counter.page<page::Review>() != nullptr);
  }
  SUBCASE("the next citizen is told before typing") {
    counter.happen(event::Filed{id, filed_request("plain"), false});
    counter.act(action::Next{});
    counter.act(action::Next{});
    REQUIRE(counter.attracts());
    counter.act(action::Start{});
    counter.act(action::ChooseArea{"complaints"});
    counter.act(action::ChooseService{"plain"});
    CHECK(counter.page<page::Refused>() != nullptr);
  }
}

TEST_CASE("a pack that arrives in mid-visit is the next visit's") {
  const auto before = small_city();
  auto after = small_city();
  after.version = "2";
  Counter counter(before);
  begin_to_fill(counter);
  counter.happen(event::CatalogueLoaded{&after});
  counter.act(action::Next{});
  REQUIRE(counter.effect<effect::File>() != nullptr);
  CHECK(counter.effect<effect::File>()->catalogue == &before);
  CHECK(present(counter.state, WallTime{}, counter.now).situation.catalogue == &before);
  counter.happen(event::Filed{counter.visit()->id, filed_request("plain"), false});
  counter.act(action::Next{});
  counter.act(action::Next{});
  REQUIRE(counter.attracts());
  CHECK(present(counter.state, WallTime{}, counter.now).situation.catalogue == &after);
  counter.act(action::Start{});
  CHECK(counter.visit()->catalogue == &after);
}
