#pragma once

#include "offline-queue/store/files.h"
#include "tests/power-cut/model_disk.h"

#include <memory>
#include <string>

struct sqlite3_vfs;

namespace pishkhan::power_cut {

/// Makes a ModelDisk known to SQLite as a VFS, for as long as it lives. It has no shared memory, so WAL
/// works in exclusive mode only, which is the mode that the store must use anyway. Like SQLite's own, it
/// syncs the folder with the first sync of a new journal or WAL and with a removal that asks for it.
class ModelVfs {
 public:
  ModelVfs(ModelDisk& disk, std::string name);
  ~ModelVfs();
  ModelVfs(const ModelVfs&) = delete;
  ModelVfs& operator=(const ModelVfs&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

/// What the store keeps beside SQLite, on the same disk.
class ModelFiles final : public store::Files {
 public:
  explicit ModelFiles(ModelDisk& disk) : disk_(disk) {}
  Result<std::optional<Bytes>, store::FileFault> read(const std::filesystem::path& file) override;
  Result<void, store::FileFault> write_synced(const std::filesystem::path& file, std::size_t offset,
                                              ByteView bytes) override;
  void forget_cached(const std::filesystem::path& file) override { disk_.forget_cached(file.string()); }
  Result<std::optional<std::size_t>, store::FileFault> size(const std::filesystem::path& file) override;
  Result<void, store::FileFault> rename(const std::filesystem::path& from,
                                        const std::filesystem::path& to) override;
  Result<void, store::FileFault> remove(const std::filesystem::path& file) override;
  Result<void, store::FileFault> sync_folder(const std::filesystem::path& folder) override;
  Result<std::uint64_t, store::FileFault> free_bytes(const std::filesystem::path& folder) override;

 private:
  ModelDisk& disk_;
};

}  // namespace pishkhan::power_cut
