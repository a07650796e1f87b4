#pragma once

#include "base/core/bytes.h"
#include "base/core/random.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace pishkhan::network_test {

/// What befalls a connection.
enum class Harm : std::uint8_t {
  None,
  Delay,             ///< every piece waits some milliseconds
  ResetUp,           ///< TCP reset after N bytes from the client, the rest unsent
  ResetDown,         ///< TCP reset after N bytes from the server
  BlackHoleRequest,  ///< after N bytes the client's bytes vanish; the connection stays open
  BlackHoleAnswer,   ///< the server gets everything; after N bytes its answers vanish
  Truncate,          ///< an orderly end after N bytes from the server
  HalfOpen,          ///< after N bytes the server's side is closed and the client is not told
  Refuse,            ///< closed as soon as it is accepted
  Replay,            ///< when it is over, the client's bytes are sent to the server a second time
};
inline constexpr std::size_t kHarms = 10;

/// A TCP proxy on 127.0.0.1 whose connections suffer what a seed says: the n-th connection of a seed always
/// suffers the same. Its own threads; ends them when destroyed.
class FaultyProxy {
 public:
  FaultyProxy(std::uint16_t target_port, std::uint64_t seed);
  ~FaultyProxy();
  FaultyProxy(const FaultyProxy&) = delete;
  FaultyProxy& operator=(const FaultyProxy&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// How many connections suffered each harm.
  [[nodiscard]] std::array<int, kHarms> suffered() const;
  /// From now on nothing is harmed.
  void heal() { healed_ = true; }

 private:
  struct Plan {
    Harm harm = Harm::None;
    std::size_t after_bytes = 0;
    std::size_t life_bytes = 0;  ///< in both directions; then any connection ends
    int delay_ms = 0;
  };
  void accept_all(const std::stop_token& stop);
  void carry(const std::stop_token& stop, int client, const Plan& plan);
  void pump(const std::stop_token& stop, int client, int server, const Plan& plan, Bytes& from_client) const;
  void replay(const Bytes& bytes) const;

  std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  SeededRandom random_;
  std::vector<Harm> round_;  ///< what is left of the present ten; the acceptor's
  int listener_ = -1;
  std::atomic<bool> healed_ = false;
  std::array<std::atomic<int>, kHarms> suffered_{};
  std::vector<std::jthread> carriers_;
  std::jthread acceptor_;
};

}  // namespace pishkhan::network_test
