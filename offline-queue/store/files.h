#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace pishkhan::store {

enum class FileFault { DiskFull, ReadOnly, IoError };

/// What the store asks of the file system beside SQLite; the power-cut model is the other implementation.
/// Thread: the store's.
class Files {
 public:
  virtual ~Files() = default;
  /// The whole file; nothing if there is none.
  [[nodiscard]] virtual Result<std::optional<Bytes>, FileFault> read(const std::filesystem::path& file) = 0;
  /// Writes in place at `offset`, growing the file, and returns when the bytes are on the disk.
  [[nodiscard]] virtual Result<void, FileFault> write_synced(const std::filesystem::path& file,
                                                             std::size_t offset, ByteView bytes) = 0;
  /// Has the next reader read the disk and not the kernel's memory, as far as the disk has been given all:
  /// after a sync that failed, Linux shows what was written to every reader and never writes it.
  virtual void forget_cached(const std::filesystem::path& file) = 0;
  /// Nothing if there is no such file.
  [[nodiscard]] virtual Result<std::optional<std::size_t>, FileFault> size(
      const std::filesystem::path& file) = 0;
  /// Takes the place of what is called `to`; durable after sync_folder().
  [[nodiscard]] virtual Result<void, FileFault> rename(const std::filesystem::path& from,
                                                       const std::filesystem::path& to) = 0;
  /// No fault if there is no such file; durable after sync_folder().
  [[nodiscard]] virtual Result<void, FileFault> remove(const std::filesystem::path& file) = 0;
  /// Makes the names in a folder durable.
  [[nodiscard]] virtual Result<void, FileFault> sync_folder(const std::filesystem::path& folder) = 0;
  /// What an unprivileged process can still write there.
  [[nodiscard]] virtual Result<std::uint64_t, FileFault> free_bytes(const std::filesystem::path& folder) = 0;
};

/// The real one.
[[nodiscard]] std::unique_ptr<Files> system_files();

}  // namespace pishkhan::store
