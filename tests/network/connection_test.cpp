#include "offline-queue/reference-backend/http_server.h"
#include "tests/network/counter.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

/// A backend that answers nothing but "{}", and a batch or the first question not at all.
class Reluctant {
 public:
  enum class Batches { Held, Dropped };
  Reluctant(Counter& counter, Batches batches) {
    const std::filesystem::path keys = counter.folder() / "keys" / "ingest";
    std::vector<backend::Listener> listeners;
    listeners.push_back({"127.0.0.1", 0,
                         [this, batches](const backend::HttpRequest& request, std::unique_ptr<backend::Reply> reply) {
                           if (request.path == "/v1/batches") {
                             if (batches == Batches::Held) held_ = std::move(reply);
                             ++batches_seen;
                             return;  // a reply that is dropped closes the connection
                           }
                           backend::answer(std::move(reply),
                                           [] { return backend::HttpAnswer{200, "application/json", "{}", {}}; });
                         }});
    auto started = backend::HttpServer::start({keys / "authority.pem", keys / "tls.pem", keys / "tls.key"},
                                              std::move(listeners), 1);
    REQUIRE(started.has_value());
    server_ = std::move(*started);
    endpoint = counter.endpoint(server_->port(0));
    endpoint.request_deadline = std::chrono::seconds(60);
  }
  Reluctant(const Reluctant&) = delete;
  Reluctant& operator=(const Reluctant&) = delete;
  ~Reluctant() {
    server_->stop();
    held_.reset();
  }

  sync::Endpoint endpoint;
  std::atomic<int> batches_seen = 0;

 private:
  std::unique_ptr<backend::Reply> held_;
  std::unique_ptr<backend::HttpServer> server_;
};

protocol::Batch batch_of(Counter& counter) {
  for (int number = 1; number <= 3; ++number) counter.file(number);
  const auto batch = counter.store().next_batch(64);
  REQUIRE(batch.has_value());
  REQUIRE(batch->has_value());
  return **batch;
}

}  // namespace

TEST_CASE("after a connection was lost the next one is taken at once") {
  Counter counter("lost-connection");
  const protocol::Batch batch = batch_of(counter);
  Reluctant backend(counter, Reluctant::Batches::Dropped);
  auto client = sync::Client::open(backend.endpoint);
  REQUIRE(client.has_value());
  for (int lost = 0; lost < 3; ++lost) {
    const auto sent = client->send(batch);
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error().kind == sync::SyncFaultKind::Unreachable);
    // Every one of them got as far as the backend: TLS was agreed on anew each time.
    CHECK(backend.batches_seen == lost + 1);
  }
  const auto heard = client->time();
  REQUIRE_FALSE(heard.has_value());
  CHECK(heard.error().kind == sync::SyncFaultKind::BadAnswer);  // "{}" tells no time
}

TEST_CASE("a batch that a slow line keeps under way gives way to a citizen's question") {
  Counter counter("giving-way");
  const protocol::Batch batch = batch_of(counter);
  Reluctant backend(counter, Reluctant::Batches::Held);
  std::atomic<bool> somebody_waits = false;
  backend.endpoint.somebody_waits = [&] { return somebody_waits.load(); };
  auto client = sync::Client::open(backend.endpoint);
  REQUIRE(client.has_value());

  const std::jthread citizen([&](const std::stop_token& stop) {
    while (backend.batches_seen == 0 && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    somebody_waits = true;
  });
  const auto sent = client->send(batch);
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error().kind == sync::SyncFaultKind::Stopped);
  // The question itself gives way to nobody.
  const auto shown = client->look_up({{1042, 1, 1}, PersonalText("123456")});
  REQUIRE_FALSE(shown.has_value());
  CHECK(shown.error().kind == sync::SyncFaultKind::BadAnswer);
}
