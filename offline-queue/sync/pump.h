#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/sync/backoff.h"
#include "offline-queue/sync/client.h"

#include <chrono>
#include <optional>
#include <string>

namespace pishkhan::sync {

/// The queue as the pump sees it. In the kiosk it is a pair of mailboxes to the queue's thread, in tests the
/// Store itself. Thread: the sync thread; calls may block for as long as the queue takes.
class Outbox {
 public:
  virtual ~Outbox() = default;
  /// The oldest places that are not stored at the backend, at most `limit`, consecutive; nothing: none waits,
  /// or the queue cannot be read now.
  virtual std::optional<protocol::Batch> next_batch(int limit) = 0;
  /// The same from this place on, although it was stored once.
  virtual std::optional<protocol::Batch> batch_from(int sequence, int limit) = 0;
  /// Whether anything waits for its *opened* word.
  virtual bool awaits_opening() = 0;
  /// Whether the backend ever said that it had something of this chain.
  virtual bool anything_stored() = 0;
  enum class Kept {
    Yes,
    Behind,  ///< the word is genuine and about less than the backend had: it was put back from a backup
    No,      ///< the word was refused or could not be kept: the same will be sent or asked again
    Forked,  ///< the word is genuine and about another chain, or a longer one, than this disk has
  };
  virtual Kept stored(const protocol::StoredWord& word) = 0;
  /// False if the words could not be kept: the same will be asked again.
  virtual bool opened(const protocol::Opened& opened) = 0;
};

/// What a step did, for the log and the service menu.
struct PumpReport {
  int sent = 0;                         ///< records that the backend now has
  int opened = 0;                       ///< words about opened ones
  std::optional<SyncFault> fault;       ///< the last thing that went wrong in this step
  std::optional<WallTime> server_time;  ///< the backend's clock, if it answered
  std::chrono::milliseconds wait{0};    ///< until the next step; see Pump::may_be_cut_short()
};

/// Sends what waits, then asks what was opened. One step is at most one batch and one page of words; it never
/// sleeps (the caller waits `wait`), so a whole fleet can be stepped in virtual time. Safe to stop between any
/// two steps: what was sent and not acknowledged is sent again, and the backend answers the same. After a fork
/// nothing more is sent until hurry(); neither that nor a refusal stops the polling of words. A backend that
/// has less than it had gets the rest again, in which erased payloads are but links. Thread: one owner.
class Pump {
 public:
  struct Periods {
    std::chrono::milliseconds idle{60'000};      ///< nothing waits
    std::chrono::milliseconds awaiting{5'000};   ///< something waits to be opened
    std::chrono::milliseconds refused{300'000};  ///< the backend said no: staff must act, we look again
  };
  Pump(int epoch, Random& random, Backoff::Limits limits, Periods periods)
      : epoch_(epoch), random_(random), backoff_(limits), periods_(periods) {}

  PumpReport step(Outbox& outbox, Backend& backend);
  /// Forget the waiting: the network is back, or staff asked for it.
  void hurry() {
    backoff_.succeeded();
    waits_out_fault_ = false;
    fork_.reset();
    again_from_.reset();
    tried_from_ = 0;
    has_nothing_ = false;
    limit_ = static_cast<int>(protocol::largest_batch_entries);
  }
  [[nodiscard]] int failures() const { return backoff_.failures(); }
  /// Whether something new in the queue is a reason to step at once. Not while a fault is waited out: at a busy
  /// counter each filing would be a try, whatever Retry-After said.
  [[nodiscard]] bool may_be_cut_short() const { return !waits_out_fault_; }

 private:
  void send_one(Outbox& outbox, Backend& backend, PumpReport& report, bool& again);
  void ask_opened(Outbox& outbox, Backend& backend, PumpReport& report, bool& again);
  /// False: it was sent from there already, and the backend got no further.
  bool go_back(int sequence);
  /// The backend says that it has nothing of this chain: everything is sent again. False: after a pause, since it
  /// said so before.
  bool begin_again(PumpReport& report);
  /// True if the word was kept.
  bool keep(Outbox& outbox, const protocol::StoredWord& word, PumpReport& report);

  int epoch_;
  Random& random_;
  Backoff backoff_;
  Periods periods_;
  std::string cursor_;
  int before_growth_ = 0;  ///< batches until a larger one is tried again
  int limit_ =
      static_cast<int>(protocol::largest_batch_entries);  ///< halved when the backend finds it too much
  std::optional<int> again_from_;                         ///< what the backend lost, from there on
  int tried_from_ = 0;                                    ///< where the last such batch began
  bool has_nothing_ = false;                              ///< the backend said so, and no word of it since
  std::optional<SyncFault> fork_;                         ///< nothing is sent while it stands
  int not_asked_ = 0;                                     ///< steps since that had nothing to ask for
  bool waits_out_fault_ = false;
  bool asked_ = false;                                    ///< the backend was asked once how far it is
};

}  // namespace pishkhan::sync
