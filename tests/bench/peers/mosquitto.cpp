// mosquitto with persistence saved on every change: MQTT 3.1.1, QoS 1, for a subscriber that is away.
#include "tests/bench/peers/connection.h"
#include "tests/bench/peers/stopwatch.h"

#include <fstream>

namespace pishkhan::peers {

namespace {

// MQTT 3.1.1, table 2.1, with the flags of section 2.2.2.
constexpr char connect_packet = 0x10;
constexpr char publish_qos1_packet = 0x32;
constexpr char puback_packet = 0x40;
constexpr char subscribe_packet = static_cast<char>(0x82);
constexpr const char* topic = "queue";

std::string two_bytes(std::size_t value) {
  return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xFFU)};
}

std::string text_field(std::string_view text) {
  return two_bytes(text.size()) + std::string(text);
}

/// Fixed header, remaining length (section 2.2.3), body.
std::string packet(char type, const std::string& body) {
  std::string bytes(1, type);
  std::size_t left = body.size();
  do {
    const auto digit = static_cast<unsigned char>(left % 128);
    left /= 128;
    bytes.push_back(static_cast<char>(left > 0 ? digit | 0x80U : digit));
  } while (left > 0);
  return bytes + body;
}

struct Packet {
  unsigned type = 0;
  std::string body;
};

std::optional<Packet> read_packet(Connection& connection) {
  const auto type = connection.read(1);
  if (!type) return std::nullopt;
  std::size_t length = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const auto digit = connection.read(1);
    if (!digit) return std::nullopt;
    length |= (static_cast<std::size_t>(digit->front()) & 0x7FU) << shift;
    if ((static_cast<unsigned char>(digit->front()) & 0x80U) == 0) break;
  }
  auto body = connection.read(length);
  if (!body) return std::nullopt;
  return Packet{static_cast<unsigned char>(type->front()), std::move(*body)};
}

class Mosquitto final : public Peer {
 public:
  explicit Mosquitto(std::filesystem::path program) : program_(std::move(program)) {}

  std::string description() const override {
    return first_line_of(program_, "-h") + ", QoS 1, autosave_on_changes, interval 1";
  }

  bool start(const std::filesystem::path& folder, Queue queue) override {
    port_ = free_port();
    const auto settings = side_.path() / "mosquitto.conf";
    std::ofstream(settings) << "listener " << port_ << " 127.0.0.1\nallow_anonymous true\nuser root\n"
                            << "persistence true\npersistence_location " << folder.string()
                            << "/\nautosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\n";
    auto server = demo::ChildProcess::start(program_, {"-c", settings.string()}, side_.path() / "log");
    if (!server) return false;
    server_.emplace(std::move(*server));
    auto publisher = await(*server_, [this] { return log_in("publisher", true); });
    if (!publisher) return false;
    publisher_.emplace(std::move(*publisher));
    return queue == Queue::AsItIs || subscribe();
  }

  std::optional<Round> send(int first, int count) override {
    return time_each(first, count, [this](int number) {
      const auto id = two_bytes(1 + static_cast<std::size_t>(number) % 65'535);
      if (!publisher_->write(packet(publish_qos1_packet, text_field(topic) + id + message(number))))
        return false;
      const auto answer = read_packet(*publisher_);
      return answer && answer->type == static_cast<unsigned char>(puback_packet) && answer->body == id;
    });
  }

  std::optional<std::set<int>> held() override {
    auto reader = log_in("reader", false);
    if (!reader) return std::nullopt;
    std::set<int> numbers;
    while (reader->wait(std::chrono::milliseconds(700))) {
      const auto got = read_packet(*reader);
      if (!got) break;
      if ((got->type & 0xF0U) != 0x30U) continue;
      const std::size_t head = 2 + std::string_view(topic).size();
      if (got->body.size() < head + 2) break;
      if (const auto number = number_of(std::string_view(got->body).substr(head + 2))) numbers.insert(*number);
      if (!reader->write(packet(puback_packet, got->body.substr(head, 2)))) break;
    }
    return numbers;
  }

 private:
  /// CONNECT, section 3.1; keep-alive off. A session that is not clean keeps its messages while away.
  std::optional<Connection> log_in(std::string_view name, bool clean) const {
    auto connection = Connection::to_port(port_);
    if (!connection) return std::nullopt;
    const std::string body =
        text_field("MQTT") + '\4' + (clean ? '\2' : '\0') + two_bytes(0) + text_field(name);
    if (!connection->write(packet(connect_packet, body))) return std::nullopt;
    const auto answer = read_packet(*connection);
    if (!answer || answer->type != 0x20U || answer->body.size() != 2 || answer->body[1] != 0)
      return std::nullopt;
    return connection;
  }

  /// The reader says what it wants and goes away.
  [[nodiscard]] bool subscribe() const {
    auto reader = log_in("reader", false);
    if (!reader || !reader->write(packet(subscribe_packet, two_bytes(1) + text_field(topic) + '\1')))
      return false;
    const auto answer = read_packet(*reader);
    return answer && answer->type == 0x90U;
  }

  std::filesystem::path program_;
  SideFolder side_;
  int port_ = 0;
  std::optional<demo::ChildProcess> server_;
  std::optional<Connection> publisher_;
};

}  // namespace

std::unique_ptr<Peer> make_mosquitto() {
  auto program = find_program("mosquitto");
  return program.empty() ? nullptr : std::make_unique<Mosquitto>(std::move(program));
}

}  // namespace pishkhan::peers
