#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/sync/backoff.h"
#include "offline-queue/sync/client.h"
#include "offline-queue/sync/enrolment_check.h"
#include "offline-queue/sync/key_folder.h"

#include <chrono>
#include <optional>

namespace pishkhan::sync {

/// Renews the kiosk's certificate before it ends: at about two thirds of its life, each kiosk at a moment of
/// its own, with the same key. A step is at most one exchange and never sleeps; what fails is tried again, and
/// what is in force stays in force until the new set is on the disk. Thread: the sync thread.
class Renewal {
 public:
  struct Setup {
    KeyFolder* folder = nullptr;                     ///< outlives it
    const protocol::Enrolment* enrolment = nullptr;  ///< the one in force; outlives it
    protocol::KeyPlace key_place = protocol::KeyPlace::File;
    Random* random = nullptr;
    Backoff::Limits limits{std::chrono::minutes(1), std::chrono::hours(6), std::chrono::hours(6)};
  };
  explicit Renewal(Setup setup);

  enum class What {
    NotYet,
    Waiting,  ///< the backend is at it
    Renewed,  ///< the folder has a new set: connections are to be made anew
    Failed,   ///< `sync` or `answer` says how
    NoKeys,   ///< the folder cannot be read or written, or the certificate is none of ours
  };
  struct Report {
    What what = What::NotYet;
    std::optional<SyncFault> sync;
    std::optional<AnswerFault> answer;
    std::chrono::milliseconds wait{0};  ///< until the next step is worth while
    /// Until the certificate ends, as far as is known; negative: it has ended.
    std::optional<std::chrono::hours> left;
  };
  /// `now`: what time it certainly is.
  Report step(Client& client, WallTime now);

 private:
  void look(WallTime now, Report& report);
  void renew(Client& client, Report& report);

  Setup setup_;
  Backoff backoff_;
  std::optional<KeySet> set_;
  std::optional<protocol::ClientCertificate> certificate_;
  WallTime due_{};
};

}  // namespace pishkhan::sync
