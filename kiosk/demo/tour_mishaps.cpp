// The scripts of the tour in which something is refused, not found or wrong with the machine.
#include "kiosk/demo/tour.h"
#include "offline-queue/protocol/tracking_code.h"

#include <filesystem>

namespace pishkhan::demo {

namespace page = visit::page;
using screens::view::PrintState;

bool Tour::end_visit() {
  if (!robot_->tap("end")) return false;
  if (robot_->shows("confirm-end") && !robot_->tap("confirm-end")) return false;
  return step("be back at the beginning", robot_->visit() == nullptr);
}

/// Another city: one of its services asks for the card, the other for the number.
bool Tour::identified(Language language) {
  return start_machine({.name = "second", .backend = second_backend_.get(), .city_pack = second_city()}) &&
         by_card(language) && forgotten_card(language) && without_reader(language) && by_number(language);
}

bool Tour::by_number(Language language) {
  if (!begin("typed-identity", language)) return false;
  const auto* service = service_with(services::Assurance::TypedNationalId);
  if (!step("find a service by number", service != nullptr)) return false;
  const bool asked = robot_->tap("area/" + service->area) && robot_->tap("service/" + service->id) &&
                     robot_->tap("main") && robot_->tap("type-instead") && shot("empty") &&
                     step("type a number with a wrong digit",
                          robot_->tap("field/national_id") && robot_->type("0499370898")) &&
                     shot("wrong");
  return asked && robot_->tap("key/backspace") && robot_->type("9") && shot("typed") &&
         step("be let in", robot_->tap("main") && robot_->page<page::Form>() != nullptr) && shot("form") &&
         end_visit();
}

/// The same machine with a narrow printer.
bool Tour::narrow_paper(Language language) {
  return start_machine({.name = "main",
                        .backend = backend_.get(),
                        .city_pack = sample_city(),
                        .paper_width_dots = 384}) &&
         begin("narrow", language) && open_complaint() && fill_complaint(language, false) &&
         file_and_await_receipt() &&
         step("be asked to take what this printer cannot prove",
              robot_->page<page::Receipt>()->print == PrintState::TakeIt) &&
         shot("receipt") && keep_receipt() && leave();
}

bool Tour::cover_open(Language language) {
  if (!begin("cover-open", language) || !open_complaint() || !fill_complaint(language, false)) return false;
  machine_->printer().set_cover(simulated::Cover::Open);
  const bool told = file_and_await_receipt() &&
                    step("not print", robot_->page<page::Receipt>()->print != PrintState::Printed) &&
                    shot("receipt");
  machine_->printer().set_cover(simulated::Cover::Closed);
  machine_->kiosk().wake();
  return told && step("print by itself after all", robot_->wait_for([this] {
           return robot_->page<page::Receipt>()->print == PrintState::Printed;
         })) &&
         keep_receipt() && leave();
}

/// A code whose check digits are right and that nobody was given.
bool Tour::not_found(Language language) {
  const auto own = protocol::TrackingCode::parse(last_code_);
  if (!step("have a code", own.has_value())) return false;
  const std::string other = protocol::TrackingCode{own->kiosk, own->epoch, 777'777}.digits();
  return begin("not-found", language) && robot_->tap("track") && robot_->tap("field/code") &&
         robot_->type(other) && robot_->tap("main") &&
         step("get an answer",
              robot_->wait_for([this] { return robot_->page<page::TrackResult>() != nullptr; })) &&
         shot("result") && end_visit();
}

bool Tour::refused(Language language) {
  const auto meet = [&](const char* name) {
    return step("know that it cannot file", robot_->wait_for([this] {
             return machine_->kiosk().state().around.queue_refuses.has_value();
           })) &&
           begin(name, language) && robot_->tap("area/complaints") && shot("area") &&
           robot_->tap("service/complaint-137") &&
           step("refuse before anything is typed", robot_->page<page::Refused>() != nullptr) && shot("") &&
           end_visit();
  };
  return start_machine({.name = "main",
                        .backend = backend_.get(),
                        .city_pack = sample_city(),
                        .keep_free_mebibytes = 1 << 20}) &&
         meet("disk-full") &&
         start_machine({.name = "bare",
                        .backend = backend_.get(),
                        .city_pack = sample_city(),
                        .enrolled = Enrolled::No}) &&
         meet("not-enrolled");
}

bool Tour::out_of_service() {
  visit_ = "out-of-service";
  language_ = Language::Persian;
  stop_machine();
  Machine::Setup setup;
  setup.folder = setup_.folder / "broken";
  setup.city_pack = setup_.folder / "no-such-city";
  setup.keys = backend_->kiosk_keys();
  machine_ = std::make_unique<Machine>(std::move(setup));
  if (machine_->switch_on()) return step("show that it is out of service", false);
  robot_ = std::make_unique<Robot>(machine_->kiosk());
  robot_->settle();
  const bool out = std::holds_alternative<visit::OutOfService>(machine_->kiosk().state().mode);
  return step("be out of service", out) && shot("");
}

}  // namespace pishkhan::demo
