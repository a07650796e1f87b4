#include "tests/network/faulty_proxy.h"

#include "base/core/ensure.h"
#include "tests/network/sockets.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace pishkhan::network_test {
namespace {

constexpr int kPollMs = 20;
/// Longer than any deadline of the clients in these tests.
constexpr int kHoldMs = 2'000;

void sleep_ms(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

/// Waits until the client gives up, so that silence is what it hears.
void hold(const std::stop_token& stop, int client) {
  std::array<std::uint8_t, 4096> scrap{};
  for (int waited = 0; waited < kHoldMs && !stop.stop_requested(); waited += kPollMs) {
    pollfd waiting{client, POLLIN, 0};
    if (::poll(&waiting, 1, kPollMs) > 0 && ::recv(client, scrap.data(), scrap.size(), 0) <= 0) return;
  }
}

}  // namespace

FaultyProxy::FaultyProxy(std::uint16_t target_port, std::uint64_t seed)
    : target_port_(target_port), random_(seed) {
  listener_ = listen_on_loopback(port_);
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
}

FaultyProxy::~FaultyProxy() {
  acceptor_.request_stop();
  acceptor_.join();
  carriers_.clear();
  ::close(listener_);
}

std::array<int, kHarms> FaultyProxy::suffered() const {
  std::array<int, kHarms> result{};
  for (std::size_t i = 0; i < kHarms; ++i) result[i] = suffered_[i];
  return result;
}

void FaultyProxy::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kPollMs) <= 0) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    Plan plan;
    // Each harm comes once in every round of ten, in an order of the round's own.
    if (round_.empty()) {
      for (std::size_t i = 0; i < kHarms; ++i) {
        const std::size_t place = random_.below(i + 1);
        round_.insert(round_.begin() + static_cast<std::ptrdiff_t>(place), static_cast<Harm>(i));
      }
    }
    plan.harm = round_.back();
    round_.pop_back();
    // Small numbers fall into the TLS handshake, large ones into the middle of a batch or its answer.
    plan.after_bytes = random_.below(2) == 0 ? random_.below(3'000) : random_.below(60'000);
    plan.life_bytes = std::size_t{3'000} << random_.below(8);
    plan.delay_ms = static_cast<int>(1 + random_.below(8));
    if (healed_) plan.harm = Harm::None;
    ++suffered_[static_cast<std::size_t>(plan.harm)];
    carriers_.emplace_back([this, client, plan](const std::stop_token& ended) { carry(ended, client, plan); });
  }
}

void FaultyProxy::carry(const std::stop_token& stop, int client, const Plan& plan) {
  if (plan.harm != Harm::Refuse) {
    const int server = connect_to_loopback(target_port_);
    Bytes from_client;
    if (server >= 0) pump(stop, client, server, plan, from_client);
    if (plan.harm == Harm::Replay) replay(from_client);
  }
  ::close(client);
}

void FaultyProxy::pump(const std::stop_token& stop, int client, int server, const Plan& plan,
                       Bytes& from_client) const {
  const int one = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  std::size_t up = 0;
  std::size_t down = 0;
  bool open = true;
  while (open && !stop.stop_requested()) {
    std::array<pollfd, 2> waiting{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), kPollMs) <= 0) continue;
    const bool upward = waiting[0].revents != 0;
    std::array<std::uint8_t, 2048> piece{};
    const ssize_t got = ::recv(upward ? client : server, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    std::size_t& carried = upward ? up : down;
    const std::size_t room = plan.after_bytes > carried ? plan.after_bytes - carried : 0;
    ByteView bytes(piece.data(), static_cast<std::size_t>(got));
    carried += bytes.size();
    if (plan.harm == Harm::Delay) sleep_ms(plan.delay_ms);
    const bool struck = bytes.size() > room;
    const bool up_harm = plan.harm == Harm::ResetUp || plan.harm == Harm::BlackHoleRequest;
    const bool down_harm = plan.harm == Harm::ResetDown || plan.harm == Harm::Truncate ||
                           plan.harm == Harm::BlackHoleAnswer || plan.harm == Harm::HalfOpen;
    const bool harmed = struck && (upward ? up_harm : down_harm);
    if (harmed) bytes = bytes.first(room);
    if (upward && plan.harm == Harm::Replay) from_client.insert(from_client.end(), bytes.begin(), bytes.end());
    open = send_all(upward ? server : client, bytes);
    // Without this one harmless kept-alive connection would carry the whole test.
    if (!healed_ && up + down > plan.life_bytes) break;
    if (!harmed) continue;
    if (plan.harm == Harm::ResetUp || plan.harm == Harm::ResetDown) reset_on_close(client);
    if (plan.harm == Harm::HalfOpen) ::shutdown(server, SHUT_RDWR);
    if (plan.harm != Harm::ResetUp && plan.harm != Harm::ResetDown && plan.harm != Harm::Truncate)
      hold(stop, client);
    break;
  }
  ::close(server);
}

void FaultyProxy::replay(const Bytes& bytes) const {
  const int server = connect_to_loopback(target_port_);
  if (server < 0) return;
  static_cast<void>(send_all(server, bytes));
  sleep_ms(5);
  ::close(server);
}

}  // namespace pishkhan::network_test
