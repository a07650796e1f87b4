#include "offline-queue/store/gathering_vfs.h"

#include "base/core/bytes.h"
#include "base/core/ensure.h"

#include <sqlite3.h>

#include <cstdint>
#include <new>

namespace pishkhan::store {
namespace {

/// What goes out in one call. SQLite's own files take less than 128 KiB (os_unix.c, seekAndWriteFd).
constexpr std::size_t most_gathered_bytes = std::size_t{96} << 10;

/// SQLite allocates this and, right behind it, room for the file of the VFS under ours.
struct WalFile {
  sqlite3_file base;
  sqlite3_int64 offset;  ///< where `gathered` belongs
  Bytes gathered;
};

WalFile& wal_of(sqlite3_file* file) {
  return *reinterpret_cast<WalFile*>(file);
}
sqlite3_file* under(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(&wal_of(file) + 1);
}
sqlite3_vfs* under(sqlite3_vfs* vfs) {
  return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int hand_over(sqlite3_file* file) {
  WalFile& wal = wal_of(file);
  if (wal.gathered.empty()) return SQLITE_OK;
  const int code = under(file)->pMethods->xWrite(under(file), wal.gathered.data(),
                                                 static_cast<int>(wal.gathered.size()), wal.offset);
  // What could not be written is SQLite's to write again, with the next commit.
  wal.gathered.clear();
  return code;
}

int write_wal(sqlite3_file* file, const void* source, int count, sqlite3_int64 offset) {
  WalFile& wal = wal_of(file);
  const auto gathered = static_cast<sqlite3_int64>(wal.gathered.size());
  const bool fits = wal.gathered.size() + static_cast<std::size_t>(count) <= most_gathered_bytes;
  if (gathered > 0 && (offset != wal.offset + gathered || !fits)) {
    if (const int code = hand_over(file); code != SQLITE_OK) return code;
  }
  if (wal.gathered.empty()) wal.offset = offset;
  const auto* bytes = static_cast<const std::uint8_t*>(source);
  wal.gathered.insert(wal.gathered.end(), bytes, bytes + count);
  return SQLITE_OK;
}

int close_wal(sqlite3_file* file) {
  // What was never synced was promised to nobody.
  const int code = under(file)->pMethods->xClose(under(file));
  wal_of(file).~WalFile();
  return code;
}

int read_wal(sqlite3_file* file, void* target, int count, sqlite3_int64 offset) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xRead(under(file), target, count, offset);
}

int truncate_wal(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xTruncate(under(file), size);
}

int sync_wal(sqlite3_file* file, int flags) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xSync(under(file), flags);
}

int size_of_wal(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xFileSize(under(file), size);
}

int lock_wal(sqlite3_file* file, int level) {
  return under(file)->pMethods->xLock(under(file), level);
}
int unlock_wal(sqlite3_file* file, int level) {
  return under(file)->pMethods->xUnlock(under(file), level);
}
int check_lock(sqlite3_file* file, int* reserved) {
  return under(file)->pMethods->xCheckReservedLock(under(file), reserved);
}
int control_wal(sqlite3_file* file, int operation, void* argument) {
  return under(file)->pMethods->xFileControl(under(file), operation, argument);
}
int sector_size(sqlite3_file* file) {
  return under(file)->pMethods->xSectorSize(under(file));
}
int characteristics(sqlite3_file* file) {
  return under(file)->pMethods->xDeviceCharacteristics(under(file));
}

/// Version 1: shared memory and mapped reading are asked of the database's own file, never of its WAL.
const sqlite3_io_methods wal_methods = {1,           close_wal,   read_wal,        write_wal,  truncate_wal,
                                        sync_wal,    size_of_wal, lock_wal,        unlock_wal, check_lock,
                                        control_wal, sector_size, characteristics, nullptr,    nullptr,
                                        nullptr,     nullptr,     nullptr,         nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & SQLITE_OPEN_WAL) == 0) return under(vfs)->xOpen(under(vfs), name, file, flags, out_flags);
  new (file) WalFile{{nullptr}, 0, {}};
  const int code = under(vfs)->xOpen(under(vfs), name, under(file), flags, out_flags);
  if (code == SQLITE_OK) {
    file->pMethods = &wal_methods;
    return code;
  }
  // SQLite closes a file that failed to open only if it has methods.
  if (under(file)->pMethods != nullptr) under(file)->pMethods->xClose(under(file));
  wal_of(file).~WalFile();
  file->pMethods = nullptr;
  return code;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  return under(vfs)->xDelete(under(vfs), name, sync_folder);
}
int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  return under(vfs)->xAccess(under(vfs), name, flags, result);
}
int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return under(vfs)->xFullPathname(under(vfs), name, size, out);
}
int randomness(sqlite3_vfs* vfs, int count, char* out) {
  return under(vfs)->xRandomness(under(vfs), count, out);
}
int sleep_microseconds(sqlite3_vfs* vfs, int microseconds) {
  return under(vfs)->xSleep(under(vfs), microseconds);
}
int current_time(sqlite3_vfs* vfs, double* julian_day) {
  return under(vfs)->xCurrentTime(under(vfs), julian_day);
}
int last_error(sqlite3_vfs* vfs, int count, char* text) {
  return under(vfs)->xGetLastError(under(vfs), count, text);
}

}  // namespace

GatheringVfs::GatheringVfs(const std::string& under) {
  sqlite3_vfs* below = sqlite3_vfs_find(under.empty() ? nullptr : under.c_str());
  if (below == nullptr) return;
  vfs_ = std::make_unique<sqlite3_vfs>();
  // One a connection, so that nobody else's is taken away at its end.
  name_ = "gathering-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
  vfs_->iVersion = 1;
  vfs_->szOsFile = static_cast<int>(sizeof(WalFile)) + below->szOsFile;
  vfs_->mxPathname = below->mxPathname;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = below;
  vfs_->xOpen = open_file;
  vfs_->xDelete = delete_file;
  vfs_->xAccess = access_file;
  vfs_->xFullPathname = full_path;
  vfs_->xRandomness = randomness;
  vfs_->xSleep = sleep_microseconds;
  vfs_->xCurrentTime = current_time;
  vfs_->xGetLastError = last_error;
  ENSURE(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK, "a VFS can be registered");
}

GatheringVfs::~GatheringVfs() {
  if (vfs_ != nullptr) sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace pishkhan::store
