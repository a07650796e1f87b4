// The scripts of the tour about cards: which are read, which are refused, and what becomes of them.
#include "drivers/simulated/strange_cards.h"
#include "kiosk/demo/tour.h"
#include "kiosk/visit/step.h"

#include <memory>
#include <utility>

namespace pishkhan::demo {

namespace page = visit::page;
using screens::view::CardState;

const services::Service* Tour::service_with(services::Assurance assurance) const {
  for (const auto& service : machine_->kiosk().state().around.catalogue->services)
    if (service.assurance == assurance) return &service;
  return nullptr;
}

bool Tour::go_to_identify(services::Assurance assurance) {
  const auto* service = service_with(assurance);
  return step("find a service of that assurance", service != nullptr) &&
         step("open it", robot_->tap("area/" + service->area) && robot_->tap("service/" + service->id) &&
                             robot_->tap("main") && robot_->page<page::Identify>() != nullptr);
}

bool Tour::await_card(CardState state) {
  return step("be told what card it is", robot_->wait_for([this, state] {
    const auto* identify = robot_->page<page::Identify>();
    return identify != nullptr && identify->card == state;
  }));
}

bool Tour::pull_card() {
  static_cast<void>(machine_->reader().remove());
  return step("see it pulled",
              robot_->wait_for([this] { return !machine_->kiosk().state().around.card_inside; }));
}

bool Tour::try_card(std::unique_ptr<simulated::SimulatedCard> card, CardState state, const char* name) {
  machine_->reader().insert(std::move(card));
  return await_card(state) && shot(name) && pull_card();
}

bool Tour::by_card(Language language) {
  if (!begin("identify", language)) return false;
  const auto* service = service_with(services::Assurance::Card);
  if (!step("find a service by card", service != nullptr)) return false;
  bool fine = robot_->tap("area/" + service->area) && shot("area") && robot_->tap("service/" + service->id) &&
              shot("before") && robot_->tap("main") && shot("insert-card") &&
              try_card(std::make_unique<simulated::UnknownCard>(), CardState::Unknown, "unknown-card") &&
              try_card(machine_->cards().copied(), CardState::NotGenuine, "copied-card") &&
              try_card(std::make_unique<simulated::BankCard>(), CardState::BankCard, "bank-card") &&
              try_card(machine_->cards().staff(), CardState::StaffCard, "staff-card") &&
              try_card(std::make_unique<simulated::DeadCard>(), CardState::Failed, "dead-card");
  const auto read = [this] {
    machine_->reader().insert(machine_->cards().citizen());
    return step("read the city card",
                robot_->wait_for([this] { return robot_->page<page::Form>() != nullptr; }));
  };
  fine = fine && read() && shot("form");
  static_cast<void>(machine_->reader().remove());
  return fine && await_card(CardState::PulledOut) && shot("card-pulled") && read() && pull_card() &&
         await_card(CardState::PulledOut) && end_visit();
}

/// Somebody walks away and leaves the card; the next one finds it.
bool Tour::forgotten_card(Language language) {
  if (!begin("forgotten-card", language) || !go_to_identify(services::Assurance::Card)) return false;
  machine_->reader().insert(machine_->cards().citizen());
  const bool leaving =
      step("read the city card", robot_->wait_for([this] { return robot_->page<page::Form>() != nullptr; })) &&
      robot_->tap("end") && robot_->tap("confirm-end") &&
      step("be asked to take the card", robot_->page<page::Goodbye>() != nullptr) && shot("reminder");
  if (!leaving) return false;
  const auto later = [this](SteadyTime time) {
    machine_->clock().skip(time);
    machine_->kiosk().wake();
    robot_->settle();
  };
  const int rung = machine_->kiosk().chime().rung();
  later(visit::between_chimes);
  if (!step("hear it again", rung >= 1 && machine_->kiosk().chime().rung() > rung)) return false;
  later(visit::card_is_asked_for);
  return step("be back at the beginning", robot_->visit() == nullptr) && shot("left-on-welcome") &&
         robot_->tap("language/" + std::string(tag(language))) && go_to_identify(services::Assurance::Card) &&
         await_card(CardState::LeftBehind) && shot("somebody-elses") && pull_card() &&
         await_card(CardState::Waiting) && end_visit();
}

bool Tour::without_reader(Language language) {
  if (!begin("without-reader", language) || !go_to_identify(services::Assurance::TypedNationalId)) return false;
  machine_->reader().unplug();
  const bool typed =
      await_card(CardState::NoReader) && shot("reader-gone") && robot_->tap("type-instead") &&
      robot_->tap("field/national_id") && robot_->type("0499370899") &&
      step("be let in without a reader", robot_->tap("main") && robot_->page<page::Form>() != nullptr) &&
      end_visit();
  machine_->reader().plug_in();
  return step("find the reader again",
              robot_->wait_for([this] { return machine_->kiosk().state().around.reader_present; })) &&
         typed;
}

}  // namespace pishkhan::demo
