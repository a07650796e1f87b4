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
struct GatheringFile {
  sqlite3_file base;
  sqlite3_int64 offset;  ///< where `gathered` belongs
  Bytes gathered;
};

GatheringFile& gathering(sqlite3_file* file) {
  return *reinterpret_cast<GatheringFile*>(file);
}
sqlite3_file* under(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(&gathering(file) + 1);
}
sqlite3_vfs* under(sqlite3_vfs* vfs) {
  return static_cast<sqlite3_vfs*>(vfs->pAppData);
}

int hand_over(sqlite3_file* file) {
  GatheringFile& here = gathering(file);
  if (here.gathered.empty()) return SQLITE_OK;
  const int code = under(file)->pMethods->xWrite(under(file), here.gathered.data(),
                                                 static_cast<int>(here.gathered.size()), here.offset);
  // What could not be written is SQLite's to write again, with the next commit.
  here.gathered.clear();
  return code;
}

int write_file(sqlite3_file* file, const void* source, int count, sqlite3_int64 offset) {
  GatheringFile& here = gathering(file);
  const auto gathered = static_cast<sqlite3_int64>(here.gathered.size());
  const bool fits = here.gathered.size() + static_cast<std::size_t>(count) <= most_gathered_bytes;
  if (gathered > 0 && (offset != here.offset + gathered || !fits)) {
    if (const int code = hand_over(file); code != SQLITE_OK) return code;
  }
  if (here.gathered.empty()) here.offset = offset;
  const auto* bytes = static_cast<const std::uint8_t*>(source);
  here.gathered.insert(here.gathered.end(), bytes, bytes + count);
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  // What was never synced was promised to nobody.
  const int code = under(file)->pMethods->xClose(under(file));
  gathering(file).~GatheringFile();
  return code;
}

int read_file(sqlite3_file* file, void* target, int count, sqlite3_int64 offset) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xRead(under(file), target, count, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xTruncate(under(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xSync(under(file), flags);
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = hand_over(file); code != SQLITE_OK) return code;
  return under(file)->pMethods->xFileSize(under(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  return under(file)->pMethods->xLock(under(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return under(file)->pMethods->xUnlock(under(file), level);
}
int check_lock(sqlite3_file* file, int* reserved) {
  return under(file)->pMethods->xCheckReservedLock(under(file), reserved);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  return under(file)->pMethods->xFileControl(under(file), operation, argument);
}
int sector_size(sqlite3_file* file) {
  return under(file)->pMethods->xSectorSize(under(file));
}
int characteristics(sqlite3_file* file) {
  return under(file)->pMethods->xDeviceCharacteristics(under(file));
}

/// Version 1, without shared memory and mapped reading: its database has locking_mode=EXCLUSIVE before it has a
/// WAL, and then needs neither (SQLite, wal.html, section 8).
const sqlite3_io_methods gathering_methods = {
    1,         close_file,  read_file,  write_file,   truncate_file, sync_file,       size_of_file,
    lock_file, unlock_file, check_lock, control_file, sector_size,   characteristics, nullptr,
    nullptr,   nullptr,     nullptr,    nullptr,      nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) == 0)
    return under(vfs)->xOpen(under(vfs), name, file, flags, out_flags);
  new (file) GatheringFile{{nullptr}, 0, {}};
  const int code = under(vfs)->xOpen(under(vfs), name, under(file), flags, out_flags);
  if (code == SQLITE_OK) {
    file->pMethods = &gathering_methods;
    return code;
  }
  // SQLite closes a file that failed to open only if it has methods.
  if (under(file)->pMethods != nullptr) under(file)->pMethods->xClose(under(file));
  gathering(file).~GatheringFile();
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
  vfs_->szOsFile = static_cast<int>(sizeof(GatheringFile)) + below->szOsFile;
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
