#include "kiosk/workers/city_news.h"

#include "offline-queue/updates/test_city.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace pishkhan;
using namespace pishkhan::workers;
using namespace pishkhan::updates::testing;
using protocol::AuditEntry;
using protocol::AuditKind;
using protocol::Command;
using protocol::CommandUpdate;
using protocol::UpdateKind;

namespace {

class TestClock final : public Clock {
 public:
  SteadyTime now{1'000'000};
  WallTime wall() const override { return at(1000); }
  SteadyTime steady() const override { return now; }
};

/// A house whose chain is a file on the same disk, so that the power can go in it, too.
class TestHouse final : public CityNews::House {
 public:
  explicit TestHouse(Kiosk& kiosk) : kiosk_(kiosk) {}

  CityNews::Audited audit(const AuditEntry& entry, const std::vector<AuditEntry>& unless) override {
    if (full) return CityNews::Audited::NotNow;
    if (broken) return CityNews::Audited::Never;
    const auto there = chain();
    for (const AuditEntry& one : unless)
      if (std::find(there.begin(), there.end(), one) != there.end()) return CityNews::Audited::Durable;
    Bytes line{'x', '\n'};  // so that a torn entry before it is none
    const Bytes words = entry.encode();
    line.insert(line.end(), words.begin(), words.end());
    line.push_back('\n');
    const auto end = kiosk_.files.size(file()).value().value_or(0);
    if (!kiosk_.files.write_synced(file(), end, line)) return CityNews::Audited::NotNow;
    return CityNews::Audited::Durable;
  }
  [[nodiscard]] std::vector<AuditEntry> chain() {
    std::vector<AuditEntry> entries;
    const auto bytes = kiosk_.files.read(file()).value();
    if (!bytes) return entries;
    std::string_view text = as_text(*bytes);
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      if (const auto entry = AuditEntry::parse(as_bytes(text.substr(0, end)))) entries.push_back(*entry);
      text.remove_prefix(end + 1);
    }
    return entries;
  }
  void close_counter(const std::optional<std::string>& reason) override { closed = reason; }
  void show(std::unique_ptr<const services::Catalogue> pack) override { shown = std::move(pack); }
  void apply(const protocol::RemoteSettings& now) override { settings = now; }
  void restart() override { ++restarts; }
  void sync_now() override { ++syncs; }
  void send_health() override { ++reports; }

  bool full = false;
  bool broken = false;
  std::optional<std::string> closed;
  std::unique_ptr<const services::Catalogue> shown;
  protocol::RemoteSettings settings;
  int restarts = 0;
  int syncs = 0;
  int reports = 0;

 private:
  [[nodiscard]] std::filesystem::path file() const { return kiosk_.folder / "chain"; }
  Kiosk& kiosk_;
};

/// One start of the program.
struct Start {
  TestClock clock;
  std::unique_ptr<CityNews> news;
  std::optional<services::Catalogue> pack;

  Start(Kiosk& kiosk, const City& city) {
    CityNews::Setup setup;
    setup.folder = kiosk.folder;
    setup.kiosk = 1042;
    setup.epoch = 1;
    setup.update_key = &city.verifying;
    setup.clock = &clock;
    setup.random = &kiosk.random;
    setup.program_version = "1.0";
    setup.own.values = {
        {"queue.keep_free_mebibytes", 64}, {"sync.health_seconds", 300}, {"sync.updates_seconds", 60}};
    setup.files = &kiosk.files;
    news = std::make_unique<CityNews>(std::move(setup));
    pack = news->begin();
  }
  /// Until the city has nothing more to say, or nothing gets through.
  void listen(City& city, TestHouse& house, int most = 40) {
    for (int i = 0; i < most; ++i) {
      const auto wait = news->ask(city, house, at(1000));
      clock.now += wait;
      if (wait > std::chrono::seconds(20)) return;
    }
  }
};

Bytes order(Command command, const char* reason = "") {
  return CommandUpdate{command, reason}.encode();
}

int count(const std::vector<AuditEntry>& chain, AuditKind kind, int number) {
  return static_cast<int>(std::count(chain.begin(), chain.end(), AuditEntry{kind, number}));
}

}  // namespace

TEST_CASE("orders are carried out once, in their order, and each has its entry in the chain") {
  City city;
  Kiosk kiosk;
  TestHouse house(kiosk);
  city.say(UpdateKind::Command, 1042, 1, order(Command::OutOfService, "flooded hall"), at(9000));
  city.say(UpdateKind::Command, 0, 2, order(Command::SyncNow), at(9000));
  {
    Start first(kiosk, city);
    CHECK_FALSE(first.pack.has_value());
    first.listen(city, house);
    CHECK(house.closed == "flooded hall");
    CHECK(house.syncs == 1);
  }
  Start second(kiosk, city);
  CHECK(second.news->closed() == "flooded hall");  // known before anybody was asked
  second.listen(city, house);
  CHECK(house.syncs == 1);
  city.say(UpdateKind::Command, 1042, 3, order(Command::InService), at(9000));
  city.say(UpdateKind::Command, 1042, 4, order(Command::SendHealth), at(9000));
  city.say(UpdateKind::Command, 1042, 5, order(Command::Restart), at(9000));
  second.listen(city, house);
  CHECK_FALSE(house.closed.has_value());
  CHECK(house.reports == 1);
  CHECK(house.restarts == 1);
  CHECK(house.chain() == std::vector<AuditEntry>{{AuditKind::OrderDone, 1},
                                                 {AuditKind::CommonOrderDone, 2},
                                                 {AuditKind::OrderDone, 3},
                                                 {AuditKind::OrderDone, 4},
                                                 {AuditKind::OrderDone, 5}});
  Start third(kiosk, city);
  third.listen(city, house);
  CHECK(house.restarts == 1);
  CHECK(house.chain().size() == 5);
}

TEST_CASE("an order whose time has passed is not carried out, and that is recorded") {
  City city;
  Kiosk kiosk;
  TestHouse house(kiosk);
  city.say(UpdateKind::Command, 1042, 1, order(Command::Restart), at(900));  // it is at least 1000
  Start start(kiosk, city);
  start.listen(city, house);
  CHECK(house.restarts == 0);
  CHECK(house.chain() == std::vector<AuditEntry>{{AuditKind::OrderExpired, 1}});
}

TEST_CASE(
    "a chain that takes no entry now holds the order's end back, and one that never does holds up nothing") {
  City city;
  Kiosk kiosk;
  TestHouse house(kiosk);
  city.say(UpdateKind::Command, 1042, 1, order(Command::OutOfService, "flooded hall"), at(9000));
  city.say(UpdateKind::Command, 1042, 2, order(Command::InService), at(9000));
  Start start(kiosk, city);
  house.full = true;
  start.news->ask(city, house, at(1000));
  CHECK(house.closed == "flooded hall");  // it is done all the same
  start.news->act(house, at(1000));
  CHECK(house.closed == "flooded hall");
  CHECK(house.chain().empty());
  SUBCASE("room again") {
    house.full = false;
    start.news->act(house, at(1000));
    CHECK_FALSE(house.closed.has_value());
    CHECK(house.chain() == std::vector<AuditEntry>{{AuditKind::OrderDone, 1}, {AuditKind::OrderDone, 2}});
  }
  SUBCASE("a restart in between: recorded once, as what it was") {
    house.full = false;
    Start next(kiosk, city);
    next.listen(city, house);
    CHECK_FALSE(house.closed.has_value());
    CHECK(house.chain() == std::vector<AuditEntry>{{AuditKind::OrderDone, 1}, {AuditKind::OrderDone, 2}});
  }
  SUBCASE("the disk stays full: the counter can still be opened again") {
    start.clock.now += std::chrono::minutes(2);
    start.news->act(house, at(1000));
    start.clock.now += std::chrono::minutes(2);
    start.news->act(house, at(1000));
    CHECK_FALSE(house.closed.has_value());
  }
  SUBCASE("the chain has ended") {
    house.full = false;
    house.broken = true;
    start.news->act(house, at(1000));
    CHECK_FALSE(house.closed.has_value());
  }
}

TEST_CASE("remote settings take effect, this kiosk's own before those for all, and end with their item") {
  City city;
  Kiosk kiosk;
  TestHouse house(kiosk);
  Start start(kiosk, city);
  start.listen(city, house);
  CHECK(house.settings.values.at("queue.keep_free_mebibytes") == 64);
  const auto set = [](const char* text) { return Bytes(text, text + std::string_view(text).size()); };
  city.say(UpdateKind::Configuration, 0, 1, set("queue.keep_free_mebibytes=512\nsync.updates_seconds=300\n"));
  city.say(UpdateKind::Configuration, 1042, 1, set("queue.keep_free_mebibytes=128\n"), at(2000));
  start.listen(city, house);
  CHECK(house.settings.values.at("queue.keep_free_mebibytes") == 128);
  CHECK(house.settings.values.at("sync.updates_seconds") == 300);
  CHECK(house.settings.values.at("sync.health_seconds") == 300);
  start.news->act(house, at(2000));
  CHECK(house.settings.values.at("queue.keep_free_mebibytes") == 512);
  Start next(kiosk, city);
  TestHouse fresh(kiosk);
  next.news->act(fresh, at(2000));  // before anybody was asked
  CHECK(fresh.settings.values.at("queue.keep_free_mebibytes") == 512);
}

TEST_CASE("a new pack is handed over, and a start begins with it") {
  City city;
  Kiosk kiosk;
  TestHouse house(kiosk);
  const auto hash = city.publish(1, sample_pack("1405.4"));
  Start start(kiosk, city);
  start.listen(city, house);
  REQUIRE(house.shown != nullptr);
  CHECK(house.shown->fingerprint == services::fingerprint_text(hash));
  Start next(kiosk, city);
  REQUIRE(next.pack.has_value());
  CHECK(next.pack->version == "1405.4");
}

TEST_CASE("a power cut at every step of a day of orders: each is done at most once and recorded exactly once") {
  int cuts = 0;
  for (int cut = 0;; ++cut) {
    CAPTURE(cut);
    City city;
    city.say(UpdateKind::Command, 1042, 1, order(Command::OutOfService, "flooded hall"), at(9000));
    city.say(UpdateKind::Command, 1042, 2, order(Command::SyncNow), at(9000));
    city.say(UpdateKind::Command, 0, 1, order(Command::Restart), at(9000));
    city.say(UpdateKind::Command, 1042, 3, order(Command::SendHealth), at(700));
    city.say(UpdateKind::Command, 1042, 4, order(Command::InService), at(9000));
    Kiosk kiosk;
    TestHouse house(kiosk);
    kiosk.files.random = SeededRandom(static_cast<std::uint64_t>(cut) * 31);
    kiosk.files.steps_left = cut;
    {
      Start start(kiosk, city);
      start.listen(city, house, 6);
    }
    const bool was_cut = kiosk.files.steps_left < 0;
    kiosk.files.power_on();
    for (int starts = 0; starts < 2; ++starts) {
      Start start(kiosk, city);
      start.listen(city, house);
    }
    CHECK(house.syncs <= 1);
    CHECK(house.restarts <= 1);
    CHECK(house.reports == 0);
    CHECK_FALSE(house.closed.has_value());
    const auto chain = house.chain();
    CHECK(chain.size() == 5);
    CHECK(count(chain, AuditKind::OrderDone, 1) == 1);
    CHECK(count(chain, AuditKind::OrderDone, 2) + count(chain, AuditKind::OrderInterrupted, 2) == 1);
    CHECK(count(chain, AuditKind::CommonOrderDone, 1) + count(chain, AuditKind::CommonOrderInterrupted, 1) ==
          1);
    CHECK(count(chain, AuditKind::OrderExpired, 3) == 1);
    CHECK(count(chain, AuditKind::OrderDone, 4) == 1);
    if (!was_cut) break;
    ++cuts;
  }
  CHECK(cuts > 15);  // it really went through all of it
}

TEST_CASE(
    "a disk that fails for a while: the book is opened again in the same start, and nothing is done twice") {
  City city;
  Kiosk kiosk;
  TestHouse house(kiosk);
  city.say(UpdateKind::Command, 1042, 1, order(Command::SyncNow), at(9000));
  Start start(kiosk, city);
  kiosk.files.steps_left = 2;  // the page is kept, the order's beginning is torn
  start.listen(city, house, 3);
  CHECK(kiosk.files.steps_left < 0);
  CHECK(house.syncs <= 1);
  kiosk.files.power_on();
  start.clock.now += std::chrono::seconds(30);
  start.listen(city, house);
  CHECK(house.syncs <= 1);
  CHECK(house.chain().size() == 1);
  protocol::Health health;
  start.news->fill(health);
  CHECK(health.boots == 1);
}
