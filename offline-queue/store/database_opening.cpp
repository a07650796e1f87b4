// How the database is made, recognised and brought to this program's version.
#include "base/core/log.h"
#include "offline-queue/store/schema.h"

#include <sqlite3.h>

#include <array>

namespace pishkhan::store {

Result<void, StoreFault> Database::set_up() {
  sqlite3_extended_result_codes(handle_, 1);
  int keep = 1;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // A database of a newer program is closed again without folding its WAL back.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  static_assert(page_bytes == 1024);
  return execute(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA synchronous=EXTRA; PRAGMA secure_delete=ON;"
      "PRAGMA page_size=1024; PRAGMA cell_size_check=ON; PRAGMA trusted_schema=OFF;"
      "PRAGMA temp_store=MEMORY;");
}

Result<void, StoreFault> Database::configure(const Options& options, Files& files, Creation creation) {
  if (const auto done = set_up(); !done) return fail(done.error());
  const auto version = number("PRAGMA user_version");
  if (!version) return fail(version.error());
  const auto application = number("PRAGMA application_id");
  if (!application) return fail(application.error());
  const bool is_new = *version == 0 && *application == 0;
  if (is_new) {
    if (creation == Creation::Refused) {
      const auto tables = number("SELECT count(*) FROM sqlite_master");
      return fail(tables && *tables != 0 ? StoreFault::Unreadable : StoreFault::Damaged);
    }
    const auto created = create(options, files, [](Database&) { return Result<void, StoreFault>{}; });
    if (!created) return fail(created.error());
  } else if (*application != application_id) {
    return fail(StoreFault::Unreadable);
  } else if (const auto sound = check_head(*version); !sound) {
    return fail(sound.error());
  }
  if (const auto entered = enter_wal(); !entered) return fail(entered.error());
  if (is_new) {
    if (const auto synced = files.sync_folder(options.folder); !synced) return fail(fault_of(synced.error()));
  }
  if (const auto done = execute(options.durability == Durability::Full ? "PRAGMA synchronous=FULL"
                                                                       : "PRAGMA synchronous=NORMAL");
      !done) {
    return fail(done.error());
  }
  sqlite3_wal_hook(handle_, after_commit, this);
  // Takes the lock now and for good.
  if (const auto locked = execute("BEGIN IMMEDIATE; COMMIT"); !locked) return fail(locked.error());
  if (const auto sized = presize_wal(); !sized) return fail(sized.error());
  return is_new ? Result<void, StoreFault>{} : bring_forward(static_cast<int>(*version));
}

/// SQLite takes a file for read-only whose head asks for a newer writer (file format, section 1.3.3). There is none.
bool Database::needs_another_writer() const {
  if (sqlite3_db_readonly(handle_, "main") == 0) return false;
  sqlite3_file* file = nullptr;
  std::array<std::uint8_t, 1> write_version{};
  const bool read = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK &&
                    file != nullptr && file->pMethods != nullptr &&
                    file->pMethods->xRead(file, write_version.data(), 1, 18) == SQLITE_OK;
  return read && write_version[0] > 2;
}

Result<void, StoreFault> Database::check_head(std::int64_t version) {
  // One flipped bit there, and SQLite reads all pages otherwise, or writes over the second one (auto_vacuum).
  const auto pages = number("PRAGMA page_size");
  const auto vacuum = number("PRAGMA auto_vacuum");
  const auto encoding = text("PRAGMA encoding");
  const auto by_tables = version_by_tables(*this);
  if (!pages || !vacuum) return fail(pages ? vacuum.error() : pages.error());
  if (!encoding) return fail(encoding.error());
  if (needs_another_writer()) return fail(StoreFault::Damaged);
  if (!by_tables) return fail(by_tables.error());
  if (!*by_tables && version > schema_version()) return fail(StoreFault::NewerSchema);
  const bool sound = *pages == page_bytes && *vacuum == 0 && *encoding == "UTF-8" && *by_tables == version;
  return sound ? Result<void, StoreFault>{} : fail(StoreFault::Damaged);
}

Result<void, StoreFault> Database::create(const Options& options, Files& files, const Fill& fill) {
  const auto tables = number("SELECT count(*) FROM sqlite_master");
  if (!tables) return fail(tables.error());
  if (*tables != 0) return fail(StoreFault::Unreadable);  // somebody else's database
  {
    auto transaction = Transaction::begin(*this);
    if (!transaction) return fail(transaction.error());
    if (const auto done = bring_forward_within(*this, 0, schema_version()); !done) return fail(done.error());
    if (const auto done = execute("PRAGMA application_id = 1347113265"); !done) return fail(done.error());
    static_assert(application_id == 1347113265);
    {
      const auto identity = prepare("INSERT INTO identity(one, kiosk, epoch) VALUES(1, ?, ?)");
      if (!identity) return fail(identity.error());
      if (const auto done = (*identity)->bind(options.kiosk).bind(options.epoch).run(); !done) {
        return fail(done.error());
      }
    }
    if (const auto done = fill(*this); !done) return fail(done.error());
    if (const auto done = transaction->commit(); !done) return fail(done.error());
  }
  if (const auto synced = files.sync_folder(options.folder); !synced) return fail(fault_of(synced.error()));
  return {};
}

Result<void, StoreFault> Database::bring_forward(int version) {
  for (; version < schema_version(); ++version) {
    auto transaction = Transaction::begin(*this);
    if (!transaction) return fail(transaction.error());
    if (const auto done = bring_forward_within(*this, version, version + 1); !done) return fail(done.error());
    if (const auto done = transaction->commit(); !done) return fail(done.error());
    log::info("store.schema", {{"version", version + 1}});
  }
  return {};
}

}  // namespace pishkhan::store
