#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "offline-queue/store/gathering_vfs.h"
#include "offline-queue/store/store.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

struct sqlite3;
struct sqlite3_file;
struct sqlite3_stmt;

namespace pishkhan::store {

[[nodiscard]] StoreFault fault_of(FileFault fault);

class Database;

/// One prepared statement, bound and stepped in order. Owned by whoever asked for it, on the store's thread;
/// at its end the compiled form goes back to its database, which keeps it for the next time.
class Statement {
 public:
  Statement(Database& database, sqlite3_stmt* handle) : database_(database), handle_(handle) {}
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
  Database& database_;
  sqlite3_stmt* handle_;
  int next_ = 1;
};

/// Whether a queue that is not there, or is empty, is made.
enum class Creation { Allowed, Refused };

/// The one connection to queue.db, with the settings of the design. Knows SQLite and the schema; knows nothing
/// of records. Thread: the store's.
class Database {
 public:
  /// Puts into a new database what else belongs there, in the transaction that makes it.
  using Fill = std::function<Result<void, StoreFault>(Database&)>;

  /// Creates the file durably if there is none: rollback journal and synchronous=EXTRA until the schema is
  /// there, then the folder is synced, then WAL. (Creating it in WAL mode under FULL leaves a journal whose
  /// removal is not durable; if its name came back after a power cut, SQLite would roll everything back.)
  /// An older one is brought forward, one transaction a step (schema.h).
  [[nodiscard]] static Result<std::unique_ptr<Database>, StoreFault> open(const Options& options, Files& files,
                                                                          Creation creation);
  /// Makes a queue under another name in the same folder, filled, durable and closed again. Not yet in WAL
  /// mode.
  [[nodiscard]] static Result<void, StoreFault> make(const Options& options, Files& files, const char* name,
                                                     const Fill& fill);
  /// How many records there are in what make() made. Nothing: it did not come to its end.
  [[nodiscard]] static std::optional<int> records_of_made(const Options& options, const char* name);
  /// A copy to look at, of this or an older version, as it lies: nothing is created or brought forward.
  /// Unreadable: no database of a queue, or damaged beyond what SQLite can read.
  [[nodiscard]] static Result<std::unique_ptr<Database>, StoreFault> open_copy(
      const std::filesystem::path& file);
  /// Empty, and gone with its object.
  [[nodiscard]] static Result<std::unique_ptr<Database>, StoreFault> in_memory();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] Result<void, StoreFault> execute(const char* sql);
  /// Compiled once; a statement asked for again while it is in use is compiled anew.
  [[nodiscard]] Result<std::unique_ptr<Statement>, StoreFault> prepare(const char* sql);
  /// The first column of the only row of a statement without parameters.
  [[nodiscard]] Result<std::int64_t, StoreFault> number(const char* sql);
  /// The same of one that gives text.
  [[nodiscard]] Result<std::string, StoreFault> text(const char* sql);
  /// The version of a copy's tables; see open_copy().
  [[nodiscard]] int version() const { return version_; }
  /// Rows changed since it was opened.
  [[nodiscard]] std::int64_t changes() const;
  /// Bytes of the pages in use; erased rows leave pages that are used again and do not count.
  [[nodiscard]] Result<std::uint64_t, StoreFault> used_bytes();
  /// Looks through every page: Damaged if the file contradicts itself.
  [[nodiscard]] Result<void, StoreFault> check_pages();
  /// Pages looked at since it was opened, in memory or on the disk: what the tests of a long backlog count.
  [[nodiscard]] std::int64_t pages_looked_at() const;

  /// Folds the WAL back if it is half full, so that this need not happen in the commit of a filing.
  void fold_if_half_full();
  /// Folds the WAL back and overwrites with zeros, where it lies, all of it that was used since the last time,
  /// so that nothing of what was erased remains in it. Its size stays, so the next commits need not grow it.
  [[nodiscard]] Result<void, StoreFault> renew_wal();

  /// A commit failed for another reason than a full disk: what is on the disk is known only after a new
  /// look at it (a failed sync must not be tried again: the kernel may have dropped the pages).
  [[nodiscard]] bool doubtful() const { return doubtful_; }
  /// SQLite said that the file contradicts itself.
  [[nodiscard]] bool contradicts_itself() const { return contradicts_itself_; }

 private:
  friend class Statement;
  friend class Transaction;
  Database() = default;
  enum class Gather { Nothing, Commits };
  [[nodiscard]] static Result<std::unique_ptr<Database>, StoreFault> connect(const std::filesystem::path& file,
                                                                             int more_flags,
                                                                             const std::string& vfs,
                                                                             Gather gather);
  [[nodiscard]] Result<void, StoreFault> set_up();
  [[nodiscard]] Result<void, StoreFault> configure(const Options& options, Files& files, Creation creation);
  [[nodiscard]] bool needs_another_writer() const;
  /// NewerSchema, or Damaged where the file's first hundred bytes are not what we wrote.
  [[nodiscard]] Result<void, StoreFault> check_head(std::int64_t version);
  [[nodiscard]] Result<void, StoreFault> create(const Options& options, Files& files, const Fill& fill);
  [[nodiscard]] Result<void, StoreFault> bring_forward(int version);
  [[nodiscard]] Result<void, StoreFault> enter_wal();
  [[nodiscard]] sqlite3_file* wal_file() const;  ///< nothing before the first use
  [[nodiscard]] Result<void, StoreFault> presize_wal();
  [[nodiscard]] StoreFault report(int code);
  void take_back(sqlite3_stmt* statement);
  static int after_commit(void* self, sqlite3* handle, const char* name, int frames);

  std::optional<GatheringVfs> gathering_;
  sqlite3* handle_ = nullptr;
  int version_ = 0;
  int wal_pages_ = 0;
  int wal_frames_ = 0;  ///< in the WAL after the last commit
  /// The most frames since it was overwritten; nothing: not known.
  std::optional<int> wal_used_frames_;
  bool doubtful_ = false;
  bool contradicts_itself_ = false;
  bool senseless_ = false;  ///< the last fault was SQLITE_ERROR: the statement means nothing in this file
  std::map<std::string, sqlite3_stmt*, std::less<>> idle_;  ///< compiled and not in use, by its SQL
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
