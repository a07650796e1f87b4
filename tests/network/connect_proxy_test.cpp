#include "offline-queue/sync/store_outbox.h"
#include "tests/network/counter.h"
#include "tests/network/sockets.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

/// A small forward proxy: CONNECT to anything on loopback, or the answer it was told to give instead.
class ConnectProxy {
 public:
  ConnectProxy() : listener_(listen_on_loopback(port_)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~ConnectProxy() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string first_line() {
    const std::scoped_lock lock(mutex_);
    return first_line_;
  }
  [[nodiscard]] int asked() const { return asked_; }
  void refuse_with(std::string answer) { refusal_ = std::move(answer); }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      const std::string head = head_of(client);
      {
        const std::scoped_lock lock(mutex_);
        first_line_ = head.substr(0, head.find("\r\n"));
      }
      ++asked_;
      const std::size_t colon = head.find(':');
      const int server =
          refusal_.empty() && colon != std::string::npos
              ? connect_to_loopback(static_cast<std::uint16_t>(std::atoi(head.c_str() + colon + 1)))
              : -1;
      const std::string answer = server >= 0 ? "HTTP/1.1 200 Connection established\r\n\r\n" : refusal_;
      static_cast<void>(send_all(client, as_bytes(answer)));
      while (server >= 0 && !stop.stop_requested() && carry(client, server)) {
      }
      if (server >= 0) ::close(server);
      ::close(client);
    }
  }
  static std::string head_of(int client) {
    std::string head;
    std::array<char, 1024> piece{};
    while (head.find("\r\n\r\n") == std::string::npos) {
      const ssize_t got = ::recv(client, piece.data(), piece.size(), 0);
      if (got <= 0) break;
      head.append(piece.data(), static_cast<std::size_t>(got));
    }
    return head;
  }
  static bool carry(int client, int server) {
    std::array<pollfd, 2> waiting{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), 20) <= 0) return true;
    std::array<std::uint8_t, 8192> piece{};
    const bool upward = waiting[0].revents != 0;
    const ssize_t got = ::recv(upward ? client : server, piece.data(), piece.size(), 0);
    if (got <= 0) return false;
    return send_all(upward ? server : client, ByteView(piece.data(), static_cast<std::size_t>(got)));
  }

  std::uint16_t port_ = 0;
  int listener_;
  std::mutex mutex_;
  std::string first_line_;
  std::string refusal_;
  std::atomic<int> asked_ = 0;
  std::jthread thread_;
};

std::optional<sync::SyncFault> fault_at(const sync::Endpoint& endpoint) {
  auto client = sync::Client::open(endpoint);
  REQUIRE(client.has_value());
  const auto time = client->time();
  if (time) return std::nullopt;
  return time.error();
}

}  // namespace

TEST_CASE("all goes through the proxy that is configured, and through none that is not") {
  Counter counter("connect");
  ConnectProxy proxy;
  sync::Endpoint endpoint = counter.endpoint(counter.ingest().port());
  // What the environment says about proxies counts in neither direction.
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  ::setenv("no_proxy", "*", 1);
  CHECK_FALSE(fault_at(endpoint).has_value());
  CHECK(proxy.asked() == 0);
  endpoint.proxy = proxy.url();
  {
    auto client = sync::Client::open(endpoint);
    REQUIRE(client.has_value());
    for (int number = 0; number < 3; ++number) counter.file(number);
    sync::StoreOutbox outbox(counter.store());
    const auto answer = client->send(*outbox.next_batch(64));
    REQUIRE(answer.has_value());
    CHECK(outbox.stored(answer->stored) == sync::Outbox::Kept::Yes);
    CHECK(client->time().has_value());
  }
  ::unsetenv("https_proxy");
  ::unsetenv("no_proxy");
  CHECK(proxy.asked() == 1);
  CHECK(proxy.first_line() == "CONNECT 127.0.0.1:" + std::to_string(counter.ingest().port()) + " HTTP/1.1");
}

TEST_CASE("a proxy that is not there or says no is named so") {
  Counter counter("connect-refused");
  ConnectProxy proxy;
  sync::Endpoint endpoint = counter.endpoint(counter.ingest().port());
  endpoint.proxy = proxy.url();
  for (
      const char* answer :
      {"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
       "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
       "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"}) {
    CAPTURE(answer);
    proxy.refuse_with(answer);
    const auto fault = fault_at(endpoint);
    REQUIRE(fault.has_value());
    CHECK(fault->kind == sync::SyncFaultKind::Proxy);
  }
  endpoint.proxy = "http://127.0.0.1:1";
  CHECK(fault_at(endpoint)->kind == sync::SyncFaultKind::Proxy);
  endpoint.proxy = "http://proxy.invalid:3128";
  CHECK(fault_at(endpoint)->kind == sync::SyncFaultKind::Proxy);
}
