// A whole kiosk on keys that a technician fetched with a one-time code: from the code to a citizen's receipt,
// the revocation, and the next epoch.
#include "kiosk/demo/child_process.h"
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

using namespace pishkhan;
using e2e::WholeCity;
using screens::view::PrintState;

namespace {

/// What staff and the technician do: a code at the desk, typed at the kiosk. What the program says, or nothing.
nlohmann::json enrol(WholeCity& city, const e2e::fs::path& keys) {
  const auto issued = city.backend->staff({"enrol-code", "1043", "--json"});
  REQUIRE(issued.has_value());
  const std::string code = nlohmann::json::parse(*issued)["code"];
  const e2e::fs::path said = city.folder() / "enrol.out";
  // Ingest hears of a code when cases comes by, soon after staff have it: a technician tries again, too.
  std::stringstream words;
  for (int attempt = 0; attempt < 200; ++attempt) {
    auto program = demo::ChildProcess::start(
        e2e::fs::path(PISHKHAN_PROGRAMS) / "pishkhan-queue",
        {"enrol", "--url", city.backend->enrolment_url(), "--code", code, "--keys", keys.string(), "--ca",
         (city.backend->kiosk_keys() / "authority.pem").string(), "--json"},
        said);
    REQUIRE(program.has_value());
    const int status = program->wait();
    words.str({});
    words << std::ifstream(said).rdbuf();
    if (status == 0) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  CAPTURE(words.str());
  REQUIRE(nlohmann::json::accept(words.str()));
  return nlohmann::json::parse(words.str());
}

/// Whether nobody can begin a visit because the queue takes nothing.
bool refuses(WholeCity& city) {
  return std::holds_alternative<visit::OutOfService>(city.machine->kiosk().state().mode);
}

/// Files one complaint by finger and takes the receipt; its tracking code.
std::string file_one(WholeCity& city) {
  REQUIRE(city.devices_ready());
  REQUIRE(city.fill_complaint("خیابان آزمون، پلاک ۱۲", "09121234567"));
  const std::string code = city.file();
  REQUIRE(city.await_print(PrintState::Printed));
  REQUIRE(city.leave());
  return code;
}

}  // namespace

TEST_CASE(
    "a kiosk enrolled by code files; revoked it files nothing, not even after a restart; its next epoch does") {
  WholeCity city;
  REQUIRE(city.backend != nullptr);
  const e2e::fs::path keys = city.folder() / "enrolled-keys";
  e2e::fs::create_directories(keys);
  const auto enrolled = enrol(city, keys);
  CHECK(enrolled == nlohmann::json{{"kiosk", 1043}, {"epoch", 1}, {"was_complete", false}});
  const auto put_up = [&] {
    city.switch_off();
    demo::Machine::Setup setup;
    setup.folder = city.folder() / "enrolled-machine";
    setup.city_pack = e2e::sample_city();
    setup.keys = keys;
    setup.cards = &city.backend->cards();
    city.make_machine(std::move(setup));
    REQUIRE(city.switch_on());
  };
  put_up();
  const std::string first = file_one(city);
  CHECK(first.substr(0, 6) == "104301");
  REQUIRE(city.await_requests(1));
  CHECK(city.requests()[0]["tracking_code"] == first);
  CHECK(city.requests()[0]["verdict"] == "accepted");

  REQUIRE(city.backend->staff({"revoke", "1043", "--epoch", "1", "--reason", "stolen"}).has_value());
  REQUIRE(city.robot->wait_for([&city] { return refuses(city); }));
  // The network is gone, and so is whoever could say it again.
  city.backend->stop();
  put_up();
  REQUIRE(city.robot->wait_for([&city] { return refuses(city); }));

  REQUIRE(city.backend->start_again());
  CHECK(enrol(city, keys)["epoch"] == 2);
  put_up();
  const std::string second = file_one(city);
  CHECK(second.substr(0, 6) == "104302");
  REQUIRE(city.await_requests(2));
  CHECK(city.requests()[1]["tracking_code"] == second);
}
