#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"
#include "tests/network/little_authority.h"

#include <doctest/doctest.h>

#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;
using std::chrono::seconds;
using sync::SyncDetail;
using sync::SyncFaultKind;

namespace {

constexpr LittleAuthority::Life kGood{};
constexpr LittleAuthority::Life kOver{seconds(-7200), seconds(-3600)};
constexpr LittleAuthority::Life kToCome{seconds(3600), seconds(7200)};

/// A counter and its backend under a little authority, as good as it gets.
struct Town {
  explicit Town(const std::string& name) : counter(name) {
    authority.give_server(keys("ingest"), kGood);
    authority.give_client(keys("cases"), kGood, "cases", "cases");
    authority.give_client(keys("kiosk"), kGood, "kiosk-1042", "kiosk");
    counter.restart_ingest();
  }
  [[nodiscard]] std::filesystem::path keys(const char* whose) const {
    return counter.folder() / "keys" / whose;
  }
  [[nodiscard]] sync::Endpoint endpoint() { return counter.endpoint(counter.ingest().port()); }
  std::optional<sync::SyncFault> fault() { return fault_of(endpoint()); }
  static std::optional<sync::SyncFault> fault_of(const sync::Endpoint& endpoint) {
    auto client = sync::Client::open(endpoint);
    if (!client) return client.error();
    const auto time = client->time();
    if (time) return std::nullopt;
    return time.error();
  }
  LittleAuthority authority;
  Counter counter;
};

void check(const std::optional<sync::SyncFault>& fault, SyncDetail detail) {
  REQUIRE(fault.has_value());
  CHECK(fault->kind == SyncFaultKind::WrongCertificate);
  CHECK(std::string(sync::name(fault->detail)) == std::string(sync::name(detail)));
}

}  // namespace

TEST_CASE("what is wrong with a certificate is said: over, not yet, foreign, another name, and ours likewise") {
  Town town("certificates");
  CHECK_FALSE(town.fault().has_value());

  town.authority.give_server(town.keys("ingest"), kOver);
  town.counter.restart_ingest();
  check(town.fault(), SyncDetail::CertificateExpired);
  town.authority.give_server(town.keys("ingest"), kToCome);
  town.counter.restart_ingest();
  check(town.fault(), SyncDetail::CertificateNotYetValid);
  // Our clock is behind, and we know it: the backend once told a later time.
  sync::Endpoint knowing = town.endpoint();
  WallTime told = town.counter.clock().wall() + seconds(5000);
  knowing.certainly_passed = [&told] { return std::optional(told); };
  CHECK_FALSE(Town::fault_of(knowing).has_value());
  told += seconds(9000);
  check(Town::fault_of(knowing), SyncDetail::CertificateExpired);
  // A bound that is behind our clock changes nothing.
  told = WallTime(seconds(1000));
  check(Town::fault_of(knowing), SyncDetail::CertificateNotYetValid);

  town.authority.give_server(town.keys("ingest"), kGood, "DNS:other.example,IP:127.0.0.2");
  town.counter.restart_ingest();
  check(town.fault(), SyncDetail::WrongName);
  town.authority.give_server(town.keys("ingest"), kGood);
  town.counter.restart_ingest();
  const LittleAuthority stranger;
  stranger.write_authority(town.keys("kiosk"));
  check(town.fault(), SyncDetail::ForeignAuthority);

  town.authority.give_client(town.keys("kiosk"), kOver, "kiosk-1042", "kiosk");
  check(town.fault(), SyncDetail::OwnCertificateExpired);
  stranger.give_client(town.keys("kiosk"), kGood, "kiosk-1042", "kiosk");
  town.authority.write_authority(town.keys("kiosk"));
  check(town.fault(), SyncDetail::OwnCertificateRefused);
  std::filesystem::remove(town.keys("kiosk") / "tls.pem");
  check(town.fault(), SyncDetail::OwnFilesUnreadable);
  std::filesystem::remove(town.keys("kiosk") / "authority.pem");
  check(town.fault(), SyncDetail::OwnFilesUnreadable);
}

TEST_CASE(
    "a certificate that ends in the middle of sending loses nothing: after its renewal all is there once") {
  Town town("expiry");
  // Long enough for what has to be done before they end, on a busy machine, too.
  constexpr seconds life{6};
  town.authority.give_server(town.keys("ingest"), {seconds(-60), life});
  town.authority.give_client(town.keys("kiosk"), {seconds(-60), life}, "kiosk-1042", "kiosk");
  town.counter.restart_ingest();
  const WallTime began = town.counter.clock().wall();
  auto client = sync::Client::open(town.endpoint());
  REQUIRE(client.has_value());
  for (int number = 0; number < 6; ++number) town.counter.file(number);
  sync::StoreOutbox outbox(town.counter.store());
  const auto send = [&]() -> std::optional<sync::SyncFault> {
    const auto answer = client->send(*outbox.next_batch(2));
    if (!answer) return answer.error();
    CHECK(outbox.stored(answer->stored) == sync::Outbox::Kept::Yes);
    return std::nullopt;
  };
  CHECK_FALSE(send().has_value());
  while (town.counter.clock().wall() < began + life + std::chrono::milliseconds(1100))
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  // TLS looks at certificates when a connection begins; the one that is kept alive goes on.
  CHECK_FALSE(send().has_value());
  const auto batch = outbox.next_batch(64);
  REQUIRE(client->send(*batch).has_value());  // ingest has it, and its word is lost
  town.counter.restart_ingest();
  client = sync::Client::open(town.endpoint());
  check(send(), SyncDetail::CertificateExpired);
  CHECK(town.counter.store().counts()->unsent == 2);
  town.authority.give_server(town.keys("ingest"), kGood);
  town.counter.restart_ingest();
  client = sync::Client::open(town.endpoint());
  check(send(), SyncDetail::OwnCertificateExpired);
  town.authority.give_client(town.keys("kiosk"), kGood, "kiosk-1042", "kiosk");
  client = sync::Client::open(town.endpoint());
  CHECK_FALSE(send().has_value());
  CHECK(town.counter.store().counts()->unsent == 0);
  REQUIRE(town.counter.cases().poll_once({}).has_value());
  CHECK(town.counter.look_into_cases().requests("").size() == 6);
}
