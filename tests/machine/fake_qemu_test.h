#pragma once

#include "base/core/bytes.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>

namespace pishkhan::machine {

/// QEMU's end of one of its sockets, for tests of the peers: it listens before they connect, as server=on does.
class FakeQemu {
 public:
  FakeQemu() {
    std::string pattern = (std::filesystem::temp_directory_path() / "pishkhan-machine-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) folder_ = made;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket_path().string();
    REQUIRE(path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_, 1) == 0);
  }
  ~FakeQemu() {
    if (connection_ >= 0) ::close(connection_);
    ::close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  FakeQemu(const FakeQemu&) = delete;
  FakeQemu& operator=(const FakeQemu&) = delete;

  [[nodiscard]] std::filesystem::path socket_path() const { return folder_ / "sock"; }
  void accept() {
    connection_ = ::accept(listener_, nullptr, nullptr);
    REQUIRE(connection_ >= 0);
  }
  void send(ByteView bytes) {
    REQUIRE(::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  /// Exactly so many bytes, within five seconds.
  Bytes receive(std::size_t count) {
    Bytes bytes;
    while (bytes.size() < count) {
      pollfd poll{connection_, POLLIN, 0};
      REQUIRE(::poll(&poll, 1, 5'000) == 1);
      std::array<std::uint8_t, 4096> buffer{};
      const ssize_t got = ::recv(connection_, buffer.data(), std::min(buffer.size(), count - bytes.size()), 0);
      REQUIRE(got > 0);
      bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
    }
    return bytes;
  }

 private:
  std::filesystem::path folder_;
  int listener_ = -1;
  int connection_ = -1;
};

}  // namespace pishkhan::machine
