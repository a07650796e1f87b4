#include "tests/network/cutting_proxy.h"

#include "tests/network/sockets.h"

#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace pishkhan::network_test {
namespace {

constexpr int kPollMs = 20;

void without_delay(int descriptor) {
  const int one = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/// Until the client gives up.
void wait_for_end(const std::stop_token& stop, int client) {
  std::array<std::uint8_t, 4096> scrap{};
  while (!stop.stop_requested()) {
    pollfd waiting{client, POLLIN, 0};
    if (::poll(&waiting, 1, kPollMs) > 0 && ::recv(client, scrap.data(), scrap.size(), 0) <= 0) return;
  }
}

}  // namespace

CuttingProxy::CuttingProxy(std::uint16_t target_port) : target_port_(target_port) {
  listener_ = listen_on_loopback(port_);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

CuttingProxy::~CuttingProxy() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

void CuttingProxy::count_afresh() {
  const std::scoped_lock lock(mutex_);
  plan_.reset();
  up_ = 0;
  down_ = 0;
  struck_ = false;
}

void CuttingProxy::cut(Direction direction, std::size_t after, Cut cut) {
  count_afresh();
  const std::scoped_lock lock(mutex_);
  plan_ = Plan{direction, after, cut};
}

void CuttingProxy::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kPollMs) <= 0) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    const int server = connect_to_loopback(target_port_);
    if (server >= 0) {
      without_delay(client);
      without_delay(server);
      carry(stop, client, server);
      ::close(server);
    }
    ::close(client);
  }
}

void CuttingProxy::carry(const std::stop_token& stop, int client, int server) {
  bool open = true;
  while (open && !stop.stop_requested()) {
    std::array<pollfd, 3> waiting{{{client, POLLIN, 0}, {server, POLLIN, 0}, {listener_, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), kPollMs) <= 0) continue;
    // A client that comes again has given this connection up, whatever became of its end.
    const bool silent = waiting[0].revents == 0 && waiting[1].revents == 0;
    if (silent && waiting[2].revents != 0) return;
    if (waiting[0].revents != 0) open = carry_piece(stop, client, server, Direction::Up);
    if (open && waiting[1].revents != 0) open = carry_piece(stop, client, server, Direction::Down);
  }
}

bool CuttingProxy::carry_piece(const std::stop_token& stop, int client, int server, Direction direction) {
  const bool upward = direction == Direction::Up;
  std::array<std::uint8_t, 16384> piece{};
  const ssize_t got = ::recv(upward ? client : server, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  ByteView bytes(piece.data(), static_cast<std::size_t>(got));
  std::atomic<std::size_t>& carried = upward ? up_ : down_;
  std::optional<Cut> cut;
  {
    const std::scoped_lock lock(mutex_);
    if (plan_ && plan_->direction == direction && carried + bytes.size() > plan_->after) {
      cut = plan_->cut;
      bytes = bytes.first(plan_->after - carried);
      plan_.reset();
      struck_ = true;
    }
    carried += bytes.size();
  }
  if (!send_all(upward ? server : client, bytes)) return false;
  if (!cut) return true;
  if (*cut == Cut::Reset) {
    reset_on_close(client);
  } else {
    wait_for_end(stop, client);
  }
  return false;
}

CutTally cut_everywhere(CuttingProxy& proxy, SeededRandom& random, const std::function<void()>& ready,
                        const std::function<void()>& exchange) {
  const bool every_byte = std::getenv("PISHKHAN_EVERY_BYTE") != nullptr;
  CutTally tally;
  ready();
  proxy.count_afresh();
  exchange();
  tally.up_bytes = proxy.up();
  tally.down_bytes = proxy.down();
  for (const Direction direction : {Direction::Up, Direction::Down}) {
    const std::size_t bytes = direction == Direction::Up ? tally.up_bytes : tally.down_bytes;
    for (const Cut cut : {Cut::Reset, Cut::BlackHole}) {
      const std::size_t stride = every_byte ? 1 : cut == Cut::Reset ? 31 : 97;
      for (std::size_t at = every_byte ? 0 : random.below(stride); at < bytes; at += stride) {
        ready();
        proxy.cut(direction, at, cut);
        exchange();
        tally.struck += proxy.struck() ? 1 : 0;
        ++tally.exchanges;
        proxy.count_afresh();
      }
    }
  }
  return tally;
}

}  // namespace pishkhan::network_test
