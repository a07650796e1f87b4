#include "kiosk/workers/health_reporter.h"

#include "base/core/log.h"

#include <algorithm>
#include <utility>

namespace pishkhan::workers {

namespace {

/// How often it is looked whether something has changed, where nobody says so.
constexpr std::chrono::milliseconds look_interval{15'000};
/// A condition that flickers is not reported faster than this.
constexpr std::chrono::milliseconds least_interval{1'000};

}  // namespace

HealthReporter::HealthReporter(Setup setup)
    : setup_(std::move(setup)),
      backoff_(setup_.limits),
      started_(setup_.clock->steady()),
      due_(started_),
      next_look_(started_) {}

void HealthReporter::set_period(std::chrono::milliseconds period) {
  period_ = period;
  due_ = std::min(due_, setup_.clock->steady() + period);
}

void HealthReporter::machine_is(MachineCondition machine) {
  machine_ = std::move(machine);
  look_now();
}

void HealthReporter::server_said(WallTime now) {
  clock_offset_ms_ = (now - setup_.clock->wall()).count();
  protocol::Health judged;
  judged.clock_offset_ms = clock_offset_ms_;
  if (told_clock_ == judged.clock_is_wrong()) return;
  told_clock_ = judged.clock_is_wrong();
  look_now();
  if (told_clock_)
    log::warning("sync.clock-wrong", {{"backend-minus-ours-ms", clock_offset_ms_}});
  else
    log::info("sync.clock-right-again", {{"backend-minus-ours-ms", clock_offset_ms_}});
}

void HealthReporter::sync_failed(const sync::SyncFault& fault) {
  const bool detailed = fault.detail != sync::SyncDetail::None;
  const std::string word = detailed ? sync::name(fault.detail) : sync::name(fault.kind);
  fault_over_ = false;
  if (word == sync_fault_) return;
  sync_fault_ = word;
  fault_carried_ = false;
}

void HealthReporter::sync_succeeded() {
  fault_over_ = true;
  if (fault_carried_) sync_fault_.clear();
}

SteadyTime HealthReporter::next_due() const {
  return std::min(due_, next_look_);
}

protocol::Health HealthReporter::health(const QueueCondition& queue, const CityNews& news) const {
  protocol::Health now;
  now.epoch = setup_.epoch;
  now.at = setup_.clock->wall();
  now.program_version = setup_.program_version;
  now.catalogue = machine_.catalogue;
  now.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(setup_.clock->steady() - started_).count();
  now.clock_offset_ms = clock_offset_ms_;
  now.certificate_ends = certificate_ends_;
  now.unsent = queue.counts.unsent;
  now.unopened = queue.counts.unopened;
  now.invalid = queue.counts.invalid;
  if (now.unsent > 0 && queue.counts.oldest_unsent != WallTime{})
    now.oldest_unsent = queue.counts.oldest_unsent;
  now.damaged = queue.damaged;
  now.store = queue.store;
  now.room = queue.room;
  now.queue_bytes = static_cast<std::int64_t>(queue.usage.queue_bytes);
  now.budget_bytes = static_cast<std::int64_t>(queue.usage.budget_bytes);
  now.free_bytes = static_cast<std::int64_t>(queue.usage.free_bytes);
  now.printer_ready = machine_.printer_ready;
  now.printer_device = machine_.printer_device;
  now.printer_paper = machine_.printer_paper;
  now.printer_code = machine_.printer_code;
  now.receipts_retracted = machine_.receipts_retracted;
  now.reader_present = machine_.reader_present;
  const char* working = machine_.reader_code.empty() ? "online" : "hardwareError";
  now.reader_device = machine_.reader_present ? working : "noDevice";
  now.staff_code = machine_.staff_code;
  now.sync_fault = sync_fault_;
  news.fill(now);
  return now;
}

bool HealthReporter::wants(const protocol::Health& now) {
  const SteadyTime steady = setup_.clock->steady();
  next_look_ = steady + look_interval;
  if (due_ <= steady) return true;
  if (backoff_.failures() > 0) return false;  // the one that is due says it all
  return now.condition() != sent_condition_;
}

void HealthReporter::sent(const protocol::Health& report) {
  backoff_.succeeded();
  sent_condition_ = report.condition();
  fault_carried_ = true;
  if (fault_over_) sync_fault_.clear();
  const SteadyTime steady = setup_.clock->steady();
  due_ = steady + sync::jittered(period_, *setup_.random);
  next_look_ = std::max(next_look_, steady + least_interval);
}

void HealthReporter::not_sent(const sync::SyncFault& fault) {
  due_ = setup_.clock->steady() + backoff_.failed(*setup_.random, fault.retry_after);
}

}  // namespace pishkhan::workers
