#pragma once

#include "offline-queue/store/database.h"
#include "offline-queue/store/head_anchor.h"
#include "offline-queue/store/store.h"

#include <map>
#include <optional>
#include <set>

namespace pishkhan::store {

/// From a row of seq, header, payload, hash, signature; nothing if the columns cannot be read as a record.
[[nodiscard]] std::optional<protocol::Record> read_record(const Statement& row);

/// From a column of 32 bytes.
[[nodiscard]] std::optional<protocol::Hash> read_hash(ByteView column);

/// `identity.closed`: the backend has proven that an old disk was put back.
constexpr int closed_restored = 2;

/// Whether a start may still find the file worth salvaging, or this is what a salvage left.
enum class Salvaging { StillPossible, Done };

/// The store over SQLite. queue_opening.cpp opens and verifies; queue_store.cpp appends; queue_sending.cpp
/// makes batches; queue_progress.cpp takes the backend's words, erases and forgets.
class QueueStore final : public Store {
 public:
  QueueStore(const Options& options, std::unique_ptr<Files> own_files, Files& files);

  [[nodiscard]] Result<void, StoreFault> start(Salvaging salvaging);
  /// See Database.
  [[nodiscard]] std::int64_t pages_looked_at() const { return database_->pages_looked_at(); }

  [[nodiscard]] const Findings& findings() const override { return findings_; }
  Result<Filed, StoreFault> append(protocol::RecordType type, const protocol::RequestId& request_id,
                                   const Write& write) override;
  Result<void, StoreFault> record_print(int request_sequence, protocol::PrintOutcome outcome) override;
  Result<void, StoreFault> record_audit(const protocol::AuditEntry& entry) override;
  Result<void, StoreFault> together(const All& all) override;
  Result<void, StoreFault> record_findings() override;
  Result<void, StoreFault> anchor_head() override;
  Result<std::optional<Waiting>, StoreFault> find_duplicate(const protocol::Hash& duplicate) override;
  Result<std::optional<Waiting>, StoreFault> find_unprinted(const protocol::Hash& recovery) override;
  Result<std::optional<protocol::ReceiptSalt>, StoreFault> receipt_salt(int sequence) override;
  [[nodiscard]] std::vector<Unprinted> unprinted() const override;
  Result<void, StoreFault> purge() override;
  [[nodiscard]] bool keeps_recent() const override { return !recent_.empty(); }
  [[nodiscard]] int last_sequence() const override { return last_sequence_; }
  Result<int, StoreFault> first_unsent() override;
  Result<std::optional<protocol::Batch>, StoreFault> next_batch(int limit) override;
  Result<std::optional<protocol::Batch>, StoreFault> batch_from(int sequence, int limit) override;
  Result<std::vector<int>, StoreFault> unopened(int after, int limit) override;
  Result<std::optional<protocol::Record>, StoreFault> record(int sequence) override;
  Result<int, StoreFault> mark_stored(const protocol::StoredWord& word) override;
  Result<int, StoreFault> mark_opened(std::span<const protocol::Acknowledgement> acknowledgements) override;
  Result<Counts, StoreFault> counts() override;
  Room room() override;
  std::optional<Usage> usage() override;
  void set_limits(const RoomLimits& limits) override;
  [[nodiscard]] std::optional<StoreFault> ailment() const override;

 private:
  using Also = std::function<Result<void, StoreFault>()>;
  /// Rows of `progress`, by what is known of them.
  struct Tally {
    int stored = 0;
    int opened = 0;
    int invalid = 0;
    int missing = 0;
  };

  Result<void, StoreFault> check_identity();
  Result<void, StoreFault> verify_chain(Salvaging salvaging);
  [[nodiscard]] bool belongs_elsewhere(const Statement& row, const std::optional<protocol::Hash>& before) const;
  Result<void, StoreFault> check_numbers();
  Result<void, StoreFault> compare_anchor(const HeadAnchor::Contents& contents);
  Result<void, StoreFault> start_anchor();
  /// Why nothing may be appended now, if so.
  [[nodiscard]] std::optional<StoreFault> obstacle() const;
  /// What was found at opening may be on its way to the disk only, if the last process died between a write
  /// and its sync, or before it had erased all that it was to erase. Folding the WAL back does both.
  Result<void, StoreFault> settle();
  Result<void, StoreFault> may_append();
  [[nodiscard]] Place next_place(const protocol::RequestId& request_id) const;
  /// Links, signs and commits one record, and `also` in the same transaction.
  Result<protocol::Record, StoreFault> commit(protocol::RecordType type, const Place& place, Bytes payload,
                                              const Also& also);
  Result<void, StoreFault> write_record(const protocol::Record& record, const protocol::Hash& previous,
                                        const Also& also);
  /// Nothing also if the record there is not the one whose code can be asked for until `until`: the row with
  /// its hash has slipped to another number.
  Result<std::optional<Waiting>, StoreFault> waiting_at(int sequence, WallTime until);
  enum class Whose {
    Ours,
    Nobodys,        ///< it does not verify, or is about no record of this chain that we know
    AnotherChains,  ///< it is genuine and about a place here that holds another record, or that never was
  };
  Result<Whose, StoreFault> whose(const protocol::Acknowledgement& acknowledgement);
  /// What can still be proven of consecutive places.
  struct Provable {
    std::vector<protocol::BatchEntry> entries;  ///< each with its row's signature, not yet verified
    protocol::Hash previous_hash{};             ///< of the place before the first; zeros: not known
  };
  Result<Provable, StoreFault> provable(int first, int last);
  /// A link that could not be proven to anybody went as lost (next_batch), over our own signature: the backend's
  /// words about it say so.
  [[nodiscard]] bool was_given_up(const protocol::Hash& said, int sequence) const;
  /// Whether a genuine word says that another record is at `sequence` than `entry`, which is what is left there.
  [[nodiscard]] bool contradicts(const protocol::BatchEntry& entry, const protocol::Hash& said, int sequence) const;
  /// A request whose hashes and salt may still serve; its row of `pending`. The salt stays on the disk.
  struct Recent {
    std::optional<protocol::Hash> recovery;
    WallTime until{};
    bool printed = false;
  };
  /// An expiry further away than the window means that the clock was set back; then it has expired, too.
  [[nodiscard]] bool has_served(const Recent& recent) const;
  /// Reads duplicates_ and recent_ from the table.
  Result<void, StoreFault> learn_pending();
  enum class Forget { Recovery, Row };
  Result<void, StoreFault> forget(int sequence, Forget what);
  /// What the backend has said of a record.
  struct Fate {
    bool known = false;
    bool opened = false;
    int verdict = 0;
  };
  Result<Fate, StoreFault> fate_of(int sequence);
  /// One verified word, within a transaction. True: it erases the payload.
  Result<bool, StoreFault> take_word(const protocol::Acknowledgement& acknowledgement, Tally& tally);
  Result<void, StoreFault> discard_damaged_files();
  Result<void, StoreFault> close_as_restored();
  Result<void, StoreFault> tell_salvage();
  Result<void, StoreFault> tell_damaged(int sequence);
  Result<void, StoreFault> append_audit(const protocol::AuditEntry& entry, const Also& also);
  [[nodiscard]] std::int64_t now_ms() const { return options_.clock->wall().time_since_epoch().count(); }

  Options options_;
  std::unique_ptr<Files> own_files_;
  Files& files_;
  HeadAnchor anchor_;
  protocol::VerifyingKey own_key_;
  std::unique_ptr<Database> database_;
  Findings findings_;
  bool closed_kept_ = false;  ///< that this disk was put back is written on it
  std::set<int> damaged_;
  int last_sequence_ = 0;
  protocol::Hash head_{};
  protocol::Signature head_signature_{};
  /// Where to look for a duplicate: no index on disk is worth a page more in every commit, and looking through
  /// all would make filing slower with every day offline.
  std::multimap<protocol::Hash, int> duplicates_;
  /// By sequence: filed less than ten minutes ago, or not yet forgotten since.
  std::map<int, Recent> recent_;
  std::optional<Tally> tally_;  ///< nothing: to be counted anew
  int first_unsent_ = 1;        ///< nothing below waits to be sent
  bool head_file_told_ = false;
  bool is_together_ = false;
  bool damaged_files_discarded_ = false;
  bool settled_ = false;  ///< what was found at opening is certainly on the disk
};

}  // namespace pishkhan::store
