#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <chrono>
#include <filesystem>
#include <optional>

namespace pishkhan::machine {

enum class SocketFault {
  NobodyListens,  ///< nobody has opened the socket by the deadline
  Closed,         ///< the other side has gone
};

/// The near end of one of QEMU's sockets. Thread: one reader and one writer.
class UnixSocket {
 public:
  /// Tries until somebody listens there, at most so long.
  static Result<UnixSocket, SocketFault> connect(const std::filesystem::path& path,
                                                 std::chrono::milliseconds patience);
  UnixSocket(UnixSocket&& other) noexcept;
  UnixSocket& operator=(UnixSocket&& other) noexcept;
  ~UnixSocket();

  Result<void, SocketFault> send(ByteView bytes);
  /// What has come, after waiting at most so long; empty if nothing has.
  Result<Bytes, SocketFault> receive(std::chrono::milliseconds wait);

 private:
  explicit UnixSocket(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace pishkhan::machine
