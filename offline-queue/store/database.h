#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "offline-queue/store/store.h"

#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace pishkhan::store {

[[nodiscard]] StoreFault fault_of(FileFault fault);

/// One prepared statement, bound and stepped in order. Owned by whoever prepared it, on the store's thread.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* handle) : database_(database), handle_(handle) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  /// The bytes must live until the statement is stepped.
  Statement& bind(ByteView value);
  Statement& bind_text(std::string_view value);
  Statement& bind_null();

  /// True: a row. False: done.
  [[nodiscard]] Result<bool, StoreFault> step();
  /// For statements that give no row.
  [[nodiscard]] Result<void, StoreFault> run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] ByteView blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  sqlite3* database_;
  sqlite3_stmt* handle_;
  int next_ = 1;
};

/// The one connection to queue.db, with the settings of the design. Knows SQLite; knows nothing of records.
/// Thread: the store's.
class Database {
 public:
  /// Creates the file durably if there is none: rollback journal and synchronous=EXTRA until the schema is
  /// there, then the folder is synced, then WAL. (Creating it in WAL mode under FULL leaves a journal whose
  /// removal is not durable; if its name came back after a power cut, SQLite would roll everything back.)
  [[nodiscard]] static Result<std::unique_ptr<Database>, StoreFault> open(const Options& options, Files& files);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] Result<void, StoreFault> execute(const char* sql);
  [[nodiscard]] Result<std::unique_ptr<Statement>, StoreFault> prepare(const char* sql);
  /// Rows changed since it was opened.
  [[nodiscard]] std::int64_t changes() const;
  /// Folds the WAL back, cuts it to nothing and fills it with zeros again, so that nothing of what was
  /// erased remains in it and the next commits need not grow it.
  [[nodiscard]] Result<void, StoreFault> renew_wal();

 private:
  Database(sqlite3* handle, int wal_pages) : handle_(handle), wal_pages_(wal_pages) {}
  [[nodiscard]] Result<void, StoreFault> configure(const Options& options, Files& files);
  [[nodiscard]] Result<void, StoreFault> create(const Options& options, Files& files);
  [[nodiscard]] Result<void, StoreFault> enter_wal();
  [[nodiscard]] Result<void, StoreFault> presize_wal();
  sqlite3* handle_;
  int wal_pages_;
};

/// BEGIN IMMEDIATE ... COMMIT; rolls back when it goes out of scope uncommitted.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction, StoreFault> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Result<void, StoreFault> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace pishkhan::store
