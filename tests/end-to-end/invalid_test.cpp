// A request that cases can never use: kept, told to everybody whom it concerns, and in nobody's way.
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>

using namespace pishkhan;
using e2e::WholeCity;
using screens::view::PrintState;

namespace {

/// A pack that the municipality never heard of, with a service that is in no pack of its own.
e2e::fs::path unknown_pack(const e2e::fs::path& folder) {
  e2e::fs::copy(e2e::sample_city(), folder, e2e::fs::copy_options::recursive);
  const auto file = folder / "services/complaint-137.json";
  auto service = nlohmann::ordered_json::parse(std::ifstream(file));
  service["id"] = "never-published";
  service["area"] = "city-services";
  std::ofstream(folder / "services/never-published.json") << service.dump(2);
  return folder;
}

std::string inspected(WholeCity& city) {
  const auto output = city.folder() / "inspect.out";
  auto inspect = demo::ChildProcess::start(e2e::fs::path(PISHKHAN_PROGRAMS) / "pishkhan-queue",
                                           {"inspect", city.machine->config().data.string()}, output);
  if (!inspect || inspect->wait() != 0) return {};
  std::ifstream said(output);
  return {std::istreambuf_iterator<char>(said), {}};
}

}  // namespace

TEST_CASE("a request that is invalid for good is kept, told to staff and to its citizen, and blocks nobody") {
  WholeCity city;
  city.machine->config().city_pack = unknown_pack(city.folder() / "unknown");
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.robot->tap("language/en"));
  REQUIRE(city.robot->tap("area/city-services"));
  REQUIRE(city.robot->tap("service/never-published"));
  REQUIRE(city.robot->tap("main"));
  REQUIRE(city.fill_complaint_form("Lost street 1", "09123456789"));
  const std::string code = city.file();
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.leave());
  city.switch_off();
  city.machine->config().city_pack = e2e::sample_city();
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.fill_complaint("کوچهٔ پشتی", "09123456780"));
  REQUIRE(city.file().size() == 14);
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.leave());

  REQUIRE(city.await_requests(2));
  const auto opened = city.requests();
  CHECK(opened[0]["tracking_code"] == code);
  CHECK(opened[0]["verdict"] == "invalid");
  CHECK(opened[0]["reason"] == "unknown-service");
  CHECK(opened[1]["verdict"] == "accepted");
  CHECK(city.await_health([](const nlohmann::json& now) {
    return now["invalid"] == 1 && now["unsent"] == 0 && now["unopened"] == 0 && now["store"] == "ok";
  }));
  const auto health = city.backend->staff({"health"});
  REQUIRE(health.has_value());
  CHECK(health->find("INVALID 1") != std::string::npos);

  const auto follow = [&city, &code] {
    REQUIRE(city.robot->tap("language/en"));
    REQUIRE(city.robot->tap("track"));
    REQUIRE(city.robot->tap("field/code"));
    REQUIRE(city.robot->type(code));
    REQUIRE(city.robot->tap("main"));
    REQUIRE(city.robot->wait_for([&city] {
      const auto* track = city.robot->page<visit::page::Track>();
      return track == nullptr || track->state != screens::view::LookUpState::Asking;
    }));
    const auto* page = city.robot->page<visit::page::TrackResult>();
    const auto result = page == nullptr ? screens::view::TrackResult{} : page->result;
    REQUIRE(city.robot->tap("end"));
    if (city.robot->shows("confirm-end")) REQUIRE(city.robot->tap("confirm-end"));
    return result;
  };
  CHECK((follow().state == screens::view::CaseState::Invalid));
  // What the city said of it lies in the kiosk's book soon, and it may not have come yet when the cable is cut.
  screens::view::TrackResult offline;
  for (int attempt = 0; attempt < 10 && !offline.as_of; ++attempt) {
    city.backend->network().connect();
    REQUIRE(city.robot->wait_for([&city] { return city.machine->kiosk().state().around.network; }));
    city.backend->network().cut();
    REQUIRE(city.robot->wait_for([&city] { return !city.machine->kiosk().state().around.network; }));
    offline = follow();
  }
  CHECK((offline.state == screens::view::CaseState::Invalid));
  CHECK(offline.as_of.has_value());

  city.switch_off();
  const std::string report = inspected(city);
  CHECK(report.find("invalid: 1\n") != std::string::npos);
  CHECK(report.find("found invalid: 1\n") != std::string::npos);
  CHECK(report.find(": " + code + "\n") != std::string::npos);
}
