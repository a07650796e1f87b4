// What happened in the house, and what it means between two visits.
#include "kiosk/visit/stepper.h"

#include <utility>

namespace pishkhan::visit {

/// Out of service begins and ends between visits, never under a citizen's hands.
void Stepper::settle_service() {
  if (std::holds_alternative<Visit>(state_.mode)) return;
  Surroundings& around = state_.around;
  std::string code = around.start_code.empty() ? around.staff_code : around.start_code;
  if (code.empty() && around.catalogue == nullptr) code = "CATALOGUE";
  if (!code.empty())
    state_.mode = OutOfService{std::move(code), std::nullopt};
  else if (around.closed)
    state_.mode = OutOfService{"CLOSED", around.closed};
  else
    state_.mode = Attract{};
  if (!around.restart_ordered) return;
  around.restart_ordered = false;
  effects_.emplace_back(effect::Restart{});
}

void Stepper::on(const event::QueueChanged& changed) {
  state_.around.queue_refuses = changed.refuses;
  state_.around.recovery_offered = changed.recovery_offered;
}

void Stepper::on(const event::NetworkChanged& changed) {
  state_.around.network = changed.reachable;
}

void Stepper::on(const event::CatalogueLoaded& loaded) {
  state_.around.catalogue = loaded.catalogue;
}
void Stepper::on(const event::StartedBroken& broken) {
  state_.around.start_code = broken.staff_code;
}
void Stepper::on(const event::OutOfOrder& out) {
  state_.around.staff_code = out.staff_code;
}
void Stepper::on(const event::BackInOrder&) {
  state_.around.staff_code.clear();
}
void Stepper::on(const event::ClosedByCity& closed) {
  state_.around.closed = closed.reason;
}
void Stepper::on(const event::RestartOrdered&) {
  state_.around.restart_ordered = true;
}

}  // namespace pishkhan::visit
