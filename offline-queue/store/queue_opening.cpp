// Opening a queue: what is on the disk, whether it verifies, and what is done about what does not.
#include "base/core/ensure.h"
#include "base/core/log.h"
#include "offline-queue/store/queue_store.h"
#include "offline-queue/store/salvage.h"

namespace pishkhan::store {
namespace {

Result<std::unique_ptr<Store>, StoreFault> open_once(const Options& options, Salvaging salvaging) {
  std::unique_ptr<Files> own = options.files == nullptr ? system_files() : nullptr;
  Files& files = own ? *own : *options.files;
  auto store = std::make_unique<QueueStore>(options, std::move(own), files);
  if (const auto started = store->start(salvaging); !started) return fail(started.error());
  return std::unique_ptr<Store>(std::move(store));
}

/// Whether reading the raw bytes may find more than SQLite did. Somebody else's database may be ours with a
/// damaged head; then records are found in it.
bool may_be_salvaged(StoreFault fault) {
  return fault == StoreFault::Damaged || fault == StoreFault::Unreadable;
}

/// Where the kernel has taken the disk read-only, SQLite speaks of an I/O error like any other.
bool takes_no_writes(Files& files, const std::filesystem::path& folder) {
  const std::filesystem::path probe = folder / "queue.probe";
  const auto written = files.write_synced(probe, 0, {});
  if (written) static_cast<void>(files.remove(probe).has_value());
  return !written && written.error() == FileFault::ReadOnly;
}

}  // namespace

Result<std::unique_ptr<Store>, StoreFault> Store::open(const Options& options) {
  ENSURE(options.kiosk_key != nullptr && options.clock != nullptr, "the store is given a key and a clock");
  ENSURE((protocol::TrackingCode{options.kiosk, options.epoch, 1}.in_range()),
         "enrolment gave number and epoch");
  const std::unique_ptr<Files> own = options.files == nullptr ? system_files() : nullptr;
  Files& files = own ? *own : *options.files;
  const protocol::VerifyingKey own_key = options.kiosk_key->verifying_key();
  Salvage salvage(options, files, own_key);
  const auto refuse = [&](StoreFault fault) {
    if (fault == StoreFault::IoError && takes_no_writes(files, options.folder)) fault = StoreFault::ReadOnly;
    log::error("store.not-opened", {{"fault", static_cast<int>(fault)}});
    return fail(fault);
  };
  const auto unfinished = salvage.unfinished();
  if (!unfinished) return refuse(unfinished.error());
  StoreFault fault = StoreFault::Damaged;
  if (!*unfinished) {
    auto opened = open_once(options, Salvaging::StillPossible);
    if (opened) return opened;
    fault = opened.error();
    if (!may_be_salvaged(fault)) return refuse(fault);
  }
  if (const auto saved = salvage.run(); !saved)
    return refuse(saved.error() == StoreFault::Damaged ? fault : saved.error());
  auto opened = open_once(options, Salvaging::Done);
  if (!opened) return refuse(opened.error());
  return opened;
}

QueueStore::QueueStore(const Options& options, std::unique_ptr<Files> own_files, Files& files)
    : options_(options),
      own_files_(std::move(own_files)),
      files_(files),
      anchor_(options.folder, files),
      own_key_(options.kiosk_key->verifying_key()) {}

Result<void, StoreFault> QueueStore::start(Salvaging salvaging) {
  // If a sync failed before, what it was to write is only in the kernel's memory. Folding that back would mix
  // pages of a commit that is on no disk into the database, and a power cut there would leave it torn for good.
  // The database needs none of this: a fold that failed leaves the WAL as it is, and is done again from it.
  for (const char* name : {"queue.db-wal", "queue.head"}) files_.forget_cached(options_.folder / name);
  const auto anchor = anchor_.read();
  if (!anchor) return fail(anchor.error());
  // Where the head file knows of records, or there is a WAL, a queue without any is no new one. SQLite must not
  // be asked: it removes the WAL of an empty file.
  const auto size = files_.size(options_.folder / "queue.db");
  const auto wal_size = files_.size(options_.folder / "queue.db-wal");
  if (!size || !wal_size) return fail(StoreFault::IoError);
  const bool was_used = anchor->head && anchor->head->sequence > 0;
  if (size->value_or(0) == 0 && (was_used || wal_size->value_or(0) > 0)) return fail(StoreFault::Damaged);
  auto database =
      Database::open(options_, files_,
                     was_used && salvaging == Salvaging::StillPossible ? Creation::Refused : Creation::Allowed);
  if (!database) return fail(database.error());
  database_ = std::move(*database);
  if (const auto done = check_identity(); !done) return fail(done.error());
  if (const auto done = verify_chain(salvaging); !done) return fail(done.error());
  if (const auto done = compare_anchor(*anchor); !done) return fail(done.error());
  const bool rows_missing =
      findings_.records < last_sequence_ || findings_.anchor == Findings::Anchor::Truncated;
  if (salvaging == Salvaging::StillPossible && (rows_missing || options_.look == Look::AtEveryPage)) {
    if (const auto sound = database_->check_pages(); !sound) return fail(sound.error());
  }
  if (salvaging == Salvaging::StillPossible) {
    if (const auto done = check_numbers(); !done) return fail(done.error());
  }
  if (const auto done = learn_pending(); !done) return fail(done.error());
  // The one table that was not looked at yet: better it contradicts itself now.
  if (const auto counted = counts(); !counted) return fail(counted.error());
  // A broken chain is left as it was found. On a full disk it is tried again before anything is appended.
  if (const auto done = may_append(); !done && done.error() == StoreFault::IoError) return fail(done.error());
  log::info("store.opened", {{"records", findings_.records},
                             {"damaged", findings_.damaged.size()},
                             {"anchor", static_cast<int>(findings_.anchor)}});
  return {};
}

Result<void, StoreFault> QueueStore::check_identity() {
  const auto identity = database_->prepare("SELECT kiosk, epoch, closed FROM identity");
  if (!identity) return fail(identity.error());
  const auto row = (*identity)->step();
  if (!row) return fail(row.error());
  if (!*row) return fail(StoreFault::Damaged);
  if ((*identity)->integer(0) != options_.kiosk || (*identity)->integer(1) != options_.epoch) {
    return fail(StoreFault::WrongEpoch);
  }
  findings_.restored = closed_kept_ = (*identity)->integer(2) == closed_restored;
  return {};
}

/// Whether it is the row's own number that is wrong: the record in it proves another place. SQLite sees nothing
/// in a row with a flipped bit in its number, as long as it is the last one of a page.
bool QueueStore::belongs_elsewhere(const Statement& row, const std::optional<protocol::Hash>& before) const {
  const auto header = protocol::RecordHeader::parse(row.blob(1));
  if (!header || header->kiosk != options_.kiosk || header->epoch != options_.epoch) return false;
  if (header->sequence == row.integer(0)) return false;
  const auto hash = read_hash(row.blob(3));
  const auto joins = [&](const std::optional<protocol::Hash>& previous) {
    return previous && hash == protocol::chain_hash(*previous, *header);
  };
  return joins(read_hash(row.blob(5))) || joins(before);
}

/// What the backend said, and the hashes that find a request again, of records that are not here: such a row
/// would be taken for one about a record of the future.
Result<void, StoreFault> QueueStore::check_numbers() {
  for (const char* sql : {"SELECT seq FROM progress ORDER BY seq", "SELECT seq FROM pending ORDER BY seq"}) {
    const auto rows = database_->prepare(sql);
    if (!rows) return fail(rows.error());
    std::int64_t before = 0;
    for (;;) {
      const auto row = (*rows)->step();
      if (!row) return fail(row.error());
      if (!*row) break;
      const std::int64_t sequence = (*rows)->integer(0);
      if (sequence <= before || sequence > last_sequence_) return fail(StoreFault::Damaged);
      before = sequence;
    }
  }
  return {};
}

Result<void, StoreFault> QueueStore::verify_chain(Salvaging salvaging) {
  const auto rows =
      database_->prepare("SELECT seq, header, payload, hash, signature, previous FROM entry ORDER BY seq");
  if (!rows) return fail(rows.error());
  // The hash that the next record must follow; nothing where a damaged record left us without one.
  std::optional<protocol::Hash> previous = protocol::chain_start(options_.kiosk, options_.epoch);
  bool head_signed = true;
  for (;;) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    const std::int64_t number = (*rows)->integer(0);
    const bool in_order = number > last_sequence_ && number <= protocol::TrackingCode::highest_sequence;
    if (salvaging == Salvaging::StillPossible && (!in_order || belongs_elsewhere(**rows, previous)))
      return fail(StoreFault::Damaged);
    if (!in_order) continue;  // a salvage writes none such
    const int sequence = static_cast<int>(number);
    for (int missing = last_sequence_ + 1; missing < sequence; ++missing) {
      damaged_.insert(missing);
      previous = std::nullopt;
    }
    last_sequence_ = sequence;
    ++findings_.records;
    const auto record = read_record(**rows);
    if (record) head_signature_ = record->signature;
    // Behind a gap, the hash written beside it counts if this record's own is signed.
    if (!previous && record && protocol::signed_by(own_key_, *record)) previous = read_hash((*rows)->blob(5));
    if (record && previous && protocol::follows(*previous, *record)) {
      previous = record->hash;
      head_signed = false;  // looked at below, for the last one only: it covers all before it
      continue;
    }
    damaged_.insert(sequence);
    // A damaged payload or head leaves a hash that is still signed; those after it can be verified from there.
    previous = record && protocol::signed_by(own_key_, *record) ? std::optional(record->hash) : std::nullopt;
    head_signed = previous.has_value();
  }
  if (previous && !head_signed) head_signed = own_key_.verify(*previous, head_signature_);
  findings_.head_verifies = previous.has_value() && head_signed;
  findings_.last_sequence = last_sequence_;
  findings_.damaged.assign(damaged_.begin(), damaged_.end());
  if (previous) head_ = *previous;
  const auto salvaged = database_->number("SELECT count(*) FROM damage WHERE seq = 0");
  if (!salvaged) return fail(salvaged.error());
  if (*salvaged != 0) findings_.salvaged = findings_.records;
  return {};
}

Result<void, StoreFault> QueueStore::compare_anchor(const HeadAnchor::Contents& contents) {
  const auto& head = contents.head;
  if (!head && last_sequence_ == 0) {
    // A new queue, or the power went while it was made.
    findings_.anchor = Findings::Anchor::Matches;
    return start_anchor();
  }
  if (!contents.exists) {
    findings_.anchor = Findings::Anchor::Missing;
    return {};
  }
  if (!head || head->kiosk != options_.kiosk || head->epoch != options_.epoch ||
      !own_key_.verify(head->hash, head->signature)) {
    findings_.anchor = Findings::Anchor::Damaged;
    return {};
  }
  if (head->sequence > last_sequence_) {
    findings_.anchor = Findings::Anchor::Truncated;
    return {};
  }
  if (head->sequence == 0) {
    findings_.anchor = Findings::Anchor::Matches;
    // Whoever wrote it may not have come to the sync, and no older slot would be there to fall back on.
    return last_sequence_ == 0 ? start_anchor() : Result<void, StoreFault>{};
  }
  const auto row = database_->prepare("SELECT hash FROM entry WHERE seq = ?");
  if (!row) return fail(row.error());
  const auto found = (*row)->bind(head->sequence).step();
  if (!found) return fail(found.error());
  const bool same = *found && read_hash((*row)->blob(0)) == head->hash;
  // A hash that was damaged on the disk is no fork; it is among the damaged already.
  findings_.anchor =
      same || damaged_.contains(head->sequence) ? Findings::Anchor::Matches : Findings::Anchor::Forked;
  return {};
}

Result<void, StoreFault> QueueStore::start_anchor() {
  const auto signature = options_.kiosk_key->try_sign(head_);
  if (!signature) return fail(StoreFault::KeySilent);
  return anchor_.start({options_.kiosk, options_.epoch, 0, head_, *signature});
}

}  // namespace pishkhan::store
