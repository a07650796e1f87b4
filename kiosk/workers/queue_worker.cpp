#include "kiosk/workers/queue_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"

#include <algorithm>
#include <utility>

namespace pishkhan::workers {

namespace {

/// The head of the chain is anchored within this time after a filing, once its receipt is on its way.
constexpr std::chrono::milliseconds anchor_delay{400};
constexpr SteadyTime purge_interval{60'000};
constexpr SteadyTime reopen_interval{10'000};

struct Fate {
  std::optional<visit::FilingFault> refuses;
  std::string staff_code;  ///< not empty: the whole counter is out of service
};

/// What a store that cannot be opened means for the counter. A full or slow disk leaves following up possible;
/// a queue that another program wrote or that is damaged needs staff.
Fate fate_of(store::StoreFault fault) {
  using store::StoreFault;
  switch (fault) {
    case StoreFault::DiskFull:
      return {visit::FilingFault::DiskFull, ""};
    case StoreFault::NewerSchema:
      return {visit::FilingFault::StoreFault, "QUEUE-NEWER"};
    case StoreFault::Unreadable:
    case StoreFault::Damaged:
      return {visit::FilingFault::StoreFault, "QUEUE-UNREADABLE"};
    case StoreFault::Locked:
      return {visit::FilingFault::StoreFault, "QUEUE-LOCKED"};
    case StoreFault::ReadOnly:
      return {visit::FilingFault::StoreFault, "QUEUE-READ-ONLY"};
    case StoreFault::WrongEpoch:
      return {visit::FilingFault::StoreFault, "QUEUE-EPOCH"};
    case StoreFault::ChainBroken:
      return {visit::FilingFault::StoreFault, "QUEUE-CHAIN"};
    case StoreFault::Forked:
      return {visit::FilingFault::StoreFault, "QUEUE-RESTORED"};
    case StoreFault::SequenceExhausted:
      return {visit::FilingFault::StoreFault, "QUEUE-FULL-EPOCH"};
    case StoreFault::KeySilent:
      return {visit::FilingFault::StoreFault, "QUEUE-KEY"};
    default:
      return {visit::FilingFault::StoreFault, "QUEUE-IO"};
  }
}

}  // namespace

QueueWorker::QueueWorker(Setup setup) : setup_(std::move(setup)) {
  if (setup_.random == nullptr) setup_.random = &system_random_;
}

void QueueWorker::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void QueueWorker::run(const std::stop_token& stop) {
  open_store();
  while (!stop.stop_requested()) {
    auto job = jobs_.take(stop, anchor_by_ ? anchor_delay : std::chrono::milliseconds{1000});
    if (job)
      carry_out(*job);
    else
      housekeeping();
  }
  // What was handed over before the stop is still carried out: a filing is never dropped.
  work_off();
  record_kept_prints();
  for (const auto& lost : kept_prints_) log::error("queue.print-given-up", {{"sequence", lost.sequence}});
  if (store_ != nullptr) anchor_now();
}

void QueueWorker::work_off() {
  while (auto job = jobs_.try_take()) carry_out(*job);
}

void QueueWorker::carry_out(Job& job) {
  if (auto* file = std::get_if<visit::effect::File>(&job)) {
    file_request(*file);
  } else if (const auto* print = std::get_if<visit::effect::RecordPrint>(&job)) {
    record_print(*print);
  } else if (const auto* recovery = std::get_if<visit::effect::Recover>(&job)) {
    recover_code(*recovery);
  } else if (auto* question = std::get_if<visit::effect::LookUp>(&job)) {
    look_up_here(*question);
  } else if (const auto* room = std::get_if<LeastRoom>(&job)) {
    set_least_room(room->bytes);
  } else if (const auto* word = std::get_if<Revoked>(&job)) {
    keep_revocation(word->revoked);
  } else if (const auto* task = std::get_if<Task>(&job)) {
    (*task)(store_.get());
  }
  job = Job{Forget{}};
  wipe_dead_stack();
  tell_state();
  // While a backlog drains, there is hardly a moment without a job.
  if (housekeeping_overdue()) housekeeping();
}

void QueueWorker::open_store() {
  next_open_ = setup_.clock->steady() + reopen_interval;
  if (setup_.identity == nullptr) {
    tell_state();
    return;
  }
  const Identity& identity = *setup_.identity;
  // Later the backend's own word stands, also where it could not be kept.
  if (!std::exchange(read_revocation_, true)) revoked_ = revoked_ || revocation_kept();
  store::Options options;
  options.folder = setup_.folder;
  options.kiosk = identity.enrolment.kiosk;
  options.epoch = identity.enrolment.epoch;
  options.kiosk_key = &identity.kiosk_key;
  options.ingest_key = &identity.ingest_key;
  options.cases_key = &identity.cases_key;
  options.clock = setup_.clock;
  options.files = setup_.files;
  options.vfs = setup_.vfs;
  options.wal_pages = setup_.wal_pages;
  options.least_room_bytes = setup_.least_room_bytes;
  options.durability = setup_.durability;
  const store::RoomLimits limits = room_limits();
  options.low_room_bytes = limits.low_room_bytes;
  options.budget_bytes = limits.budget_bytes;
  // A database that contradicted itself while it was open is looked at page by page, and salvaged.
  if (fault_ == store::StoreFault::Damaged) options.look = store::Look::AtEveryPage;
  auto opened = store::Store::open(options);
  if (opened) {
    store_ = std::move(*opened);
    fault_.reset();
    // A chain whose end is gone or was copied still sends what it has, but nothing is added to it.
    using Anchor = store::Findings::Anchor;
    const store::Findings& found = store_->findings();
    if (!found.head_verifies || found.anchor == Anchor::Truncated || found.anchor == Anchor::Forked)
      fault_ = store::StoreFault::ChainBroken;
    else if (found.last_sequence >= protocol::TrackingCode::highest_sequence)
      fault_ = store::StoreFault::SequenceExhausted;
    else if (!key_signs())
      fault_ = store::StoreFault::KeySilent;
    log::info("queue.opened", {{"records", found.records},
                               {"damaged", found.damaged.size()},
                               {"salvaged", found.salvaged},
                               {"anchor", static_cast<int>(found.anchor)}});
    if (!fault_ && !store_->record_findings()) log::warning("queue.findings-not-recorded");
    // What only the screen knows, that a printer which can prove nothing was silent, is not known after a
    // start.
    unprinted_.clear();
    for (const store::Unprinted& one : store_->unprinted()) unprinted_[one.sequence] = one.until;
    next_prints_ = setup_.clock->steady();
  } else {
    fault_ = opened.error();
    log::error("queue.cannot-open", {{"fault", static_cast<int>(*fault_)}});
  }
  tell_state();
}

void QueueWorker::housekeeping() {
  const SteadyTime now = setup_.clock->steady();
  if (store_ == nullptr) {
    if (now >= next_open_) open_store();
    return;
  }
  // Found out by whichever call came first, a citizen's or the sync thread's.
  if (const auto ails = store_->ailment(); ails && now >= next_open_) {
    reopen(*ails);
    return;
  }
  if (fault_ == store::StoreFault::KeySilent && now >= next_open_) {
    next_open_ = now + reopen_interval;
    if (key_signs()) {
      fault_.reset();
      if (!store_->record_findings()) log::warning("queue.findings-not-recorded");
    }
  }
  if (!kept_prints_.empty() && now >= next_prints_) {
    next_prints_ = now + reopen_interval;
    record_kept_prints();
    if (store_ == nullptr) return;
  }
  anchor_now();
  if (now >= next_purge_) {
    next_purge_ = now + purge_interval;
    if (!store_->purge()) log::warning("queue.purge-failed");
  }
  tell_state();
}

bool QueueWorker::housekeeping_overdue() const {
  const SteadyTime now = setup_.clock->steady();
  if (store_ == nullptr) return now >= next_open_;
  const bool may_be_mended = store_->ailment() || fault_ == store::StoreFault::KeySilent;
  return (anchor_by_ && now >= *anchor_by_) || now >= next_purge_ ||
         (!kept_prints_.empty() && now >= next_prints_) || (now >= next_open_ && may_be_mended);
}

void QueueWorker::anchor_soon() {
  if (!anchor_by_) anchor_by_ = setup_.clock->steady() + anchor_delay;
}

void QueueWorker::anchor_now() {
  if (!anchor_by_) return;
  const auto anchored = store_->anchor_head();
  if (anchored)
    anchor_by_.reset();
  else  // tried again, but not with each job
    anchor_by_ = setup_.clock->steady() + anchor_delay;
  const auto fault = anchored ? std::nullopt : std::optional(anchored.error());
  if (fault == anchor_fault_) return;
  anchor_fault_ = fault;
  if (fault)
    log::error("queue.head-not-written", {{"fault", static_cast<int>(*fault)}});
  else
    log::info("queue.head-written-again", {});
}

/// What is signed means nothing to anybody.
bool QueueWorker::key_signs() const {
  return setup_.identity->kiosk_key.try_sign(protocol::blake2b(as_bytes("does the key sign?"))).has_value();
}

std::optional<WallTime> QueueWorker::last_server_time() const {
  const std::int64_t told = last_server_ms_;
  return told == 0 ? std::nullopt : std::optional(WallTime(std::chrono::milliseconds(told)));
}

/// Tells the screen what changed: whether filing is possible, and whether a code can be fetched again.
void QueueWorker::tell_state() {
  Fate fate;
  if (setup_.identity == nullptr)
    fate.refuses = visit::FilingFault::NotEnrolled;
  else if (revoked_)
    fate = {visit::FilingFault::StoreFault, "QUEUE-REVOKED"};
  else if (store_ == nullptr)
    fate = fault_ ? fate_of(*fault_) : Fate{visit::FilingFault::StoreFault, ""};
  else if (store_->findings().restored)
    fate = fate_of(store::StoreFault::Forked);
  else if (fault_)
    fate = fate_of(*fault_);
  else if (room() == store::Room::TooLittle)
    fate.refuses = visit::FilingFault::DiskFull;

  const WallTime now = setup_.clock->wall();
  std::erase_if(unprinted_, [now](const auto& one) { return store::recovery_is_over(one.second, now); });
  const bool recovery = !unprinted_.empty();
  if (!told_ || *told_ != fate.refuses || told_recovery_ != recovery) {
    told_ = fate.refuses;
    told_recovery_ = recovery;
    setup_.events->post(visit::event::QueueChanged{fate.refuses, recovery});
  }
  if (told_staff_code_ != fate.staff_code) {
    told_staff_code_ = fate.staff_code;
    if (fate.staff_code.empty())
      setup_.events->post(visit::event::BackInOrder{});
    else
      setup_.events->post(visit::event::OutOfOrder{fate.staff_code});
  }
}

/// What a failed disk holds is known only after reopening; what a damaged one holds is saved then. A disk that takes
/// no writes may take them again, and a closed store is opened again until it can be.
bool QueueWorker::needs_reopening(store::StoreFault fault) {
  using store::StoreFault;
  return fault == StoreFault::IoError || fault == StoreFault::Damaged || fault == StoreFault::ReadOnly ||
         fault == StoreFault::Locked;
}

void QueueWorker::reopen(store::StoreFault why) {
  fault_ = why;
  store_.reset();
  open_store();
}

store::Room QueueWorker::room() {
  const store::Room room = store_->room();
  if (room != told_room_) {
    told_room_ = room;
    if (room == store::Room::Enough)
      log::info("queue.room-again", {});
    else
      log::warning("queue.room", {{"too-little", room == store::Room::TooLittle}});
  }
  return room;
}

}  // namespace pishkhan::workers
