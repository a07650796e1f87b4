#pragma once

#include "base/core/mailbox.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/machine_condition.h"

#include <utility>
#include <variant>

namespace pishkhan::workers {

/// What the other threads want of the sync thread. The mailbox belongs to the kiosk and outlives both sides.
struct Hurry {};  ///< something new waits in the queue
struct ForgetSync {};
using SyncJob = std::variant<Hurry, ForgetSync, MachineCondition, visit::effect::LookUp>;
using SyncJobs = Mailbox<SyncJob>;

/// Twenty filings while the sync thread waits for an answer are one reason to hurry.
inline void hurry(SyncJobs& jobs) {
  jobs.replace_or_post(Hurry{}, [](const SyncJob& job) { return std::holds_alternative<Hurry>(job); });
}

inline bool is_look_up(const SyncJob& job) {
  return std::holds_alternative<visit::effect::LookUp>(job);
}
/// Only the newest visit's question matters, and several ended visits are one reason to forget.
inline void look_up(SyncJobs& jobs, visit::effect::LookUp question) {
  jobs.replace_or_post(std::move(question), is_look_up);
}
/// What the screen's thread knows of the machine, for the city's staff. Latest value wins.
inline void tell_machine(SyncJobs& jobs, MachineCondition now) {
  jobs.replace_or_post(std::move(now),
                       [](const SyncJob& job) { return std::holds_alternative<MachineCondition>(job); });
}
inline void forget(SyncJobs& jobs) {
  jobs.replace_or_post(ForgetSync{},
                       [](const SyncJob& job) { return std::holds_alternative<ForgetSync>(job); });
}

}  // namespace pishkhan::workers
