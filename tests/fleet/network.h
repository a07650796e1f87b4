#pragma once

#include "offline-queue/sync/transport.h"
#include "tests/fleet/backend.h"
#include "tests/fleet/ledger.h"

#include <functional>
#include <map>
#include <memory>

namespace pishkhan::fleet {

/// All ways between kiosks, ingest and cases. A request may be lost, late, doubled or overtaken, its answer
/// lost or cut off, something else may answer, and a whole way may be gone for days. An exchange takes no
/// virtual time by itself; `took()` says how long its caller waited. Every body is looked through for canaries.
/// Thread: one.
class Network {
 public:
  Network(std::uint64_t seed, Timeline& timeline, Trace& trace, Backend& backend, Ledger::Breach breach)
      : timeline_(timeline),
        trace_(trace),
        backend_(backend),
        breach_(std::move(breach)),
        random_(seed * 131 + 3) {}

  /// `who` is a kiosk's number, or kCases.
  [[nodiscard]] std::unique_ptr<sync::Carrier> way_of(int who);
  void cut(int who, SteadyTime how_long) { cut_until_[who] = timeline_.now() + how_long; }
  /// From now on everything arrives at once.
  void calm() { calm_ = true; }
  [[nodiscard]] SteadyTime took() const { return took_; }
  [[nodiscard]] long long exchanges() const { return exchanges_; }
  [[nodiscard]] long long faults() const { return faults_; }

 private:
  class Way;
  using Carried = Result<sync::Answer, sync::SyncFault>;
  Carried carry(int who, const sync::Exchange& exchange);
  Carried carry_badly(int who, const backend::HttpRequest& request, std::uint64_t fate);
  Carried arrive(int who, const backend::HttpRequest& request, int copies);
  Carried lost(sync::SyncFaultKind kind, SteadyTime after);
  void inspect(int who, const std::string& body);

  Timeline& timeline_;
  Trace& trace_;
  Backend& backend_;
  Ledger::Breach breach_;
  SeededRandom random_;
  std::map<int, SteadyTime> cut_until_;
  SteadyTime took_{0};
  long long exchanges_ = 0;
  long long faults_ = 0;
  bool calm_ = false;
};

}  // namespace pishkhan::fleet
