// The queue's thread under pressure: a disk that stands still, jobs without a pause, a store that is not there.
#include "kiosk/workers/queue_by_hand.h"
#include "offline-queue/protocol/receipt_statement.h"
#include "offline-queue/store/head_anchor.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::workers;
using namespace pishkhan::workers::testing;
using store::testing::World;

TEST_CASE(
    "while the queue's thread waits for its disk, any number of the backend's words and settings may come") {
  World world;
  world.files.free = 100 << 20;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  const WallTime noon = world.clock.now;
  for (int page = 0; page < 500; ++page) {
    queue.worker().server_said(noon + std::chrono::seconds(page == 250 ? 9000 : page));
    queue.worker().keep_free(page == 499 ? 200 << 20 : 1 << 20);
    queue.worker().epoch_revoked(page % 2 == 0);
  }
  // The newest of each counts.
  CHECK(queue.condition().store == "disk-full");
  queue.worker().keep_free(1 << 20);
  CHECK(queue.condition().store == "ok");
  const visit::Event filed = queue.file(2);
  REQUIRE(is_filed(filed));
  const std::string& qr = std::get<visit::event::Filed>(filed).request.statement;
  const auto statement = protocol::ReceiptStatement::parse(qr);
  REQUIRE(statement.has_value());
  CHECK(statement->last_server_time == noon + std::chrono::seconds(9000));
}

TEST_CASE("while a backlog drains without a pause the head is anchored, and what has served is erased") {
  World world;
  Queue queue(world);
  static_cast<void>(queue.condition());  // what is due with the first job
  REQUIRE(is_filed(queue.file(1)));
  const auto anchored = [&world] {
    const auto contents = store::HeadAnchor(world.options.folder, world.files).read();
    return contents && contents->head ? contents->head->sequence : 0;
  };
  std::optional<protocol::ReceiptSalt> salt;
  queue.with_store([&salt](store::Store& store) { salt = *store.receipt_salt(1); });
  REQUIRE(salt.has_value());
  const auto on_disk = [&world, &salt] {
    const std::string needle(salt->begin(), salt->end());
    return world.raw("queue.db").find(needle) != std::string::npos ||
           world.raw("queue.db-wal").find(needle) != std::string::npos;
  };
  CHECK(anchored() == 0);
  CHECK(on_disk());
  // A job every 100 ms, and never a moment without.
  for (int job = 0; job < 10; ++job) {
    world.clock.now += std::chrono::milliseconds(100);
    queue.with_store([](store::Store&) {});
  }
  CHECK(anchored() == 1);
  CHECK(on_disk());
  for (int job = 0; job < 12; ++job) {
    world.clock.now += std::chrono::minutes(1);
    queue.with_store([](store::Store&) {});
  }
  CHECK_FALSE(on_disk());
}

TEST_CASE("what became of a receipt is recorded once the store can be opened again") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  REQUIRE(is_filed(queue.file(2)));
  queue.stop();
  auto other = world.open();  // somebody else has the file
  REQUIRE(other != nullptr);
  queue.start();
  CHECK(queue.condition().store == "QUEUE-LOCKED");
  queue.printed(1, visit::PrintOutcome::Printed);
  queue.printed(2, visit::PrintOutcome::PaperOut);
  other.reset();
  world.clock.now += std::chrono::seconds(11);
  std::vector<protocol::PrintReport> expected{{1, protocol::PrintOutcome::Printed},
                                              {2, protocol::PrintOutcome::Failed}};
  SUBCASE("after a while") {
    for (int round = 0; round < 3; ++round) queue.worker().housekeeping();
    CHECK(queue.recover(2).has_value());
  }
  SUBCASE("and before what became of the next attempt") {
    queue.worker().housekeeping();  // opens it
    queue.printed(2, visit::PrintOutcome::Printed);
    expected.push_back({2, protocol::PrintOutcome::Printed});
  }
  CHECK_FALSE(queue.recover(1).has_value());
  queue.with_store([&expected](store::Store& store) {
    REQUIRE(store.last_sequence() == 2 + static_cast<int>(expected.size()));
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK((*store.record(3 + static_cast<int>(i)))->header.payload_hash ==
            protocol::blake2b(expected[i].encode()));
  });
}
