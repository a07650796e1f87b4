#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/store/files.h"

#include <array>
#include <filesystem>
#include <span>
#include <vector>

namespace pishkhan::updates {

/// A small append-only file of entries that survives power cuts: what append() has returned for is there after
/// a restart, in order; what it was interrupted in is there as a prefix of whole entries, or not at all. Two
/// files take turns, so that rewrite() replaces everything in one step: the new one counts only once all of it
/// is on the disk. Nothing here is secret. Thread: one owner, a single process; calls block on the disk.
class Journal {
 public:
  struct Entry {
    std::uint8_t kind = 0;
    Bytes bytes;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  /// The files are `folder`/journal.0 and journal.1; the folder exists.
  static Result<Journal, store::FileFault> open(const std::filesystem::path& folder, store::Files& files);

  /// What was there when it was opened.
  [[nodiscard]] std::vector<Entry> take_entries() { return std::move(entries_); }
  /// All of them, with one write; durable when it returns. After a fault nothing more is appended until it is
  /// opened again, because what the disk holds is not known.
  Result<void, store::FileFault> append(std::span<const Entry> entries);
  /// Replaces everything that was ever appended.
  Result<void, store::FileFault> rewrite(std::span<const Entry> entries);
  [[nodiscard]] std::size_t size_bytes() const { return end_; }

 private:
  Journal(const std::filesystem::path& folder, store::Files& files) : folder_(folder), files_(&files) {}
  struct Read {
    std::uint64_t generation = 0;  ///< 0: no complete file
    std::vector<Entry> entries;
    std::size_t end = 0;
    protocol::Hash last{};
  };
  static Read read(ByteView bytes);
  [[nodiscard]] std::filesystem::path file(std::uint64_t generation) const;

  std::filesystem::path folder_;
  store::Files* files_;
  std::vector<Entry> entries_;
  std::uint64_t generation_ = 0;
  std::size_t end_ = 0;    ///< where the next entry goes; what lies behind it belongs to nothing
  protocol::Hash last_{};  ///< of the last entry
  bool failed_ = false;
};

}  // namespace pishkhan::updates
