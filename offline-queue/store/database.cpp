#include "offline-queue/store/database.h"

#include "base/core/ensure.h"
#include "base/core/log.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <limits>

namespace pishkhan::store {
namespace {

constexpr int schema_version = 1;
constexpr int application_id = 0x504b5131;  // "PKQ1"
constexpr int page_bytes = 4096;
constexpr int wal_frame_bytes = page_bytes + 24;

/// No index on a random key: rows only ever go to the end. `progress` has a row per acknowledged record.
std::string schema(int kiosk, int epoch) {
  return R"sql(
BEGIN EXCLUSIVE;
CREATE TABLE identity(one INTEGER PRIMARY KEY CHECK(one = 1), kiosk INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
CREATE TABLE entry(seq INTEGER PRIMARY KEY, header BLOB NOT NULL, payload BLOB, hash BLOB NOT NULL,
                   signature BLOB NOT NULL) STRICT;
CREATE TABLE progress(seq INTEGER PRIMARY KEY, stored_ms INTEGER, opened_ms INTEGER, verdict INTEGER NOT NULL,
                      case_number TEXT) STRICT;
CREATE TABLE pending(seq INTEGER PRIMARY KEY, duplicate BLOB, recovery BLOB, expires_ms INTEGER NOT NULL,
                     printed INTEGER NOT NULL) STRICT;
PRAGMA application_id = 1347113265;
PRAGMA user_version = 1;
INSERT INTO identity VALUES(1, )sql" +
         std::to_string(kiosk) + ", " + std::to_string(epoch) + "); COMMIT;";
}
static_assert(application_id == 1347113265);

StoreFault fault_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return StoreFault::DiskFull;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return StoreFault::ReadOnly;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreFault::Locked;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return StoreFault::Unreadable;
    default:
      return StoreFault::IoError;
  }
}

StoreFault report(sqlite3* database, int code) {
  log::warning("store.sqlite",
               {{"code", sqlite3_extended_errcode(database)}, {"text", log::PublicText{sqlite3_errstr(code)}}});
  return fault_of(code);
}

}  // namespace

StoreFault fault_of(FileFault fault) {
  switch (fault) {
    case FileFault::DiskFull:
      return StoreFault::DiskFull;
    case FileFault::ReadOnly:
      return StoreFault::ReadOnly;
    case FileFault::IoError:
      break;
  }
  return StoreFault::IoError;
}

Statement::~Statement() {
  sqlite3_finalize(handle_);
}

Statement& Statement::bind(std::int64_t value) {
  ENSURE(sqlite3_bind_int64(handle_, next_++, value) == SQLITE_OK, "the statement has this parameter");
  return *this;
}

Statement& Statement::bind(ByteView value) {
  // An empty blob must not become NULL.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  ENSURE(sqlite3_bind_blob64(handle_, next_++, data, value.size(), SQLITE_STATIC) == SQLITE_OK,
         "the statement has this parameter");
  return *this;
}

Statement& Statement::bind_text(std::string_view value) {
  ENSURE(sqlite3_bind_text64(handle_, next_++, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) ==
             SQLITE_OK,
         "the statement has this parameter");
  return *this;
}

Statement& Statement::bind_null() {
  ENSURE(sqlite3_bind_null(handle_, next_++) == SQLITE_OK, "the statement has this parameter");
  return *this;
}

Result<bool, StoreFault> Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail(report(database_, code));
}

Result<void, StoreFault> Statement::run() {
  const auto row = step();
  if (!row) return fail(row.error());
  ENSURE(!*row, "this statement gives no row");
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}

ByteView Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>, StoreFault> Database::open(const Options& options, Files& files) {
  const std::string path = (options.folder / "queue.db").string();
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      options.vfs.empty() ? nullptr : options.vfs.c_str());
  if (handle == nullptr) return fail(StoreFault::IoError);
  std::unique_ptr<Database> database(new Database(handle, options.wal_pages));
  if (code != SQLITE_OK) return fail(report(handle, code));
  if (const auto configured = database->configure(options, files); !configured) return fail(configured.error());
  return database;
}

Database::~Database() {
  // Statements are finalized before the database goes, so this cannot be refused.
  const int code = sqlite3_close(handle_);
  ENSURE(code == SQLITE_OK, "no statement outlives its database");
}

Result<void, StoreFault> Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(report(handle_, code));
  return {};
}

Result<std::unique_ptr<Statement>, StoreFault> Database::prepare(const char* sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql, -1, &handle, nullptr);
  if (code != SQLITE_OK) return fail(report(handle_, code));
  return std::make_unique<Statement>(handle_, handle);
}

Result<void, StoreFault> Database::configure(const Options& options, Files& files) {
  sqlite3_extended_result_codes(handle_, 1);
  int keep = 1;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // A database of a newer program is closed again without folding its WAL back.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (const auto done =
          execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;"
                  "PRAGMA page_size=4096; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
                  "PRAGMA temp_store=MEMORY;");
      !done) {
    return fail(done.error());
  }
  std::int64_t version = 0;
  std::int64_t application = 0;
  for (auto [sql, target] :
       {std::pair{"PRAGMA user_version", &version}, {"PRAGMA application_id", &application}}) {
    const auto statement = prepare(sql);
    if (!statement) return fail(statement.error());
    const auto row = (*statement)->step();
    if (!row) return fail(row.error());
    *target = (*statement)->integer(0);
  }
  if (version == 0 && application == 0) {
    if (const auto created = create(options, files); !created) return fail(created.error());
  } else if (application != application_id) {
    return fail(StoreFault::Unreadable);
  } else if (version > schema_version) {
    return fail(StoreFault::NewerSchema);
  }
  if (const auto entered = enter_wal(); !entered) return fail(entered.error());
  const std::string settings = std::string("PRAGMA synchronous=") +
                               (options.durability == Durability::Full ? "FULL" : "NORMAL") +
                               "; PRAGMA wal_autocheckpoint=" + std::to_string(options.wal_pages);
  if (const auto done = execute(settings.c_str()); !done) return fail(done.error());
  // Takes the lock now and for good.
  if (const auto locked = execute("BEGIN IMMEDIATE; COMMIT"); !locked) return fail(locked.error());
  return presize_wal();
}

Result<void, StoreFault> Database::create(const Options& options, Files& files) {
  {
    const auto tables = prepare("SELECT count(*) FROM sqlite_master");
    if (!tables) return fail(tables.error());
    const auto row = (*tables)->step();
    if (!row) return fail(row.error());
    if ((*tables)->integer(0) != 0) return fail(StoreFault::Unreadable);  // somebody else's database
  }
  const std::string sql = schema(options.kiosk, options.epoch);
  if (const auto done = execute(sql.c_str()); !done) return fail(done.error());
  if (const auto synced = files.sync_folder(options.folder); !synced) return fail(fault_of(synced.error()));
  if (const auto entered = enter_wal(); !entered) return fail(entered.error());
  if (const auto synced = files.sync_folder(options.folder); !synced) return fail(fault_of(synced.error()));
  return {};
}

Result<void, StoreFault> Database::enter_wal() {
  const auto mode = prepare("PRAGMA journal_mode=WAL");
  if (!mode) return fail(mode.error());
  const auto row = (*mode)->step();
  if (!row) return fail(row.error());
  // SQLite does not call it an error if the mode stays what it was.
  if (as_text((*mode)->blob(0)) != "wal") return fail(StoreFault::IoError);
  return {};
}

Result<void, StoreFault> Database::presize_wal() {
  sqlite3_file* wal = nullptr;
  if (sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) != SQLITE_OK ||
      wal == nullptr || wal->pMethods == nullptr) {
    return {};  // not open yet; the first commit opens it
  }
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
  return fail(report(handle_, code));
}

std::int64_t Database::changes() const {
  return sqlite3_total_changes64(handle_);
}

Result<void, StoreFault> Database::renew_wal() {
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(report(handle_, code));
  return presize_wal();
}

Result<Transaction, StoreFault> Transaction::begin(Database& database) {
  if (const auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return fail(begun.error());
  return Transaction(database);
}

Result<void, StoreFault> Transaction::commit() {
  if (const auto done = database_->execute("COMMIT"); !done) return fail(done.error());
  database_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // After some errors SQLite has rolled back by itself and this says so; either way nothing is left open.
  static_cast<void>(database_->execute("ROLLBACK"));
}

}  // namespace pishkhan::store
