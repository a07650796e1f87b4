// What the kiosk itself does about its keys while it runs.
#include "kiosk/workers/key_keeper.h"

#include "offline-queue/store/test_world.h"
#include "tests/network/new_kiosk.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

workers::KeyKeeper::Setup setup_of(NewKiosk& kiosk, Counter& city, const workers::Identity& identity) {
  workers::KeyKeeper::Setup setup;
  setup.keys = kiosk.keys();
  setup.data = kiosk.data();
  setup.identity = &identity;
  setup.clock = &city.clock();
  setup.random = &city.random();
  return setup;
}

/// Where the only queue lies.
std::filesystem::path folder_of_queue(const std::filesystem::path& data) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data))
    if (entry.path().filename() == "queue.db") return entry.path().parent_path();
  return {};
}

}  // namespace

TEST_CASE("a running kiosk empties the queue of the epoch before, and renews its certificate in time") {
  Counter city("keeper");
  NewKiosk kiosk(city, "keeper-kiosk");
  REQUIRE(kiosk.enrol(kiosk.code(1043)).has_value());
  kiosk.start();
  for (int i = 0; i < 3; ++i) kiosk.file(i);
  kiosk.stop();
  const auto earlier = folder_of_queue(kiosk.data());
  REQUIRE(kiosk.enrol(kiosk.code(1043))->epoch == 2);
  kiosk.start();
  const auto identity = workers::load_identity(kiosk.keys(), protocol::KeyPlace::File);
  REQUIRE(identity.has_value());
  CHECK((*identity)->enrolment.epoch == 2);
  CHECK((*identity)->keys.number == 2);
  workers::KeyKeeper keeper(setup_of(kiosk, city, **identity));
  const WallTime now = city.clock().wall();
  // The power went in the middle of a salvage, so the database has no name for now; and the disk cannot read
  // the head file, at first.
  std::filesystem::rename(earlier / "queue.db-wal", earlier / "queue.db-wal.damaged");
  std::filesystem::rename(earlier / "queue.db", earlier / "queue.db.damaged");
  std::filesystem::rename(earlier / "queue.head", earlier / "aside");
  std::filesystem::create_directory(earlier / "queue.head");
  keeper.step(kiosk.client(), now);  // looks at the certificate, and finds the queue
  CHECK(keeper.earlier_queues() == 1);
  std::filesystem::remove(earlier / "queue.head");
  std::filesystem::rename(earlier / "aside", earlier / "queue.head");
  keeper.step(kiosk.client(), now);
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(city.look_into_cases().requests("").size() == 3);
  keeper.step(kiosk.client(), now);
  CHECK(keeper.earlier_queues() == 0);

  // Later, at another start: it is time.
  const auto before = kiosk.certificate();
  workers::KeyKeeper later(setup_of(kiosk, city, **identity));
  const WallTime near_the_end = before.not_after - std::chrono::hours(24);
  const auto asked = later.step(kiosk.client(), near_the_end);
  CHECK_FALSE(asked.renewed.has_value());
  CHECK(asked.wait <= std::chrono::seconds(2));
  REQUIRE(city.cases().poll_once({}).has_value());
  std::this_thread::sleep_for(asked.wait);
  const auto renewed = later.step(kiosk.client(), near_the_end).renewed;
  REQUIRE(renewed.has_value());
  CHECK(renewed->number == 3);
  CHECK(kiosk.certificate().serial != before.serial);
  kiosk.start();
  kiosk.file(9);
  CHECK(kiosk.pump().sent == 1);
}

TEST_CASE("the queue of the epoch before is kept until what could give a code again is erased there, too") {
  Counter city("keeper-purges");
  NewKiosk kiosk(city, "purging-kiosk");
  REQUIRE(kiosk.enrol(kiosk.code(1043)).has_value());
  kiosk.start();
  protocol::ReceiptSalt salt{};
  salt.fill(0xA7);
  const auto filed = kiosk.store().append(protocol::RecordType::Request, {1}, [&](const store::Place&) {
    return std::optional(store::Draft{Bytes(500, 7), {}, {}, salt});
  });
  REQUIRE(filed.has_value());
  kiosk.stop();
  const auto earlier = folder_of_queue(kiosk.data());
  const auto holds_salt = [&earlier, &salt] {
    for (const char* name : {"queue.db", "queue.db-wal"}) {
      std::ifstream in(earlier / name, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(in), {}};
      if (bytes.find(std::string(salt.begin(), salt.end())) != std::string::npos) return true;
    }
    return false;
  };
  REQUIRE(kiosk.enrol(kiosk.code(1043))->epoch == 2);
  kiosk.start();
  const auto identity = workers::load_identity(kiosk.keys(), protocol::KeyPlace::File);
  REQUIRE(identity.has_value());
  store::testing::HandClock clock;
  clock.now = city.clock().wall();
  auto setup = setup_of(kiosk, city, **identity);
  setup.clock = &clock;
  workers::KeyKeeper keeper(std::move(setup));
  const auto until_it_is_opened = [&] {
    keeper.step(kiosk.client(), clock.now);
    keeper.step(kiosk.client(), clock.now);
    REQUIRE(city.cases().poll_once({}).has_value());
    clock.now += std::chrono::minutes(2);
    keeper.step(kiosk.client(), clock.now);
  };
  until_it_is_opened();
  CHECK(city.look_into_cases().requests("").size() == 1);
  CHECK(keeper.earlier_queues() == 1);
  CHECK(holds_salt());
  clock.now += store::recovery_window;
  keeper.step(kiosk.client(), clock.now);
  CHECK(keeper.earlier_queues() == 0);
  CHECK_FALSE(holds_salt());
}
