#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"
#include "tests/network/faulty_proxy.h"

#include <doctest/doctest.h>

#include <chrono>
#include <numeric>
#include <set>
#include <string>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;

TEST_CASE(
    "200 requests through a network that harms nine in ten connections: each once, in order, all opened") {
  const std::uint64_t seed = seed_of_this_run();
  MESSAGE("PISHKHAN_SEED=" << seed);
  SeededRandom random(seed);
  Counter counter("proxy");
  FaultyProxy proxy(counter.ingest().port(), random.next());
  sync::Endpoint endpoint = counter.endpoint(proxy.port());
  endpoint.connect_deadline = std::chrono::milliseconds(300);
  endpoint.request_deadline = std::chrono::milliseconds(300);
  endpoint.observer = capture("proxy-kiosk");
  auto client = sync::Client::open(endpoint);
  REQUIRE(client.has_value());
  sync::StoreOutbox outbox(counter.store());
  sync::Pump pump(counter.enrolment().epoch, random, {}, {});

  std::vector<protocol::RequestId> filed;
  int steps = 0;
  int faults = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(240);
  while (filed.size() < 200 || counter.store().counts()->unopened > 0) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    for (std::uint64_t more = 1 + random.below(2); more > 0 && filed.size() < 200; --more) {
      filed.push_back(counter.file(static_cast<int>(filed.size())));
    }
    // A kiosk that was restarted comes with a new connection, and so with the next harm.
    if (random.below(3) == 0) client = sync::Client::open(endpoint);
    const sync::PumpReport report = pump.step(outbox, *client);
    ++steps;
    if (report.fault) {
      ++faults;
      // Nothing that the network does may look like a refusal of the backend.
      CHECK(report.fault->kind != sync::SyncFaultKind::Refused);
      CHECK(report.fault->kind != sync::SyncFaultKind::Fork);
    }
    if (random.below(3) == 0) REQUIRE(counter.cases().poll_once({}).has_value());
  }
  MESSAGE("steps " << steps << ", faults " << faults);
  const auto suffered = proxy.suffered();
  for (const int connections : suffered) CHECK(connections >= 1);
  CHECK(faults >= 3);

  // Another look at cases' own table, not at what the kiosk believes.
  backend::CasesStore cases = counter.look_into_cases();
  const auto rows = cases.requests("");
  REQUIRE(rows.size() == filed.size());
  std::set<std::string> numbers;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const protocol::Acknowledgement& word = rows[i].report.acknowledgement;
    CAPTURE(i);
    CAPTURE(rows[i].reason);
    CHECK(word.request_id == filed[i]);
    CHECK(word.sequence == static_cast<int>(i) + 1);
    CHECK(word.verdict == protocol::Verdict::Accepted);
    numbers.insert(word.case_number);
  }
  CHECK(numbers.size() == filed.size());
}

TEST_CASE("one seed harms the same connections in the same way") {
  Counter counter("same-seed");
  std::array<std::array<int, kHarms>, 2> seen{};
  for (auto& run : seen) {
    FaultyProxy proxy(counter.ingest().port(), 137);
    for (int i = 0; i < 12; ++i) {
      sync::Endpoint endpoint = counter.endpoint(proxy.port());
      endpoint.request_deadline = std::chrono::milliseconds(200);
      auto client = sync::Client::open(endpoint);
      REQUIRE(client.has_value());
      static_cast<void>(client->time().has_value());
    }
    // The proxy may come to the last ones after their client has given up.
    const auto harmed = [&proxy, &run] {
      run = proxy.suffered();
      return std::accumulate(run.begin(), run.end(), 0);
    };
    for (int wait = 0; harmed() < 12 && wait < 500; ++wait)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(harmed() == 12);
  }
  CHECK(seen[0] == seen[1]);
}
