#include "base/core/log.h"
#include "kiosk/workers/queue_by_hand.h"
#include "offline-queue/protocol/test_tpm.h"

#include <doctest/doctest.h>

#include <array>

using namespace pishkhan;
using namespace pishkhan::workers;
using namespace pishkhan::workers::testing;
using protocol::AuditEntry;
using protocol::AuditKind;
using store::testing::World;
using Audited = QueueWorker::Audited;

TEST_CASE(
    "a budget that is used up: staff are warned, no visit begins, what had begun is filed, and told in health") {
  World world;
  Queue queue(world);
  queue.budget_bytes = 400 << 10;
  queue.start();
  CHECK(queue.condition().room == "enough");
  int number = 0;
  while (queue.condition().room == "enough" && number < 200) REQUIRE(is_filed(queue.file(++number)));
  CHECK(queue.condition().room == "low");
  CHECK_FALSE(queue.refuses.has_value());
  while (!queue.refuses && number < 200) REQUIRE(is_filed(queue.file(++number)));
  CHECK(queue.refuses == visit::FilingFault::DiskFull);
  const QueueCondition full = queue.condition();
  CHECK(full.room == "too-little");
  CHECK(full.store == "disk-full");
  CHECK(full.usage.queue_bytes >= full.usage.budget_bytes);
  CHECK(full.counts.unsent == number);
  // The visit that had begun before that.
  CHECK(is_filed(queue.file(++number)));

  // The backend opens half of them, so there is room again.
  queue.with_store([&](store::Store& store) {
    std::vector<protocol::Acknowledgement> words;
    for (int sequence = 1; sequence <= number / 2; ++sequence)
      words.push_back(world.word(**store.record(sequence), protocol::Verdict::Accepted));
    CHECK(store.mark_opened(words).has_value());
  });
  CHECK(queue.condition().store == "ok");
  CHECK_FALSE(queue.refuses.has_value());
}

TEST_CASE(
    "the smallest budget that can be configured outlives an epoch of small requests that were all opened") {
  World world;
  Queue queue(world);
  const auto before = queue.condition().usage.queue_bytes;
  constexpr int visits = 60;
  for (int number = 1; number <= visits; ++number) {
    REQUIRE(is_filed(queue.file(number, 40)));
    queue.printed(2 * number - 1, visit::PrintOutcome::Printed);
  }
  queue.with_store([&](store::Store& store) {
    std::vector<protocol::Acknowledgement> words;
    for (int sequence = 1; sequence <= 2 * visits; ++sequence)
      words.push_back(world.word(**store.record(sequence), protocol::Verdict::Accepted));
    CHECK(store.mark_opened(words) == 2 * visits);
  });
  const auto left = queue.condition().usage.queue_bytes - before;
  const auto of_an_epoch = left / (2 * visits) * protocol::TrackingCode::highest_sequence;
  MESSAGE((left / (2 * visits)), " bytes stay of a record");
  CHECK(of_an_epoch < std::uint64_t{2048} << 20);
}

TEST_CASE("a key that does not sign is found out before anybody types, and told with a code") {
  protocol::testing::SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(protocol::testing::SoftwareTpm::missing);
    return;
  }
  World world;
  auto key = protocol::SigningKey::generate_in_tpm();
  REQUIRE(key.has_value());
  Queue queue(world, std::move(*key));
  REQUIRE(is_filed(queue.file(1)));
  CHECK(queue.condition().store == "ok");
  tpm.restart();  // which cleared what the chip held of the key
  CHECK_FALSE(is_filed(queue.file(2)));  // the one who was in the middle of it
  CHECK(queue.refuses == visit::FilingFault::StoreFault);
  CHECK(queue.condition().store == "QUEUE-KEY");
  queue.start();  // as after a restart
  CHECK(queue.refuses == visit::FilingFault::StoreFault);
  CHECK(queue.condition().store == "QUEUE-KEY");
  // What lies there is still sent.
  queue.with_store([](store::Store& store) { CHECK(store.next_batch(64).value()->entries.size() == 1); });
}

TEST_CASE("a head file that cannot be written hinders no filing and is told to staff until it can") {
  World world;
  Queue queue(world);
  const auto head = world.options.folder / "queue.head";
  std::filesystem::rename(head, world.options.folder / "aside");
  std::filesystem::create_directory(head);
  CHECK(is_filed(queue.file(1)));
  queue.worker().housekeeping();
  CHECK(queue.condition().store == "QUEUE-HEAD");
  CHECK_FALSE(queue.refuses.has_value());
  std::filesystem::remove(head);
  std::filesystem::rename(world.options.folder / "aside", head);
  queue.worker().housekeeping();
  CHECK(queue.condition().store == "ok");
}

TEST_CASE("a disk that takes no writes for a while takes requests again once it does, without a restart") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  world.files.folder_fault = store::FileFault::ReadOnly;
  queue.start();
  CHECK_FALSE(is_filed(queue.file(2)));
  world.files.folder_fault.reset();
  CHECK_FALSE(queue.refuses.has_value());
  CHECK(is_filed(queue.file(2)));
}

TEST_CASE("how much disk stays free is set from afar, at once and for the next opening") {
  World world;
  Queue queue(world);
  world.files.free = 100 << 20;
  CHECK(queue.condition().room == "enough");
  queue.worker().keep_free(50 << 20);
  CHECK(queue.condition().room == "low");
  queue.worker().keep_free(200 << 20);
  CHECK(queue.condition().store == "disk-full");
  CHECK(queue.refuses == visit::FilingFault::DiskFull);
  queue.worker().keep_free(1 << 20);
  CHECK(queue.condition().store == "ok");
}

TEST_CASE("an audit entry that may be there already is appended once, also when its text was erased since") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  const AuditEntry done{AuditKind::OrderDone, 7};
  CHECK(queue.audit(done) == Audited::Durable);
  REQUIRE(is_filed(queue.file(2)));
  queue.start();
  CHECK(queue.audit({AuditKind::OrderInterrupted, 7}, {done, {AuditKind::OrderInterrupted, 7}}) ==
        Audited::Durable);
  const auto count = [&queue] {
    int entries = 0;
    queue.with_store([&entries](store::Store& store) {
      for (int sequence = 1; sequence <= store.last_sequence(); ++sequence)
        if ((*store.record(sequence))->header.type == protocol::RecordType::Audit) ++entries;
    });
    return entries;
  };
  CHECK(count() == 1);
  queue.with_store([&](store::Store& store) {
    const std::array words{world.word(**store.record(2), protocol::Verdict::Accepted)};
    CHECK(store.mark_opened(words) == 1);
    CHECK_FALSE((*store.record(2))->payload.has_value());
  });
  CHECK(queue.audit(done, {done}) == Audited::Durable);
  CHECK(count() == 1);
  CHECK(queue.audit({AuditKind::OrderDone, 8}, {{AuditKind::OrderDone, 8}}) == Audited::Durable);
  CHECK(count() == 2);
}

TEST_CASE("a chain that proved to be an old disk's takes no entry for good") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  queue.with_store([&](store::Store& store) {
    protocol::Record later = **store.record(1);
    later.header.sequence = 99;
    CHECK(store.mark_stored(world.stored_up_to(later)).error() == store::StoreFault::Forked);
  });
  CHECK(queue.audit({AuditKind::OrderDone, 1}) == Audited::Never);
  CHECK(queue.condition().store == "QUEUE-RESTORED");
}

TEST_CASE("in a revoked epoch nothing more is filed; what was filed stays, to be exported") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  queue.worker().epoch_revoked(true);
  CHECK_FALSE(is_filed(queue.file(2)));
  CHECK(queue.refuses == visit::FilingFault::StoreFault);
  CHECK(queue.condition().store == "QUEUE-REVOKED");
  queue.with_store([](store::Store& store) { CHECK(store.counts()->unsent == 1); });
  // A restart, with nobody there to ask.
  queue.start();
  CHECK_FALSE(is_filed(queue.file(2)));
  CHECK(queue.condition().store == "QUEUE-REVOKED");
  // Another word of the backend, a mistake that was mended there.
  queue.worker().epoch_revoked(false);
  CHECK(is_filed(queue.file(2)));
  CHECK_FALSE(queue.refuses.has_value());
  queue.start();
  CHECK(is_filed(queue.file(3)));
}

TEST_CASE("after a restart \"no receipt came out?\" is asked for what got none, opened at the backend or not") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  REQUIRE(is_filed(queue.file(2)));
  queue.printed(1, visit::PrintOutcome::Printed);
  queue.start();
  CHECK(queue.offers_recovery);  // of the second one
  CHECK_FALSE(queue.recover(1).has_value());
  REQUIRE(queue.recover(2).has_value());
  // Opened, so its envelope is gone, and the print record of the first with it.
  queue.with_store([&](store::Store& store) {
    std::vector<protocol::Acknowledgement> words;
    for (int sequence = 1; sequence <= store.last_sequence(); ++sequence)
      words.push_back(world.word(**store.record(sequence), protocol::Verdict::Accepted));
    CHECK(store.mark_opened(words) == 3);
  });
  queue.start();
  CHECK(queue.offers_recovery);
  CHECK_FALSE(queue.recover(1).has_value());
  REQUIRE(queue.recover(2).has_value());
  queue.printed(2, visit::PrintOutcome::Printed);
  queue.start();
  CHECK_FALSE(queue.offers_recovery);
  CHECK_FALSE(queue.recover(2).has_value());
}

TEST_CASE("what cases found invalid is counted, logged by its place and kept") {
  World world;
  Queue queue(world);
  REQUIRE(is_filed(queue.file(1)));
  REQUIRE(is_filed(queue.file(2)));
  std::string logged;
  log::divert([&logged](std::string_view line) { logged += line; });
  queue.with_store([&](store::Store& store) {
    const std::array words{world.word(**store.record(1), protocol::Verdict::Invalid)};
    CHECK(store.mark_opened(words) == 1);
    CHECK((*store.record(1))->payload.has_value());
  });
  log::divert({});
  CHECK(logged.find("store.found-invalid") != std::string::npos);
  CHECK(logged.find("sequence=1") != std::string::npos);
  const QueueCondition now = queue.condition();
  CHECK(now.counts.invalid == 1);
  CHECK(now.counts.unopened == 1);
  CHECK(now.store == "ok");  // it blocks nobody
}
