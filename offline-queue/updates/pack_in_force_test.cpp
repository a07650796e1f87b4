#include "offline-queue/updates/pack_in_force.h"

#include "offline-queue/updates/test_city.h"

#include <doctest/doctest.h>

#include <fstream>

using namespace pishkhan;
using namespace pishkhan::updates;
using namespace pishkhan::updates::testing;

namespace {

/// Fetches whatever is wanted.
void fetch(Kiosk& kiosk, City& city) {
  auto book = kiosk.open(city);
  REQUIRE(book.has_value());
  PackShelf shelf = kiosk.shelf();
  Updater updater = kiosk.updater();
  for (int i = 0; i < 100; ++i) {
    const UpdateReport report = updater.step(city, *book, shelf, at(0));
    REQUIRE_FALSE(report.disk.has_value());
    if (report.wait >= std::chrono::seconds(5)) return;
  }
}

PackInForce start(Kiosk& kiosk, City& city) {
  auto book = kiosk.open(city);
  REQUIRE(book.has_value());
  PackShelf shelf = kiosk.shelf();
  return pack_in_force(*book, shelf);
}

void spoil(const Kiosk& kiosk, const protocol::Hash& hash) {
  std::fstream file(kiosk.folder / ("pack-" + to_hex(hash)), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file.put('\x7f');
}

}  // namespace

TEST_CASE("without a pack from the city the kiosk shows its own; with one, that, also after a restart") {
  City city;
  Kiosk kiosk;
  CHECK_FALSE(start(kiosk, city).catalogue.has_value());
  const auto first = city.publish(1, sample_pack("1405.4"));
  fetch(kiosk, city);
  for (int starts = 0; starts < 2; ++starts) {
    const PackInForce found = start(kiosk, city);
    REQUIRE(found.catalogue.has_value());
    CHECK(found.catalogue->fingerprint == services::fingerprint_text(first));
    CHECK(found.faults.empty());
  }
}

TEST_CASE("a pack that is damaged on the disk gives way to the one before it, and is fetched again") {
  City city;
  Kiosk kiosk;
  const auto first = city.publish(1, sample_pack("1405.4"));
  fetch(kiosk, city);
  const auto second = city.publish(2, sample_pack("1405.5"));
  fetch(kiosk, city);
  spoil(kiosk, second);
  const PackInForce found = start(kiosk, city);
  REQUIRE(found.catalogue.has_value());
  CHECK(found.catalogue->fingerprint == services::fingerprint_text(first));
  CHECK(found.faults == std::vector<std::string>{"damaged"});
  fetch(kiosk, city);
  CHECK(start(kiosk, city).catalogue->fingerprint == services::fingerprint_text(second));
}

TEST_CASE("with both packs gone the kiosk shows its own, and fetches the newest again") {
  City city;
  Kiosk kiosk;
  const auto first = city.publish(1, sample_pack("1405.4"));
  fetch(kiosk, city);
  const auto second = city.publish(2, sample_pack("1405.5"));
  fetch(kiosk, city);
  spoil(kiosk, first);
  spoil(kiosk, second);
  const PackInForce found = start(kiosk, city);
  CHECK_FALSE(found.catalogue.has_value());
  CHECK(found.faults.size() == 2);
  CHECK_FALSE(start(kiosk, city).catalogue.has_value());
  fetch(kiosk, city);
  CHECK(start(kiosk, city).catalogue->fingerprint == services::fingerprint_text(second));
}

TEST_CASE(
    "a power cut at every step of falling back leaves a pack or the kiosk's own, and the newest comes back") {
  for (int cut = 0; cut < 40; ++cut) {
    CAPTURE(cut);
    City city;
    Kiosk kiosk;
    city.publish(1, sample_pack("1405.4"));
    fetch(kiosk, city);
    const auto second = city.publish(2, sample_pack("1405.5"));
    fetch(kiosk, city);
    spoil(kiosk, second);
    kiosk.files.random = SeededRandom(static_cast<std::uint64_t>(cut));
    kiosk.files.steps_left = cut;
    if (auto book = kiosk.open(city)) {
      PackShelf shelf = kiosk.shelf();
      static_cast<void>(pack_in_force(*book, shelf));
    }
    const bool was_cut = kiosk.files.steps_left < 0;
    kiosk.files.power_on();
    const PackInForce found = start(kiosk, city);
    REQUIRE_FALSE(found.disk.has_value());
    fetch(kiosk, city);
    CHECK(start(kiosk, city).catalogue->fingerprint == services::fingerprint_text(second));
    if (!was_cut) break;
  }
}
