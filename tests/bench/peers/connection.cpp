#include "tests/bench/peers/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <utility>

namespace pishkhan::peers {

namespace fs = std::filesystem;

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace

Connection::Connection(int socket) : socket_(socket) {
  const timeval patience{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

Connection::Connection(Connection&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), waiting_(std::move(other.waiting_)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(waiting_, other.waiting_);
  return *this;
}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

std::optional<Connection> Connection::to_unix(const fs::path& socket) {
  Connection made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  if (::connect(made.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::nullopt;
  return made;
}

std::optional<Connection> Connection::to_port(int port) {
  Connection made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(made.socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const sockaddr_in address = loopback(port);
  if (::connect(made.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::nullopt;
  return made;
}

bool Connection::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Connection::fill() {
  std::array<char, 65536> part{};
  const ssize_t got = ::recv(socket_, part.data(), part.size(), 0);
  if (got <= 0) return false;
  waiting_.append(part.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> Connection::read(std::size_t count) {
  while (waiting_.size() < count)
    if (!fill()) return std::nullopt;
  std::string bytes = waiting_.substr(0, count);
  waiting_.erase(0, count);
  return bytes;
}

std::optional<std::string> Connection::read_line() {
  std::size_t end = 0;
  while ((end = waiting_.find("\r\n")) == std::string::npos)
    if (!fill()) return std::nullopt;
  std::string line = waiting_.substr(0, end);
  waiting_.erase(0, end + 2);
  return line;
}

bool Connection::wait(std::chrono::milliseconds patience) const {
  pollfd watched{socket_, POLLIN, 0};
  return !waiting_.empty() || ::poll(&watched, 1, static_cast<int>(patience.count())) > 0;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  return bound ? ntohs(address.sin_port) : 0;
}

fs::path find_program(std::string_view name) {
  for (const char* folder : {"/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"}) {
    const fs::path file = fs::path(folder) / name;
    std::error_code ignored;
    if (fs::exists(file, ignored)) return file;
  }
  return {};
}

std::string first_line_of(const fs::path& program, const std::string& argument) {
  const SideFolder side;
  auto asked = demo::ChildProcess::start(program, {argument}, side.path() / "said");
  if (asked) static_cast<void>(asked->wait());
  std::ifstream file(side.path() / "said");
  std::string line;
  std::getline(file, line);
  return line;
}

SideFolder::SideFolder() {
  std::string pattern = (fs::temp_directory_path() / "pishkhan-peer-XXXXXX").string();
  if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path_ = made;
}

SideFolder::~SideFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace pishkhan::peers
