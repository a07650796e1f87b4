#pragma once

#include "base/core/result.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace pishkhan::demo {

enum class SwitchFault { CannotListen };

/// The network cable between the kiosk and the backend, as a relay on this machine: while it is cut, open
/// connections are broken and new ones refused an answer. Loopback only. Thread: its own; the calls are safe
/// from any.
class NetworkSwitch {
 public:
  /// Listens on a port of the system's choice and passes everything on to `backend_port`.
  static Result<std::unique_ptr<NetworkSwitch>, SwitchFault> open(std::uint16_t backend_port);
  ~NetworkSwitch();
  NetworkSwitch(const NetworkSwitch&) = delete;
  NetworkSwitch& operator=(const NetworkSwitch&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void connect() { connected_ = true; }
  void cut() { connected_ = false; }
  [[nodiscard]] bool connected() const { return connected_; }

 private:
  struct Pair {
    int near = -1;
    int far = -1;
  };
  NetworkSwitch(int listener, std::uint16_t port, std::uint16_t backend_port);
  void run(const std::stop_token& stop);
  void accept_one();
  [[nodiscard]] static bool pass(int from, int to);

  int listener_;
  std::uint16_t port_;
  std::uint16_t backend_port_;
  std::atomic<bool> connected_{true};
  std::vector<Pair> pairs_;
  std::jthread thread_;
};

}  // namespace pishkhan::demo
