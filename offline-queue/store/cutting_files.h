#pragma once

#include "base/core/random.h"
#include "offline-queue/store/files.h"

#include <memory>

namespace pishkhan::store::testing {

/// The real disk, whose power goes in the middle of a chosen write: a beginning of it, or noise instead of it,
/// reaches the disk, and nothing after it.
class CuttingFiles final : public Files {
 public:
  /// Steps (writes and folder syncs) until the cut; negative: never.
  int steps_left = -1;
  SeededRandom random{1};
  int steps = 0;  ///< done so far

  Result<std::optional<Bytes>, FileFault> read(const std::filesystem::path& file) override {
    return files_->read(file);
  }
  Result<void, FileFault> write_synced(const std::filesystem::path& file, std::size_t offset,
                                       ByteView bytes) override {
    if (dead_) return fail(FileFault::IoError);
    if (!cut_now()) return files_->write_synced(file, offset, bytes);
    Bytes torn(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size() + 1)));
    if (random.below(3) == 0 && !torn.empty()) torn[random.below(torn.size())] ^= 0xA5U;
    static_cast<void>(files_->write_synced(file, offset, torn).has_value());
    return fail(FileFault::IoError);
  }
  void forget_cached(const std::filesystem::path& file) override { files_->forget_cached(file); }
  Result<std::optional<std::size_t>, FileFault> size(const std::filesystem::path& file) override {
    return files_->size(file);
  }
  Result<void, FileFault> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    if (dead_ || cut_now()) return fail(FileFault::IoError);
    return files_->rename(from, to);
  }
  Result<void, FileFault> remove(const std::filesystem::path& file) override {
    if (dead_ || cut_now()) return fail(FileFault::IoError);
    return files_->remove(file);
  }
  Result<void, FileFault> sync_folder(const std::filesystem::path& folder) override {
    if (dead_ || cut_now()) return fail(FileFault::IoError);
    return files_->sync_folder(folder);
  }
  Result<std::uint64_t, FileFault> free_bytes(const std::filesystem::path& folder) override {
    return files_->free_bytes(folder);
  }
  void power_on() { dead_ = false, steps_left = -1; }

 private:
  bool cut_now() {
    ++steps;
    dead_ = steps_left >= 0 && steps_left-- == 0;
    return dead_;
  }
  std::unique_ptr<Files> files_ = system_files();
  bool dead_ = false;
};

}  // namespace pishkhan::store::testing
