#pragma once

#include "base/core/random.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace pishkhan::network_test {

enum class Direction { Up, Down };
enum class Cut {
  Reset,      ///< the client hears a TCP reset, the server an end
  BlackHole,  ///< from there on nothing is carried in either direction; the client hears nothing
};

/// A TCP proxy on 127.0.0.1 that carries everything as it is, counts it, and cuts one connection after exactly
/// the byte it is told. One connection at a time: the next is accepted when the one before is over. Its own
/// thread; ends it when destroyed.
class CuttingProxy {
 public:
  explicit CuttingProxy(std::uint16_t target_port);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Counts from zero, and, if asked, cuts after `after` more bytes in that direction: the next one is not
  /// carried. To be called while nothing is under way.
  void count_afresh();
  void cut(Direction direction, std::size_t after, Cut cut);
  /// Bytes on the socket since then.
  [[nodiscard]] std::size_t up() const { return up_; }
  [[nodiscard]] std::size_t down() const { return down_; }
  /// Whether the cut was made.
  [[nodiscard]] bool struck() const { return struck_; }

 private:
  struct Plan {
    Direction direction;
    std::size_t after;
    Cut cut;
  };
  void run(const std::stop_token& stop);
  void carry(const std::stop_token& stop, int client, int server);
  /// Carries one piece. False: the connection is over.
  bool carry_piece(const std::stop_token& stop, int client, int server, Direction direction);

  std::uint16_t target_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::mutex mutex_;
  std::optional<Plan> plan_;
  std::atomic<std::size_t> up_ = 0;
  std::atomic<std::size_t> down_ = 0;
  std::atomic<bool> struck_ = false;
  std::jthread thread_;
};

/// Has `exchange` cut at bytes of its request and of its answer, by reset and by silence: at every one if
/// PISHKHAN_EVERY_BYTE is set (`./dev rig network`), else at about one in fifty, others in every run. Before
/// each, `ready` brings both sides to where the exchange begins; the first exchange is whole, and is counted.
struct CutTally {
  int exchanges = 0;
  int struck = 0;  ///< the last bytes of an answer may come in a piece that is not there in every run
  std::size_t up_bytes = 0;
  std::size_t down_bytes = 0;
};
CutTally cut_everywhere(CuttingProxy& proxy, SeededRandom& random, const std::function<void()>& ready,
                        const std::function<void()>& exchange);

}  // namespace pishkhan::network_test
