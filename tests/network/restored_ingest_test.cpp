// An ingest that is put back from a backup: everything comes to it again, from kiosks and from cases.
#include "offline-queue/reference-backend/cases_verbs.h"
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;

namespace {

/// A kiosk at the counter's own ingest, which may start again at another port.
class Kiosk {
 public:
  explicit Kiosk(Counter& city) : city_(city), pump_(city.enrolment().epoch, city.random(), {}, {}) {}
  void connect() {
    auto client = sync::Client::open(city_.endpoint(city_.ingest().port()));
    REQUIRE(client.has_value());
    client_.emplace(std::move(*client));
  }
  /// Until nothing moves any more, cases polling beside it.
  void settle() {
    sync::StoreOutbox outbox(city_.store());
    for (int round = 0; round < 8; ++round) {
      for (int step = 0; step < 3; ++step) {
        const sync::PumpReport report = pump_.step(outbox, *client_);
        CAPTURE(report.fault ? std::string(sync::name(report.fault->kind)) : "");
        CAPTURE(report.fault && report.fault->problem ? std::string(protocol::name(report.fault->problem->type))
                                                      : "");
        CHECK_FALSE(report.fault);
      }
      REQUIRE(city_.cases().poll_once({}).has_value());
    }
  }

 private:
  Counter& city_;
  sync::Pump pump_;
  std::optional<sync::Client> client_;
};

}  // namespace

TEST_CASE("an ingest from a backup gets what it lost again: records from kiosks, words and stages from cases") {
  Counter city("put-back");
  Kiosk kiosk(city);
  kiosk.connect();
  for (int i = 1; i <= 5; ++i) city.file(i);
  kiosk.settle();
  city.keep_ingest_database();
  kiosk.connect();
  // After the backup: three that are opened and erased here, and one that ingest only stored.
  for (int i = 6; i <= 8; ++i) city.file(i);
  kiosk.settle();
  CHECK(city.store().counts()->unopened == 0);
  const std::string number = city.look_into_cases().requests("").back().report.acknowledgement.case_number;
  const backend::CityDesk desk{city.folder() / "cases.db", city.folder() / "keys" / "cases" / "updates.pem"};
  REQUIRE(backend::set_stage(desk, number, "repair", city.clock()).has_value());
  REQUIRE(city.cases().poll_once({}).has_value());
  city.file(9);
  {
    sync::StoreOutbox outbox(city.store());
    auto client = sync::Client::open(city.endpoint(city.ingest().port()));
    REQUIRE(outbox.stored(client->send(*outbox.next_batch(64))->stored) == sync::Outbox::Kept::Yes);
  }
  city.restore_ingest_database();
  kiosk.connect();

  SUBCASE("when the next request is filed") {
    city.file(10);
  }
  SUBCASE("and also when nothing is filed any more") {}
  kiosk.settle();
  CHECK(city.store().counts()->unopened == 0);
  CHECK(city.store().counts()->unsent == 0);
  const auto requests = city.look_into_cases().requests("");
  CHECK(requests.size() == static_cast<std::size_t>(city.store().last_sequence()));
  for (const backend::CasesStore::Row& row : requests)
    CHECK(row.report.acknowledgement.verdict == Verdict::Accepted);
  // And each is found under its code, where it stands.
  auto client = sync::Client::open(city.endpoint(city.ingest().port()));
  for (int sequence = 1; sequence <= city.store().last_sequence(); ++sequence) {
    CAPTURE(sequence);
    const auto view = client->look_up({{city.enrolment().kiosk, city.enrolment().epoch, sequence}, {}});
    REQUIRE(view.has_value());
    CHECK(view->state == CaseState::Opened);
    CHECK(view->stage == (sequence == 8 ? "repair" : "referral"));
  }
}

TEST_CASE("an ingest that lost no record, only words or what the city said, is told them again") {
  Counter city("put-back-words");
  Kiosk kiosk(city);
  kiosk.connect();
  const int here = city.enrolment().kiosk;
  const backend::CityDesk desk{city.folder() / "cases.db", city.folder() / "keys" / "cases" / "updates.pem"};
  const auto order = [&] {
    REQUIRE(backend::order(desk, {Command::SyncNow, ""}, here, std::chrono::hours(1), city.clock()).has_value());
  };
  const auto updates = [&] {
    auto client = sync::Client::open(city.endpoint(city.ingest().port())).value();
    return client.updates_since(1, "")->items.size();
  };
  const auto words = [&] {
    auto client = sync::Client::open(city.endpoint(city.ingest().port())).value();
    return client.opened_since(1, "")->acknowledgements.size();
  };
  const auto send = [&] {
    sync::StoreOutbox outbox(city.store());
    auto client = sync::Client::open(city.endpoint(city.ingest().port())).value();
    REQUIRE(outbox.stored(client.send(*outbox.next_batch(64))->stored) == sync::Outbox::Kept::Yes);
  };
  const auto poll = [&] { REQUIRE(city.cases().poll_once({}).has_value()); };
  city.file(1);
  kiosk.settle();
  REQUIRE(updates() == 1);
  std::size_t told = 1;

  SUBCASE("words, and the stages with them") {
    city.file(2);
    city.file(3);
    send();
    city.copy_ingest_database();
    poll();
    REQUIRE(words() == 3);
    told = 3;
  }
  SUBCASE("an order") {
    city.copy_ingest_database();
    order();
    poll();
    told = 2;
  }
  SUBCASE("an order, and it is told another one before anybody notices") {
    city.copy_ingest_database();
    order();
    poll();
    order();
    told = 3;
  }
  SUBCASE("an order in an ingest that was started again") {
    city.keep_ingest_database();
    order();
    poll();
    told = 2;
  }
  city.restore_ingest_database();
  kiosk.connect();
  poll();
  poll();
  CHECK(updates() == told);
  kiosk.settle();
  CHECK(city.store().counts()->unopened == 0);
}

TEST_CASE("an ingest that lost all of a chain gets it again, though nothing is filed any more") {
  Counter city("empty");
  Kiosk kiosk(city);
  kiosk.connect();
  for (int i = 1; i <= 3; ++i) city.file(i);
  SUBCASE("which cases had not seen") {
    sync::StoreOutbox outbox(city.store());
    auto client = sync::Client::open(city.endpoint(city.ingest().port())).value();
    REQUIRE(outbox.stored(client.send(*outbox.next_batch(64))->stored) == sync::Outbox::Kept::Yes);
  }
  SUBCASE("which is opened, and erased here") { kiosk.settle(); }
  city.restart_ingest_empty();
  Kiosk after(city);
  after.connect();
  after.settle();
  CHECK(city.store().counts()->unopened == 0);
  CHECK(city.look_into_cases().requests("").size() == 3);
  auto client = sync::Client::open(city.endpoint(city.ingest().port()));
  for (int sequence = 1; sequence <= 3; ++sequence) {
    const auto view = client->look_up({{city.enrolment().kiosk, city.enrolment().epoch, sequence}, {}});
    REQUIRE(view.has_value());
    CHECK(view->state == CaseState::Opened);
  }
}

TEST_CASE("a settled case takes no new request of the same matter") {
  Counter city("settled");
  Kiosk kiosk(city);
  kiosk.connect();
  city.file(1);
  city.file(1);
  kiosk.settle();
  auto requests = city.look_into_cases().requests("");
  REQUIRE(requests.size() == 2);
  const std::string number = requests.front().report.acknowledgement.case_number;
  CHECK(requests.back().report.acknowledgement.case_number == number);
  const backend::CityDesk desk{city.folder() / "cases.db", city.folder() / "keys" / "cases" / "updates.pem"};
  REQUIRE(backend::set_stage(desk, number, "repair", city.clock(), backend::Matter::Settled).has_value());
  city.file(1);
  kiosk.settle();
  requests = city.look_into_cases().requests("");
  REQUIRE(requests.size() == 3);
  CHECK(requests.back().report.acknowledgement.verdict == Verdict::Accepted);
  CHECK(requests.back().report.acknowledgement.case_number != number);
}
