#include "tests/machine/power_cuts.h"

#include "tests/machine/backend_watch.h"
#include "tests/machine/citizen.h"
#include "tests/machine/receipt_proof.h"

#include <algorithm>
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

class PowerCuts {
 public:
  PowerCuts(Rig& rig, std::uint32_t seed) : rig_(rig), random_(seed) {}

  Outcome one_cut();
  Outcome nothing_lost();
  Outcome lying_disk();
  [[nodiscard]] int receipts() const { return static_cast<int>(printed_.size()); }

 private:
  Outcome fill_in();
  [[nodiscard]] Outcome wait_for_the_moment();
  bool keep(const simulated::Strip& strip);
  [[nodiscard]] Result<PrintedStatement, Trouble> file_one();
  Outcome after_reboot();

  Rig& rig_;
  std::mt19937 random_;
  int cuts_ = 0;
  std::vector<std::string> printed_;  // tracking codes of receipts that came out
};

Outcome PowerCuts::fill_in() {
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
bool PowerCuts::keep(const simulated::Strip& strip) {
  const auto statement = read_statement(strip, rig_.city(), rig_.folder());
  if (!statement) return false;
  if (std::find(printed_.begin(), printed_.end(), statement->tracking_code) == printed_.end())
    printed_.push_back(statement->tracking_code);
  return true;
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

/// Every other cut comes at any moment of a filing, the rest from the first row of its receipt on: before that there is
/// nothing that could be lost.
Outcome PowerCuts::wait_for_the_moment() {
  using Steady = std::chrono::steady_clock;
  const auto window = static_cast<int>(rig_.filing_time().count() * 5 / 4);
  const auto pass = [this](auto is_time) {
    const auto give_up = Steady::now() + PairedCounter::patience;
    while (!is_time()) {
      if (Steady::now() > give_up) return false;
      rig_.turn_twin();
      std::this_thread::sleep_for(milliseconds(5));
    }
    return true;
  };
  const bool on_paper = cuts_ % 2 == 0;
  const auto rows = [this] { return rig_.outside().printer().view().rows_moved; };
  const auto rows_before = rows();
  const auto begin = Steady::now();
  if (auto pressed = Citizen(rig_).press_file(); !pressed) return pressed;
  if (on_paper && !pass([&] { return rows() > rows_before; })) return fail(Trouble{"no receipt began to be printed"});
  const auto from = on_paper ? Steady::now() : begin;
  const milliseconds moment(std::uniform_int_distribution<int>(0, on_paper ? window / 2 : window)(random_));
  if (!pass([&] { return Steady::now() >= from + moment; })) return fail(Trouble{"the moment did not come"});
  return {};
}

Outcome PowerCuts::one_cut() {
  ++cuts_;
  if (auto up = after_reboot(); !up) return up;
  // Without a network nothing can be sent before the cut; with one it may come between sending and the answer.
  const bool network = cuts_ % 4 >= 2;
  if (!network) rig_.city().backend().network().cut();
  if (auto done = fill_in(); !done) return done;
  const auto before = rig_.outside().printer().view().rows_moved;
  if (auto waited = wait_for_the_moment(); !waited) return waited;
  rig_.pull_plug();
  const bool inked = rig_.outside().printer().view().rows_moved > before;
  bool whole = false;
  for (const simulated::Strip& strip : rig_.outside().take_strips()) whole = keep(strip) || whole;
  whole = keep(rig_.outside().printer().current_paper()) || whole;
  rig_.outside().printer().power_cycle();
  static_cast<void>(rig_.outside().take_strips());
  rig_.say(std::string("        cut ") + (whole ? "after the receipt" : inked ? "in mid-receipt" : "before the paper") +
           (network ? ", with the network" : ", without a network") +
           "; receipts out so far: " + std::to_string(printed_.size()));
  return {};
}

Result<PrintedStatement, Trouble> PowerCuts::file_one() {
  if (auto done = fill_in(); !done) return fail(done.error());
  if (auto pressed = Citizen(rig_).press_file(); !pressed) return fail(pressed.error());
  const auto receipt = Citizen(rig_).await_receipt();
  if (!receipt) return fail(receipt.error());
  return read_statement(*receipt, rig_.city(), rig_.folder());
}

Outcome PowerCuts::lying_disk() {
  rig_.city().backend().network().connect();
  if (auto up = rig_.boot(DiskCache::Forgetful); !up) return up;
  if (auto same = nothing_lost(); !same) return same;
  rig_.city().backend().network().cut();
  const auto lost = file_one();
  if (!lost) return fail(lost.error());
  rig_.pull_plug();
  rig_.outside().printer().power_cycle();
  static_cast<void>(rig_.outside().take_strips());
  rig_.city().backend().network().connect();
  if (auto up = rig_.boot(DiskCache::Volatile); !up) return up;
  // That another one comes shows that the machine sends; the first one would have come before it. Its code may be the
  // same: it is free again.
  const auto next = file_one();
  if (!next) return fail(next.error());
  if (const auto there = await_request(rig_, next->tracking_code); !there) return fail(there.error());
  if (next->tracking_code != lost->tracking_code && await_request(rig_, lost->tracking_code, seconds(0)))
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
                    if (all.receipts() < (cuts + 3) / 4)
                      return fail(Trouble{"hardly a receipt came out before its cut, so little was proved"});
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
