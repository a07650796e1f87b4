#include "offline-queue/reference-backend/http_server.h"
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"
#include "tests/network/cutting_proxy.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <mutex>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

using std::chrono::milliseconds;

/// A kiosk behind the proxy, whose exchanges are cut at a byte.
class Line {
 public:
  Line(Counter& counter, std::uint16_t port) : counter_(counter), proxy_(port), outbox_(counter.store()) {
    renew();
    file_one();
    proxy_.count_afresh();
    send();
    up_bytes_ = proxy_.up();
    down_bytes_ = proxy_.down();
    REQUIRE(all_sent());
  }
  /// Of one batch and of its answer, TLS records included.
  [[nodiscard]] std::size_t up_bytes() const { return up_bytes_; }
  [[nodiscard]] std::size_t down_bytes() const { return down_bytes_; }
  [[nodiscard]] const std::vector<protocol::RequestId>& filed() const { return filed_; }

  /// Files a request and its print outcome, and sends them over a connection that is cut after that byte; then
  /// again over a sound one until they are stored.
  void exchange_cut(Direction direction, std::size_t after, Cut cut) {
    file_one();
    renew();
    proxy_.cut(direction, after, cut);
    send();
    struck_ += proxy_.struck() ? 1 : 0;
    proxy_.count_afresh();
    for (int tries = 0; !all_sent(); ++tries) {
      REQUIRE(tries < 100);
      renew();
      send();
    }
  }
  [[nodiscard]] int struck() const { return struck_; }

 private:
  void file_one() {
    filed_.push_back(counter_.file(static_cast<int>(filed_.size())));
    last_ += 2;
    REQUIRE(counter_.store().record_print(last_ - 1, protocol::PrintOutcome::Printed).has_value());
  }
  bool all_sent() { return counter_.store().first_unsent() == last_ + 1; }
  void send() {
    const auto batch = outbox_.next_batch(64);
    REQUIRE(batch.has_value());
    const auto answer = client_->send(*batch);
    if (answer) {
      CHECK(outbox_.stored(answer->stored) == sync::Outbox::Kept::Yes);
      return;
    }
    // Nothing that the network does may look like the backend's own word.
    CHECK(answer.error().kind != sync::SyncFaultKind::Refused);
    CHECK(answer.error().kind != sync::SyncFaultKind::Fork);
    CHECK(answer.error().kind != sync::SyncFaultKind::WrongCertificate);
  }
  /// A kept-alive connection, so that the bytes that are counted are those of the exchange alone.
  void renew() {
    sync::Endpoint endpoint = counter_.endpoint(proxy_.port());
    endpoint.request_deadline = milliseconds(60);
    for (int tries = 0;; ++tries) {
      REQUIRE(tries < 100);
      auto client = sync::Client::open(endpoint);
      REQUIRE(client.has_value());
      client_.emplace(std::move(*client));
      if (client_->time()) return;
    }
  }

  Counter& counter_;
  CuttingProxy proxy_;
  sync::StoreOutbox outbox_;
  std::optional<sync::Client> client_;
  std::vector<protocol::RequestId> filed_;
  int last_ = 0;
  int struck_ = 0;
  std::size_t up_bytes_ = 0;
  std::size_t down_bytes_ = 0;
};

/// Set by `./dev rig network`; without it about one byte in fifty, others in every run.
bool at_every_byte() {
  return std::getenv("PISHKHAN_EVERY_BYTE") != nullptr;
}

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
  const std::uint64_t seed = seed_of_this_run();
  MESSAGE("PISHKHAN_SEED=" << seed);
  SeededRandom random(seed);
  int exchanges = 0;
  for (const Direction direction : {Direction::Up, Direction::Down}) {
    const std::size_t bytes = direction == Direction::Up ? line.up_bytes() : line.down_bytes();
    for (const Cut cut : {Cut::Reset, Cut::BlackHole}) {
      const std::size_t stride = at_every_byte() ? 1 : cut == Cut::Reset ? 31 : 97;
      for (std::size_t at = at_every_byte() ? 0 : random.below(stride); at < bytes; at += stride) {
        CAPTURE(at);
        line.exchange_cut(direction, at, cut);
        if (++exchanges % 32 == 0) REQUIRE(counter.cases().poll_once({}).has_value());
      }
    }
  }
  MESSAGE(exchanges << " exchanges of " << line.up_bytes() << " bytes up and " << line.down_bytes() << " down, "
                    << line.struck() << " cut");
  // The last bytes of an answer may come in a piece that is not there in every run.
  CHECK(line.struck() > exchanges * 9 / 10);
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
  for (std::size_t at = 0; at < line.down_bytes(); at += 60) line.exchange_cut(Direction::Down, at, Cut::Reset);
  const auto arrived = forgetful.arrived();
  MESSAGE(arrived.size() << " arrived of " << line.filed().size());
  CHECK(arrived.size() > line.filed().size());
}
