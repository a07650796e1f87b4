#include "offline-queue/store/queue_store.h"

#include "base/core/ensure.h"
#include "base/core/log.h"

#include <algorithm>

namespace pishkhan::store {
namespace {

template <std::size_t N>
bool copy_exactly(ByteView source, std::array<std::uint8_t, N>& target) {
  if (source.size() != N) return false;
  std::copy(source.begin(), source.end(), target.begin());
  return true;
}

}  // namespace

std::optional<protocol::Record> read_record(const Statement& row) {
  protocol::Record record;
  const auto header = protocol::RecordHeader::parse(row.blob(1));
  if (!header || header->sequence != row.integer(0)) return std::nullopt;
  record.header = *header;
  if (!row.is_null(2)) record.payload = Bytes(row.blob(2).begin(), row.blob(2).end());
  if (!copy_exactly(row.blob(3), record.hash) || !copy_exactly(row.blob(4), record.signature))
    return std::nullopt;
  return record;
}

Result<std::unique_ptr<Store>, StoreFault> Store::open(const Options& options) {
  ENSURE(options.kiosk_key != nullptr && options.clock != nullptr, "the store is given a key and a clock");
  ENSURE((protocol::TrackingCode{options.kiosk, options.epoch, 1}.in_range()),
         "enrolment gave number and epoch");
  std::unique_ptr<Files> own = options.files == nullptr ? system_files() : nullptr;
  Files& files = own ? *own : *options.files;
  auto store = std::make_unique<QueueStore>(options, std::move(own), files);
  if (const auto started = store->start(); !started) {
    log::error("store.not-opened", {{"fault", static_cast<int>(started.error())}});
    return fail(started.error());
  }
  return std::unique_ptr<Store>(std::move(store));
}

QueueStore::QueueStore(const Options& options, std::unique_ptr<Files> own_files, Files& files)
    : options_(options),
      own_files_(std::move(own_files)),
      files_(files),
      anchor_(options.folder, files),
      own_key_(options.kiosk_key->verifying_key()) {}

Result<void, StoreFault> QueueStore::start() {
  // If a sync failed before, what it was to write is only in the kernel's memory. Folding that back would mix
  // pages of a commit that is on no disk into the database, and a power cut there would leave it torn for good.
  // The database needs none of this: a fold that failed leaves the WAL as it is, and is done again from it.
  for (const char* name : {"queue.db-wal", "queue.head"}) files_.forget_cached(options_.folder / name);
  auto database = Database::open(options_, files_, [](Database&) -> Result<void, StoreFault> { return {}; });
  if (!database) return fail(database.error());
  database_ = std::move(*database);
  if (const auto done = check_identity(); !done) return fail(done.error());
  if (const auto done = verify_chain(); !done) return fail(done.error());
  if (const auto done = compare_anchor(); !done) return fail(done.error());
  if (const auto done = learn_duplicates(); !done) return fail(done.error());
  // A broken chain is left as it was found. On a full disk it is tried again before anything is appended.
  if (const auto done = may_append(); !done && done.error() == StoreFault::IoError) return fail(done.error());
  log::info("store.opened", {{"records", findings_.records},
                             {"damaged", findings_.damaged.size()},
                             {"anchor", static_cast<int>(findings_.anchor)}});
  return {};
}

Result<void, StoreFault> QueueStore::check_identity() {
  const auto identity = database_->prepare("SELECT kiosk, epoch FROM identity");
  if (!identity) return fail(identity.error());
  const auto row = (*identity)->step();
  if (!row) return fail(row.error());
  if (!*row) return fail(StoreFault::Unreadable);
  if ((*identity)->integer(0) != options_.kiosk || (*identity)->integer(1) != options_.epoch) {
    return fail(StoreFault::WrongEpoch);
  }
  return {};
}

Result<void, StoreFault> QueueStore::verify_chain() {
  const auto rows = database_->prepare("SELECT seq, header, payload, hash, signature FROM entry ORDER BY seq");
  if (!rows) return fail(rows.error());
  // The hash that the next record must follow; nothing where a damaged record left us without one.
  std::optional<protocol::Hash> previous = protocol::chain_start(options_.kiosk, options_.epoch);
  bool head_signed = true;
  for (;;) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    const int sequence = static_cast<int>((*rows)->integer(0));
    for (int missing = last_sequence_ + 1; missing < sequence; ++missing) {
      damaged_.insert(missing);
      previous = std::nullopt;
    }
    last_sequence_ = sequence;
    ++findings_.records;
    const auto record = read_record(**rows);
    if (record) head_signature_ = record->signature;
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
  findings_.damaged.assign(damaged_.begin(), damaged_.end());
  if (previous) head_ = *previous;
  return {};
}

Result<void, StoreFault> QueueStore::compare_anchor() {
  const auto contents = anchor_.read();
  if (!contents) return fail(contents.error());
  const auto& head = contents->head;
  if (!head && last_sequence_ == 0) {
    // A new queue, or the power went while it was made.
    findings_.anchor = Findings::Anchor::Matches;
    return start_anchor();
  }
  if (!contents->exists) {
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
  protocol::Hash hash{};
  const bool same = *found && copy_exactly((*row)->blob(0), hash) && hash == head->hash;
  // A hash that was damaged on the disk is no fork; it is among the damaged already.
  findings_.anchor =
      same || damaged_.contains(head->sequence) ? Findings::Anchor::Matches : Findings::Anchor::Forked;
  return {};
}

Result<void, StoreFault> QueueStore::start_anchor() {
  const auto signature = options_.kiosk_key->try_sign(head_);
  if (!signature) return fail(StoreFault::NotSealed);
  return anchor_.start({options_.kiosk, options_.epoch, 0, head_, *signature});
}

std::optional<StoreFault> QueueStore::obstacle() const {
  if (database_->doubtful()) return StoreFault::IoError;
  const bool sound = findings_.head_verifies && findings_.anchor != Findings::Anchor::Truncated &&
                     findings_.anchor != Findings::Anchor::Forked;
  if (!sound) return StoreFault::ChainBroken;
  if (last_sequence_ >= protocol::TrackingCode::highest_sequence) return StoreFault::SequenceExhausted;
  return std::nullopt;
}

Result<void, StoreFault> QueueStore::settle() {
  if (const auto done = database_->renew_wal(); !done) return fail(done.error());
  // The names, too: whoever made the files may not have come that far.
  if (const auto done = files_.sync_folder(options_.folder); !done) return fail(fault_of(done.error()));
  settled_ = true;
  return {};
}

Result<void, StoreFault> QueueStore::may_append() {
  if (const auto reason = obstacle()) return fail(*reason);
  if (!settled_) return settle();
  return {};
}

Place QueueStore::next_place(const protocol::RequestId& request_id) const {
  return Place{{options_.kiosk, options_.epoch, last_sequence_ + 1}, request_id, options_.clock->wall()};
}

Result<Filed, StoreFault> QueueStore::append(protocol::RecordType type, const protocol::RequestId& request_id,
                                             const Write& write) {
  if (const auto may = may_append(); !may) return fail(may.error());
  const Place place = next_place(request_id);
  std::optional<Draft> draft = write(place);
  if (!draft) return fail(StoreFault::NotSealed);
  const auto remember = [&]() -> Result<void, StoreFault> {
    if (!draft->duplicate && !draft->recovery) return {};
    const auto insert = database_->prepare("INSERT INTO pending VALUES(?, ?, ?, ?, 0)");
    if (!insert) return fail(insert.error());
    (*insert)->bind(place.code.sequence);
    for (const auto* hash : {&draft->duplicate, &draft->recovery}) {
      if (hash->has_value()) {
        (*insert)->bind(ByteView(**hash));
      } else {
        (*insert)->bind_null();
      }
    }
    const auto window = std::chrono::milliseconds(recovery_window).count();
    return (*insert)->bind(place.created_at.time_since_epoch().count() + window).run();
  };
  auto record = commit(type, place, std::move(draft->payload), remember);
  if (!record) return fail(record.error());
  if (draft->duplicate) duplicates_.emplace(*draft->duplicate, place.code.sequence);
  return Filed{place.code, request_id, std::move(*record)};
}

Result<protocol::Record, StoreFault> QueueStore::commit(protocol::RecordType type, const Place& place,
                                                        Bytes payload, const Also& also) {
  protocol::Record record;
  record.header.type = type;
  record.header.kiosk = place.code.kiosk;
  record.header.epoch = place.code.epoch;
  record.header.sequence = place.code.sequence;
  record.header.created_at = place.created_at;
  record.header.request_id = place.request_id;
  record.header.payload_size = static_cast<std::uint32_t>(payload.size());
  record.header.payload_hash = protocol::blake2b(payload);
  record.payload = std::move(payload);
  record.hash = protocol::chain_hash(head_, record.header);
  if (options_.signing == Signing::EachRecord) {
    const auto signature = options_.kiosk_key->try_sign(record.hash);
    if (!signature) {
      log::error("store.key-did-not-sign", {});
      return fail(StoreFault::NotSealed);
    }
    record.signature = *signature;
  }
  if (const auto written = write_record(record, also); !written) {
    log::error("store.not-appended", {{"fault", static_cast<int>(written.error())}});
    return fail(written.error());
  }
  last_sequence_ = record.header.sequence;
  head_ = record.hash;
  head_signature_ = record.signature;
  return record;
}

Result<void, StoreFault> QueueStore::write_record(const protocol::Record& record, const Also& also) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  {
    const auto insert = database_->prepare("INSERT INTO entry VALUES(?, ?, ?, ?, ?)");
    if (!insert) return fail(insert.error());
    const auto header = record.header.encode();
    (*insert)->bind(record.header.sequence).bind(ByteView(header)).bind(ByteView(*record.payload));
    if (const auto done = (*insert)->bind(ByteView(record.hash)).bind(ByteView(record.signature)).run();
        !done) {
      return fail(done.error());
    }
  }
  if (const auto done = also(); !done) return fail(done.error());
  return transaction->commit();
}

Result<void, StoreFault> QueueStore::record_print(int request_sequence, protocol::PrintOutcome outcome) {
  if (const auto may = may_append(); !may) return fail(may.error());
  const auto request = record(request_sequence);
  if (!request) return fail(request.error());
  if (!*request || (*request)->header.type != protocol::RecordType::Request) {
    return fail(StoreFault::UnknownRecord);
  }
  const auto mark = [&]() -> Result<void, StoreFault> {
    if (outcome != protocol::PrintOutcome::Printed) return {};
    const auto update = database_->prepare("UPDATE pending SET printed = 1, recovery = NULL WHERE seq = ?");
    if (!update) return fail(update.error());
    return (*update)->bind(request_sequence).run();
  };
  const auto written = commit(protocol::RecordType::PrintOutcome, next_place((*request)->header.request_id),
                              protocol::PrintReport{request_sequence, outcome}.encode(), mark);
  if (!written) return fail(written.error());
  return {};
}

Result<void, StoreFault> QueueStore::append_audit(const protocol::AuditEntry& entry, const Also& also) {
  if (const auto may = may_append(); !may) return fail(may.error());
  const auto written = commit(protocol::RecordType::Audit, next_place({}), entry.encode(), also);
  if (!written) return fail(written.error());
  return {};
}

Result<void, StoreFault> QueueStore::record_audit(const protocol::AuditEntry& entry) {
  return append_audit(entry, [] { return Result<void, StoreFault>{}; });
}

Result<void, StoreFault> QueueStore::record_findings() {
  for (const int sequence : findings_.damaged) {
    const auto known = database_->prepare("SELECT 1 FROM damage WHERE seq = ?");
    if (!known) return fail(known.error());
    const auto row = (*known)->bind(sequence).step();
    if (!row) return fail(row.error());
    if (*row) continue;
    const auto remember = [&]() -> Result<void, StoreFault> {
      const auto insert = database_->prepare("INSERT INTO damage VALUES(?, ?)");
      if (!insert) return fail(insert.error());
      return (*insert)->bind(sequence).bind(now_ms()).run();
    };
    const protocol::AuditEntry entry{protocol::AuditKind::RecordDamaged, sequence};
    if (const auto done = append_audit(entry, remember); !done) return fail(done.error());
  }
  const bool missing = findings_.anchor == Findings::Anchor::Missing;
  if (!missing && findings_.anchor != Findings::Anchor::Damaged) return {};
  if (head_file_told_) return {};
  const protocol::AuditEntry entry{
      missing ? protocol::AuditKind::HeadFileMissing : protocol::AuditKind::HeadFileDamaged, findings_.records};
  if (const auto done = record_audit(entry); !done) return fail(done.error());
  head_file_told_ = true;
  return anchor_head();  // so that it is not found and told again
}

Result<void, StoreFault> QueueStore::anchor_head() {
  if (last_sequence_ == 0) return {};
  if (const auto reason = obstacle(); reason && *reason != StoreFault::SequenceExhausted) return fail(*reason);
  if (const auto done = anchor_.write({options_.kiosk, options_.epoch, last_sequence_, head_, head_signature_});
      !done) {
    return fail(done.error());
  }
  database_->fold_if_half_full();
  return {};
}

}  // namespace pishkhan::store
