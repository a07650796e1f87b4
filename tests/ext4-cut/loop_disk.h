#pragma once

#include "base/core/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace pishkhan::ext4_cut {

enum class DiskFault {
  NotRoot,
  NoPrivateMounts,  ///< unshare(2) refuses a mount namespace
  NoImage,          ///< no file for the image in the temporary folder
  NoLoopDevice,     ///< no /dev/loop-control, or none is free
  NoFileSystem,     ///< mkfs.ext4 is missing or fails
  CannotMount,
};
/// What is missing, as a sentence for whoever ran the rig.
[[nodiscard]] std::string describe(DiskFault fault);

/// Mounts of this process and of its children are nobody else's, and are gone when the last of them is,
/// however it ends. Call it once, before the first LoopDisk.
[[nodiscard]] Result<void, DiskFault> keep_mounts_private();

/// A real ext4 on a loop device that can lose its power. The image is a file without a name and the loop
/// device clears itself, so nothing is left behind even by SIGKILL but an empty folder. Thread: one owner.
class LoopDisk {
 public:
  [[nodiscard]] static Result<std::unique_ptr<LoopDisk>, DiskFault> make(std::size_t mebibytes);
  LoopDisk(const LoopDisk&) = delete;
  LoopDisk& operator=(const LoopDisk&) = delete;
  ~LoopDisk();

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// The power goes: what the kernel had not written to the device never gets there, and every call on a file
  /// of this disk fails from now on (EXT4_IOC_SHUTDOWN without flushing the journal).
  [[nodiscard]] bool cut() const;
  /// The kernel gives the file system up, as when a disk fails under its journal: from now on it is read-only,
  /// also for who has files open.
  [[nodiscard]] bool abort() const;
  /// Mounts again, which replays the journal. Who had files open here must be gone.
  [[nodiscard]] bool restart();

 private:
  LoopDisk() = default;
  [[nodiscard]] bool make_image(std::size_t mebibytes);
  [[nodiscard]] bool take_loop_device();
  [[nodiscard]] bool make_file_system() const;
  [[nodiscard]] bool mount();
  [[nodiscard]] bool unmount();

  int image_ = -1;
  int device_ = -1;
  std::string device_name_;
  std::filesystem::path folder_;
  bool mounted_ = false;
};

}  // namespace pishkhan::ext4_cut
