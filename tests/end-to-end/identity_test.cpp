// Who files: from the card in the reader, or the number on the screen, to the backend's table.
#include "drivers/simulated/citizen_card.h"
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using e2e::WholeCity;

namespace {

/// A city with one service that wants the card and one that takes a typed number.
e2e::fs::path second_city() {
  return e2e::fs::path(PISHKHAN_ASSETS).parent_path() / "base/services/testdata/second-city";
}

}  // namespace

TEST_CASE("card and typed number reach the opened request as the identity that each service demands") {
  WholeCity city(second_city());
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  const simulated::CardHolder holder;

  REQUIRE(city.robot->tap("language/fa"));
  REQUIRE(city.robot->tap("area/trees"));
  REQUIRE(city.robot->tap("service/tree-felling"));
  REQUIRE(city.robot->tap("main"));
  city.machine->reader().insert(city.machine->cards().citizen());
  REQUIRE(city.robot->wait_for([&city] { return city.robot->page<visit::page::Form>() != nullptr; }));
  REQUIRE(city.robot->tap("field/reason"));
  REQUIRE(city.robot->type("خشک شده"));
  REQUIRE(city.robot->tap("main"));
  const std::string by_card = city.file();
  REQUIRE(by_card.size() == 14);
  REQUIRE(city.robot->tap("main"));
  static_cast<void>(city.machine->reader().remove());
  REQUIRE(city.robot->wait_for([&city] { return !city.machine->kiosk().state().around.card_inside; }));
  REQUIRE(city.robot->tap("main"));

  REQUIRE(city.robot->tap("language/fa"));
  REQUIRE(city.robot->tap("area/trees"));
  REQUIRE(city.robot->tap("service/tree-pruning"));
  REQUIRE(city.robot->tap("main"));
  REQUIRE(city.robot->tap("type-instead"));
  REQUIRE(city.robot->tap("field/national_id"));
  REQUIRE(city.robot->type("0499370899"));
  REQUIRE(city.robot->tap("main"));
  REQUIRE(city.robot->tap("field/girth"));
  REQUIRE(city.robot->type("120"));
  REQUIRE(city.robot->tap("field/postcode"));
  REQUIRE(city.robot->type("1193653471"));
  REQUIRE(city.robot->tap("main"));
  REQUIRE(city.robot->page<visit::page::Review>() != nullptr);
  const std::string by_number = city.file();
  REQUIRE(by_number.size() == 14);

  REQUIRE(city.await_requests(2));
  const auto opened = city.requests();
  CHECK(opened[0]["tracking_code"] == by_card);
  CHECK(opened[0]["verdict"] == "accepted");
  CHECK(opened[0]["assurance"] == "card");
  CHECK(opened[0]["identity"]["national_id"] == std::string(holder.national_id.reveal()));
  CHECK(opened[0]["identity"]["name"] == std::string(holder.name.reveal()));
  CHECK(opened[0]["fields"].contains("national_id") == false);
  CHECK(opened[1]["tracking_code"] == by_number);
  CHECK(opened[1]["verdict"] == "accepted");
  CHECK(opened[1]["assurance"] == "typed-national-id");
  CHECK(opened[1]["identity"]["national_id"] == "0499370899");
  CHECK(opened[1]["identity"].contains("name") == false);
  CHECK(opened[1]["fields"]["postcode"] == "1193653471");
}

TEST_CASE("the name is on the screen while the card is still being checked, and goes with the card") {
  WholeCity city(second_city());
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.robot->tap("language/fa"));
  REQUIRE(city.robot->tap("area/trees"));
  REQUIRE(city.robot->tap("service/tree-felling"));
  REQUIRE(city.robot->tap("main"));
  city.machine->reader().set_pace(2400);  // slow enough to be caught at it
  const auto shows = [&city](screens::view::CardState state) {
    const auto* identify = city.robot->page<visit::page::Identify>();
    return identify != nullptr && identify->card == state;
  };
  for (int i = 0; i < 2; ++i) {
    city.machine->reader().insert(city.machine->cards().citizen());
    REQUIRE(city.robot->wait_for([&] { return shows(screens::view::CardState::Checking); }));
    CHECK_FALSE(city.robot->page<visit::page::Identify>()->name.empty());
    static_cast<void>(city.machine->reader().remove());
    REQUIRE(city.robot->wait_for([&] { return !city.machine->kiosk().state().around.card_inside; }));
    REQUIRE(city.robot->wait_for([&] { return shows(screens::view::CardState::Waiting); }));
    CHECK(city.robot->page<visit::page::Identify>()->name.empty());
  }
}
