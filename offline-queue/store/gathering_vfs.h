#pragma once

#include <memory>
#include <string>

struct sqlite3_vfs;

namespace pishkhan::store {

/// Another SQLite VFS, but that what is written to the WAL or the database is gathered in memory, as far as it lies
/// side by side, and handed over in one piece before it is synced, read, measured or cut. SQLite writes two pieces a
/// page to the WAL, 24 and 1024 bytes, and syncs once a commit: one system call in place of nine; and when it folds the
/// WAL back, page by page what one call can take (`./dev bench queue` has what that is worth). Nothing is promised
/// before the sync, so nothing more can be lost; what could not be handed over fails the sync, and stays in the WAL.
/// Only for synchronous=FULL and a database that nobody else opens. Thread: that of its connection.
class GatheringVfs {
 public:
  /// `under`: a registered VFS; empty: SQLite's own.
  explicit GatheringVfs(const std::string& under);
  ~GatheringVfs();
  GatheringVfs(const GatheringVfs&) = delete;
  GatheringVfs& operator=(const GatheringVfs&) = delete;
  /// For sqlite3_open_v2; nothing if there is no VFS of that name under it.
  [[nodiscard]] const char* name() const { return vfs_ == nullptr ? nullptr : name_.c_str(); }

 private:
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace pishkhan::store
