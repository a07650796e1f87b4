#pragma once

#include "kiosk/demo/city_backend.h"
#include "kiosk/demo/machine.h"
#include "kiosk/demo/robot.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::e2e {

namespace fs = std::filesystem;

/// A folder that goes when the test ends.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (fs::temp_directory_path() / "pishkhan-test-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path_ = made;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline fs::path sample_city() {
  return fs::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh";
}

/// Backend programs, network cable, a machine with simulated devices, the real kiosk, and a finger.
class WholeCity {
 public:
  explicit WholeCity(const fs::path& city_pack = sample_city(), const fs::path& folder = {})
      : city_pack_(city_pack), place_(folder.empty() ? folder_.path() : folder) {
    auto started = demo::CityBackend::start({PISHKHAN_PROGRAMS, place_ / "backend", city_pack});
    if (started) backend = std::move(*started);
    make_machine();
  }
  ~WholeCity() { switch_off(); }

  void make_machine() {
    demo::Machine::Setup setup;
    setup.folder = place_ / "machine";
    setup.city_pack = city_pack_;
    if (backend != nullptr) setup.keys = backend->kiosk_keys();
    machine = std::make_unique<demo::Machine>(std::move(setup));
  }
  [[nodiscard]] bool switch_on() {
    if (backend == nullptr || machine->switch_on()) return false;
    robot = std::make_unique<demo::Robot>(machine->kiosk());
    robot->settle();
    return true;
  }
  void switch_off() {
    robot.reset();
    if (machine != nullptr) machine->switch_off();
  }
  [[nodiscard]] bool devices_ready() {
    return robot->wait_for([this] {
      const auto& around = machine->kiosk().state().around;
      return around.printer_ready && around.reader_present;
    });
  }
  /// Fills in service 137 up to the review.
  [[nodiscard]] bool fill_complaint(std::string_view address, std::string_view mobile) {
    return robot->tap("language/fa") && robot->tap("area/complaints") && robot->tap("service/complaint-137") &&
           robot->tap("main") && robot->tap("choice/topic/pothole") && robot->tap("main") &&
           robot->tap("choice/district/d6") && robot->tap("main") && robot->tap("field/address") &&
           robot->type(address) && robot->tap("main") && robot->tap("main") && robot->tap("field/mobile") &&
           robot->type(mobile) && robot->tap("main") && robot->page<visit::page::Review>() != nullptr;
  }
  /// Files and waits for the receipt page; the tracking code, or empty.
  [[nodiscard]] std::string file() {
    if (!robot->tap("main")) return {};
    const bool filed = robot->wait_for([this] { return robot->page<visit::page::Receipt>() != nullptr; });
    return filed ? robot->page<visit::page::Receipt>()->request.tracking_code : std::string();
  }
  [[nodiscard]] bool await_print(screens::view::PrintState wanted) {
    return robot->wait_for([this, wanted] {
      const auto* receipt = robot->page<visit::page::Receipt>();
      return receipt != nullptr && receipt->print == wanted && receipt->paper.height() > 0;
    });
  }
  [[nodiscard]] bool leave() { return robot->tap("main") && robot->tap("main") && robot->visit() == nullptr; }
  [[nodiscard]] const fs::path& folder() const { return place_; }

 private:
  TestFolder folder_;
  fs::path city_pack_;
  fs::path place_;

 public:
  std::unique_ptr<demo::CityBackend> backend;
  std::unique_ptr<demo::Machine> machine;
  std::unique_ptr<demo::Robot> robot;
};

}  // namespace pishkhan::e2e
