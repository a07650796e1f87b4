#include "offline-queue/reference-backend/cases_verbs.h"
#include "offline-queue/reference-backend/http_server.h"
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/cutting_proxy.h"
#include "tests/network/new_kiosk.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <mutex>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

using std::chrono::milliseconds;

bool is_the_networks(const sync::SyncFault& fault) {
  return fault.kind != sync::SyncFaultKind::Refused && fault.kind != sync::SyncFaultKind::Fork &&
         fault.kind != sync::SyncFaultKind::WrongCertificate;
}

/// How long a client behind the proxy waits for an answer that was cut off in silence.
milliseconds behind_the_proxy() {
  return milliseconds(std::getenv("PISHKHAN_EVERY_BYTE") != nullptr ? 60 : 200);
}

sync::Client connected(sync::Endpoint endpoint, milliseconds deadline = behind_the_proxy()) {
  endpoint.request_deadline = deadline;
  for (int tries = 0;; ++tries) {
    REQUIRE(tries < 100);
    auto client = sync::Client::open(endpoint);
    REQUIRE(client.has_value());
    if (client->time()) return std::move(*client);
  }
}

void tell(const CutTally& tally) {
  MESSAGE(tally.exchanges << " exchanges of " << tally.up_bytes << " bytes up and " << tally.down_bytes
                          << " down, " << tally.struck << " cut");
  CHECK(tally.struck > tally.exchanges * 9 / 10);
}

/// Of this run, told so that it can be run again.
SeededRandom told_random() {
  const std::uint64_t seed = seed_of_this_run();
  MESSAGE("PISHKHAN_SEED=" << seed);
  return SeededRandom(seed);
}

/// A kiosk behind the proxy, whose exchanges are cut at a byte.
class Line {
 public:
  Line(Counter& counter, std::uint16_t port) : counter_(counter), proxy_(port), outbox_(counter.store()) {}
  [[nodiscard]] const std::vector<protocol::RequestId>& filed() const { return filed_; }
  CuttingProxy& proxy() { return proxy_; }

  /// Whatever a cut connection left is sent over a sound one; then a request and its print outcome are filed.
  void get_ready() {
    for (int tries = 0; !all_sent(); ++tries) {
      REQUIRE(tries < 100);
      renew();
      send();
    }
    filed_.push_back(counter_.file(static_cast<int>(filed_.size())));
    last_ += 2;
    REQUIRE(counter_.store().record_print(last_ - 1, protocol::PrintOutcome::Printed).has_value());
    renew();
  }
  void send() {
    const auto batch = outbox_.next_batch(64);
    REQUIRE(batch.has_value());
    const auto answer = client_->send(*batch);
    if (answer) {
      CHECK(outbox_.stored(answer->stored) == sync::Outbox::Kept::Yes);
      return;
    }
    // Nothing that the network does may look like the backend's own word.
    CHECK(is_the_networks(answer.error()));
  }
  [[nodiscard]] bool all_sent() { return counter_.store().first_unsent() == last_ + 1; }

 private:
  /// A kept-alive connection, so that the bytes that are counted are those of the exchange alone.
  void renew() { client_.emplace(connected(counter_.endpoint(proxy_.port()))); }

  Counter& counter_;
  CuttingProxy proxy_;
  sync::StoreOutbox outbox_;
  std::optional<sync::Client> client_;
  std::vector<protocol::RequestId> filed_;
  int last_ = 0;
};

/// An ingest that does not look whether it has a record already: what the rig must find.
class ForgetfulIngest {
 public:
  explicit ForgetfulIngest(const Counter& counter)
      : key_(protocol::SigningKey::load(counter.folder() / "keys" / "ingest" / "signing.pem").value()) {
    const std::filesystem::path keys = counter.folder() / "keys" / "ingest";
    std::vector<backend::Listener> listeners;
    listeners.push_back(
        {"127.0.0.1", 0, [this](const backend::HttpRequest& request, std::unique_ptr<backend::Reply> reply) {
           backend::answer(std::move(reply), [made = take(request)] { return made; });
         }});
    server_ = std::move(*backend::HttpServer::start(
        {keys / "authority.pem", keys / "tls.pem", keys / "tls.key"}, std::move(listeners), 1));
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(0); }
  [[nodiscard]] std::vector<protocol::RequestId> arrived() {
    const std::scoped_lock lock(mutex_);
    return arrived_;
  }

 private:
  backend::HttpAnswer take(const backend::HttpRequest& request) {
    if (request.path == "/v1/time") return {200, "application/json", protocol::ServerTime{}.encode(), {}};
    const auto batch = protocol::Batch::parse(as_bytes(request.body));
    if (!batch) return {400, "application/problem+json", "{}", {}};
    const std::scoped_lock lock(mutex_);
    for (const protocol::BatchEntry& entry : batch->entries) {
      if (entry.record.header.type == protocol::RecordType::Request)
        arrived_.push_back(entry.record.header.request_id);
    }
    protocol::StoredWord word{
        batch->kiosk, batch->epoch, batch->last_sequence(), batch->entries.back().record.hash, {}, {}};
    word.sign(key_);
    return {200, "application/json", protocol::BatchAnswer{word}.encode(), {}};
  }

  protocol::SigningKey key_;
  std::mutex mutex_;
  std::vector<protocol::RequestId> arrived_;
  std::unique_ptr<backend::HttpServer> server_;
};

}  // namespace

TEST_CASE("a batch or its answer cut at every byte, by reset and by silence: all arrives once and in order") {
  Counter counter("every-byte");
  Line line(counter, counter.ingest().port());
  SeededRandom random = told_random();
  int exchanges = 0;
  tell(cut_everywhere(
      line.proxy(), random, [&] { line.get_ready(); },
      [&] {
        line.send();
        if (++exchanges % 32 == 0) REQUIRE(counter.cases().poll_once({}).has_value());
      }));
  line.get_ready();
  line.send();
  REQUIRE(line.all_sent());
  for (bool more = true; more;) {
    const auto polled = counter.cases().poll_once({});
    REQUIRE(polled.has_value());
    more = polled->more;
  }
  const auto rows = counter.look_into_cases().requests("");
  REQUIRE(rows.size() == line.filed().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const protocol::Acknowledgement& word = rows[i].report.acknowledgement;
    REQUIRE(word.request_id == line.filed()[i]);
    REQUIRE(word.verdict == protocol::Verdict::Accepted);
    REQUIRE(word.sequence == 2 * static_cast<int>(i) + 1);
  }
}

TEST_CASE("the same rig finds a backend that takes a record twice") {
  Counter counter("every-byte-control");
  ForgetfulIngest forgetful(counter);
  Line line(counter, forgetful.port());
  SeededRandom random(1);
  cut_everywhere(
      line.proxy(), random, [&] { line.get_ready(); }, [&] { line.send(); });
  const auto arrived = forgetful.arrived();
  MESSAGE(arrived.size() << " arrived of " << line.filed().size());
  CHECK(arrived.size() > line.filed().size());
}

TEST_CASE("words of cases and updates cut at every byte: what is understood is whole, and all comes") {
  Counter counter("every-byte-down");
  CuttingProxy proxy(counter.ingest().port());
  SeededRandom random = told_random();
  sync::StoreOutbox outbox(counter.store());
  auto sound = connected(counter.endpoint(counter.ingest().port()), std::chrono::seconds(20));
  for (int i = 1; i <= 3; ++i) counter.file(i);
  const auto batch = outbox.next_batch(64);
  REQUIRE(batch.has_value());
  const auto sent = sound.send(*batch);
  REQUIRE(sent.has_value());
  REQUIRE(outbox.stored(sent->stored) == sync::Outbox::Kept::Yes);
  const backend::CityDesk desk{counter.folder() / "cases.db", counter.folder() / "keys/cases/updates.pem"};
  REQUIRE(backend::publish_catalogue(desk, "assets/cities/shahr-e-nemuneh", 0, backend::Announce::Yes,
                                     counter.clock())
              .has_value());
  REQUIRE(counter.cases().poll_once({}).has_value());
  const auto words = sound.opened_since(1, "");
  REQUIRE(words.has_value());
  REQUIRE(words->acknowledgements.size() == 3);
  const auto news = sound.updates_since(1, "");
  REQUIRE(news.has_value());
  REQUIRE(news->items.size() == 4);
  std::optional<sync::Client> client;
  const auto ready = [&] { client.emplace(connected(counter.endpoint(proxy.port()))); };
  tell(cut_everywhere(proxy, random, ready, [&] {
    const auto answer = client->opened_since(1, "");
    if (answer) CHECK(answer->acknowledgements == words->acknowledgements);
    if (!answer) CHECK(is_the_networks(answer.error()));
  }));
  tell(cut_everywhere(proxy, random, ready, [&] {
    const auto answer = client->updates_since(1, "");
    if (answer) CHECK(answer->items == news->items);
    if (!answer) CHECK(is_the_networks(answer.error()));
  }));
}

TEST_CASE("enrolment cut at every byte, its handshake too: one epoch, and the same answer whenever one comes") {
  Counter city("every-byte-enrol");
  NewKiosk kiosk(city, "every-byte-enrol-kiosk");
  const auto code = kiosk.code(1043);
  REQUIRE(city.cases().poll_once({}).has_value());
  CuttingProxy proxy(city.ingest().enrolment_port());
  SeededRandom random = told_random();
  const protocol::EnrolRequest request = kiosk.request(code);
  std::optional<protocol::EnrolmentAnswer> known;
  int answers = 0;
  // While it waits for cases, and when it is answered.
  for (const bool answered : {false, true}) {
    if (answered) REQUIRE(city.cases().poll_once({}).has_value());
    tell(cut_everywhere(
        proxy, random, [] {},
        [&] {
          const auto reply = kiosk.ask(request, proxy.port(), milliseconds(300));
          if (!reply) CHECK(is_the_networks(reply.error()));
          if (!reply || !reply->answer) return;
          CHECK(answered);
          if (known) CHECK(*reply->answer == *known);
          known = reply->answer;
          ++answers;
        }));
  }
  CHECK(answers > 0);
  const auto enrolled = kiosk.enrol(code);
  REQUIRE(enrolled.has_value());
  CHECK(enrolled->epoch == 1);
}
