#include "offline-queue/store/database.h"

#include "base/core/ensure.h"
#include "base/core/log.h"
#include "offline-queue/store/schema.h"

#include <sqlite3.h>

#include <algorithm>

namespace pishkhan::store {
namespace {

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
      return StoreFault::Damaged;
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      return StoreFault::Unreadable;
    default:
      return StoreFault::IoError;
  }
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
  database_.take_back(handle_);
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
  return fail(database_.report(code));
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

Result<std::unique_ptr<Database>, StoreFault> Database::connect(const std::filesystem::path& file,
                                                                int more_flags, const std::string& vfs,
                                                                Gather gather) {
  std::unique_ptr<Database> database(new Database);
  if (gather == Gather::Commits) database->gathering_.emplace(vfs);
  const char* name = database->gathering_ ? database->gathering_->name() : vfs.c_str();
  const int code = sqlite3_open_v2(file.c_str(), &database->handle_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | more_flags,
                                   name == nullptr || *name == '\0' ? nullptr : name);
  if (database->handle_ == nullptr) return fail(StoreFault::IoError);
  if (code != SQLITE_OK) return fail(database->report(code));
  return database;
}

Result<std::unique_ptr<Database>, StoreFault> Database::open(const Options& options, Files& files,
                                                             Creation creation) {
  // Without a sync at each commit nothing would be handed over at each commit either.
  auto database = connect(options.folder / "queue.db", SQLITE_OPEN_CREATE, options.vfs,
                          options.durability == Durability::Full ? Gather::Commits : Gather::Nothing);
  if (!database) return fail(database.error());
  (*database)->wal_pages_ = options.wal_pages;
  if (const auto configured = (*database)->configure(options, files, creation); !configured) {
    // Our statements are right, so it is the file that SQLite found no sense in.
    const bool senseless = (*database)->senseless_ && configured.error() == StoreFault::IoError;
    return fail(senseless ? StoreFault::Damaged : configured.error());
  }
  return database;
}

Result<void, StoreFault> Database::make(const Options& options, Files& files, const char* name,
                                        const Fill& fill) {
  const auto database = connect(options.folder / name, SQLITE_OPEN_CREATE, options.vfs, Gather::Nothing);
  if (!database) return fail(database.error());
  if (const auto done = (*database)->set_up(); !done) return fail(done.error());
  return (*database)->create(options, files, fill);
}

std::optional<int> Database::records_of_made(const Options& options, const char* name) {
  const auto database = connect(options.folder / name, 0, options.vfs, Gather::Nothing);
  if (!database || !(*database)->set_up()) return std::nullopt;
  const auto application = (*database)->number("PRAGMA application_id");
  if (!application || *application != application_id) return std::nullopt;
  const auto records = (*database)->number("SELECT count(*) FROM entry");
  return records ? std::optional(static_cast<int>(*records)) : std::nullopt;
}

Result<std::unique_ptr<Database>, StoreFault> Database::open_copy(const std::filesystem::path& file) {
  auto database = connect(file, 0, {}, Gather::Nothing);
  if (!database) return fail(database.error());
  if (const auto done = (*database)->execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF"); !done)
    return fail(done.error());
  const auto application = (*database)->number("PRAGMA application_id");
  const auto version = (*database)->number("PRAGMA user_version");
  if (!application || !version || *application != application_id) return fail(StoreFault::Unreadable);
  // A bit of user_version may have flipped.
  const auto by_tables = version_by_tables(**database);
  if (!by_tables) return fail(by_tables.error());
  if (!*by_tables && *version > schema_version()) return fail(StoreFault::NewerSchema);
  (*database)->version_ = by_tables->value_or(static_cast<int>(*version));
  return database;
}

Result<std::unique_ptr<Database>, StoreFault> Database::in_memory() {
  return connect(":memory:", 0, {}, Gather::Nothing);
}

Database::~Database() {
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  // Statements are finalized before the database goes, so this cannot be refused.
  const int code = sqlite3_close(handle_);
  ENSURE(code == SQLITE_OK, "no statement outlives its database");
}

Result<void, StoreFault> Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(report(code));
  return {};
}

StoreFault Database::report(int code) {
  log::warning("store.sqlite",
               {{"code", sqlite3_extended_errcode(handle_)}, {"text", log::PublicText{sqlite3_errstr(code)}}});
  const StoreFault fault = fault_of(code);
  senseless_ = (code & 0xFF) == SQLITE_ERROR;
  contradicts_itself_ = contradicts_itself_ || fault == StoreFault::Damaged;
  return fault;
}

Result<std::unique_ptr<Statement>, StoreFault> Database::prepare(const char* sql) {
  if (const auto idle = idle_.find(std::string_view(sql)); idle != idle_.end() && idle->second != nullptr) {
    return std::make_unique<Statement>(*this, std::exchange(idle->second, nullptr));
  }
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return fail(report(code));
  return std::make_unique<Statement>(*this, handle);
}

void Database::take_back(sqlite3_stmt* statement) {
  sqlite3_reset(statement);  // repeats the error of the last step, which was told already
  sqlite3_clear_bindings(statement);
  sqlite3_stmt*& place = idle_[sqlite3_sql(statement)];
  if (place == nullptr) {
    place = statement;
  } else {
    sqlite3_finalize(statement);
  }
}

Result<std::int64_t, StoreFault> Database::number(const char* sql) {
  const auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = (*statement)->step();
  if (!row) return fail(row.error());
  return *row ? (*statement)->integer(0) : 0;
}

Result<std::string, StoreFault> Database::text(const char* sql) {
  const auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = (*statement)->step();
  if (!row) return fail(row.error());
  return std::string(*row ? as_text((*statement)->blob(0)) : std::string_view());
}

Result<std::uint64_t, StoreFault> Database::used_bytes() {
  const auto pages = number("PRAGMA page_count");
  if (!pages) return fail(pages.error());
  const auto unused = number("PRAGMA freelist_count");
  if (!unused) return fail(unused.error());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(*pages - *unused, 0)) * page_bytes;
}

Result<void, StoreFault> Database::check_pages() {
  // SQLite tells a page that it could not read in the same words as one that makes no sense. What makes no
  // sense makes none the second time either.
  for (int look = 0; look < 2; ++look) {
    const auto check = prepare("PRAGMA quick_check(1)");
    if (!check) return fail(check.error());
    const auto row = (*check)->step();
    if (!row) return fail(row.error());
    if (*row && as_text((*check)->blob(0)) == "ok") return {};
  }
  return fail(StoreFault::Damaged);
}

std::int64_t Database::pages_looked_at() const {
  std::int64_t pages = 0;
  for (const int counter : {SQLITE_DBSTATUS_CACHE_HIT, SQLITE_DBSTATUS_CACHE_MISS}) {
    int current = 0;
    int highest = 0;
    sqlite3_db_status(handle_, counter, &current, &highest, 0);
    pages += current;
  }
  return pages;
}

std::int64_t Database::changes() const {
  return sqlite3_total_changes64(handle_);
}

Result<Transaction, StoreFault> Transaction::begin(Database& database) {
  const auto begin = database.prepare("BEGIN IMMEDIATE");
  if (!begin) return fail(begin.error());
  if (const auto begun = (*begin)->run(); !begun) return fail(begun.error());
  return Transaction(database);
}

Result<void, StoreFault> Transaction::commit() {
  const auto commit = database_->prepare("COMMIT");
  if (!commit) return fail(commit.error());
  if (const auto done = (*commit)->run(); !done) {
    // A full disk is found before anything is synced. After any other failure the frames may or may not be
    // on the disk.
    if (done.error() != StoreFault::DiskFull) database_->doubtful_ = true;
    return fail(done.error());
  }
  database_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  database_->wal_used_frames_ = std::nullopt;  // it may have written frames that no commit counts
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(database_->handle_) != 0) return;
  const auto rollback = database_->prepare("ROLLBACK");
  if (rollback) static_cast<void>((*rollback)->run().has_value());
}

}  // namespace pishkhan::store
