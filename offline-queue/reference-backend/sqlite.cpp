#include "offline-queue/reference-backend/sqlite.h"

#include <sqlite3.h>
#include <sys/stat.h>

namespace pishkhan::backend {

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Statement::Statement(sqlite3* database, const char* sql, Transaction& transaction)
    : transaction_(&transaction) {
  sqlite3_stmt* statement = nullptr;
  note(sqlite3_prepare_v2(database, sql, -1, &statement, nullptr) == SQLITE_OK);
  statement_.reset(statement);
}

void Statement::note(bool done) {
  failed_ = !done;
  if (failed_ && transaction_ != nullptr && transaction_->open) transaction_->failed = true;
}

Statement& Statement::bind(int index, std::int64_t value) {
  failed_ = failed_ || sqlite3_bind_int64(statement_.get(), index, value) != SQLITE_OK;
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  failed_ = failed_ || sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()),
                                         SQLITE_STATIC) != SQLITE_OK;
  return *this;
}

Statement& Statement::bind_blob(int index, ByteView bytes) {
  // A null pointer would bind NULL, not an empty blob.
  static constexpr std::uint8_t kNothing = 0;
  const void* data = bytes.empty() ? &kNothing : bytes.data();
  failed_ = failed_ || sqlite3_bind_blob(statement_.get(), index, data, static_cast<int>(bytes.size()),
                                         SQLITE_STATIC) != SQLITE_OK;
  return *this;
}

bool Statement::step() {
  if (failed_ || transaction_ == nullptr || (transaction_->open && transaction_->failed)) {
    note(false);
    return false;
  }
  const int code = sqlite3_step(statement_.get());
  note(code == SQLITE_ROW || code == SQLITE_DONE);
  return code == SQLITE_ROW;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return data == nullptr
             ? std::string()
             : std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

Bytes Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? Bytes() : Bytes(data, data + size);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::reset() {
  if (!statement_) return;
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  failed_ = false;
}

bool Database::run(const char* sql) {
  const bool done = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  if (!done && transaction_->open) transaction_->failed = true;
  return done;
}

bool Database::begin() {
  *transaction_ = {run("BEGIN IMMEDIATE"), false};
  return transaction_->open;
}

bool Database::commit() {
  // Autocommit: SQLite has rolled back already.
  const bool done = !transaction_->failed && sqlite3_get_autocommit(handle_.get()) == 0 && run("COMMIT");
  if (done) *transaction_ = {};
  return done;
}

void Database::roll_back() {
  static_cast<void>(run("ROLLBACK"));
  *transaction_ = {};
}

bool Database::savepoint() {
  return run("SAVEPOINT one");
}

bool Database::release() {
  return !transaction_->failed && run("RELEASE one");
}

bool Database::roll_back_to_savepoint() {
  const bool there = sqlite3_get_autocommit(handle_.get()) == 0;
  transaction_->failed = !(there && run("ROLLBACK TO one; RELEASE one"));
  return !transaction_->failed;
}

std::int64_t Database::last_row() const {
  return sqlite3_last_insert_rowid(handle_.get());
}
int Database::changes() const {
  return sqlite3_changes(handle_.get());
}

std::optional<std::int64_t> Database::schema() {
  Statement statement = prepare("PRAGMA user_version");
  return statement.step() ? std::optional(statement.integer(0)) : std::nullopt;
}

bool Database::make_schema(std::span<const char* const> scripts) {
  if (!begin()) return false;
  // Asked again under the lock: another program that opened the file at the same time may have made it.
  const auto found = schema();
  if (!found || *found > static_cast<std::int64_t>(scripts.size())) return false;
  for (auto i = static_cast<std::size_t>(*found); i < scripts.size(); ++i) {
    if (!run(scripts[i])) return false;
  }
  return run(("PRAGMA user_version=" + std::to_string(scripts.size())).c_str()) && commit();
}

Result<Database, DatabaseFault> Database::open(const std::filesystem::path& file, Sharing sharing,
                                               std::span<const char* const> scripts, const std::string& vfs) {
  Database database;
  sqlite3* handle = nullptr;
  const int flags =
      sharing == Sharing::ReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code =
      sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, vfs.empty() ? nullptr : vfs.c_str());
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return fail(DatabaseFault::CannotOpen);
  sqlite3_busy_timeout(handle, 5'000);
  const bool on_disk = vfs.empty();
  if (on_disk && sharing != Sharing::ReadOnly && ::chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return fail(DatabaseFault::CannotOpen);
  }
  // EXCLUSIVE before anything reads the file, or a database that is in WAL mode already is opened with shared
  // memory. EXTRA before WAL: see queue.md 1d for what a lost unlink of the first journal can undo.
  const char* pragmas =
      sharing == Sharing::Alone
          ? "PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL;"
            "PRAGMA wal_autocheckpoint=256; PRAGMA foreign_keys=ON;"
          : "PRAGMA temp_store=MEMORY; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;";
  if (!database.run(pragmas)) return fail(DatabaseFault::CannotOpen);
  const auto found = database.schema();
  if (!found) return fail(DatabaseFault::CannotOpen);
  const auto version = static_cast<std::int64_t>(scripts.size());
  if (*found > version) return fail(DatabaseFault::NewerSchema);
  if (*found < version && (sharing == Sharing::ReadOnly || !database.make_schema(scripts)))
    return fail(DatabaseFault::CannotOpen);
  return database;
}

}  // namespace pishkhan::backend
