#include "kiosk/demo/network_switch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>

namespace pishkhan::demo {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

Result<std::unique_ptr<NetworkSwitch>, SwitchFault> NetworkSwitch::open(std::uint16_t backend_port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return fail(SwitchFault::CannotListen);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    ::close(listener);
    return fail(SwitchFault::CannotListen);
  }
  return std::unique_ptr<NetworkSwitch>(new NetworkSwitch(listener, ntohs(address.sin_port), backend_port));
}

NetworkSwitch::NetworkSwitch(int listener, std::uint16_t port, std::uint16_t backend_port)
    : listener_(listener),
      port_(port),
      backend_port_(backend_port),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

NetworkSwitch::~NetworkSwitch() {
  thread_.request_stop();
  thread_.join();
  for (const Pair& pair : pairs_) {
    ::close(pair.near);
    ::close(pair.far);
  }
  ::close(listener_);
}

void NetworkSwitch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<pollfd> watched{{listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      watched.push_back({pair.near, POLLIN, 0});
      watched.push_back({pair.far, POLLIN, 0});
    }
    if (::poll(watched.data(), watched.size(), 50) < 0) continue;
    std::vector<Pair> kept;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      const Pair pair = pairs_[i];
      bool alive = connected_;
      if (alive && watched[1 + 2 * i].revents != 0) alive = pass(pair.near, pair.far);
      if (alive && watched[2 + 2 * i].revents != 0) alive = pass(pair.far, pair.near);
      if (alive) {
        kept.push_back(pair);
      } else {
        ::close(pair.near);
        ::close(pair.far);
      }
    }
    pairs_ = std::move(kept);
    if ((watched[0].revents & POLLIN) != 0) accept_one();
  }
}

void NetworkSwitch::accept_one() {
  const int near = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (near < 0) return;
  const int far = connected_ ? ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;
  const sockaddr_in address = loopback(backend_port_);
  if (far < 0 || ::connect(far, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(near);
    if (far >= 0) ::close(far);
    return;
  }
  pairs_.push_back({near, far});
}

bool NetworkSwitch::pass(int from, int to) {
  std::array<char, 16384> buffer{};
  const ssize_t got = ::recv(from, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t now = ::send(to, buffer.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += now;
  }
  return true;
}

}  // namespace pishkhan::demo
