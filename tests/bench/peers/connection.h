#pragma once

#include "kiosk/demo/child_process.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::peers {

/// A stream socket to a peer on this machine. Every read gives up after ten seconds. Thread: one owner.
class Connection {
 public:
  [[nodiscard]] static std::optional<Connection> to_unix(const std::filesystem::path& socket);
  [[nodiscard]] static std::optional<Connection> to_port(int port);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  [[nodiscard]] bool write(std::string_view bytes) const;
  [[nodiscard]] std::optional<std::string> read(std::size_t count);
  /// Without its CR LF.
  [[nodiscard]] std::optional<std::string> read_line();
  /// True if something came within so long.
  [[nodiscard]] bool wait(std::chrono::milliseconds patience) const;

 private:
  explicit Connection(int socket);
  [[nodiscard]] bool fill();
  int socket_;
  std::string waiting_;
};

/// A port that was free a moment ago.
[[nodiscard]] int free_port();
/// The absolute path of a program, looked for where Debian puts them; empty if it is not there.
[[nodiscard]] std::filesystem::path find_program(std::string_view name);
/// The first line that a program writes when asked for its version.
[[nodiscard]] std::string first_line_of(const std::filesystem::path& program, const std::string& argument);

/// A folder for sockets and settings, beside the data, gone at the end.
class SideFolder {
 public:
  SideFolder();
  SideFolder(const SideFolder&) = delete;
  SideFolder& operator=(const SideFolder&) = delete;
  ~SideFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Calls `connect` until it gives a connection, for as long as the program runs, at most ten seconds.
template <class Connect>
std::optional<Connection> await(demo::ChildProcess& program, Connect connect) {
  for (int i = 0; i < 500 && program.running(); ++i) {
    if (auto connection = connect()) return connection;
    struct timespec pause {
      0, 20'000'000
    };
    ::nanosleep(&pause, nullptr);
  }
  return std::nullopt;
}

}  // namespace pishkhan::peers
