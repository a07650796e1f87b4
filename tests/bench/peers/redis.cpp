// redis with appendfsync always: a stream, one XADD at a time, over its Unix socket.
#include "tests/bench/peers/connection.h"
#include "tests/bench/peers/stopwatch.h"

namespace pishkhan::peers {

namespace {

class Redis final : public Peer {
 public:
  explicit Redis(std::filesystem::path program) : program_(std::move(program)) {}

  std::string description() const override {
    const std::string version = first_line_of(program_, "--version");
    const auto begin = version.find("v=");
    return "redis " + version.substr(begin + 2, version.find(' ', begin) - begin - 2) +
           ", appendonly, appendfsync always";
  }

  bool start(const std::filesystem::path& folder, Queue) override {
    const auto socket = side_.path() / "redis.sock";
    auto server = demo::ChildProcess::start(
        program_,
        {"--port", "0", "--unixsocket", socket.string(), "--dir", folder.string(), "--appendonly", "yes",
         "--appendfsync", "always", "--save", "", "--daemonize", "no"},
        side_.path() / "redis.log");
    if (!server) return false;
    server_.emplace(std::move(*server));
    connection_ = await(*server_, [&socket] { return Connection::to_unix(socket); });
    // While it reads its file it answers with -LOADING.
    for (int i = 0; connection_ && i < 500; ++i) {
      if (!connection_->write(command({"PING"}))) return false;
      const auto answer = connection_->read_line();
      if (answer && *answer == "+PONG") return true;
      if (!answer || answer->rfind("-LOADING", 0) != 0) return false;
      ::usleep(20'000);
    }
    return false;
  }

  std::optional<Round> send(int first, int count) override {
    return time_each(first, count, [this](int number) {
      return connection_->write(command({"XADD", "queue", "*", "body", message(number)})) &&
             !bulk_strings().empty();
    });
  }

  std::optional<std::set<int>> held() override {
    if (!connection_->write(command({"XRANGE", "queue", "-", "+"}))) return std::nullopt;
    std::set<int> numbers;
    for (const std::string& text : bulk_strings())
      if (const auto number = number_of(text)) numbers.insert(*number);
    return numbers;
  }

 private:
  /// RESP: an array of bulk strings.
  static std::string command(std::initializer_list<std::string> words) {
    std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    return bytes;
  }

  /// All bulk strings of one answer, however deep; none if it is an error.
  std::vector<std::string> bulk_strings() {
    std::vector<std::string> found;
    for (long open = 1; open > 0; --open) {
      const auto line = connection_->read_line();
      if (!line || line->empty() || line->front() == '-') return {};
      const long number = std::atol(line->c_str() + 1);
      if (line->front() == '*') open += number;
      if (line->front() != '$' || number < 0) continue;
      const auto text = connection_->read(static_cast<std::size_t>(number) + 2);
      if (!text) return {};
      found.push_back(text->substr(0, static_cast<std::size_t>(number)));
    }
    return found;
  }

  std::filesystem::path program_;
  SideFolder side_;
  std::optional<demo::ChildProcess> server_;
  std::optional<Connection> connection_;
};

}  // namespace

std::unique_ptr<Peer> make_redis() {
  auto program = find_program("redis-server");
  return program.empty() ? nullptr : std::make_unique<Redis>(std::move(program));
}

}  // namespace pishkhan::peers
