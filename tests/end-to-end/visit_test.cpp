// The main job on real parts: a touch on the screen becomes a case at the backend, once.
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

using namespace pishkhan;
using e2e::WholeCity;
using screens::view::PrintState;

TEST_CASE("a complaint goes from the finger to the backend's table, and its receipt comes out of the printer") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.fill_complaint("خیابان آزادی، نبش کوچهٔ ۱۲", "09123456789"));
  const std::string code = city.file();
  REQUIRE(code.size() == 14);
  REQUIRE(city.await_print(PrintState::Printed));
  const Bitmap shown = city.robot->page<visit::page::Receipt>()->paper;

  // What came out is, dot for dot, what was laid out and shown.
  const auto strips = city.machine->printer().take_strips();
  REQUIRE_FALSE(strips.empty());
  const simulated::Strip& strip = strips.back();
  REQUIRE(strip.dots.height() >= strip.top_margin_rows + shown.height());
  int different_rows = 0;
  for (int y = 0; y < shown.height(); ++y) {
    const ByteView printed = strip.dots.row(strip.top_margin_rows + y);
    const ByteView laid_out = shown.row(y);
    if (!std::equal(printed.begin(), printed.end(), laid_out.begin(), laid_out.end())) ++different_rows;
  }
  CHECK(different_rows == 0);
  for (const auto& report : city.machine->printer().reports())
    CHECK(report.kind == simulated::Report::Kind::RealTimeInsideData);

  REQUIRE(city.robot->wait_for([&city] { return city.robot->page<visit::page::Receipt>()->sent; }));
  REQUIRE(city.await_requests(1));
  const auto opened = city.requests();
  REQUIRE(opened.size() == 1);
  CHECK(opened[0]["tracking_code"] == code);
  CHECK(opened[0]["fields"]["address"] == "خیابان آزادی، نبش کوچهٔ ۱۲");
  CHECK(opened[0]["fields"]["mobile"] == "09123456789");
  CHECK(opened[0]["verdict"] == "accepted");
  CHECK(city.leave());
}

TEST_CASE("without a network the visit ends the same way, and everything arrives once, in order") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  city.backend->network().cut();
  std::vector<std::string> codes;
  for (const char* mobile : {"09120000001", "09120000002", "09120000003"}) {
    REQUIRE(city.fill_complaint("کوچهٔ بهار", mobile));
    codes.push_back(city.file());
    REQUIRE(city.await_print(PrintState::Printed));
    CHECK_FALSE(city.robot->page<visit::page::Receipt>()->sent);
    REQUIRE(city.leave());
  }
  CHECK(city.requests().empty());
  city.backend->network().connect();
  REQUIRE(city.await_requests(3));
  const auto opened = city.requests();
  REQUIRE(opened.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(opened[i]["tracking_code"] == codes[i]);
}

TEST_CASE("after a cut between commit and receipt the code can be fetched, and filing again joins") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  city.backend->network().cut();
  city.machine->printer().unplug();
  REQUIRE(city.robot->wait_for([&city] { return !city.machine->kiosk().state().around.printer_ready; }));
  REQUIRE(city.fill_complaint("میدان نمونه", "09121112233"));
  const std::string code = city.file();
  REQUIRE(code.size() == 14);
  city.switch_off();
  city.machine->printer().plug_in();
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.robot->wait_for([&city] { return city.machine->kiosk().state().around.recovery_offered; }));

  SUBCASE("the code again, for who knows the number") {
    REQUIRE(city.robot->tap("recover"));
    REQUIRE(city.robot->tap("field/mobile"));
    REQUIRE(city.robot->type("09129999999"));
    REQUIRE(city.robot->tap("main"));
    REQUIRE(city.robot->wait_for([&city] {
      const auto* page = city.robot->page<visit::page::Recover>();
      return page != nullptr && page->not_found;
    }));
    for (int i = 0; i < 11; ++i) REQUIRE(city.robot->tap("key/backspace"));
    REQUIRE(city.robot->type("09121112233"));
    REQUIRE(city.robot->tap("main"));
    REQUIRE(city.await_print(PrintState::Printed));
    CHECK(city.robot->page<visit::page::Receipt>()->request.tracking_code == code);
  }
  SUBCASE("the same again is the same request") {
    REQUIRE(city.fill_complaint("میدان  نمونه", "09121112233"));
    CHECK(city.file() == code);
    CHECK(city.robot->page<visit::page::Receipt>()->occasion == visit::Occasion::Joined);
    city.backend->network().connect();
    REQUIRE(city.robot->wait_for([&city] { return city.robot->page<visit::page::Receipt>()->sent; }));
    REQUIRE(city.await_requests(1));
    CHECK(city.requests().size() == 1);
  }
}

TEST_CASE("a service that is dropped into the city's pack is there, with nothing else changed") {
  const e2e::TestFolder folder;
  const auto pack = folder.path() / "city";
  e2e::fs::copy(e2e::sample_city(), pack, e2e::fs::copy_options::recursive);
  std::ifstream original(pack / "services/complaint-137.json");
  auto service = nlohmann::ordered_json::parse(original);
  service["id"] = "tree-watering";
  service["area"] = "urban-services";
  service["name"] = {{"fa", "آبیاری درخت"}, {"en", "Watering a tree"}};
  const auto areas = nlohmann::json::parse(std::ifstream(pack / "areas.json"));
  std::string area;
  for (const auto& one : areas.is_array() ? areas : areas["areas"])
    if (one["icon"] == "tree") area = one["id"];
  service["area"] = area;
  std::ofstream(pack / "services/tree-watering.json") << service.dump(2);

  WholeCity city(pack);
  REQUIRE(city.switch_on());
  REQUIRE(city.robot->tap("language/en"));
  REQUIRE(city.robot->tap("area/" + area));
  REQUIRE(city.robot->tap("service/tree-watering"));
  CHECK(city.robot->page<visit::page::Before>() != nullptr);
  CHECK(city.robot->tap("main"));
  CHECK(city.robot->shows("choice/topic/pothole"));
}
