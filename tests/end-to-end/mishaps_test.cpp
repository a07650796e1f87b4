// When things go wrong: a plain sentence on the screen, a code for staff, and nothing accepted is lost.
#include "tests/end-to-end/whole_city.h"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <fstream>

using namespace pishkhan;
using e2e::WholeCity;
using screens::view::PrintState;

namespace {

std::string staff_code(WholeCity& city) {
  const auto* out = std::get_if<visit::OutOfService>(&city.machine->kiosk().state().mode);
  return out == nullptr ? std::string() : out->staff_code;
}

}  // namespace

TEST_CASE("paper out while filing: the request stands, and is printed afresh as soon as there is paper") {
  WholeCity city;
  REQUIRE(city.switch_on());
  REQUIRE(city.devices_ready());
  city.machine->printer().paper_out_after(300);  // in the middle of the receipt
  REQUIRE(city.fill_complaint("خیابان بهار", "09123456789"));
  const std::string code = city.file();
  REQUIRE(city.await_print(PrintState::PaperOut));
  city.machine->printer().set_paper(simulated::Paper::Full);
  REQUIRE(city.await_print(PrintState::Printed));
  CHECK(city.robot->page<visit::page::Receipt>()->request.tracking_code == code);
}

TEST_CASE("too little room: refused before anything is typed, tracking still works") {
  WholeCity city;
  city.machine->config().keep_free_mebibytes = 1 << 20;  // a terabyte
  REQUIRE(city.switch_on());
  REQUIRE(
      city.robot->wait_for([&city] { return city.machine->kiosk().state().around.queue_refuses.has_value(); }));
  REQUIRE(city.robot->tap("language/fa"));
  REQUIRE(city.robot->tap("area/complaints"));
  REQUIRE(city.robot->tap("service/complaint-137"));
  CHECK(city.robot->page<visit::page::Refused>() != nullptr);
  REQUIRE(city.robot->tap("back"));
  CHECK(city.robot->tap("track"));
}

TEST_CASE("what cannot be read puts the counter out of service with a code for staff") {
  WholeCity city;
  SUBCASE("catalogue") {
    const auto pack = city.folder() / "damaged";
    e2e::fs::copy(e2e::sample_city(), pack, e2e::fs::copy_options::recursive);
    std::ofstream(pack / "city.json", std::ios::app) << "}";
    city.machine->config().city_pack = pack;
    REQUIRE(city.switch_on());
    CHECK(staff_code(city) == "CATALOGUE");
  }
  SUBCASE("translation") {
    std::ofstream(city.folder() / "fa.mo") << "not a catalogue";
    city.machine->config().translations = city.folder();
    REQUIRE(city.switch_on());
    CHECK(staff_code(city) == "TRANSLATION");
  }
  SUBCASE("font: another one says so") {
    city.machine->config().fonts = city.folder() / "nowhere";
    REQUIRE(city.switch_on());
    CHECK(staff_code(city) == "FONT");
  }
  SUBCASE("a queue that is no database") {
    std::ofstream(city.machine->config().data / "queue.db") << std::string(8192, 'x');
    REQUIRE(city.switch_on());
    REQUIRE(city.robot->wait_for([&city] { return !staff_code(city).empty(); }));
    CHECK(staff_code(city) == "QUEUE-UNREADABLE");
  }
  SUBCASE("a queue that a newer program wrote is left untouched") {
    REQUIRE(city.switch_on());
    REQUIRE(city.devices_ready());
    city.switch_off();
    const auto file = city.machine->config().data / "queue.db";
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, "ALTER TABLE entry ADD COLUMN of_tomorrow BLOB; PRAGMA user_version = 999",
                       nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    REQUIRE(city.switch_on());
    REQUIRE(city.robot->wait_for([&city] { return !staff_code(city).empty(); }));
    CHECK(staff_code(city) == "QUEUE-NEWER");
  }
  SUBCASE("a signing key that is none") {
    std::ofstream(city.backend->kiosk_keys() / "signing.pem", std::ios::trunc) << "nothing";
    REQUIRE(city.switch_on());
    CHECK(staff_code(city) == "KEYS");
  }
}

TEST_CASE("a machine that was never enrolled files nothing and says so") {
  WholeCity city;
  city.machine->config().keys = city.folder() / "no-keys";
  REQUIRE(city.switch_on());
  REQUIRE(
      city.robot->wait_for([&city] { return city.machine->kiosk().state().around.queue_refuses.has_value(); }));
  REQUIRE(city.robot->tap("language/fa"));
  REQUIRE(city.robot->tap("area/complaints"));
  REQUIRE(city.robot->tap("service/complaint-137"));
  const auto* refused = city.robot->page<visit::page::Refused>();
  REQUIRE(refused != nullptr);
  CHECK(refused->fault == visit::FilingFault::NotEnrolled);
}

TEST_CASE("a bad configuration: out of service on the screen, the place in the log, a failing exit") {
  const e2e::TestFolder folder;
  std::ofstream(folder.path() / "kiosk.toml") << "[screen]\nwidht = 3\n";
  auto kiosk =
      demo::ChildProcess::start(std::filesystem::path(PISHKHAN_PROGRAMS) / "pishkhan",
                                {"--config", (folder.path() / "kiosk.toml").string()}, folder.path() / "log");
  REQUIRE(kiosk.has_value());
  std::string log;
  for (int i = 0; i < 6000 && log.find("screen.widht") == std::string::npos; ++i) {
    std::ifstream file(folder.path() / "log");
    log.assign(std::istreambuf_iterator<char>(file), {});
    ::usleep(10'000);
  }
  CHECK(log.find("kiosk.toml:2: screen.widht: unknown-key") != std::string::npos);
  if (kiosk->running()) ::kill(kiosk->id(), SIGTERM);
  CHECK(kiosk->wait() == 1);
}

TEST_CASE("wrong use of the programs is told with 2") {
  const e2e::TestFolder folder;
  for (const char* program : {"pishkhan", "pishkhan-ingest", "pishkhan-cases"}) {
    const auto path = std::filesystem::path(PISHKHAN_PROGRAMS) / program;
    CHECK(demo::ChildProcess::start(path, {"--no-such-option"}, folder.path() / "log")->wait() == 2);
    CHECK(demo::ChildProcess::start(path, {"--help"}, folder.path() / "log")->wait() == 0);
    CHECK(demo::ChildProcess::start(path, {"--version"}, folder.path() / "log")->wait() == 0);
  }
}

TEST_CASE("a crash in mid-visit: the next start shows the welcome screen, and what was filed is there, once") {
  const e2e::TestFolder folder;
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    WholeCity city(e2e::sample_city(), folder.path());
    std::string code;
    if (city.switch_on() && city.devices_ready()) {
      city.backend->network().cut();
      if (city.fill_complaint("خیابان سقوط", "09120000009")) code = city.file();
    }
    static_cast<void>(::write(pipe[1], code.data(), code.size()) == static_cast<ssize_t>(code.size()));
    ::kill(::getpid(), SIGKILL);
  }
  ::close(pipe[1]);
  std::array<char, 32> text{};
  const ssize_t got = ::read(pipe[0], text.data(), text.size());
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  REQUIRE(got == 14);

  WholeCity city(e2e::sample_city(), folder.path());
  REQUIRE(city.switch_on());
  CHECK(std::holds_alternative<visit::Attract>(city.machine->kiosk().state().mode));
  const std::string code(text.data(), 14);
  CHECK(city.robot->wait_for([&city, &code] {
    const std::string listing = city.backend->requests_json();
    const auto first = listing.find("\"" + code + "\"");
    return first != std::string::npos && listing.find("\"" + code + "\"", first + 1) == std::string::npos;
  }));
}
