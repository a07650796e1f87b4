#pragma once

#include "kiosk/visit/step.h"
#include "kiosk/workers/queue_worker.h"
#include "offline-queue/sync/client.h"
#include "offline-queue/sync/pump.h"
#include "tests/fleet/city.h"
#include "tests/fleet/ledger.h"
#include "tests/fleet/rules.h"
#include "tests/fleet/timeline.h"
#include "tests/fleet/trace.h"
#include "tests/power-cut/model_vfs.h"

#include <memory>
#include <optional>

namespace pishkhan::fleet {

class Network;

/// What all kiosks of a fleet share.
struct Street {
  const Rules& rules;
  Timeline& timeline;
  Trace& trace;
  Network& network;
  Ledger& ledger;
  Ledger::Breach breach;
  const services::Catalogue& catalogue;
  Outcome& outcome;
};

/// One counter: the real state machine of the visit, the real queue worker with the real store, the real pump
/// and client. Its disk, clock, network, devices and citizens are simulated. Thread: one.
class Kiosk {
 public:
  Kiosk(Street& street, std::unique_ptr<workers::Identity> identity);
  ~Kiosk();
  Kiosk(const Kiosk&) = delete;
  Kiosk& operator=(const Kiosk&) = delete;

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_on() const { return worker_ != nullptr; }
  void boot();
  /// Somebody comes with a matter; turned away if the counter is off, busy or out of service.
  void visit(Matter matter);

  // What happens to it.
  void lose_power(SteadyTime how_long);
  /// At one of the next writes to the disk.
  void doom() { disk_.cut_after(1 + static_cast<int>(random_.below(60))); }
  void crash();
  void set_clock();
  void fill_disk(SteadyTime how_long);
  void fail_sync() { disk_.fail_next_sync(); }
  void flip_bit();
  void keep_image();
  void restore_image();
  /// Whatever was wrong is mended; it is switched on.
  void calm();

  /// The whole disk against the canaries and the ledger. Whether something was erased too early can be told
  /// only while it is known what was opened.
  enum class Opened { Known, Unknown };
  void judge(Opened opened);
  /// After the drain: nothing waits here any more, and the kiosk knows it.
  void judge_drained();
  [[nodiscard]] bool reported_fork() const { return reported_fork_; }

 private:
  class Outbox;
  void switch_off();
  void work();
  void happen(visit::Event event);
  void heard(const visit::Event& event);
  void carry_out(visit::Effect& effect);
  void file(visit::effect::File job);
  /// What our own fault does with what was typed.
  void mutate(Mutation mutation, visit::effect::File& job);
  void print(const visit::effect::Print& job);
  void housekeeping();
  void plan_housekeeping(SteadyTime delay);
  void plan_sync(SteadyTime delay);
  void plan_tick();
  void synchronise();
  void act();
  [[nodiscard]] screens::Action next_action(const visit::Visit& visit);
  [[nodiscard]] screens::Action identify(const visit::page::Identify& page);
  void check_refusal(const screens::Action& action);
  void with_store(const std::function<void(store::Store*)>& what);
  void note(const char* what, std::int64_t one = 0, std::int64_t two = 0) {
    street_.trace.note(street_.timeline.now(), number_, what, one, two);
  }
  /// Runs `what` later, unless the machine was off in between.
  void later(SteadyTime delay, std::function<void()> what);

  Street& street_;
  std::unique_ptr<workers::Identity> identity_;
  int number_;
  SeededRandom random_;
  KioskClock clock_;
  power_cut::ModelDisk disk_;
  power_cut::ModelVfs vfs_;
  power_cut::ModelFiles files_;
  Mailbox<visit::Event> events_{64};
  workers::SyncJobs sync_jobs_{16};
  std::unique_ptr<workers::QueueWorker> worker_;
  std::optional<sync::Pump> pump_;
  std::optional<sync::Client> client_;
  visit::State state_;
  visit::VisitId next_visit_ = 1;
  struct Citizen {
    Matter matter;
    int patience = 0;  ///< touches until they walk away
    bool began = false;
  };
  std::optional<Citizen> citizen_;
  std::uint64_t life_ = 0;
  std::uint64_t planned_sync_ = 0;
  SteadyTime planned_tick_{-1};
  std::optional<power_cut::ModelDisk::Image> image_;
  int image_ends_at_ = 0;
  bool reported_fork_ = false;
  bool calm_ = false;
  // What mutations remember.
  int sent_up_to_ = 0;
  std::optional<visit::effect::File> last_job_;
};

}  // namespace pishkhan::fleet
