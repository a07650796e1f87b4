#include "offline-queue/store/queue_store.h"

#include "base/core/ensure.h"
#include "base/core/log.h"

#include <algorithm>
#include <tuple>

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

std::optional<protocol::Hash> read_hash(ByteView column) {
  protocol::Hash hash{};
  return copy_exactly(column, hash) ? std::optional(hash) : std::nullopt;
}

std::optional<StoreFault> QueueStore::ailment() const {
  if (database_->contradicts_itself()) return StoreFault::Damaged;
  if (database_->doubtful()) return StoreFault::IoError;
  return std::nullopt;
}

std::optional<StoreFault> QueueStore::obstacle() const {
  if (const auto ails = ailment()) return *ails;
  if (findings_.restored) return StoreFault::Forked;
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
    if (!draft->duplicate && !draft->recovery && !draft->receipt_salt) return {};
    const auto insert = database_->prepare(
        "INSERT INTO pending(seq, duplicate, recovery, receipt_salt, expires_ms, printed)"
        " VALUES(?, ?, ?, ?, ?, 0)");
    if (!insert) return fail(insert.error());
    const auto bind = [&insert](const auto& bytes) {
      if (bytes) {
        (*insert)->bind(ByteView(*bytes));
      } else {
        (*insert)->bind_null();
      }
    };
    (*insert)->bind(place.code.sequence);
    bind(draft->duplicate);
    bind(draft->recovery);
    bind(draft->receipt_salt);
    const auto window = std::chrono::milliseconds(recovery_window).count();
    return (*insert)->bind(place.created_at.time_since_epoch().count() + window).run();
  };
  auto record = commit(type, place, std::move(draft->payload), remember);
  if (!record) return fail(record.error());
  if (draft->duplicate) duplicates_.emplace(*draft->duplicate, place.code.sequence);
  if (draft->duplicate || draft->recovery || draft->receipt_salt) {
    recent_[place.code.sequence] = {draft->recovery, place.created_at + recovery_window, false};
  }
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
      return fail(StoreFault::KeySilent);
    }
    record.signature = *signature;
  }
  if (const auto written = write_record(record, head_, also); !written) {
    log::error("store.not-appended", {{"fault", static_cast<int>(written.error())}});
    return fail(written.error());
  }
  last_sequence_ = record.header.sequence;
  head_ = record.hash;
  head_signature_ = record.signature;
  return record;
}

Result<void, StoreFault> QueueStore::write_record(const protocol::Record& record,
                                                  const protocol::Hash& previous, const Also& also) {
  // Within together(), its transaction is the one.
  std::optional<Transaction> transaction;
  if (!is_together_) {
    auto begun = Transaction::begin(*database_);
    if (!begun) return fail(begun.error());
    transaction.emplace(std::move(*begun));
  }
  {
    const auto insert = database_->prepare(
        "INSERT INTO entry(seq, header, payload, hash, signature, previous) VALUES(?, ?, ?, ?, ?, ?)");
    if (!insert) return fail(insert.error());
    const auto header = record.header.encode();
    (*insert)->bind(record.header.sequence).bind(ByteView(header)).bind(ByteView(*record.payload));
    (*insert)->bind(ByteView(record.hash)).bind(ByteView(record.signature)).bind(ByteView(previous));
    if (const auto done = (*insert)->run(); !done) return fail(done.error());
  }
  if (const auto done = also(); !done) return fail(done.error());
  return transaction ? transaction->commit() : Result<void, StoreFault>{};
}

Result<void, StoreFault> QueueStore::together(const All& all) {
  ENSURE(!is_together_, "one commit at a time");
  if (const auto may = may_append(); !may) return fail(may.error());
  const auto before = std::make_tuple(last_sequence_, head_, head_signature_, duplicates_, recent_);
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  is_together_ = true;
  auto done = all();
  is_together_ = false;
  if (done) done = transaction->commit();
  if (!done) std::tie(last_sequence_, head_, head_signature_, duplicates_, recent_) = before;
  return done;
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
    const auto update = database_->prepare(
        "UPDATE pending SET printed = 1, recovery = NULL, receipt_salt = NULL WHERE seq = ?");
    if (!update) return fail(update.error());
    return (*update)->bind(request_sequence).run();
  };
  const auto written = commit(protocol::RecordType::PrintOutcome, next_place((*request)->header.request_id),
                              protocol::PrintReport{request_sequence, outcome}.encode(), mark);
  if (!written) return fail(written.error());
  if (outcome == protocol::PrintOutcome::Printed) {
    if (const auto recent = recent_.find(request_sequence); recent != recent_.end())
      recent->second.printed = true;
  }
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
  std::vector<int> untold;
  for (const int sequence : findings_.damaged) {
    const auto known = database_->prepare("SELECT 1 FROM damage WHERE seq = ?");
    if (!known) return fail(known.error());
    const auto row = (*known)->bind(sequence).step();
    if (!row) return fail(row.error());
    if (!*row) untold.push_back(sequence);
  }
  const bool missing = findings_.anchor == Findings::Anchor::Missing;
  const bool tell_head_file = (missing || findings_.anchor == Findings::Anchor::Damaged) && !head_file_told_;
  if (untold.empty() && !tell_head_file && findings_.salvaged == 0) return {};
  const auto told = together([&]() -> Result<void, StoreFault> {
    if (const auto done = tell_salvage(); !done) return done;
    for (const int sequence : untold) {
      if (const auto done = tell_damaged(sequence); !done) return done;
    }
    if (!tell_head_file) return {};
    return record_audit({missing ? protocol::AuditKind::HeadFileMissing : protocol::AuditKind::HeadFileDamaged,
                         findings_.last_sequence});
  });
  if (!told) return fail(told.error());
  findings_.salvaged = 0;
  if (!tell_head_file) return {};
  head_file_told_ = true;
  return anchor_head();  // so that it is not found and told again
}

Result<void, StoreFault> QueueStore::tell_salvage() {
  if (findings_.salvaged == 0) return {};
  const auto forget = [&]() -> Result<void, StoreFault> {
    return database_->execute("DELETE FROM damage WHERE seq = 0");
  };
  return append_audit({protocol::AuditKind::QueueSalvaged, findings_.salvaged}, forget);
}

Result<void, StoreFault> QueueStore::tell_damaged(int sequence) {
  const auto remember = [&]() -> Result<void, StoreFault> {
    const auto insert = database_->prepare("INSERT INTO damage VALUES(?, ?)");
    if (!insert) return fail(insert.error());
    return (*insert)->bind(sequence).bind(now_ms()).run();
  };
  return append_audit({protocol::AuditKind::RecordDamaged, sequence}, remember);
}

Result<void, StoreFault> QueueStore::anchor_head() {
  if (last_sequence_ == 0) return {};
  if (const auto reason = obstacle(); reason && *reason != StoreFault::SequenceExhausted) return fail(*reason);
  const auto written =
      anchor_.write({options_.kiosk, options_.epoch, last_sequence_, head_, head_signature_});
  // Whatever ails the head file: a fold that is not made here is made in a citizen's commit.
  database_->fold_if_half_full();
  return written;
}

}  // namespace pishkhan::store
