#pragma once

#include "tests/fleet/backend.h"
#include "tests/fleet/kiosk.h"
#include "tests/fleet/network.h"

#include <memory>
#include <vector>

namespace pishkhan::fleet {

/// A fleet, its municipality and what goes wrong with them. Thread: one, the only one there is.
class World {
 public:
  explicit World(const Rules& rules);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  Outcome live();

 private:
  struct Made {
    std::vector<std::unique_ptr<workers::Identity>> identities;
    backend::KioskRegister kiosks;
  };
  void enrol();
  void plan_day(int day);
  void plan_kiosk_day(Kiosk& kiosk, std::vector<Matter>& earlier);
  void plan_backend_day();
  void plan_faults(Kiosk& kiosk);
  void plan_rare_faults();
  void run_cases();
  void keep_backend_up();
  void end_of_day();
  void drain();
  void breach(int kiosk, const std::string& what);
  [[nodiscard]] SteadyTime some_time() {
    return SteadyTime(static_cast<std::int64_t>(random_.below(86'400'000)));
  }
  /// One chance in `times`, for each kiosk and day.
  [[nodiscard]] bool once_in(std::uint64_t times) { return random_.below(times) == 0; }
  void run_until(SteadyTime end);

  Rules rules_;
  SeededRandom random_;
  Timeline timeline_;
  Trace trace_;
  Outcome outcome_;
  services::Catalogue catalogue_;
  protocol::SigningKey city_ = protocol::SigningKey::generate();
  protocol::VerifyingKey city_public_ = city_.verifying_key();
  Ledger ledger_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Street> street_;
  std::vector<std::unique_ptr<Kiosk>> kiosks_;
  std::vector<std::vector<Matter>> matters_;
  int matters_made_ = 0;
  int failed_starts_ = 0;
};

}  // namespace pishkhan::fleet
