#pragma once

#include <cstdint>
#include <string>

namespace pishkhan::fleet {

/// Faults of ours that test code puts in, to show that the simulation sees them.
enum class Mutation {
  None,
  NormalDurability,     ///< the store's commits are not synced
  ForgetsAfterSent,     ///< the outbox takes a batch for stored once it was sent, whatever is answered
  StoredBeforeCommit,   ///< ingest signs *stored* words, and then its commit does not happen
  ReceiptBeforeCommit,  ///< a receipt is given while the request is still on its way to the disk
  NewKeyForEachTry,     ///< an unanswered batch makes the kiosk file its last request again
  LogsTheMobile,        ///< a number that was typed is written to the log
  ForkUnreported,       ///< a refusal for a fork is not told to staff
  SpoilsTheReceipt,     ///< a receipt's statement has one letter wrong
  SpoilsAnAnswer,       ///< another address is filed than was typed
  SendsTheMobile,       ///< a number that was typed goes out in a report of the kiosk's health
  WritesTheMobile,      ///< a number that was typed is written to the disk
};
[[nodiscard]] const char* name(Mutation mutation);

struct Rules {
  std::uint64_t seed = 1;
  int kiosks = 200;
  int days = 5;
  int visits_a_day = 4;  ///< a kiosk and day, on average
  Mutation mutation = Mutation::None;
};

/// What a run came to.
struct Outcome {
  std::string breach;  ///< empty: every invariant held
  int breach_of = 0;   ///< the kiosk concerned (see trace.h)
  std::string last_lines;
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  long long kiosk_days = 0;
  long long visits = 0;
  long long accepted = 0;
  long long refused = 0;
  long long joined = 0;
  long long opened = 0;
  long long power_cuts = 0;
  long long cuts_in_commit = 0;
  long long crashes = 0;  ///< of the kiosk's process alone
  long long backend_restarts = 0;
  long long exchanges = 0;
  long long network_faults = 0;
  long long disk_faults = 0;  ///< full, failing sync, flipped bit
  long long clock_changes = 0;
  long long restored_disks = 0;
  long long forks_reported = 0;
  long long images_searched = 0;  ///< disk images looked through for anything personal
  double drained_after_h = 0;     ///< virtual hours from the last fault until all was opened
  [[nodiscard]] bool held() const { return breach.empty(); }
};

/// One fleet, one city, one seed: one run, bit for bit. A day of 24 virtual hours; then the faults cease, and
/// what is due must arrive within `drain_hours`.
constexpr int drain_hours = 12;
[[nodiscard]] Outcome run(const Rules& rules);

}  // namespace pishkhan::fleet
