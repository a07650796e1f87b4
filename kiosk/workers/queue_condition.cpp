// The part of the queue's thread that works for the city's staff: how it is, and what is recorded of their
// orders.
#include "base/core/log.h"
#include "kiosk/workers/queue_worker.h"

#include <algorithm>
#include <array>

namespace pishkhan::workers {

namespace {

/// An audit entry that a power cut may have followed stands among this many last records: it was appended just
/// before, and between the next start and the question only a few visits can have been filed.
constexpr int audit_search_records = 512;
/// Staff are warned early enough to come: at four times what filing needs, and at four fifths of the budget.
constexpr std::uint64_t low_room_factor = 4;
/// In the epoch's own folder, so that the next epoch knows nothing of it.
constexpr const char* revocation_file = "queue.revoked";

std::string room_word(store::Room room) {
  constexpr std::array<const char*, 3> words{"enough", "low", "too-little"};
  return words.at(static_cast<std::size_t>(room));
}

std::string refusal_word(visit::FilingFault fault) {
  constexpr std::array<const char*, 3> words{"disk-full", "store-fault", "not-enrolled"};
  return words.at(static_cast<std::size_t>(fault));
}

}  // namespace

QueueCondition QueueWorker::condition() {
  QueueCondition now;
  tell_state();  // so that what is told is true now
  now.store = anchor_fault_ ? "QUEUE-HEAD" : "ok";
  if (told_ && *told_) now.store = refusal_word(**told_);
  if (!told_staff_code_.empty()) now.store = told_staff_code_;
  now.room = "unknown";
  now.usage.budget_bytes = setup_.budget_bytes;
  if (store_ == nullptr) return now;
  if (const auto counts = store_->counts()) now.counts = *counts;
  now.damaged = static_cast<int>(store_->findings().damaged.size());
  if (const auto usage = store_->usage()) {
    now.usage = *usage;
    now.room = room_word(store_->room());
  }
  return now;
}

store::RoomLimits QueueWorker::room_limits() const {
  return {setup_.least_room_bytes * low_room_factor, setup_.least_room_bytes, setup_.budget_bytes};
}

void QueueWorker::set_least_room(std::uint64_t bytes) {
  setup_.least_room_bytes = bytes;
  if (store_ != nullptr) store_->set_limits(room_limits());
}

bool QueueWorker::revocation_kept() {
  const auto kept = files().read(setup_.folder / revocation_file);
  return kept && kept->has_value();
}

void QueueWorker::keep_revocation(bool revoked) {
  revoked_ = revoked;
  if (revocation_kept() == revoked) return;
  const std::filesystem::path file = setup_.folder / revocation_file;
  const auto kept = revoked ? files().write_synced(file, 0, as_bytes("revoked\n")) : files().remove(file);
  // Until the next start it counts all the same.
  if (!kept || !files().sync_folder(setup_.folder)) log::warning("queue.revocation-not-kept");
}

QueueWorker::Audited QueueWorker::append_audit(const protocol::AuditEntry& entry,
                                               const std::vector<protocol::AuditEntry>& unless) {
  if (store_ == nullptr) return Audited::NotNow;
  if (!unless.empty() && among_the_last(unless)) return Audited::Durable;
  const auto recorded = store_->record_audit(entry);
  if (recorded) {
    anchor_soon();
    hurry(*setup_.sync);
    return Audited::Durable;
  }
  using store::StoreFault;
  const StoreFault fault = recorded.error();
  if (fault == StoreFault::KeySilent) fault_ = fault;
  log::error("queue.order-not-recorded", {{"number", entry.number}, {"fault", static_cast<int>(fault)}});
  if (needs_reopening(fault)) {
    reopen(fault);
    // The commit may be there after all; then it is not appended again.
    return store_ != nullptr && among_the_last({entry}) ? Audited::Durable : Audited::NotNow;
  }
  const bool for_good =
      fault == StoreFault::ChainBroken || fault == StoreFault::Forked || fault == StoreFault::SequenceExhausted;
  return for_good ? Audited::Never : Audited::NotNow;
}

/// By the payload's hash, which stays when the payload was opened at the backend and erased here.
bool QueueWorker::among_the_last(const std::vector<protocol::AuditEntry>& entries) {
  const int last = store_->last_sequence();
  for (int sequence = last; sequence > 0 && sequence > last - audit_search_records; --sequence) {
    const auto record = store_->record(sequence);
    if (!record || !*record || (*record)->header.type != protocol::RecordType::Audit) continue;
    const protocol::Hash& payload = (*record)->header.payload_hash;
    if (std::any_of(entries.begin(), entries.end(), [&payload](const protocol::AuditEntry& entry) {
          return protocol::blake2b(entry.encode()) == payload;
        }))
      return true;
  }
  return false;
}

}  // namespace pishkhan::workers
