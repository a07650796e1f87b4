#include "offline-queue/updates/test_city.h"

#include <doctest/doctest.h>

#include <set>

using namespace pishkhan;
using namespace pishkhan::updates;
using namespace pishkhan::updates::testing;

namespace {

/// A pack whose services' descriptions make it several pieces long.
services::Pack large_pack(const std::string& version) {
  services::Pack pack = sample_pack(version);
  for (services::PackFile& file : pack)
    if (file.name == "services/complaint-137.json") {
      // White space in front of the object: still the same JSON.
      file.bytes.insert(0, 200'000, ' ');
    }
  return pack;
}

struct Life {
  std::unique_ptr<services::Catalogue> activated;
  std::string refused;
  int steps = 0;
  bool cut = false;
};

/// Steps until nothing is left to do, or the power goes.
Life live(Kiosk& kiosk, City& city) {
  Life life;
  auto book = kiosk.open(city);
  if (!book) {
    life.cut = true;
    return life;
  }
  PackShelf shelf = kiosk.shelf();
  Updater updater = kiosk.updater();
  for (; life.steps < 100; ++life.steps) {
    UpdateReport report = updater.step(city, *book, shelf, at(0));
    if (report.disk) {
      life.cut = true;
      return life;
    }
    if (report.activated) life.activated = std::move(report.activated);
    if (!report.pack_refused.empty()) life.refused = report.pack_refused;
    if (report.wait >= std::chrono::seconds(5)) return life;
  }
  return life;
}

}  // namespace

TEST_CASE("a published pack is fetched piece by piece, checked, and becomes the active one") {
  City city;
  Kiosk kiosk;
  const auto first = city.publish(1, sample_pack("1405.4"));
  Life life = live(kiosk, city);
  REQUIRE(life.activated != nullptr);
  CHECK(life.activated->version == "1405.4");
  CHECK(life.activated->fingerprint == services::fingerprint_text(first));
  const auto second = city.publish(2, large_pack("1405.5"));
  city.parts_given = 0;
  life = live(kiosk, city);
  REQUIRE(life.activated != nullptr);
  CHECK(life.activated->version == "1405.5");
  CHECK(city.parts_given == 2);
  auto book = kiosk.open(city).value();
  CHECK(book.active_pack() == second);
  CHECK(book.previous_pack() == first);
  PackShelf shelf = kiosk.shelf();
  CHECK(shelf.load(second).has_value());
  CHECK(shelf.load(first)->version == "1405.4");
  // And back: it is still here, so nothing is fetched.
  city.publish(3, sample_pack("1405.4"));
  city.parts_given = 0;
  life = live(kiosk, city);
  REQUIRE(life.activated != nullptr);
  CHECK(life.activated->version == "1405.4");
  CHECK(city.parts_given == 0);
}

TEST_CASE("a pack that the validator refuses is refused for good, and the old one stays") {
  City city;
  Kiosk kiosk;
  const auto good = city.publish(1, sample_pack("1405.4"));
  REQUIRE(live(kiosk, city).activated != nullptr);
  services::Pack bad = sample_pack("1405.5");
  bad.front().bytes += "}";
  city.publish(2, bad);
  Life life = live(kiosk, city);
  CHECK(life.activated == nullptr);
  CHECK(life.refused.find("areas.json") != std::string::npos);
  city.publish_bytes(3, Bytes(1000, 7));  // no pack at all
  CHECK(live(kiosk, city).refused == "no-pack");
  city.parts_given = 0;
  live(kiosk, city);
  CHECK(city.parts_given == 0);  // not asked for again
  auto book = kiosk.open(city).value();
  CHECK(book.active_pack() == good);
  CHECK(kiosk.shelf().load(good).has_value());
}

TEST_CASE("bytes that are not those that the city signed for are never taken") {
  City city;
  Kiosk kiosk;
  city.publish(1, sample_pack("1405.4"));
  city.spoils_parts = true;
  const Life life = live(kiosk, city);
  CHECK(life.activated == nullptr);
  CHECK(life.refused == "damaged");
  CHECK(city.parts_given == 3);
}

TEST_CASE("a part that gave way to a citizen's question is asked for right behind it") {
  City city;
  Kiosk kiosk;
  city.publish(1, sample_pack("1405.4"));
  auto book = kiosk.open(city).value();
  PackShelf shelf = kiosk.shelf();
  Updater updater = kiosk.updater();
  CHECK(updater.step(city, book, shelf, at(0)).wait == std::chrono::milliseconds(0));  // hears of the pack
  city.gives_way_once = true;
  const UpdateReport gave_way = updater.step(city, book, shelf, at(0));
  CHECK(gave_way.fault.has_value());
  CHECK(gave_way.wait == std::chrono::milliseconds(0));
  CHECK(updater.step(city, book, shelf, at(0)).activated != nullptr);
}

TEST_CASE("a pack that the backend does not have is asked for once a period, and orders still come") {
  City city;
  Kiosk kiosk;
  city.publish(1, sample_pack("1405.4"));
  city.packs.clear();
  auto book = kiosk.open(city).value();
  PackShelf shelf = kiosk.shelf();
  Updater updater = kiosk.updater();
  static_cast<void>(updater.step(city, book, shelf, at(0)));
  std::chrono::milliseconds waited{0};
  for (int step = 0; step < 20; ++step) waited += updater.step(city, book, shelf, at(0)).wait;
  CHECK(waited > std::chrono::minutes(4));
  city.say(protocol::UpdateKind::Command, 0, 1,
           protocol::CommandUpdate{protocol::Command::SyncNow, ""}.encode(), at(900));
  static_cast<void>(updater.step(city, book, shelf, at(0)));
  static_cast<void>(updater.step(city, book, shelf, at(0)));
  CHECK(book.next_order(at(0)).has_value());
}

TEST_CASE("a power cut at every step of two changes of pack: always a whole pack, and in the end the new one") {
  std::set<std::string> seen;
  for (int cut = 0; cut < 14; ++cut) {
    City city;
    Kiosk kiosk;
    const auto first = city.publish(1, sample_pack("1405.4"));
    REQUIRE(live(kiosk, city).activated != nullptr);
    const auto second = city.publish(2, large_pack("1405.5"));
    kiosk.files.random = SeededRandom(static_cast<std::uint64_t>(cut) * 77);
    kiosk.files.steps_left = cut;
    static_cast<void>(live(kiosk, city));
    kiosk.files.power_on();
    {
      auto book = kiosk.open(city).value();
      REQUIRE(book.active_pack().has_value());
      const auto catalogue = kiosk.shelf().load(*book.active_pack());
      REQUIRE_MESSAGE(catalogue.has_value(), "cut at step ", cut);
      seen.insert(catalogue->version);
      if (*book.active_pack() == second) CHECK(kiosk.shelf().load(first).has_value());
    }
    const Life life = live(kiosk, city);
    CHECK_FALSE(life.cut);
    auto book = kiosk.open(city).value();
    CHECK(book.active_pack() == second);
    CHECK(kiosk.shelf().load(second)->version == "1405.5");
  }
  CHECK(seen == std::set<std::string>{"1405.4", "1405.5"});
}

TEST_CASE("the backend's hint is followed within bounds, and periods are jittered") {
  City city;
  Kiosk kiosk;
  auto book = kiosk.open(city).value();
  PackShelf shelf = kiosk.shelf();
  Updater updater = kiosk.updater();
  std::set<std::int64_t> waits;
  for (int i = 0; i < 20; ++i) {
    const auto wait = updater.step(city, book, shelf, at(0)).wait;
    CHECK(wait >= std::chrono::seconds(30));
    CHECK(wait <= std::chrono::seconds(60));
    waits.insert(wait.count());
  }
  CHECK(waits.size() > 10);
  city.hint_s = 1;
  CHECK(updater.step(city, book, shelf, at(0)).wait >= std::chrono::milliseconds(2500));
  city.hint_s = 86'400;
  CHECK(updater.step(city, book, shelf, at(0)).wait <= std::chrono::hours(1));
}
