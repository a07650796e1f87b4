#pragma once

#include "base/core/clock.h"
#include "base/core/result.h"
#include "offline-queue/protocol/acknowledgement.h"
#include "offline-queue/protocol/batch.h"
#include "offline-queue/protocol/receipt_secret.h"
#include "offline-queue/protocol/tracking_code.h"
#include "offline-queue/store/files.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pishkhan::store {

/// What can keep the queue from doing its work.
enum class StoreFault {
  DiskFull,     ///< nothing was written; what is there is intact
  ReadOnly,     ///< the disk or the file does not take writes
  Unreadable,   ///< it cannot be opened, or is somebody else's database
  Damaged,      ///< the database contradicts itself: reopen with Look::AtEveryPage, which saves what verifies
  NewerSchema,  ///< written by a newer program; left untouched
  Locked,       ///< another process has it
  WrongEpoch,   ///< the file belongs to another kiosk number or epoch; a new epoch has its own folder
  ChainBroken,  ///< the end of the chain is missing or does not verify: nothing more is appended here
  SequenceExhausted,  ///< 999,999 records: the kiosk needs a new epoch
  NotSealed,      ///< the caller's own part of append() failed; nothing was written
  KeySilent,      ///< the kiosk's key did not sign (a TPM that hangs or was cleared); nothing was written
  UnknownRecord,  ///< an acknowledgement or print outcome for a record that is not here
  Refused,        ///< a word of the backend that does not verify
  Forked,         ///< the backend's signed word is about another chain, or a longer one, than this disk has: an
                  ///< old disk was put back, and nothing more is appended here, ever
  IoError,        ///< the disk failed; reopen before the next append
};

/// Only the power-cut rig asks for Normal, to show that it can see losses.
enum class Durability { Full, NormalForTheRigOnly };

/// Only the bench asks for None, to show what signing costs; such a chain does not verify.
enum class Signing { EachRecord, NoneForTheBenchOnly };

/// How closely opening looks. A database that contradicted itself while it was open is looked at page by page;
/// so is one in which rows are missing.
enum class Look { AtTheChain, AtEveryPage };

struct Options {
  std::filesystem::path folder;  ///< holds queue.db, queue.db-wal and queue.head; exists already
  int kiosk = 0;
  int epoch = 0;
  const protocol::SigningKey* kiosk_key = nullptr;     ///< outlives the store
  const protocol::VerifyingKey* ingest_key = nullptr;  ///< verifies Stored; nothing: all are refused
  const protocol::VerifyingKey* cases_key = nullptr;   ///< verifies Opened; nothing: all are refused
  const Clock* clock = nullptr;
  std::uint64_t low_room_bytes = 256U << 20;   ///< below, with room for a second queue (salvage.h): warn staff
  std::uint64_t least_room_bytes = 32U << 20;  ///< below: refuse before a citizen has typed anything
  std::uint64_t budget_bytes = 4ULL << 30;     ///< of the queue itself; warned of from four fifths on
  Look look = Look::AtTheChain;
  // Seams for tests and the power-cut rig:
  Files* files = nullptr;  ///< nothing: the system's
  std::string vfs;         ///< name of a registered SQLite VFS; empty: SQLite's own
  Durability durability = Durability::Full;
  Signing signing = Signing::EachRecord;
  int wal_pages = 4096;  ///< of 1 KiB; size at which the WAL is folded back, and its size from the start
};

/// What opening found out. Everything that verifies is kept and can be sent, whatever else is wrong.
struct Findings {
  enum class Anchor {
    Missing,    ///< no head file although there are records: somebody removed it
    Matches,    ///< the anchored head is in the chain
    Truncated,  ///< the chain is shorter than the anchored head: records are gone
    Forked,     ///< another record stands where the anchored head was: an old disk was restored
    Damaged,    ///< the head file is there and says nothing usable
  };
  Anchor anchor = Anchor::Matches;
  int records = 0;
  int last_sequence = 0;     ///< of the chain; more than `records` if rows are missing
  int salvaged = 0;          ///< not 0: this file was made of so many records out of a damaged one
  bool restored = false;     ///< the backend has proven that an old disk was put back
  std::vector<int> damaged;  ///< sequences that do not verify or are missing; what is left of them is sent
  bool head_verifies = true;
};

/// A record's place, known before it is sealed, because the tracking code lies inside the envelope.
struct Place {
  protocol::TrackingCode code;
  protocol::RequestId request_id{};
  WallTime created_at{};
};

/// What append() is to write.
struct Draft {
  Bytes payload;
  std::optional<protocol::Hash> duplicate;                           ///< keyed_hash(..., Duplicate, case key)
  std::optional<protocol::Hash> recovery;                            ///< keyed_hash(..., Recovery, ...)
  std::optional<protocol::ReceiptSalt> receipt_salt = std::nullopt;  ///< of a request with a receipt
};

struct Filed {
  protocol::TrackingCode code;
  protocol::RequestId request_id{};
  protocol::Record record;  ///< hash is the chain's head at that moment
};

/// A request that waits here, as far as the store may tell.
struct Waiting {
  protocol::TrackingCode code;
  protocol::RequestId request_id{};
  WallTime created_at{};
};

/// A request whose code can be asked for again, since its receipt is not known to have come out.
struct Unprinted {
  int sequence = 0;
  WallTime until{};
};

struct Counts {
  int unsent = 0;    ///< not yet Stored at the backend
  int unopened = 0;  ///< not yet Opened (unsent ones among them)
  int invalid = 0;   ///< found Invalid by cases; kept
  int missing = 0;   ///< damaged here before they were sent, and known at the backend to be missing
  WallTime oldest_unsent{};
};

/// Of the disk, and of the queue's own budget. Low: staff are warned. TooLittle: filing is refused before a
/// citizen has typed anything.
enum class Room { Enough, Low, TooLittle };

/// What room is measured against; see Options.
struct RoomLimits {
  std::uint64_t low_room_bytes = 0;
  std::uint64_t least_room_bytes = 0;
  std::uint64_t budget_bytes = 0;
};
struct Usage {
  std::uint64_t queue_bytes = 0;  ///< of the budget
  std::uint64_t budget_bytes = 0;
  std::uint64_t free_bytes = 0;  ///< on the disk
};

/// How long a citizen who got no receipt can ask for the code again.
constexpr auto recovery_window = std::chrono::minutes(10);
/// An end further away than the window means that the clock was set back: nothing is kept for longer by that.
[[nodiscard]] inline bool recovery_is_over(WallTime until, WallTime now) {
  return until <= now || until > now + recovery_window;
}
/// Records in one batch to the backend.
constexpr int largest_batch = static_cast<int>(protocol::largest_batch_entries);

/// Whether there is a queue, or what is left of one: in the middle of a salvage its database has no name.
[[nodiscard]] bool is_queue_folder(const std::filesystem::path& folder);

/// The durable queue: one append-only chain of typed records in SQLite. A record is on the disk when
/// append() returns it, not before. Owned by one thread, which has the only connection; a second process
/// gets Locked. No call here blocks on anything but the disk.
class Store {
 public:
  /// Creates the database if there is none. Verifies every link and the head's signature. What SQLite cannot
  /// read is made anew out of all the records that still verify; the damaged files stay beside it until those
  /// are opened at the backend.
  [[nodiscard]] static Result<std::unique_ptr<Store>, StoreFault> open(const Options& options);
  virtual ~Store() = default;

  [[nodiscard]] virtual const Findings& findings() const = 0;

  /// Gives `write` the record's place, then commits what it returns: one commit, one citizen. If `write`
  /// returns nothing, nothing happens and the place is given again. `request_id` is the idempotency key.
  using Write = std::function<std::optional<Draft>(const Place&)>;
  [[nodiscard]] virtual Result<Filed, StoreFault> append(protocol::RecordType type,
                                                         const protocol::RequestId& request_id,
                                                         const Write& write) = 0;
  /// Appends what became of the receipt of a request; Printed ends the ten-minute recovery of its code.
  [[nodiscard]] virtual Result<void, StoreFault> record_print(int request_sequence,
                                                              protocol::PrintOutcome outcome) = 0;
  /// Appends something about the kiosk itself.
  [[nodiscard]] virtual Result<void, StoreFault> record_audit(const protocol::AuditEntry& entry) = 0;
  /// What `all` appends is one commit, for when several wait: nothing of it is on the disk, or may be told,
  /// before this returns. If `all` or the disk says no, none of it happened.
  using All = std::function<Result<void, StoreFault>()>;
  [[nodiscard]] virtual Result<void, StoreFault> together(const All& all) = 0;
  /// Appends what findings() says, each finding once in the life of the queue, in one commit. A chain that does
  /// not go on says ChainBroken; then findings() is all there is.
  [[nodiscard]] virtual Result<void, StoreFault> record_findings() = 0;
  /// Writes the head of the chain to its own file, synced. Call it once the receipt is on its way: until
  /// then, a cut-off end of the WAL would show only at the backend and on the receipt itself.
  [[nodiscard]] virtual Result<void, StoreFault> anchor_head() = 0;

  /// The newest request with this hash that has not been opened at the backend.
  [[nodiscard]] virtual Result<std::optional<Waiting>, StoreFault> find_duplicate(
      const protocol::Hash& duplicate) = 0;
  /// The newest request with this hash, filed less than ten minutes ago, whose receipt was not printed.
  [[nodiscard]] virtual Result<std::optional<Waiting>, StoreFault> find_unprinted(
      const protocol::Hash& recovery) = 0;
  /// What the number on a request's receipt is made with; nothing as soon as its receipt was printed or ten
  /// minutes went by. purge() then erases it for good, with the hash of find_unprinted().
  [[nodiscard]] virtual Result<std::optional<protocol::ReceiptSalt>, StoreFault> receipt_salt(int sequence) = 0;
  /// All that find_unprinted() can find now, oldest first, opened at the backend or not.
  [[nodiscard]] virtual std::vector<Unprinted> unprinted() const = 0;
  /// Forgets the hashes that have served; call it about once a minute.
  [[nodiscard]] virtual Result<void, StoreFault> purge() = 0;
  /// Whether purge() will have more to erase as time goes on.
  [[nodiscard]] virtual bool keeps_recent() const = 0;

  /// Of the newest record; 0: there is none yet.
  [[nodiscard]] virtual int last_sequence() const = 0;
  /// The oldest sequence that is not stored at the backend; if all are, the one that comes next.
  [[nodiscard]] virtual Result<int, StoreFault> first_unsent() = 0;
  /// The next places to send, oldest first, at most `limit`; each is verified as it is read, and what is left
  /// of a damaged one goes as a bare link, so that those behind it are never held up. Nothing: nothing waits
  /// that can be proven.
  [[nodiscard]] virtual Result<std::optional<protocol::Batch>, StoreFault> next_batch(int limit) = 0;
  /// The same from any place on, for a backend that lost what it had: what was erased goes as its link.
  [[nodiscard]] virtual Result<std::optional<protocol::Batch>, StoreFault> batch_from(int sequence,
                                                                                      int limit) = 0;
  /// Sequences above `after` that are stored at the backend but not yet opened, oldest first.
  [[nodiscard]] virtual Result<std::vector<int>, StoreFault> unopened(int after, int limit) = 0;
  [[nodiscard]] virtual Result<std::optional<protocol::Record>, StoreFault> record(int sequence) = 0;

  /// Ingest's word that all up to a place is stored. It is verified here: Refused if it does not, Forked if it
  /// is about another chain. Repeating one is harmless. Returns how many places were newly marked.
  [[nodiscard]] virtual Result<int, StoreFault> mark_stored(const protocol::StoredWord& word) = 0;
  /// Each word is verified here; those that do not verify are logged and change nothing. A genuine one about
  /// another chain proves that this disk was put back: then nothing is appended any more, as in mark_stored().
  /// Accepted or Joined erases the payload for good (secure_delete, WAL truncated) and keeps the link;
  /// Invalid and Missing keep it and are counted. Returns how many were taken.
  [[nodiscard]] virtual Result<int, StoreFault> mark_opened(
      std::span<const protocol::Acknowledgement> acknowledgements) = 0;

  [[nodiscard]] virtual Result<Counts, StoreFault> counts() = 0;
  /// TooLittle does not stop append(): what is left is kept for the visit that has begun.
  [[nodiscard]] virtual Room room() = 0;
  /// The numbers behind room(); nothing: they cannot be found out.
  [[nodiscard]] virtual std::optional<Usage> usage() = 0;
  /// From now on, until it is opened again.
  virtual void set_limits(const RoomLimits& limits) = 0;
  /// IoError or Damaged: some call failed so that the store must be opened again before anything is appended.
  [[nodiscard]] virtual std::optional<StoreFault> ailment() const = 0;
};

}  // namespace pishkhan::store
