#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "base/core/random.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/city_news.h"
#include "kiosk/workers/health_reporter.h"
#include "kiosk/workers/key_keeper.h"
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

/// A pack that came from the city, on its way to the screen's thread. Only the newest counts.
using NewPacks = Mailbox<std::unique_ptr<const services::Catalogue>>;

/// The sync thread: sends what waits in the queue, asks what was opened, hears what the city says, reports how
/// the kiosk is, answers "where is my case?". It talks to the queue only through the queue's mailbox.
/// Everything borrowed must outlive it.
class SyncWorker final : private CityNews::House {
 public:
  struct Setup {
    sync::Endpoint endpoint;
    const Identity* identity = nullptr;
    QueueWorker* queue = nullptr;
    SyncJobs* jobs = nullptr;
    const Clock* clock = nullptr;
    Mailbox<visit::Event>* events = nullptr;
    NewPacks* packs = nullptr;
    std::unique_ptr<CityNews> news;  ///< begun; belongs to the sync thread from now on
    sync::Backoff::Limits limits;
    sync::Pump::Periods periods;
    std::chrono::milliseconds health_period_of_a_rig{0};  ///< 0: as the settings say
    std::filesystem::path folder;  ///< the time that the backend told is kept there; queues lie under it
    std::filesystem::path keys;    ///< see KeyKeeper
    std::string program_version;
  };
  explicit SyncWorker(Setup setup);

 private:
  void run(const std::stop_token& stop);
  void do_most_overdue();
  void open_client(const std::stop_token& stop);
  [[nodiscard]] SteadyTime next_due() const;
  void take(SyncJob& job);
  void pump_once();
  void ask_city();
  void report_health();
  void answer(visit::effect::LookUp& job);
  [[nodiscard]] bool answer_from_book(const visit::effect::LookUp& job, const protocol::TrackingCode& code);
  void tell_network(bool reachable);
  void heard(WallTime server_time);
  void keep_keys();
  void tell_revoked(const std::optional<sync::SyncFault>& fault);
  [[nodiscard]] WallTime certainly_passed() const;

  // What the city's news act on.
  CityNews::Audited audit(const protocol::AuditEntry& entry,
                          const std::vector<protocol::AuditEntry>& unless) override;
  void close_counter(const std::optional<std::string>& reason) override;
  void show(std::unique_ptr<const services::Catalogue> pack) override;
  void apply(const protocol::RemoteSettings& settings) override;
  void restart() override;
  void sync_now() override;
  void send_health() override;

  Setup setup_;
  std::unique_ptr<store::Files> files_ = store::system_files();
  store::TrustedTime trusted_;
  SystemRandom random_;
  std::optional<sync::Client> client_;
  sync::Pump pump_;
  HealthReporter health_;
  KeyKeeper keeper_;
  SteadyTime pump_due_{0};
  SteadyTime city_due_{0};
  SteadyTime keys_due_{0};
  std::optional<bool> told_reachable_;
  std::optional<bool> told_revoked_;  ///< nothing: the queue goes by what it kept
  std::jthread thread_;
};

}  // namespace pishkhan::workers
