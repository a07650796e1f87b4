// What the city says to its kiosk from afar, and what the kiosk says of itself, on real parts.
#include "base/services/loader.h"
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace pishkhan;
using e2e::WholeCity;
using screens::view::PrintState;

namespace {

const visit::OutOfService* closed(WholeCity& city) {
  const auto* out = std::get_if<visit::OutOfService>(&city.machine->kiosk().state().mode);
  return out != nullptr && out->closed ? out : nullptr;
}

bool attracts(WholeCity& city) {
  return std::holds_alternative<visit::Attract>(city.machine->kiosk().state().mode);
}

std::string fingerprint(WholeCity& city) {
  const auto* catalogue = city.machine->kiosk().state().around.catalogue;
  return catalogue == nullptr ? std::string() : catalogue->fingerprint;
}

/// The sample city with one service more, under another version.
e2e::fs::path larger_city(const e2e::fs::path& folder) {
  e2e::fs::copy(e2e::sample_city(), folder, e2e::fs::copy_options::recursive);
  std::ifstream original(folder / "services/complaint-137.json");
  auto service = nlohmann::ordered_json::parse(original);
  service["id"] = "tree-watering";
  service["area"] = "city-services";
  service["name"] = {{"fa", "آبیاری درخت"}, {"en", "Watering a tree"}};
  std::ofstream(folder / "services/tree-watering.json") << service.dump(2);
  auto about = nlohmann::ordered_json::parse(std::ifstream(folder / "city.json"));
  about["version"] = "1405.4";
  std::ofstream(folder / "city.json") << about.dump(2);
  return folder;
}

}  // namespace

TEST_CASE(
    "staff close a counter from afar, a restart keeps it closed, they open it again, and all is recorded") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.robot->tap("language/fa"));
  std::vector<std::string> entries;
  const auto order = [&city, &entries](std::vector<std::string> words) {
    words.insert(words.begin(), "command");
    const auto said = city.backend->staff(std::move(words));
    REQUIRE(said.has_value());
    REQUIRE(said->rfind("number ", 0) == 0);
    entries.push_back("common-order-done " + said->substr(7));  // with the end of the line
  };
  order({"out-of-service", "--reason", "flooded hall"});
  REQUIRE(city.robot->wait_for([&city] { return city.machine->kiosk().state().around.closed.has_value(); }));
  CHECK(city.robot->visit() != nullptr);  // whoever is at the counter is left in peace
  REQUIRE(city.robot->tap("end"));
  REQUIRE(closed(city) != nullptr);
  CHECK(closed(city)->closed == "flooded hall");
  CHECK(city.await_health([](const nlohmann::json& now) { return now["closed"] == "flooded hall"; }));

  city.switch_off();
  city.backend->network().cut();
  REQUIRE(city.switch_on());
  CHECK(closed(city) != nullptr);  // at once, and with nobody to ask
  city.backend->network().connect();
  order({"in-service"});
  REQUIRE(city.robot->wait_for([&city] { return attracts(city); }));
  order({"restart"});
  CHECK(city.robot->wait_for([&city] { return city.machine->kiosk().restart_wanted(); }));
  REQUIRE(city.robot->wait_for([&city, &entries] {
    const auto audit = city.backend->staff({"audit"});
    return audit && audit->find(entries.back()) != std::string::npos;
  }));
  const std::string audit = *city.backend->staff({"audit"});
  for (const std::string& entry : entries) {
    const auto first = audit.find(entry);
    CHECK(first != std::string::npos);
    CHECK(audit.find(entry, first + 1) == std::string::npos);
  }
  city.switch_off();
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  CHECK(attracts(city));
  CHECK_FALSE(city.machine->kiosk().restart_wanted());  // it had its restart
}

TEST_CASE("a pack that the city publishes is the next visit's, and each request is judged by its own pack") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  const std::string before = fingerprint(city);
  REQUIRE(city.fill_complaint("خیابان آزادی، نبش کوچهٔ ۱۲", "09123456789"));
  REQUIRE(
      city.backend->staff({"publish-catalogue", larger_city(city.folder() / "larger").string()}).has_value());
  REQUIRE(city.robot->wait_for([&] { return fingerprint(city) != before; }));
  const std::string after = fingerprint(city);
  CHECK(city.robot->page<visit::page::Review>() != nullptr);
  const std::string first = city.file();
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.leave());

  // The very service that was dropped into the city's folder: filed, and opened at cases.
  REQUIRE(city.robot->tap("language/en"));
  REQUIRE(city.robot->tap("area/city-services"));
  REQUIRE(city.robot->tap("service/tree-watering"));
  REQUIRE(city.robot->tap("main"));
  REQUIRE(city.fill_complaint_form("Azadi street, lane 3", "09123456789"));
  const std::string second = city.file();
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.await_requests(2));
  const auto opened = city.requests();
  CHECK(opened[0]["tracking_code"] == first);
  CHECK(opened[0]["verdict"] == "accepted");
  CHECK(opened[0]["catalogue_fingerprint"] == before);
  CHECK(opened[1]["tracking_code"] == second);
  CHECK(opened[1]["verdict"] == "accepted");
  CHECK(opened[1]["service"] == "tree-watering");
  CHECK(opened[1]["catalogue_fingerprint"] == after);
  CHECK(opened[1]["fields"]["address"] == "Azadi street, lane 3");

  city.switch_off();
  city.backend->network().cut();
  REQUIRE(city.switch_on());
  CHECK(fingerprint(city) == after);  // from its own disk, with nobody to ask
}

TEST_CASE("remote settings reach the running kiosk; a queue that fills up in mid-visit files what was begun") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.fill_complaint("خیابان بهار", "09123456789"));
  REQUIRE(city.backend->staff({"set-configuration", "queue.keep_free_mebibytes=1048576"}).has_value());
  REQUIRE(
      city.robot->wait_for([&city] { return city.machine->kiosk().state().around.queue_refuses.has_value(); }));
  const std::string code = city.file();
  CHECK(code.size() == 14);
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.leave());
  REQUIRE(city.robot->tap("language/fa"));
  REQUIRE(city.robot->tap("area/complaints"));
  REQUIRE(city.robot->tap("service/complaint-137"));
  CHECK(city.robot->page<visit::page::Refused>() != nullptr);  // before anything is typed
  CHECK(city.await_health([](const nlohmann::json& now) {
    return now["room"] == "too-little" && now["store"] == "disk-full" && now["unsent"] == 0;
  }));
  REQUIRE(city.backend->staff({"set-configuration"}).has_value());
  CHECK(city.robot->wait_for(
      [&city] { return !city.machine->kiosk().state().around.queue_refuses.has_value(); }));
}

TEST_CASE("the kiosk says how it is: its pack, queue, devices in XFS4IoT's words, and a clock that is wrong") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  const std::string pack = fingerprint(city);
  const auto in_a_month = (SystemClock().wall() + std::chrono::hours(24 * 30)).time_since_epoch().count();
  CHECK(city.await_health([in_a_month](const nlohmann::json& now) {
    return now["certificate_ends_ms"].is_number() && now["certificate_ends_ms"] > in_a_month;
  }));
  CHECK(city.await_health([&pack](const nlohmann::json& now) {
    return now["catalogue"] == pack && now["program_version"] == PISHKHAN_VERSION && now["store"] == "ok" &&
           now["room"] == "enough" && now["budget_bytes"] == std::int64_t{4} << 30 && now["queue_bytes"] > 0 &&
           now["free_bytes"] > 0 && now["printer_device"] == "online" && now["printer_paper"] == "full" &&
           now["reader_device"] == "online" && now["boots"] == 1 && now["printer_code"] == "" &&
           std::abs(now["clock_offset_ms"].get<int>()) < 60'000;
  }));
  city.machine->printer().set_paper(simulated::Paper::Out);
  CHECK(city.await_health([](const nlohmann::json& now) {
    return now["printer_ready"] == false && now["printer_device"] == "userError" &&
           now["printer_paper"] == "out" && now["printer_code"] == "PRN-01";
  }));
  city.machine->clock().set_ahead(std::chrono::hours(1));
  CHECK(city.await_health([](const nlohmann::json& now) { return now["clock_offset_ms"] < -3'500'000; }));
  const auto text = city.backend->staff({"health"});
  REQUIRE(text.has_value());
  CHECK(text->find("CLOCK off by 3") != std::string::npos);
  CHECK(text->find("PRINTER userError PRN-01") != std::string::npos);
  // What was filed under the wrong clock has both times.
  REQUIRE(city.fill_complaint("خیابان ساعت", "09123456789"));
  REQUIRE(city.file().size() == 14);
  REQUIRE(city.await_requests(1));
  const auto opened = city.requests()[0];
  CHECK(opened["filed_ms"].get<std::int64_t>() - opened["received_ms"].get<std::int64_t>() > 3'500'000);
  const std::int64_t told =
      opened["last_server_time_ms"].is_null() ? 0 : opened["last_server_time_ms"].get<std::int64_t>();
  CHECK(std::abs(told - opened["received_ms"].get<std::int64_t>()) < 60'000);
}

TEST_CASE("without a network a case of this kiosk is followed by what the city said last") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  REQUIRE(city.fill_complaint("خیابان پیگیری", "09123456789"));
  const std::string code = city.file();
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.leave());
  REQUIRE(city.await_requests(1));
  const std::string number = city.requests()[0]["case_number"];
  REQUIRE(city.backend->staff({"stage", number, "repair"}).has_value());
  const auto follow = [&]() -> const screens::view::TrackResult* {
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
    return page == nullptr ? nullptr : &page->result;
  };
  const auto stage = [](const screens::view::TrackResult& result) {
    std::string now;
    for (const auto& one : result.stages)
      if (now.empty() && !one.done) now = one.name;
    return now;
  };
  // The stage comes with one of the next questions; until then the one before it is what was said last.
  std::string shown;
  for (int tries = 0; tries < 20 && shown != "Problem put right"; ++tries) {
    city.backend->network().cut();
    REQUIRE(city.robot->wait_for([&city] { return !city.machine->kiosk().state().around.network; }));
    const auto* result = follow();
    if (result != nullptr) {
      CHECK(result->as_of.has_value());
      CHECK(result->found);
      shown = stage(*result);
    }
    REQUIRE(city.robot->tap("end"));
    if (city.robot->shows("confirm-end")) REQUIRE(city.robot->tap("confirm-end"));
    city.backend->network().connect();
    REQUIRE(city.robot->wait_for([&city] { return city.machine->kiosk().state().around.network; }));
  }
  CHECK(shown == "Problem put right");
  const auto* asked = follow();
  REQUIRE(asked != nullptr);
  CHECK_FALSE(asked->as_of.has_value());  // the city itself was asked
  CHECK(stage(*asked) == "Problem put right");
}
