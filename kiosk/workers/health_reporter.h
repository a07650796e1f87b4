#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "kiosk/workers/city_news.h"
#include "kiosk/workers/machine_condition.h"
#include "kiosk/workers/queue_worker.h"
#include "offline-queue/sync/client.h"

#include <chrono>
#include <optional>
#include <string>

namespace pishkhan::workers {

/// Puts together how the kiosk is, and knows when to say so: at a jittered period, and soon after a change that
/// staff must act on. Nothing of any citizen. Thread: the sync thread's.
class HealthReporter {
 public:
  struct Setup {
    int epoch = 0;
    std::string program_version;
    const Clock* clock = nullptr;
    Random* random = nullptr;
    sync::Backoff::Limits limits;
  };
  explicit HealthReporter(Setup setup);

  void set_period(std::chrono::milliseconds period);
  void machine_is(MachineCondition machine);
  /// The end of the TLS certificate that is in use; nothing: it cannot be read.
  void certificate_ends(std::optional<WallTime> end) {
    certificate_ends_ = end;
    look_now();
  }
  /// The backend's clock, just now: how wrong ours is. Tells the log when it becomes wrong.
  void server_said(WallTime now);
  /// The word for a failed exchange stays until a report has carried it and an exchange has succeeded.
  void sync_failed(const sync::SyncFault& fault);
  void sync_succeeded();
  void send_now() { due_ = setup_.clock->steady(); }
  /// Something may have changed: look at once instead of at the next look.
  void look_now() { next_look_ = setup_.clock->steady(); }

  /// When health() is to be asked for next, to be compared and perhaps sent.
  [[nodiscard]] SteadyTime next_due() const;
  [[nodiscard]] protocol::Health health(const QueueCondition& queue, const CityNews& news) const;
  /// Whether this is to be sent now.
  [[nodiscard]] bool wants(const protocol::Health& now);
  void sent(const protocol::Health& report);
  void not_sent(const sync::SyncFault& fault);

 private:
  Setup setup_;
  sync::Backoff backoff_;
  std::chrono::milliseconds period_{std::chrono::minutes(5)};
  MachineCondition machine_;
  SteadyTime started_;
  std::optional<WallTime> certificate_ends_;
  std::int64_t clock_offset_ms_ = 0;
  bool told_clock_ = false;
  std::string sync_fault_;
  bool fault_carried_ = false;
  bool fault_over_ = false;
  std::string sent_condition_;
  SteadyTime due_;
  SteadyTime next_look_;
};

}  // namespace pishkhan::workers
