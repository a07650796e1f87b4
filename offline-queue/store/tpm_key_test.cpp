#include "offline-queue/protocol/test_tpm.h"
#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::store;

TEST_CASE("a chain signed by a TPM is filed, read back, and says so when the TPM does not sign") {
  protocol::testing::SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(protocol::testing::SoftwareTpm::missing);
    return;
  }
  store::testing::World world;
  const auto key = protocol::SigningKey::generate_in_tpm();
  REQUIRE(key.has_value());
  world.options.kiosk_key = &*key;
  for (int id = 1; id <= 3; ++id) {
    const auto store = world.open();
    REQUIRE(store);
    CHECK(store->findings().head_verifies);
    REQUIRE(store::testing::World::file(*store, "sealed", id).has_value());
    REQUIRE(store->anchor_head().has_value());
  }
  const auto store = world.open();
  REQUIRE(store);
  CHECK(store->findings().records == 3);
  tpm.restart();
  CHECK(store::testing::World::file(*store, "not signed", 4).error() == StoreFault::KeySilent);
  const auto batch = store->next_batch(64);
  REQUIRE((batch && *batch));
  CHECK((*batch)->entries.size() == 3);
  CHECK((*batch)->signed_by(key->verifying_key()));
}
