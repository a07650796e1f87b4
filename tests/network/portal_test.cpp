#include "offline-queue/reference-backend/http_server.h"
#include "tests/network/counter.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;

namespace {

/// Something on the port that speaks plain HTTP to everybody, as login pages do.
class PlainPortal {
 public:
  PlainPortal() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 4) == 0);
    socklen_t length = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~PlainPortal() {
    thread_.request_stop();
    thread_.join();
    ::close(listener_);
  }
  PlainPortal(const PlainPortal&) = delete;
  PlainPortal& operator=(const PlainPortal&) = delete;
  std::uint16_t port = 0;

 private:
  void serve(const std::stop_token& stop) const {
    while (!stop.stop_requested()) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      std::array<char, 1024> heard{};
      static_cast<void>(::recv(client, heard.data(), heard.size(), 0));
      constexpr std::string_view page =
          "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nlogin";
      static_cast<void>(::send(client, page.data(), page.size(), MSG_NOSIGNAL));
      // With something unread, closing would be a reset, which may overtake the page.
      ::shutdown(client, SHUT_WR);
      pollfd rest{client, POLLIN, 0};
      while (::poll(&rest, 1, 2'000) > 0 && ::recv(client, heard.data(), heard.size(), 0) > 0) {
      }
      ::close(client);
    }
  }
  int listener_;
  std::jthread thread_;
};

sync::SyncFault fault_at(const sync::Endpoint& endpoint) {
  auto client = sync::Client::open(endpoint);
  REQUIRE(client.has_value());
  const auto answer = client->time();
  REQUIRE_FALSE(answer.has_value());
  return answer.error();
}

}  // namespace

TEST_CASE("a login page on the way is named so, with and without TLS, as page and as redirect") {
  Counter counter("portal");
  const PlainPortal plain;
  CHECK(fault_at(counter.endpoint(plain.port)).kind == sync::SyncFaultKind::CaptivePortal);

  const std::filesystem::path keys = counter.folder() / "keys" / "ingest";
  std::atomic<int> turn = 0;
  std::vector<backend::Listener> listeners;
  listeners.push_back(
      {"127.0.0.1", 0, [&turn](const backend::HttpRequest&, std::unique_ptr<backend::Reply> reply) {
         const std::array<backend::HttpAnswer, 6> answers{{{200, "text/html", "<html>", {}},
                                                           {302, "text/html", "", {}},
                                                           {511, "application/json", "{}", {}},
                                                           {502, "text/html", "proxy", 9},
                                                           {413, "text/html", "<html>", {}},
                                                           {200, "application/json", "{}", {}}}};
         backend::answer(std::move(reply),
                         [made = answers.at(static_cast<std::size_t>(turn++))] { return made; });
       }});
  auto server = backend::HttpServer::start({keys / "authority.pem", keys / "tls.pem", keys / "tls.key"},
                                           std::move(listeners), 1);
  REQUIRE(server.has_value());
  const sync::Endpoint endpoint = counter.endpoint((*server)->port(0));
  CHECK(fault_at(endpoint).kind == sync::SyncFaultKind::CaptivePortal);
  CHECK(fault_at(endpoint).kind == sync::SyncFaultKind::CaptivePortal);
  CHECK(fault_at(endpoint).kind == sync::SyncFaultKind::CaptivePortal);
  const sync::SyncFault busy = fault_at(endpoint);
  CHECK(busy.kind == sync::SyncFaultKind::Busy);
  CHECK(busy.retry_after == std::chrono::seconds(9));
  const sync::SyncFault too_large = fault_at(endpoint);
  CHECK(too_large.kind == sync::SyncFaultKind::Refused);
  REQUIRE(too_large.problem.has_value());
  CHECK(too_large.problem->type == protocol::ProblemType::TooLarge);
  CHECK(fault_at(endpoint).kind == sync::SyncFaultKind::BadAnswer);
}
