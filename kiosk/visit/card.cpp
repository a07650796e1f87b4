// What a card and its reader do to a visit, and how a visit ends with a card that is still there.
#include "kiosk/visit/step.h"
#include "kiosk/visit/stepper.h"

#include <chrono>
#include <utility>

namespace pishkhan::visit {

using screens::view::CardState;

namespace {

CardState shown_after(event::CardFault fault) {
  switch (fault) {
    case event::CardFault::Unknown:
      return CardState::Unknown;
    case event::CardFault::NotGenuine:
      return CardState::NotGenuine;
    case event::CardFault::OutOfDate:
      return CardState::OutOfDate;
    case event::CardFault::Bank:
      return CardState::BankCard;
    case event::CardFault::Staff:
      return CardState::StaffCard;
    case event::CardFault::WrongPin:
      return CardState::WrongPin;
    case event::CardFault::Blocked:
      return CardState::Blocked;
    case event::CardFault::NoPin:
      return CardState::NoPin;
    case event::CardFault::NoPinPad:
      return CardState::NoPinPad;
    case event::CardFault::Failed:
      break;
  }
  return CardState::Failed;
}

}  // namespace

void Stepper::on(const event::ReaderChanged& changed) {
  const bool was_present = state_.around.reader_present;
  state_.around.reader_present = changed.present;
  state_.around.reader_media = changed.media;
  state_.around.reader_chip = changed.chip;
  state_.around.reader_code = changed.staff_code;
  if (changed.present == was_present) return;
  // A reader that goes away gives no card back: whose it is, it still is when the reader answers again.
  if (!changed.present && state_.around.card_inside) {
    state_.around.card_unseen = true;
    state_.around.card_inside = false;
  }
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr) return;
  visit->reading = false;
  if (shows_holder(*visit) && is_without_card(*visit)) return stop_without_card(*visit);
  if (auto* identify = std::get_if<page::Identify>(&visit->page)) {
    identify->card = waiting_state(*visit);
    identify->name.clear();
  }
}

void Stepper::on(const event::CardInserted& inserted) {
  // One that was not seen going in is nobody's but of a visit that goes on: else it is an earlier person's.
  auto& around = state_.around;
  const auto* visit = std::get_if<Visit>(&state_.mode);
  const bool goes_on = visit != nullptr && !std::holds_alternative<page::Goodbye>(visit->page);
  around.card_left_behind = inserted.found && (around.card_left_behind || !goes_on);
  around.card_since = stamped_.steady;
  if (auto* here = std::get_if<Visit>(&state_.mode); here != nullptr && !inserted.found) stay_awake(*here);
  card_moved(true);
}
void Stepper::on(const event::CardRemoved&) {
  state_.around.card_left_behind = false;
  card_moved(false);
}

/// Hands that are at the reader do not touch the screen.
void Stepper::stay_awake(Visit& visit) {
  visit.last_touch = stamped_.steady;
  if (visit.question == Question::StillThere) visit.question = Question::None;
}

void Stepper::card_moved(bool inside) {
  state_.around.card_inside = inside;
  state_.around.card_unseen = false;
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr) return;
  visit->reading = false;
  if (auto* goodbye = std::get_if<page::Goodbye>(&visit->page); goodbye != nullptr && !inside) {
    goodbye->since = stamped_.steady;  // taken: now the thanks can be read
    return;
  }
  if (auto* identify = std::get_if<page::Identify>(&visit->page)) {
    identify->card = waiting_state(*visit);
    identify->name.clear();
    if (identify->by_card) read_card(*visit);
    return;
  }
  if (shows_holder(*visit) && is_without_card(*visit)) stop_without_card(*visit);
}

/// What the card's page shows while no card is being read.
CardState Stepper::waiting_state(const Visit& visit) const {
  if (!state_.around.reader_present) return CardState::NoReader;
  if (state_.around.card_left_behind) return CardState::LeftBehind;
  return state_.around.card_inside || visit.bound_to.empty() ? CardState::Waiting : CardState::PulledOut;
}

/// One reading at a time: a second one would ask for the PIN again.
void Stepper::read_card(Visit& visit) {
  if (!state_.around.card_inside || state_.around.card_left_behind || visit.reading) return;
  visit.reading = true;
  visit.pin_wanted = false;
  effects_.emplace_back(effect::ReadCard{visit.id});
}

/// It is bound to the card in the reader, and that is gone.
bool Stepper::is_without_card(const Visit& visit) const {
  return visit.card_holder && visit.service != nullptr &&
         visit.service->assurance == services::Assurance::Card && !state_.around.card_inside;
}

/// It stops at the card's place until the card is back; what was typed stays.
void Stepper::stop_without_card(Visit& visit) {
  enter_identify(visit);
}

/// Whether what the card says, or what its holder typed, is on the screen.
bool Stepper::shows_holder(const Visit& visit) {
  return std::holds_alternative<page::Form>(visit.page) || std::holds_alternative<page::Review>(visit.page);
}

void Stepper::on(const event::CardReading& reading) {
  Visit* visit = visit_of(reading.visit);
  if (visit == nullptr || !state_.around.card_inside) return;
  visit->pin_wanted = false;
  if (auto* identify = std::get_if<page::Identify>(&visit->page)) identify->card = CardState::Reading;
}

void Stepper::on(const event::CardNamed& named) {
  Visit* visit = visit_of(named.visit);
  if (visit == nullptr) return;
  auto* identify = std::get_if<page::Identify>(&visit->page);
  if (identify == nullptr || !state_.around.card_inside) return;
  identify->card = CardState::Checking;
  identify->name = named.name;
}

void Stepper::on(const event::CardPinWanted& wanted) {
  Visit* visit = visit_of(wanted.visit);
  if (visit == nullptr || !state_.around.card_inside) return;
  visit->pin_wanted = true;
  auto* identify = std::get_if<page::Identify>(&visit->page);
  if (identify == nullptr) return;
  identify->card = CardState::PinWanted;
  stay_awake(*visit);
}

void Stepper::on(const event::CardRead& read) {
  Visit* visit = visit_of(read.visit);
  if (visit == nullptr) return;
  visit->reading = false;
  auto* identify = std::get_if<page::Identify>(&visit->page);
  if (identify == nullptr) return;
  // Who has turned to the keypad meanwhile, or has taken the card, is not taken at the card's word.
  if (!identify->by_card || !state_.around.card_inside) {
    identify->card = waiting_state(*visit);
    identify->name.clear();
    return;
  }
  // Another person's card: what the first one typed is not theirs to see.
  if (!visit->bound_to.empty() && !(visit->bound_to == read.national_id)) visit->values.clear();
  visit->bound_to.clear();
  visit->values.insert_or_assign("national_id", read.national_id);
  visit->values.insert_or_assign("name", read.name);
  visit->card_holder = true;
  visit->last_touch = stamped_.steady;
  enter_form(*visit);
}

void Stepper::on(const event::CardFailed& failed) {
  Visit* visit = visit_of(failed.visit);
  if (visit == nullptr) return;
  visit->reading = false;
  auto* identify = std::get_if<page::Identify>(&visit->page);
  if (identify == nullptr) return;
  identify->card = state_.around.card_inside ? shown_after(failed.fault) : waiting_state(*visit);
  identify->name.clear();
}

/// Nothing was filed, so there is nothing to thank for; a card in the reader is asked for all the same.
void Stepper::leave(Visit& visit) {
  if (state_.around.card_inside)
    say_goodbye(visit);
  else
    end_visit();
}

void Stepper::say_goodbye(Visit& visit) {
  turn(visit, page::Goodbye{stamped_.steady, stamped_.steady});
  if (state_.around.card_inside) effects_.emplace_back(effect::Chime{visit.id});
  erase(visit);
}

/// A card in the reader is asked for until it is taken, or until it is plain that nobody will come.
void Stepper::time_passes(Visit& visit, page::Goodbye& goodbye) {
  const SteadyTime now = stamped_.steady;
  if (!state_.around.card_inside) {
    if (now - goodbye.since >= goodbye_stands) end_visit();
    return;
  }
  if (now - goodbye.since >= card_is_asked_for) {
    const auto asked = std::chrono::duration_cast<std::chrono::seconds>(card_is_asked_for);
    effects_.emplace_back(effect::NoteForgottenCard{visit.id, static_cast<int>(asked.count())});
    end_visit();
  } else if (now - goodbye.chimed >= between_chimes) {
    goodbye.chimed = now;
    effects_.emplace_back(effect::Chime{visit.id});
  }
}

/// The greeting can be closed; a card in the reader cannot be left by closing it.
void Stepper::leave_goodbye(Visit& visit) {
  if (state_.around.card_inside)
    effects_.emplace_back(effect::Chime{visit.id});
  else
    end_visit();
}

}  // namespace pishkhan::visit
