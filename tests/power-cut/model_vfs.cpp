#include "tests/power-cut/model_vfs.h"

#include "base/core/ensure.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace pishkhan::power_cut {
namespace {

/// SQLite allocates it and gives it to every call; the name lives as long as the connection.
struct OpenFile {
  sqlite3_file base;
  ModelDisk* disk;
  const char* name;
  bool name_unsynced;
  bool remove_on_close;
};

OpenFile& as_open(sqlite3_file* file) {
  return *reinterpret_cast<OpenFile*>(file);
}
ModelDisk& disk_of(sqlite3_vfs* vfs) {
  return *static_cast<ModelDisk*>(vfs->pAppData);
}

int close_file(sqlite3_file* file) {
  OpenFile& open = as_open(file);
  if (open.remove_on_close) open.disk->remove(open.name);
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* target, int count, sqlite3_int64 offset) {
  const OpenFile& open = as_open(file);
  if (!open.disk->read()) return SQLITE_IOERR_READ;
  const Bytes* content = open.disk->content(open.name);
  if (content == nullptr) return SQLITE_IOERR_READ;
  const auto start = std::min(static_cast<std::size_t>(offset), content->size());
  const std::size_t got = std::min(static_cast<std::size_t>(count), content->size() - start);
  if (got > 0) std::memcpy(target, content->data() + start, got);  // an empty file has no bytes to point at
  std::memset(static_cast<char*>(target) + got, 0, static_cast<std::size_t>(count) - got);
  return got == static_cast<std::size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* source, int count, sqlite3_int64 offset) {
  const OpenFile& open = as_open(file);
  const ByteView bytes(static_cast<const std::uint8_t*>(source), static_cast<std::size_t>(count));
  if (!open.disk->exists(open.name)) return SQLITE_IOERR_WRITE;
  // Of what does not fit, the beginning is written, as write(2) does.
  const auto start = static_cast<std::size_t>(offset);
  const std::size_t until = open.disk->room_until(open.name, start + bytes.size());
  const std::size_t fits = until <= start ? 0 : std::min(bytes.size(), until - start);
  if (fits > 0 && !open.disk->write(open.name, start, bytes.first(fits))) return SQLITE_IOERR_WRITE;
  return fits == bytes.size() ? SQLITE_OK : SQLITE_FULL;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const OpenFile& open = as_open(file);
  return open.disk->truncate(open.name, static_cast<std::size_t>(size)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int sync_file(sqlite3_file* file, int) {
  OpenFile& open = as_open(file);
  if (!open.disk->sync(open.name)) return SQLITE_IOERR_FSYNC;
  if (open.name_unsynced) {
    if (!open.disk->sync_names()) return SQLITE_IOERR_DIR_FSYNC;
    open.name_unsynced = false;
  }
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  const OpenFile& open = as_open(file);
  const Bytes* content = open.disk->content(open.name);
  if (!open.disk->powered() || content == nullptr) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(content->size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) {
  return SQLITE_OK;
}

int check_lock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return 4096;
}
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

const sqlite3_io_methods methods = {
    1,         close_file, read_file,  write_file,   truncate_file, sync_file,       file_size,
    lock_file, lock_file,  check_lock, control_file, sector_size,   characteristics, nullptr,
    nullptr,   nullptr,    nullptr,    nullptr,      nullptr};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  ModelDisk& disk = disk_of(vfs);
  file->pMethods = nullptr;
  if (name == nullptr || !disk.powered()) return SQLITE_CANTOPEN;
  const bool is_new = !disk.exists(name);
  if (is_new && ((flags & SQLITE_OPEN_CREATE) == 0 || !disk.create(name))) return SQLITE_CANTOPEN;
  constexpr int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  new (file) OpenFile{
      {&methods}, &disk, name, is_new && (flags & journals) != 0, (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  ModelDisk& disk = disk_of(vfs);
  if (!disk.exists(name)) return SQLITE_IOERR_DELETE_NOENT;
  if (!disk.remove(name)) return SQLITE_IOERR_DELETE;
  if (sync_folder != 0 && !disk.sync_names()) return SQLITE_IOERR_DIR_FSYNC;
  return SQLITE_OK;
}

int access_file(sqlite3_vfs* vfs, const char* name, int, int* result) {
  if (!disk_of(vfs).powered()) return SQLITE_IOERR_ACCESS;
  *result = disk_of(vfs).exists(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

int randomness(sqlite3_vfs*, int count, char* out) {
  std::memset(out, 7, static_cast<std::size_t>(count));
  return count;
}

int sleep_microseconds(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

int current_time(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2461367.5;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

}  // namespace

ModelVfs::ModelVfs(ModelDisk& disk, std::string name)
    : name_(std::move(name)), vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 1;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = &disk;
  vfs_->xOpen = open_file;
  vfs_->xDelete = delete_file;
  vfs_->xAccess = access_file;
  vfs_->xFullPathname = full_path;
  vfs_->xRandomness = randomness;
  vfs_->xSleep = sleep_microseconds;
  vfs_->xCurrentTime = current_time;
  vfs_->xGetLastError = last_error;
  ENSURE(sqlite3_vfs_register(vfs_.get(), 0) == SQLITE_OK, "SQLite takes the VFS");
}

ModelVfs::~ModelVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

Result<std::optional<Bytes>, store::FileFault> ModelFiles::read(const std::filesystem::path& file) {
  if (!disk_.read()) return fail(store::FileFault::IoError);
  const Bytes* content = disk_.content(file.string());
  return content == nullptr ? std::optional<Bytes>() : std::optional<Bytes>(*content);
}

Result<void, store::FileFault> ModelFiles::write_synced(const std::filesystem::path& file, std::size_t offset,
                                                        ByteView bytes) {
  const std::string name = file.string();
  if (!disk_.has_room_for(name, offset + bytes.size())) return fail(store::FileFault::DiskFull);
  if ((!disk_.exists(name) && !disk_.create(name)) || !disk_.write(name, offset, bytes) || !disk_.sync(name)) {
    return fail(store::FileFault::IoError);
  }
  return {};
}

Result<std::optional<std::size_t>, store::FileFault> ModelFiles::size(const std::filesystem::path& file) {
  if (!disk_.powered()) return fail(store::FileFault::IoError);
  const Bytes* content = disk_.content(file.string());
  return content == nullptr ? std::optional<std::size_t>() : std::optional(content->size());
}

Result<void, store::FileFault> ModelFiles::rename(const std::filesystem::path& from,
                                                  const std::filesystem::path& to) {
  if (!disk_.rename(from.string(), to.string())) return fail(store::FileFault::IoError);
  return {};
}

Result<void, store::FileFault> ModelFiles::remove(const std::filesystem::path& file) {
  if (disk_.exists(file.string()) && !disk_.remove(file.string())) return fail(store::FileFault::IoError);
  return {};
}

Result<void, store::FileFault> ModelFiles::sync_folder(const std::filesystem::path&) {
  if (!disk_.sync_names()) return fail(store::FileFault::IoError);
  return {};
}

Result<std::uint64_t, store::FileFault> ModelFiles::free_bytes(const std::filesystem::path&) {
  return disk_.room();
}

}  // namespace pishkhan::power_cut
