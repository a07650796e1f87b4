#pragma once

#include "base/core/bitmap.h"
#include "tests/machine/unix_socket.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace pishkhan::machine {

/// QEMU's control socket (QMP): one command, one answer. Thread: one owner.
class Qmp {
 public:
  static std::optional<Qmp> connect(const std::filesystem::path& socket);
  /// `arguments` is a JSON object, or empty. False: QEMU refused, or has gone.
  bool execute(std::string_view command, std::string_view arguments = {});
  /// What the guest shows now, through a file at `png`, which stays.
  std::optional<Picture> screen(const std::filesystem::path& png);

 private:
  explicit Qmp(UnixSocket socket) : socket_(std::move(socket)) {}
  [[nodiscard]] std::optional<std::string> line();

  UnixSocket socket_;
  std::string received_;
};

}  // namespace pishkhan::machine
