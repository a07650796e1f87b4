#pragma once

#include "kiosk/demo/machine.h"
#include "kiosk/demo/robot.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::e2e {

/// A machine with simulated devices, the real kiosk on it, and a finger that files complaints.
class AtKiosk {
 public:
  ~AtKiosk() { switch_off(); }

  /// The data folder stays; what was in the machine (paper, plugs) is new.
  void make_machine(demo::Machine::Setup setup) { machine = std::make_unique<demo::Machine>(std::move(setup)); }
  [[nodiscard]] bool switch_on() {
    if (machine->switch_on()) return false;
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
           robot->tap("main") && fill_complaint_form(address, mobile);
  }
  /// Its form alone, or that of a service made after it.
  [[nodiscard]] bool fill_complaint_form(std::string_view address, std::string_view mobile) {
    return robot->tap("choice/topic/pothole") && robot->tap("main") && robot->tap("choice/district/d6") &&
           robot->tap("main") && robot->tap("field/address") && robot->type(address) && robot->tap("main") &&
           robot->tap("main") && robot->tap("field/mobile") && robot->type(mobile) && robot->tap("main") &&
           robot->page<visit::page::Review>() != nullptr;
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

  std::unique_ptr<demo::Machine> machine;
  std::unique_ptr<demo::Robot> robot;
};

}  // namespace pishkhan::e2e
