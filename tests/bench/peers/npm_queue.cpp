// A queue of npm's on better-sqlite3; npm_queue.mjs, which takes the times in its own process.
#include "tests/bench/peers/connection.h"
#include "tests/bench/peers/peer.h"

#include <fstream>
#include <sstream>

namespace pishkhan::peers {

namespace {

namespace fs = std::filesystem;

class NpmQueue final : public Peer {
 public:
  explicit NpmQueue(fs::path node) : node_(std::move(node)) {}

  std::string description() const override {
    auto asked = demo::ChildProcess::start(node_, {PISHKHAN_NPM_SCRIPT, PISHKHAN_NPM_MODULES, "--describe"},
                                           side_.path() / "said");
    if (asked) static_cast<void>(asked->wait());
    std::ifstream file(side_.path() / "said");
    std::string line;
    std::getline(file, line);
    return line;
  }

  bool start(const fs::path& folder, Queue) override {
    const auto socket = side_.path() / "queue.sock";
    auto server = demo::ChildProcess::start(
        node_, {PISHKHAN_NPM_SCRIPT, PISHKHAN_NPM_MODULES, folder.string(), socket.string()},
        side_.path() / "log");
    if (!server) return false;
    server_.emplace(std::move(*server));
    connection_ = await(*server_, [&socket] { return Connection::to_unix(socket); });
    return connection_.has_value();
  }

  std::optional<Round> send(int first, int count) override {
    std::istringstream numbers(ask("send " + std::to_string(first) + " " + std::to_string(count)));
    Round round;
    numbers >> round.seconds;
    for (double one = 0; numbers >> one;) round.microseconds.push_back(one);
    if (round.microseconds.size() != static_cast<std::size_t>(count)) return std::nullopt;
    return round;
  }

  std::optional<std::set<int>> held() override {
    std::istringstream words(ask("held"));
    std::set<int> numbers;
    for (int one = 0; words >> one;) numbers.insert(one);
    return numbers;
  }

 private:
  std::string ask(const std::string& question) {
    if (!connection_ || !connection_->write(question + "\r\n")) return {};
    return connection_->read_line().value_or("");
  }

  fs::path node_;
  SideFolder side_;
  std::optional<demo::ChildProcess> server_;
  std::optional<Connection> connection_;
};

}  // namespace

std::unique_ptr<Peer> make_npm_queue() {
  auto node = find_program("node");
  std::error_code ignored;
  if (node.empty() || !fs::exists(fs::path(PISHKHAN_NPM_MODULES) / "better-sqlite3/build/Release", ignored))
    return nullptr;
  return std::make_unique<NpmQueue>(std::move(node));
}

}  // namespace pishkhan::peers
