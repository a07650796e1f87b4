// The way down: what staff say at the backend reaches a kiosk's book, over real ingest and cases.
#include "offline-queue/reference-backend/cases_updates.h"
#include "offline-queue/reference-backend/cases_verbs.h"
#include "offline-queue/sync/store_outbox.h"
#include "offline-queue/updates/client_source.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;
namespace fs = std::filesystem;

namespace {

/// A kiosk's book and updater beside its counter.
struct Listener {
  explicit Listener(Counter& counter, const std::string& name)
      : key(VerifyingKey::from_pem(counter.enrolment().update_key_pem).value()),
        client(open(counter, name)),
        folder(counter.folder() / "updates"),
        book(updates::UpdateBook::open({folder, counter.enrolment().kiosk, 1, &key, files.get(), "1.0"})
                 .value()),
        shelf(folder, *files),
        updater(1, counter.random(), {}, std::chrono::seconds(60)) {}
  static sync::Client open(Counter& counter, const std::string& name) {
    sync::Endpoint endpoint = counter.endpoint(counter.ingest().port());
    endpoint.observer = capture(name);
    return sync::Client::open(endpoint).value();
  }
  /// Until nothing is left to fetch.
  updates::UpdateReport listen() {
    updates::ClientSource source(client);
    updates::UpdateReport last;
    for (int i = 0; i < 30; ++i) {
      auto report = updater.step(source, book, shelf, WallTime{});
      CHECK_FALSE(report.fault.has_value());
      if (report.activated) last.activated = std::move(report.activated);
      last.taken = report.taken;
      if (report.wait > std::chrono::seconds(1)) break;
    }
    return last;
  }

  std::unique_ptr<store::Files> files = store::system_files();
  VerifyingKey key;
  sync::Client client;
  fs::path folder;
  updates::UpdateBook book;
  updates::PackShelf shelf;
  updates::Updater updater;
};

backend::CityDesk desk_of(const Counter& counter) {
  return {counter.folder() / "cases.db", counter.folder() / "keys/cases/updates.pem"};
}

/// The sample pack with another version, and so large that it takes several pieces.
fs::path large_pack(const Counter& counter) {
  const fs::path folder = counter.folder() / "pack";
  fs::copy("assets/cities/shahr-e-nemuneh", folder, fs::copy_options::recursive);
  const fs::path file = folder / "services/complaint-137.json";
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  std::ofstream(file, std::ios::trunc) << std::string(230'000, ' ') << text;
  return folder;
}

Health health_of(int epoch) {
  Health health;
  health.epoch = epoch;
  health.program_version = "0.1.0";
  health.store = "ok";
  health.room = "enough";
  health.printer_ready = true;
  return health;
}

}  // namespace

TEST_CASE("where a case stands reaches the kiosk that it was filed at, and every look-up") {
  Counter counter("stages");
  Listener listener(counter, "stages-kiosk");
  sync::StoreOutbox outbox(counter.store());
  counter.file(1);
  REQUIRE(outbox.stored(listener.client.send(*outbox.next_batch(64))->stored) == sync::Outbox::Kept::Yes);
  REQUIRE(counter.cases().poll_once({}).value().relayed == 1);
  listener.listen();
  REQUIRE(listener.book.case_at(1).has_value());
  CHECK(listener.book.case_at(1)->update.stage == "referral");

  const std::string number = counter.look_into_cases().requests("").front().report.acknowledgement.case_number;
  CHECK_FALSE(backend::set_stage(desk_of(counter), number, "no-such-stage", counter.clock()).has_value());
  CHECK_FALSE(backend::set_stage(desk_of(counter), "1400-000009", "repair", counter.clock()).has_value());
  CHECK(backend::set_stage(desk_of(counter), number, "repair", counter.clock()).value() == 1);
  REQUIRE(counter.cases().poll_once({}).value().relayed == 1);
  listener.listen();
  CHECK(listener.book.case_at(1)->update.stage == "repair");
  CHECK(listener.book.case_at(1)->update.state == CaseUpdate::State::Opened);
  CHECK(listener.client.look_up({{counter.enrolment().kiosk, 1, 1}, {}})->stage == "repair");
}

TEST_CASE("a published pack, settings and orders reach the kiosks they are for, and only once") {
  Counter counter("publish");
  Listener listener(counter, "publish-kiosk");
  const auto desk = desk_of(counter);
  const auto published =
      backend::publish_catalogue(desk, large_pack(counter), 0, backend::Announce::Yes, counter.clock());
  REQUIRE(published.has_value());
  const int here = counter.enrolment().kiosk;
  REQUIRE(backend::set_configuration(desk, {"sync.updates_seconds=30"}, here, counter.clock()).has_value());
  REQUIRE(backend::order(desk, {Command::OutOfService, "flooded hall"}, here, std::chrono::hours(1),
                         counter.clock())
              .has_value());
  REQUIRE(backend::order(desk, {Command::Restart, ""}, here + 1, std::chrono::hours(1), counter.clock())
              .has_value());
  REQUIRE(counter.cases().poll_once({}).has_value());
  const auto report = listener.listen();
  REQUIRE(report.activated != nullptr);
  CHECK(report.activated->fingerprint == published->fingerprint);
  CHECK(listener.book.settings(WallTime{}).values.at("sync.updates_seconds") == 30);
  const auto order = listener.book.next_order(WallTime{});
  REQUIRE(order.has_value());
  CHECK(order->command.reason == "flooded hall");
  REQUIRE(listener.book.finish(*order).has_value());
  CHECK_FALSE(listener.book.next_order(WallTime{}).has_value());  // the other kiosk's is not given here
  // From the beginning once more: nothing of it is new.
  CHECK(listener.book.take(listener.client.updates_since(1, "").value()).value().fresh == 0);

  CHECK_FALSE(backend::set_configuration(desk, {"paths.keys=1"}, 0, counter.clock()).has_value());
  CHECK_FALSE(
      backend::order(desk, {Command::OutOfService, ""}, 0, std::chrono::hours(1), counter.clock()).has_value());
  CHECK_FALSE(
      backend::order(desk, {Command::Restart, ""}, 0, std::chrono::hours(1000), counter.clock()).has_value());
  CHECK_FALSE(
      backend::publish_catalogue(desk, counter.folder() / "keys", 0, backend::Announce::Yes, counter.clock())
          .has_value());
  // What no one has announced is not there; a broken question is refused as such.
  CHECK(listener.client.catalogue_part(blake2b(as_bytes("x")), 0).error().problem->type ==
        ProblemType::NotFound);
  CHECK(listener.client.updates_since(1, "..").error().problem->type == ProblemType::Malformed);
  // A cursor of another database's life is the beginning: see IngestCursors.
  CHECK(listener.client.updates_since(1, "x")->items == listener.client.updates_since(1, "")->items);
  CHECK(listener.client.updates_since(2, "").error().problem->type == ProblemType::UnknownKiosk);
}

TEST_CASE("what the city says after its database was put back from a backup is heard") {
  Counter counter("cases-put-back");
  Listener listener(counter, "cases-put-back-kiosk");
  const auto desk = desk_of(counter);
  const int here = counter.enrolment().kiosk;
  const auto order = [&](const char* reason) {
    REQUIRE(backend::order(desk, {Command::OutOfService, reason}, here, std::chrono::hours(1), counter.clock())
                .has_value());
    REQUIRE(counter.cases().poll_once({}).has_value());
    listener.listen();
  };
  const auto finish = [&](const char* reason) {
    const auto next = listener.book.next_order(WallTime{});
    REQUIRE(next.has_value());
    CHECK(next->command.reason == reason);
    REQUIRE(listener.book.finish(*next).has_value());
  };
  REQUIRE(counter.cases().poll_once({}).has_value());
  fs::copy_file(desk.database, counter.folder() / "cases.kept");
  for (const char* reason : {"first", "second", "third"}) {
    order(reason);
    finish(reason);
  }
  counter.restore_cases_database();
  order("fourth");
  finish("fourth");
}

TEST_CASE("requests are judged by the pack that they were filed under, which cases keeps") {
  Counter counter("packs");
  const auto desk = desk_of(counter);
  auto store = backend::CasesStore::open(desk.database, backend::Sharing::WithReaders).value();
  const auto served = services::read_pack("assets/cities/shahr-e-nemuneh").value();
  const auto hash = blake2b(services::canonical_bytes(served));
  backend::CasesUpdates kept(store.database());
  CHECK(kept.pack(services::fingerprint_text(hash)) == services::canonical_bytes(served));
  const auto other =
      backend::publish_catalogue(desk, large_pack(counter), 0, backend::Announce::OnlyKeep, counter.clock());
  REQUIRE(other.has_value());
  CHECK(other->number == 0);
  CHECK(kept.pack(other->fingerprint).has_value());
  CHECK_FALSE(kept.unrelayed_pack().has_value());
  CHECK(kept.pack_fingerprints().size() == 2);
}

TEST_CASE("health: the newest report, and a history of what staff act on") {
  Counter counter("health");
  Listener listener(counter, "health-kiosk");
  Health health = health_of(1);
  REQUIRE(listener.client.send_health(health).has_value());
  health.unsent = 5;  // only a counter
  REQUIRE(listener.client.send_health(health).has_value());
  health.printer_ready = false;
  REQUIRE(listener.client.send_health(health).has_value());
  const auto rows = backend::fetch_health(counter.cases_endpoint());
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].health.unsent == 5);
  CHECK((*rows)[0].kiosk == counter.enrolment().kiosk);
  CHECK_FALSE((*rows)[1].health.printer_ready);
  CHECK(backend::health_json(*rows, backend::History::No).find("\"printer_ready\":true") == std::string::npos);
  CHECK(backend::health_text(*rows, backend::History::No).find("PRINTER") != std::string::npos);
  health.epoch = 2;
  CHECK(listener.client.send_health(health).error().problem->type == ProblemType::UnknownKiosk);
  for (int i = 0; i < 250; ++i) {
    health.epoch = 1;
    health.printer_ready = i % 2 == 0;
    if (!listener.client.send_health(health)) break;
  }
  CHECK(backend::fetch_health(counter.cases_endpoint())->size() == 200);
}
