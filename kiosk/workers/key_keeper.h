#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "kiosk/workers/queue_worker.h"
#include "offline-queue/sync/pump.h"
#include "offline-queue/sync/renewal.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace pishkhan::workers {

/// What enrolment leaves to be done while the kiosk runs: its certificate is renewed before it ends, and the
/// queues of epochs that were replaced are emptied, under the certificate that counts now. Filing waits for
/// none of it. Thread: the sync thread's; a step is at most one exchange beside the disk.
class KeyKeeper {
 public:
  struct Setup {
    std::filesystem::path keys;  ///< folder (sync/key_folder.h)
    std::filesystem::path data;  ///< under which queues lie
    protocol::KeyPlace key_place = protocol::KeyPlace::File;
    const Identity* identity = nullptr;
    const Clock* clock = nullptr;
    Random* random = nullptr;
    sync::Backoff::Limits limits;
    sync::Pump::Periods periods;
  };
  explicit KeyKeeper(Setup setup);
  ~KeyKeeper();

  struct Step {
    std::chrono::milliseconds wait{0};  ///< until the next step
    /// A set of keys that counts from now on: connections are to be made anew with it. What else it brings (the
    /// city's keys, the receipts' certificate) is in force from the next start.
    std::optional<sync::KeySet> renewed;
  };
  /// `now`: what time it certainly is.
  Step step(sync::Client& client, WallTime now);
  /// Earlier queues that still hold something that the backend has not got or not opened.
  [[nodiscard]] std::size_t earlier_queues() const { return earlier_.size(); }

 private:
  struct Earlier;
  void open_earlier();
  [[nodiscard]] bool open_again(Earlier& one);
  void send_earlier(sync::Client& client, Step& step);
  void keep_certificate(sync::Client& client, WallTime now, Step& step);
  void tell(const sync::Renewal::Report& report);

  Setup setup_;
  sync::KeyFolder folder_;
  sync::Renewal renewal_;
  std::vector<std::unique_ptr<Earlier>> earlier_;
  bool looked_ = false;
  bool told_ending_ = false;
  SteadyTime renewal_due_{0};
  SteadyTime earlier_due_{0};
};

}  // namespace pishkhan::workers
