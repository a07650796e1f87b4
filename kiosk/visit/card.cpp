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
  if (!changed.present) state_.around.card_inside = state_.around.card_left_behind = false;
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr) return;
  if (auto* identify = std::get_if<page::Identify>(&visit->page)) {
    identify->card = changed.present ? CardState::Waiting : CardState::NoReader;
    identify->name.clear();
  }
}

void Stepper::on(const event::CardInserted&) {
  card_moved(true);
}
void Stepper::on(const event::CardRemoved&) {
  card_moved(false);
}

void Stepper::card_moved(bool inside) {
  state_.around.card_inside = inside;
  state_.around.card_left_behind = false;
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr) return;
  if (auto* goodbye = std::get_if<page::Goodbye>(&visit->page); goodbye != nullptr && !inside) {
    goodbye->since = stamped_.steady;  // taken: now the thanks can be read
    return;
  }
  if (auto* identify = std::get_if<page::Identify>(&visit->page)) {
    identify->card = inside || visit->bound_to.empty() ? CardState::Waiting : CardState::PulledOut;
    identify->name.clear();
    if (inside && identify->by_card) effects_.emplace_back(effect::ReadCard{visit->id});
    return;
  }
  // A visit that is bound to the card stops at the card's place until the card is back; what was typed stays.
  const bool bound =
      visit->card_holder && visit->service != nullptr && visit->service->assurance == services::Assurance::Card;
  const bool filling =
      std::holds_alternative<page::Form>(visit->page) || std::holds_alternative<page::Review>(visit->page);
  if (inside || !bound || !filling) return;
  visit->bound_to = visit->values["national_id"];
  enter_identify(*visit);
  std::get<page::Identify>(visit->page).card = CardState::PulledOut;
}

void Stepper::on(const event::CardReading& reading) {
  Visit* visit = visit_of(reading.visit);
  if (visit == nullptr) return;
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
  if (visit == nullptr) return;
  auto* identify = std::get_if<page::Identify>(&visit->page);
  if (identify == nullptr || !state_.around.card_inside) return;
  identify->card = CardState::PinWanted;
  // Hands that are at the reader's keypad do not touch the screen.
  visit->last_touch = stamped_.steady;
}

void Stepper::on(const event::CardRead& read) {
  Visit* visit = visit_of(read.visit);
  if (visit == nullptr || !std::holds_alternative<page::Identify>(visit->page)) return;
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
  auto* identify = std::get_if<page::Identify>(&visit->page);
  if (identify == nullptr) return;
  identify->card = shown_after(failed.fault);
  identify->name.clear();
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
