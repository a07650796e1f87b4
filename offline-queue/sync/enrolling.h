#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/protocol/enrolment_code.h"
#include "offline-queue/sync/client.h"
#include "offline-queue/sync/enrolment_check.h"
#include "offline-queue/sync/key_folder.h"

#include <chrono>
#include <functional>
#include <optional>
#include <variant>

namespace pishkhan::sync {

/// Which key the kiosk enrols with.
enum class EnrolWith {
  NewKey,      ///< a first enrolment, or a new epoch
  PresentKey,  ///< the epoch goes on: its certificate had run out before it could be renewed
};

struct EnrolOptions {
  Endpoint endpoint;  ///< the enrolment port and the pinned CA; no certificate, no key
  protocol::KeyPlace key_place = protocol::KeyPlace::File;
  EnrolWith with = EnrolWith::NewKey;
  std::chrono::milliseconds patience{120'000};
};

struct Enrolled {
  KeySet set;
  int kiosk = 0;
  int epoch = 0;
  bool was_complete = false;  ///< an earlier attempt had done it all but say so
};

/// Why not: the folder, the way there, or what came back.
using EnrolFault = std::variant<KeyFolderFault, SyncFault, AnswerFault>;

/// Gets a kiosk its keys with a code, from a key to a durable set of them. An attempt that broke off at any
/// point is made again with the same code: the same key is asked for, and the same certificate comes. `wait`
/// sleeps. Thread: the technician's program, while no kiosk runs; blocks on disk and network.
[[nodiscard]] Result<Enrolled, EnrolFault> enrol(const EnrolOptions& options,
                                                 const protocol::EnrolmentCode& code, KeyFolder& folder,
                                                 const Clock& clock, Random& random,
                                                 const std::function<void(std::chrono::milliseconds)>& wait);

}  // namespace pishkhan::sync
