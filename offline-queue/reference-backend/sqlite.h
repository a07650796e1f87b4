#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace pishkhan::backend {

enum class DatabaseFault { CannotOpen, NewerSchema, Failed };

/// What statements tell their connection. A read that fails can have SQLite roll the transaction back under the
/// feet of what follows, which would then be durable by itself; so after a failure in a transaction nothing
/// more is done in it, and it is not committed.
struct Transaction {
  bool open = false;
  bool failed = false;
};

/// One prepared statement, used again and again. Texts and blobs that are bound must live until step(). Must
/// not outlive its Database.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, const char* sql, Transaction& transaction);
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, ByteView bytes);
  /// True: a row is there. False: done, or failed; see failed().
  bool step();
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] Bytes blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  /// Ready for the next use; the bound values are forgotten.
  void reset();

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void note(bool done);
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  Transaction* transaction_ = nullptr;
  bool failed_ = false;
};

/// How the file is shared. Alone: WAL, the whole file locked (queue.md 1d: one connection, no shared memory).
/// WithReaders: rollback journal, so that a reading command can look at it while the program runs.
enum class Sharing { Alone, WithReaders, ReadOnly };

/// One connection, one thread. Every commit is on the disk when it returns (synchronous=EXTRA in both).
class Database {
 public:
  /// Creates the file (mode 0600) if it is not there and runs those of the scripts that it has not seen, all in
  /// one transaction: the n-th makes version n (in user_version) of version n-1. A script that is out in the
  /// world is never changed; the next one follows it, and none recreates a table. Several programs may open a new
  /// file at the same time. `vfs` names a registered
  /// SQLite VFS, for the simulation; empty: SQLite's own.
  static Result<Database, DatabaseFault> open(const std::filesystem::path& file, Sharing sharing,
                                              std::span<const char* const> scripts,
                                              const std::string& vfs = {});
  bool run(const char* sql);
  /// Where something of a transaction fails, commit() is false, and the caller rolls back.
  bool begin();
  bool commit();
  void roll_back();
  /// A part of the transaction that can be undone alone, with what failed in it.
  bool savepoint();
  bool release();
  bool roll_back_to_savepoint();
  [[nodiscard]] Statement prepare(const char* sql) { return {handle_.get(), sql, *transaction_}; }
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] int changes() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::optional<std::int64_t> schema();
  bool make_schema(std::span<const char* const> scripts);
  std::unique_ptr<Transaction> transaction_ = std::make_unique<Transaction>();
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace pishkhan::backend
