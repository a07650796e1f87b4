#include "tests/machine/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

namespace pishkhan::machine {

Result<UnixSocket, SocketFault> UnixSocket::connect(const std::filesystem::path& path,
                                                    std::chrono::milliseconds patience) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) return fail(SocketFault::NobodyListens);
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  const auto until = std::chrono::steady_clock::now() + patience;
  do {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) break;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
      return UnixSocket(descriptor);
    ::close(descriptor);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  } while (std::chrono::steady_clock::now() < until);
  return fail(SocketFault::NobodyListens);
}

UnixSocket::UnixSocket(UnixSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

UnixSocket& UnixSocket::operator=(UnixSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

UnixSocket::~UnixSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void, SocketFault> UnixSocket::send(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return fail(SocketFault::Closed);
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<Bytes, SocketFault> UnixSocket::receive(std::chrono::milliseconds wait) {
  pollfd poll{descriptor_, POLLIN, 0};
  const int ready = ::poll(&poll, 1, static_cast<int>(wait.count()));
  if (ready == 0 || (ready < 0 && errno == EINTR)) return Bytes{};
  std::array<std::uint8_t, 65'536> buffer{};
  const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (count <= 0) return fail(SocketFault::Closed);
  return Bytes(buffer.begin(), buffer.begin() + count);
}

}  // namespace pishkhan::machine
