#include "tests/machine/power_cuts.h"

#include "tests/machine/backend_watch.h"
#include "tests/machine/citizen.h"
#include "tests/machine/receipt_proof.h"

#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace pishkhan::machine {

using Outcome = Rig::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// The welcome screen without its clock, and without the place where a lost receipt is offered.
const std::vector<Band> languages_of_welcome{{220, 1400}};
/// As long as a request with a printed receipt takes to come to the backend after a boot, and much longer.
constexpr seconds long_enough{60};

class PowerCuts {
 public:
  PowerCuts(Rig& rig, std::uint32_t seed) : rig_(rig), random_(seed) {}

  Outcome one_cut();
  Outcome nothing_lost();
  Outcome lying_disk();
  [[nodiscard]] int receipts() const { return static_cast<int>(printed_.size()); }

 private:
  Outcome fill_in_without_network();
  void keep(std::optional<simulated::Strip> strip);
  Outcome after_reboot();

  Rig& rig_;
  std::mt19937 random_;
  std::vector<std::string> printed_;  // tracking codes of receipts that came out
};

Outcome PowerCuts::fill_in_without_network() {
  rig_.city().backend().network().cut();
  if (auto on = rig_.pair(); !on) return on;
  if (auto same = rig_.counter().look_alike("welcome", PairedCounter::strict, languages_of_welcome); !same)
    return same;
  Citizen citizen(rig_);
  rig_.counter().next_citizen();
  if (auto done = citizen.choose(TestCity::short_service); !done) return done;
  if (auto in = citizen.insert_card(); !in) return in;
  return citizen.fill_in_shortly();
}

/// A strip on which a whole statement stands is a receipt in somebody's hand, even if the knife had not come yet.
void PowerCuts::keep(std::optional<simulated::Strip> strip) {
  if (!strip) return;
  const auto statement = read_statement(*strip, rig_.city(), rig_.folder());
  if (!statement) return;
  for (const std::string& code : printed_)
    if (code == statement->tracking_code) return;
  printed_.push_back(statement->tracking_code);
}

Outcome PowerCuts::after_reboot() {
  rig_.city().backend().network().connect();
  if (auto up = rig_.boot(DiskCache::Volatile); !up) return up;
  return nothing_lost();
}

Outcome PowerCuts::nothing_lost() {
  for (const std::string& code : printed_)
    if (const auto there = await_request(rig_, code); !there) return fail(there.error());
  return nothing_is_there_twice(rig_);
}

Outcome PowerCuts::one_cut() {
  if (auto up = after_reboot(); !up) return up;
  if (auto done = fill_in_without_network(); !done) return done;
  const auto window = static_cast<int>(rig_.filing_time().count() * 5 / 4);
  const milliseconds moment(std::uniform_int_distribution<int>(0, window)(random_));
  const auto until = std::chrono::steady_clock::now() + moment;
  if (auto pressed = Citizen(rig_).press_file(); !pressed) return pressed;
  while (std::chrono::steady_clock::now() < until) {
    rig_.turn_twin();
    std::this_thread::sleep_for(milliseconds(5));
  }
  rig_.pull_plug();
  keep(rig_.outside().take_receipt());
  keep(rig_.outside().printer().current_paper());
  rig_.outside().printer().power_cycle();
  rig_.say("        cut " + std::to_string(moment.count()) + " of " + std::to_string(window) +
           " ms after \"file\"; receipts out so far: " + std::to_string(printed_.size()));
  return {};
}

Outcome PowerCuts::lying_disk() {
  rig_.city().backend().network().connect();
  if (auto up = rig_.boot(DiskCache::Forgetful); !up) return up;
  if (auto same = nothing_lost(); !same) return same;
  if (auto done = fill_in_without_network(); !done) return done;
  if (auto pressed = Citizen(rig_).press_file(); !pressed) return pressed;
  const auto receipt = Citizen(rig_).await_receipt();
  if (!receipt) return fail(receipt.error());
  const auto statement = read_statement(*receipt, rig_.city(), rig_.folder());
  if (!statement) return fail(statement.error());
  rig_.pull_plug();
  rig_.outside().printer().power_cycle();
  rig_.city().backend().network().connect();
  if (auto up = rig_.boot(DiskCache::Volatile); !up) return up;
  if (await_request(rig_, statement->tracking_code, long_enough))
    return fail(Trouble{"nothing was lost, although the disk forgot what it had been told to flush"});
  return {};
}

}  // namespace

bool survive_power_cuts(Rig& rig, int cuts, std::uint32_t seed) {
  PowerCuts all(rig, seed);
  rig.say("        moments drawn from seed " + std::to_string(seed));
  for (int i = 1; i <= cuts; ++i)
    if (!rig.step("power cut " + std::to_string(i) + " of " + std::to_string(cuts) + " while filing",
                  [&] { return all.one_cut(); }))
      return false;
  return rig.step("after the last cut every printed receipt has its request at the backend, once",
                  [&]() -> Outcome {
                    rig.city().backend().network().connect();
                    if (auto up = rig.boot(DiskCache::Volatile); !up) return up;
                    if (auto good = all.nothing_lost(); !good) return good;
                    if (all.receipts() == 0)
                      return fail(Trouble{"not one receipt came out before its cut, so nothing was proved"});
                    const auto opened = rig.city().opened();
                    rig.say("        " + std::to_string(all.receipts()) + " receipts printed in " +
                            std::to_string(cuts) + " cuts, none lost; the backend holds " +
                            std::to_string(opened ? opened->size() : 0) + " requests in all, none twice");
                    return {};
                  }) &&
         rig.step("control: a disk that ignores flushes loses a request whose receipt was printed",
                  [&] { return all.lying_disk(); });
}

}  // namespace pishkhan::machine
