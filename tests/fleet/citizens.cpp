// Who stands at the counter, and what the counter does with it: the real state machine, with fingers, a card, a
// printer and a screen that are not there.
#include "base/core/log.h"
#include "tests/fleet/kiosk.h"

#include <string_view>
#include <utility>

namespace pishkhan::fleet {

namespace action = screens::action;
namespace page = visit::page;

void Kiosk::visit(Matter matter) {
  ++street_.outcome.visits;
  const bool free = is_on() && !citizen_ && std::holds_alternative<visit::Attract>(state_.mode);
  if (!free) return note("turned away");
  const bool impatient = random_.below(20) == 0;
  citizen_ = Citizen{std::move(matter), impatient ? 3 + static_cast<int>(random_.below(8)) : 40, false};
  // In every other visit of a doomed machine the power goes while something is written.
  act();
}

void Kiosk::act() {
  if (!citizen_) return;
  const auto* visit = std::get_if<visit::Visit>(&state_.mode);
  if (--citizen_->patience < 0 || (citizen_->began && visit == nullptr)) {
    citizen_.reset();  // gone; if in the middle, the visit ends by itself
    return;
  }
  citizen_->began = true;
  const screens::Action chosen =
      visit == nullptr ? screens::Action(action::ChooseLanguage{Language::Persian}) : next_action(*visit);
  if (visit == nullptr)
    happen(visit::event::Acted{action::Start{}});
  else
    happen(visit::event::Acted{chosen});
  check_refusal(chosen);
  work();
  later(SteadyTime(1'500 + static_cast<std::int64_t>(random_.below(6'000))), [this] { act(); });
}

screens::Action Kiosk::identify(const page::Identify& here) {
  const Matter& matter = citizen_->matter;
  const auto& visit = std::get<visit::Visit>(state_.mode);
  if (matter.service == "typed") {
    if (here.by_card) return action::TypeInstead{};
    if (!visit.values.contains("national_id")) {
      return action::EditField{"national_id", PersonalText(matter.national_id)};
    }
    return action::Next{};
  }
  if (here.card == screens::view::CardState::Waiting || here.card == screens::view::CardState::LeftBehind) {
    if (state_.around.card_inside) happen(visit::event::CardRemoved{});
    happen(visit::event::CardInserted{});
  }
  return action::Touched{};
}

screens::Action Kiosk::next_action(const visit::Visit& visit) {
  const Matter& matter = citizen_->matter;
  if (visit.question == visit::Question::EndAndErase) return action::ConfirmEnd{};
  if (visit.question == visit::Question::StillThere) return action::KeepGoing{};
  if (std::holds_alternative<page::Services>(visit.page)) return action::ChooseArea{"complaints"};
  if (std::holds_alternative<page::Area>(visit.page)) return action::ChooseService{matter.service};
  if (const auto* here = std::get_if<page::Identify>(&visit.page)) return identify(*here);
  if (const auto* form = std::get_if<page::Form>(&visit.page)) {
    const char* field = form->step == 0 ? "address" : "mobile";
    if (!visit.values.contains(field)) {
      return action::EditField{field, PersonalText(form->step == 0 ? matter.address : matter.mobile)};
    }
    return action::Next{};
  }
  if (std::holds_alternative<page::Filing>(visit.page)) return action::Touched{};
  if (std::holds_alternative<page::Goodbye>(visit.page) && state_.around.card_inside)
    happen(visit::event::CardRemoved{});
  const bool over =
      std::holds_alternative<page::Refused>(visit.page) || std::holds_alternative<page::Receipt>(visit.page);
  return over ? screens::Action(action::End{}) : screens::Action(action::Next{});
}

/// A counter that cannot file says so before anything is typed.
void Kiosk::check_refusal(const screens::Action& chosen) {
  if (!std::holds_alternative<action::ChooseService>(chosen)) return;
  const auto* visit = std::get_if<visit::Visit>(&state_.mode);
  if (visit == nullptr || !state_.around.queue_refuses) return;
  note("refused before typing", static_cast<int>(*state_.around.queue_refuses));
  ++street_.outcome.refused;
  if (!std::holds_alternative<page::Refused>(visit->page)) {
    street_.breach(number_, "a citizen may type although nothing can be filed");
  }
}

void Kiosk::heard(const visit::Event& event) {
  if (const auto* filed = std::get_if<visit::event::Filed>(&event)) {
    if (filed->visit == 0) return;  // a mutation's own
    note(filed->joined ? "joined" : "filed", static_cast<std::int64_t>(filed->request.sequence));
    ++(filed->joined ? street_.outcome.joined : street_.outcome.accepted);
    visit::event::Filed given = *filed;
    if (street_.rules.mutation == Mutation::SpoilsTheReceipt) {
      char& letter = given.request.statement.back();
      letter = letter == 'A' ? 'B' : 'A';
    }
    street_.ledger.accept(number_, given);
    for (const SteadyTime delay : {SteadyTime{400}, SteadyTime{70'000}, SteadyTime{660'000}}) {
      later(delay, [this] { housekeeping(); });
    }
  } else if (const auto* failed = std::get_if<visit::event::FilingFailed>(&event)) {
    note("not filed", static_cast<int>(failed->fault));
    ++street_.outcome.refused;
    street_.ledger.refuse(number_, failed->visit);
    later(SteadyTime{15'000}, [this] { housekeeping(); });
  }
}

void Kiosk::happen(visit::Event event) {
  visit::Stamped stamped{std::move(event), clock_.wall(), clock_.steady(), next_visit_++};
  visit::Effects effects = visit::step(state_, stamped);
  for (visit::Effect& effect : effects) carry_out(effect);
}

void Kiosk::carry_out(visit::Effect& effect) {
  namespace wanted = visit::effect;
  if (!is_on()) return;
  if (std::holds_alternative<wanted::Forget>(effect)) {
    if (state_.around.card_inside) later(SteadyTime{5'000}, [this] { happen(visit::event::CardRemoved{}); });
    return worker_->forget();
  }
  if (const auto* read = std::get_if<wanted::ReadCard>(&effect)) {
    happen(visit::event::CardReading{read->visit});
    later(SteadyTime{1'200}, [this, id = read->visit] {
      if (!citizen_) return;
      happen(visit::event::CardRead{id, PersonalText(citizen_->matter.national_id),
                                    PersonalText(citizen_->matter.name)});
      work();
    });
  } else if (auto* job = std::get_if<wanted::File>(&effect)) {
    file(std::move(*job));
  } else if (const auto* job_of_printer = std::get_if<wanted::Print>(&effect)) {
    print(*job_of_printer);
  } else if (const auto* record = std::get_if<wanted::RecordPrint>(&effect)) {
    worker_->record(*record);
  }
}

void Kiosk::mutate(Mutation mutation, visit::effect::File& job) {
  const std::string said(job.values.at("mobile").reveal());
  if (mutation == Mutation::LogsTheMobile) log::info("mutant.filing", {{"mobile", log::PublicText{said}}});
  if (mutation == Mutation::SpoilsAnAnswer && job.values.contains("address"))
    job.values.at("address") = PersonalText("elsewhere");
  if (mutation == Mutation::SendsTheMobile) {
    protocol::Health health;
    health.epoch = 1;
    health.program_version = said;
    static_cast<void>(client_->send_health(health).has_value());
  }
  if (mutation == Mutation::WritesTheMobile)
    static_cast<void>(files_.write_synced("/disk/note", 0, as_bytes(said)).has_value());
}

void Kiosk::file(visit::effect::File job) {
  street_.ledger.attempt(number_, job);
  const Mutation mutation = street_.rules.mutation;
  mutate(mutation, job);
  if (mutation == Mutation::NewKeyForEachTry) last_job_ = job;
  const bool too_early = mutation == Mutation::ReceiptBeforeCommit && random_.below(20) == 0;
  const power_cut::ModelDisk::Image before = too_early ? disk_.image() : power_cut::ModelDisk::Image();
  worker_->file(std::move(job));
  if (!too_early) return;
  worker_->work_off();
  lose_power(SteadyTime{60'000});
  disk_.restore(before);
}

void Kiosk::print(const visit::effect::Print& job) {
  happen(visit::event::ReceiptLaidOut{job.visit, Bitmap(8, 8)});
  later(SteadyTime{7'000}, [this, id = job.visit, sequence = job.request.sequence] {
    const std::uint64_t luck = random_.below(20);
    visit::PrintOutcome outcome = visit::PrintOutcome::Printed;
    if (luck == 0) outcome = visit::PrintOutcome::PaperOut;
    if (luck == 1) outcome = visit::PrintOutcome::Unknown;
    if (luck == 2) outcome = visit::PrintOutcome::PrinterFault;
    note("print ends", static_cast<std::int64_t>(sequence), static_cast<int>(outcome));
    happen(visit::event::PrintEnded{id, sequence, outcome});
    work();
  });
}

void Kiosk::plan_tick() {
  const auto deadline = visit::next_deadline(state_, clock_.steady());
  if (!deadline || *deadline == planned_tick_) return;
  planned_tick_ = *deadline;
  later(*deadline - clock_.steady(), [this, due = *deadline] {
    if (planned_tick_ == due) planned_tick_ = SteadyTime{-1};
    happen(visit::event::Tick{});
    work();
  });
}

}  // namespace pishkhan::fleet
