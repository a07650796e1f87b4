// Mutual TLS and a signed batch with keys that lie in TPMs.
#include "offline-queue/protocol/test_tpm.h"
#include "offline-queue/reference-backend/certificates.h"
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"
#include "tests/network/new_kiosk.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace pishkhan;
using namespace pishkhan::network_test;
using protocol::KeyPlace;
using protocol::SigningKey;
using protocol::testing::SoftwareTpm;

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::trunc) << text;
}

}  // namespace

TEST_CASE("a kiosk whose TLS key lies in a TPM sends to a real ingest; without its TPM it does not") {
  SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(SoftwareTpm::missing);
    return;
  }
  Counter counter("tpm");
  // The same city with a new authority, because the demo's forgets its key.
  const auto authority = backend::DemoAuthority::make("Pishkhan demo CA");
  const auto server = authority.issue_server("ingest");
  const auto keys = counter.folder() / "keys";
  write(keys / "ingest/authority.pem", authority.certificate_pem());
  write(keys / "ingest/tls.pem", server.certificate_pem);
  write(keys / "ingest/tls.key", server.key_pem);
  write(keys / "kiosk/authority.pem", authority.certificate_pem());
  std::filesystem::remove(keys / "kiosk/tls.key");
  {
    const auto made = SigningKey::generate_in_tpm();
    REQUIRE(made.has_value());
    REQUIRE(made->save(keys / "kiosk/tls.key").has_value());
    write(keys / "kiosk/tls.pem", authority.certify_client(made->verifying_key(), "kiosk-1042", "kiosk"));
  }
  counter.restart_ingest();
  counter.file(1);
  sync::Endpoint endpoint = counter.endpoint(counter.ingest().port());
  CHECK_FALSE(sync::Client::open(endpoint)->time().has_value());  // a TPM's key is no key in a file
  endpoint.key_place = KeyPlace::Tpm;
  {
    auto client = sync::Client::open(endpoint);
    REQUIRE(client.has_value());
    sync::StoreOutbox outbox(counter.store());
    const auto batch = outbox.next_batch(64);
    REQUIRE(batch.has_value());
    const auto answer = client->send(*batch);
    REQUIRE(answer.has_value());
    CHECK(outbox.stored(answer->stored) == sync::Outbox::Kept::Yes);
    CHECK(counter.store().counts()->unsent == 0);
  }
  auto client = sync::Client::open(endpoint);
  REQUIRE(client.has_value());
  tpm.restart();  // what the chip held for this process is gone
  CHECK_FALSE(client->time().has_value());
}

TEST_CASE("a kiosk whose key is made in its TPM is enrolled with a code, and sends what that key signed") {
  SoftwareTpm tpm;
  if (!tpm.works()) {
    MESSAGE(SoftwareTpm::missing);
    return;
  }
  Counter city("tpm-enrolment");
  NewKiosk kiosk(city, "tpm-enrolment-kiosk", KeyPlace::Tpm);
  const auto enrolled = kiosk.enrol(kiosk.code(1043));
  REQUIRE(enrolled.has_value());
  CHECK_FALSE(SigningKey::load(enrolled->set.signing_key, KeyPlace::File).has_value());
  kiosk.start();
  kiosk.file(1);
  const auto batch = sync::StoreOutbox(kiosk.store()).next_batch(64);
  REQUIRE(batch.has_value());
  kiosk.stop();
  kiosk.connect();
  REQUIRE(kiosk.client().send(*batch).has_value());
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(city.look_into_cases().requests("").size() == 1);
}
