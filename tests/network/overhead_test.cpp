#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"
#include "tests/network/cutting_proxy.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::network_test;

TEST_CASE(
    "a full batch costs at most 15 % more on the wire than its sealed payloads, both ways and all included") {
  Counter counter("overhead");
  CuttingProxy proxy(counter.ingest().port());
  auto client = sync::Client::open(counter.endpoint(proxy.port()));
  REQUIRE(client.has_value());
  REQUIRE(client->time().has_value());
  for (std::size_t i = 0; i < protocol::largest_batch_entries; ++i) counter.file(static_cast<int>(i));
  sync::StoreOutbox outbox(counter.store());
  const auto batch = outbox.next_batch(64);
  REQUIRE(batch.has_value());
  REQUIRE(batch->entries.size() == protocol::largest_batch_entries);
  std::size_t sealed = 0;
  for (const protocol::BatchEntry& entry : batch->entries) {
    // The smallest bucket, of which a complaint to 137 is: 1 KiB, the box's 48 bytes and the head's 6.
    CHECK(entry.record.payload->size() == 1024 + 48 + 6);
    sealed += entry.record.payload->size();
  }
  proxy.count_afresh();
  const auto answer = client->send(*batch);
  REQUIRE(answer.has_value());
  const std::size_t wire = proxy.up() + proxy.down();
  MESSAGE("sealed " << sealed << " bytes, up " << proxy.up() << ", down " << proxy.down() << ", overhead "
                    << (wire - sealed) * 1000 / sealed << " per thousand");
  CHECK(wire * 100 <= sealed * 115);
  CHECK(outbox.stored(answer->stored) == sync::Outbox::Kept::Yes);
}
