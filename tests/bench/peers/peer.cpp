#include "tests/bench/peers/peer.h"

#include <charconv>

namespace pishkhan::peers {

namespace {

constexpr std::string_view beginning = "message ";

}  // namespace

std::string message(int number) {
  std::string text = std::string(beginning) + std::to_string(number) + " ";
  text.resize(message_bytes, 'x');
  return text;
}

std::optional<int> number_of(std::string_view message) {
  if (message.substr(0, beginning.size()) != beginning) return std::nullopt;
  message.remove_prefix(beginning.size());
  int number = 0;
  const auto [end, error] = std::from_chars(message.data(), message.data() + message.size(), number);
  return error == std::errc() && end != message.data() ? std::optional(number) : std::nullopt;
}

std::unique_ptr<Peer> make_peer(std::string_view name) {
  if (name == "redis") return make_redis();
  if (name == "mosquitto") return make_mosquitto();
  if (name == "npm") return make_npm_queue();
  return nullptr;
}

std::string how_to_install(std::string_view name) {
  if (name == "redis") return "apt-get install redis-server";
  if (name == "mosquitto") return "apt-get install mosquitto";
  return "apt-get install nodejs npm; npm install --prefix build/peers better-sqlite3 plainjob";
}

}  // namespace pishkhan::peers
