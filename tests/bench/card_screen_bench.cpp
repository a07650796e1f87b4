// The whole kiosk, from the card that goes in to the frame with the name on it.
#include "kiosk/demo/city_backend.h"
#include "kiosk/demo/machine.h"
#include "kiosk/demo/robot.h"
#include "tests/bench/bench_folder.h"
#include "tests/bench/card_reading_bench.h"

#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pishkhan::bench {

namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{10};

/// A city with one service that wants the card, a machine in it, and a finger.
class Kiosk {
 public:
  explicit Kiosk(const fs::path& folder) : folder_(folder) {}
  ~Kiosk() {
    robot_.reset();
    if (machine_) machine_->switch_off();
  }
  Kiosk(const Kiosk&) = delete;
  Kiosk& operator=(const Kiosk&) = delete;

  /// Up to the page that asks for the card.
  [[nodiscard]] bool open() {
    const fs::path pack = PISHKHAN_SECOND_CITY;
    auto backend = demo::CityBackend::start({fs::path(PISHKHAN_PROGRAM).parent_path(), folder_ / "city", pack});
    if (!backend) return false;
    backend_ = std::move(*backend);
    demo::Machine::Setup setup;
    setup.folder = folder_ / "machine";
    setup.city_pack = pack;
    setup.keys = backend_->kiosk_keys();
    setup.cards = &backend_->cards();
    machine_ = std::make_unique<demo::Machine>(std::move(setup));
    if (machine_->switch_on()) return false;
    robot_ = std::make_unique<demo::Robot>(machine_->kiosk());
    robot_->settle();
    machine_->reader().set_pace(contacts_bits_per_second);
    return robot_->wait_for([&] { return machine_->kiosk().state().around.reader_present; }) &&
           robot_->tap("language/fa") && robot_->tap("area/trees") && robot_->tap("service/tree-felling") &&
           robot_->tap("main");
  }
  /// Milliseconds from the card to the frame that shows its name; nothing if it did not come.
  [[nodiscard]] std::optional<double> read_once() {
    const auto begun = SteadyClock::now();
    machine_->reader().insert(machine_->cards().citizen());
    while (!shows(screens::view::CardState::Checking)) {
      if (SteadyClock::now() - begun > patience) return std::nullopt;
      machine_->kiosk().turn(SteadyTime{20});
    }
    machine_->kiosk().turn(SteadyTime{0});  // draws what has changed
    const std::chrono::duration<double, std::milli> took = SteadyClock::now() - begun;
    static_cast<void>(machine_->reader().remove());
    const bool ready = robot_->wait_for([&] {
      return !machine_->kiosk().state().around.card_inside && shows(screens::view::CardState::Waiting);
    });
    return ready ? std::optional(took.count()) : std::nullopt;
  }

 private:
  [[nodiscard]] bool shows(screens::view::CardState state) {
    const auto* identify = robot_->page<visit::page::Identify>();
    return identify != nullptr && identify->card == state;
  }
  fs::path folder_;
  std::unique_ptr<demo::CityBackend> backend_;
  std::unique_ptr<demo::Machine> machine_;
  std::unique_ptr<demo::Robot> robot_;
};

}  // namespace

std::optional<ScreenTimes> measure_card_to_screen(int readings) {
  ::setenv("SDL_VIDEODRIVER", "offscreen", 0);
  const BenchFolder folder;
  if (folder.path.empty()) return std::nullopt;
  Kiosk kiosk(folder.path);
  if (!kiosk.open()) return std::nullopt;
  std::vector<double> times;
  for (int i = 0; i < readings; ++i) {
    const auto took = kiosk.read_once();
    if (!took) return std::nullopt;
    times.push_back(*took);
  }
  std::ranges::sort(times);
  return ScreenTimes{times[times.size() / 2], times.back()};
}

}  // namespace pishkhan::bench
