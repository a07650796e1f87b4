// The part of the queue's thread that records what became of receipts. The record waits here while the disk
// does not take it: else a receipt that came out would be offered again, or one that did not would count as
// printed.
#include "base/core/log.h"
#include "kiosk/workers/queue_worker.h"

namespace pishkhan::workers {

namespace {

/// One a visit; nobody can file while the disk takes nothing, so this many can hardly come together.
constexpr std::size_t most_kept_prints = 32;

protocol::PrintOutcome outcome_of(const visit::effect::RecordPrint& job) {
  switch (job.outcome) {
    case visit::PrintOutcome::Printed:
      return protocol::PrintOutcome::Printed;
    case visit::PrintOutcome::Unproven:
    case visit::PrintOutcome::Unknown:
    case visit::PrintOutcome::Uncut:
      return protocol::PrintOutcome::Unknown;
    default:
      return protocol::PrintOutcome::Failed;
  }
}

bool may_pass(store::StoreFault fault) {
  using store::StoreFault;
  return fault == StoreFault::IoError || fault == StoreFault::Damaged || fault == StoreFault::DiskFull ||
         fault == StoreFault::ReadOnly || fault == StoreFault::Locked || fault == StoreFault::KeySilent;
}

void tell_given_up(const visit::effect::RecordPrint& job) {
  log::error("queue.print-given-up", {{"sequence", job.sequence}});
}

}  // namespace

void QueueWorker::record_print(const visit::effect::RecordPrint& job) {
  // In the order in which they happened: the chain's last word on a receipt is the one that holds.
  record_kept_prints();
  if (kept_prints_.empty()) {
    const auto why = try_record_print(job);
    if (!why) return;
    if (!may_pass(*why)) return tell_given_up(job);
  }
  if (kept_prints_.size() >= most_kept_prints) {
    tell_given_up(kept_prints_.front());
    kept_prints_.pop_front();
  }
  kept_prints_.push_back(job);
}

std::optional<store::StoreFault> QueueWorker::try_record_print(const visit::effect::RecordPrint& job) {
  // It is opened again every few seconds.
  if (store_ == nullptr) return store::StoreFault::IoError;
  const protocol::PrintOutcome outcome = outcome_of(job);
  const auto sequence = static_cast<int>(job.sequence);
  if (const auto recorded = store_->record_print(sequence, outcome); !recorded) {
    const store::StoreFault fault = recorded.error();
    log::error("queue.print-not-recorded", {{"sequence", job.sequence}, {"fault", static_cast<int>(fault)}});
    if (fault == store::StoreFault::KeySilent) fault_ = fault;
    if (!needs_reopening(fault)) return fault;
    reopen(fault);
    // The commit may be there after all; then it is not appended again.
    if (store_ == nullptr || !was_last_record(sequence, outcome)) return fault;
  }
  // Where no printer can ever prove anything, its silence is a good end: else every visit would leave the offer
  // of its code on the welcome screen for ten minutes.
  if (job.outcome == visit::PrintOutcome::Unproven || outcome == protocol::PrintOutcome::Printed)
    unprinted_.erase(sequence);
  anchor_soon();
  return std::nullopt;
}

/// When the store was opened.
bool QueueWorker::was_last_record(int request_sequence, protocol::PrintOutcome outcome) const {
  const auto last = store_->record(store_->findings().last_sequence);
  return last && *last && (*last)->header.type == protocol::RecordType::PrintOutcome &&
         (*last)->header.payload_hash ==
             protocol::blake2b(protocol::PrintReport{request_sequence, outcome}.encode());
}

void QueueWorker::record_kept_prints() {
  while (!kept_prints_.empty()) {
    const auto why = try_record_print(kept_prints_.front());
    if (why && may_pass(*why)) return;
    if (why) tell_given_up(kept_prints_.front());
    kept_prints_.pop_front();
  }
}

}  // namespace pishkhan::workers
