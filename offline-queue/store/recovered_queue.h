#pragma once

#include "offline-queue/store/database.h"
#include "offline-queue/store/head_anchor.h"
#include "offline-queue/store/store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace pishkhan::store {

enum class RecoverFault {
  NotThere,     ///< no queue.db in the folder, nor what is left of one
  InUse,        ///< a kiosk's program has it open: stop it first
  Unreadable,   ///< no database of ours, or damaged beyond what SQLite can read, and no record was found in it
  NewerSchema,  ///< written by a newer program
  CannotCopy,   ///< it cannot be read, or there is no room for a copy
};

/// Whose records to look for in the raw bytes, where SQLite cannot read the database.
struct Owner {
  int kiosk = 0;  ///< 0: as the head file says
  int epoch = 0;
  const protocol::VerifyingKey* key = nullptr;
};

/// What SQLite gives for one sequence number.
struct RecoveredRow {
  int sequence = 0;
  enum class State { Read, NotThere, Unreadable } state = State::NotThere;
  protocol::Record record;  ///< only if Read: the columns have their sizes and the header can be parsed
  std::optional<protocol::Hash> previous;  ///< as written beside it; nothing: by an older version
  bool stored = false;                     ///< the backend has said so
  bool opened = false;
  std::optional<protocol::Verdict> verdict;  ///< only if opened
};

/// The queue of a kiosk that is not running, seldom a healthy one: looked at, never changed. Its files are
/// copied to a folder of our own under the system's temporary one (private, removed at the end; all in it is
/// sealed), and only the copy is opened, because SQLite writes even when it reads: the WAL is folded back, its
/// index is made. Thread: one at a time.
class RecoveredQueue {
 public:
  /// With an owner, a database that SQLite cannot read, or that a salvage had only half replaced, is searched for
  /// his records (salvage.h), on the copy as everything.
  [[nodiscard]] static Result<std::unique_ptr<RecoveredQueue>, RecoverFault> open(
      const std::filesystem::path& folder, const Owner& owner = {});
  ~RecoveredQueue();
  RecoveredQueue(const RecoveredQueue&) = delete;
  RecoveredQueue& operator=(const RecoveredQueue&) = delete;

  [[nodiscard]] int kiosk() const { return kiosk_; }
  [[nodiscard]] int epoch() const { return epoch_; }
  [[nodiscard]] int schema_version() const { return schema_version_; }
  /// The highest sequence that the table or the head file knows; 0: empty.
  [[nodiscard]] int highest() const { return highest_; }
  [[nodiscard]] const HeadAnchor::Contents& anchor() const { return anchor_; }
  /// Records that were found in the raw bytes, since SQLite could not read the database; 0: it could.
  [[nodiscard]] int salvaged() const { return salvaged_; }
  struct Sizes {
    std::uintmax_t database_bytes = 0;
    std::uintmax_t wal_bytes = 0;
    std::uintmax_t head_bytes = 0;
  };
  [[nodiscard]] const Sizes& sizes() const { return sizes_; }

  /// Sequences 1 to highest(), in order, one look-up each, so that a damaged page costs its own rows only.
  void each(const std::function<void(const RecoveredRow&)>& take);

 private:
  explicit RecoveredQueue(std::filesystem::path copy) : copy_(std::move(copy)) {}
  [[nodiscard]] std::optional<RecoverFault> copy_from(const std::filesystem::path& folder);
  [[nodiscard]] std::optional<RecoverFault> open_copy();
  [[nodiscard]] bool salvage(Owner owner);
  [[nodiscard]] std::optional<RecoverFault> read_identity();
  void read_entry(RecoveredRow& row);
  void read_progress(RecoveredRow& row);

  std::filesystem::path copy_;
  std::unique_ptr<Database> database_;
  int kiosk_ = 0;
  int epoch_ = 0;
  int schema_version_ = 0;
  int highest_ = 0;
  int salvaged_ = 0;
  HeadAnchor::Contents anchor_;
  Sizes sizes_;
};

}  // namespace pishkhan::store
