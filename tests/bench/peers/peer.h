#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::peers {

/// Every message is so long and begins with its number, for each contender alike.
constexpr std::size_t message_bytes = 1024;
[[nodiscard]] std::string message(int number);
/// The number of such a message; nothing if it is none.
[[nodiscard]] std::optional<int> number_of(std::string_view message);

/// What a round of messages took, one after another, each handed over when the one before was acknowledged.
struct Round {
  std::vector<double> microseconds;  ///< from handing over to the acknowledgement
  double seconds = 0;                ///< of the whole round
};

enum class Queue { New, AsItIs };

/// Somebody else's durable queue, with the settings that promise most, as a process of its own. Thread: one.
class Peer {
 public:
  virtual ~Peer() = default;
  /// With its version and the settings that matter.
  [[nodiscard]] virtual std::string description() const = 0;
  /// Starts it over a folder. False if it does not come up.
  [[nodiscard]] virtual bool start(const std::filesystem::path& folder, Queue queue) = 0;
  /// Hands over messages first, first + 1, ... Nothing if one is not acknowledged.
  [[nodiscard]] virtual std::optional<Round> send(int first, int count) = 0;
  /// The numbers that a consumer would get now. May consume them.
  [[nodiscard]] virtual std::optional<std::set<int>> held() = 0;
};

constexpr std::string_view names[] = {"redis", "mosquitto", "npm"};
/// Nothing: there is no such peer, or it is not installed here.
[[nodiscard]] std::unique_ptr<Peer> make_peer(std::string_view name);
[[nodiscard]] std::string how_to_install(std::string_view name);

[[nodiscard]] std::unique_ptr<Peer> make_redis();
[[nodiscard]] std::unique_ptr<Peer> make_mosquitto();
[[nodiscard]] std::unique_ptr<Peer> make_npm_queue();

}  // namespace pishkhan::peers
