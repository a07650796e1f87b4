// The database's write-ahead log: its size from the start, folding it back, and overwriting what was in it.
#include "offline-queue/store/schema.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace pishkhan::store {
namespace {

constexpr int wal_frame_bytes = page_bytes + 24;
constexpr int wal_header_bytes = 32;  // SQLite file format, section 4.1

}  // namespace

Result<void, StoreFault> Database::enter_wal() {
  const auto mode = prepare("PRAGMA journal_mode=WAL");
  if (!mode) return fail(mode.error());
  const auto row = (*mode)->step();
  if (!row) return fail(row.error());
  // SQLite does not call it an error if the mode stays what it was.
  if (as_text((*mode)->blob(0)) != "wal") return fail(StoreFault::IoError);
  return {};
}

sqlite3_file* Database::wal_file() const {
  sqlite3_file* wal = nullptr;
  const int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  return code == SQLITE_OK && wal != nullptr && wal->pMethods != nullptr ? wal : nullptr;
}

Result<void, StoreFault> Database::presize_wal() {
  sqlite3_file* wal = wal_file();
  if (wal == nullptr) return {};  // not open yet; the first commit opens it
  // Zeros are no WAL frames (the header's magic number is missing), so SQLite starts it anew and only ever
  // overwrites. Growing the file costs a commit of the file system's journal for every one of ours.
  const std::array<char, page_bytes> zeros{};
  const std::int64_t wanted = std::int64_t{wal_pages_ + 8} * wal_frame_bytes;
  sqlite3_int64 size = 0;
  int code = wal->pMethods->xFileSize(wal, &size);
  if (code == SQLITE_OK && size >= wanted) return {};
  for (; code == SQLITE_OK && size < wanted; size += page_bytes) {
    code = wal->pMethods->xWrite(wal, zeros.data(), page_bytes, size);
  }
  if (code == SQLITE_OK) code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
  // Without room the store still works, only slower; append() says DiskFull when it comes to that.
  if (code == SQLITE_OK || (code & 0xFF) == SQLITE_FULL) return {};
  return fail(report(code));
}

int Database::after_commit(void* self, sqlite3* handle, const char* name, int frames) {
  auto& database = *static_cast<Database*>(self);
  database.wal_frames_ = frames;
  if (database.wal_used_frames_) database.wal_used_frames_ = std::max(*database.wal_used_frames_, frames);
  // What is committed is durable; folding it back may fail now and is tried again with the next commit.
  if (frames >= database.wal_pages_) {
    sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  return SQLITE_OK;
}

void Database::fold_if_half_full() {
  if (wal_frames_ < wal_pages_ / 2) return;
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code == SQLITE_OK) {
    wal_frames_ = 0;
  } else {
    static_cast<void>(report(code));  // the WAL still has it all
  }
}

Result<void, StoreFault> Database::renew_wal() {
  // RESTART: all is in the database and synced, and the next commit writes the WAL from its beginning.
  const int folded = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (folded != SQLITE_OK) return fail(report(folded));
  wal_frames_ = 0;
  sqlite3_file* wal = wal_file();
  if (wal == nullptr) return {};
  const std::array<char, page_bytes> zeros{};
  sqlite3_int64 size = 0;
  int code = wal->pMethods->xFileSize(wal, &size);
  // The header first, and synced: without it there is no WAL. Frames that went while their header stayed
  // would be a WAL that ends earlier, and recovering it would put old pages over newer ones.
  if (code == SQLITE_OK && size >= wal_header_bytes) {
    code = wal->pMethods->xWrite(wal, zeros.data(), wal_header_bytes, 0);
    if (code == SQLITE_OK) code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
  }
  if (wal_used_frames_) {
    size = std::min<sqlite3_int64>(size, wal_header_bytes + std::int64_t{*wal_used_frames_} * wal_frame_bytes);
  }
  for (sqlite3_int64 done = wal_header_bytes; code == SQLITE_OK && done < size; done += page_bytes) {
    const int count = static_cast<int>(std::min<sqlite3_int64>(page_bytes, size - done));
    code = wal->pMethods->xWrite(wal, zeros.data(), count, done);
  }
  if (code == SQLITE_OK) code = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
  if (code != SQLITE_OK) return fail(report(code));
  wal_used_frames_ = 0;
  return {};
}

}  // namespace pishkhan::store
