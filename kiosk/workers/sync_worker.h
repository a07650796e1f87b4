#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "base/core/random.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/queue_worker.h"
#include "kiosk/workers/sync_jobs.h"
#include "offline-queue/store/trusted_time.h"
#include "offline-queue/sync/client.h"
#include "offline-queue/sync/pump.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

namespace pishkhan::workers {

/// The sync thread: sends what waits in the queue, asks what was opened, answers "where is my case?". It talks
/// to the queue only through the queue's mailbox. Everything borrowed must outlive it.
class SyncWorker {
 public:
  struct Setup {
    sync::Endpoint endpoint;
    const Identity* identity = nullptr;
    QueueWorker* queue = nullptr;
    SyncJobs* jobs = nullptr;
    const Clock* clock = nullptr;
    Mailbox<visit::Event>* events = nullptr;
    sync::Backoff::Limits limits;
    sync::Pump::Periods periods;
    std::filesystem::path folder;  ///< the time that the backend told is kept there
  };
  explicit SyncWorker(Setup setup);

 private:
  void run(const std::stop_token& stop);
  [[nodiscard]] std::chrono::milliseconds pump_once();
  void answer(visit::effect::LookUp& job);
  [[nodiscard]] screens::view::TrackResult told(const visit::effect::LookUp& job,
                                                const protocol::CaseView& shown) const;
  void tell_network(bool reachable);
  void heard(WallTime server_time);

  Setup setup_;
  std::unique_ptr<store::Files> files_ = store::system_files();
  store::TrustedTime trusted_;
  SystemRandom random_;
  std::optional<sync::Client> client_;
  sync::Pump pump_;
  std::optional<bool> told_reachable_;
  std::jthread thread_;
};

}  // namespace pishkhan::workers
