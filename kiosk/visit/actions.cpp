#include "base/services/validate.h"
#include "kiosk/visit/stepper.h"

#include <algorithm>
#include <utility>

namespace pishkhan::visit {

using screens::view::CardState;
using screens::view::LookUpState;
using screens::view::PrintState;
namespace action = screens::action;

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

bool has_typed(const Visit& visit) {
  return std::any_of(visit.values.begin(), visit.values.end(),
                     [](const auto& value) { return !value.second.empty(); });
}

/// A page on which nothing of the citizen's can be lost any more.
bool is_filed(const Visit& visit) {
  return std::holds_alternative<page::Receipt>(visit.page);
}

}  // namespace

void Stepper::begin_visit(Language language, page::Track* tracking, page::Recover* recovery) {
  Visit visit;
  visit.id = stamped_.fresh_id;
  visit.catalogue = state_.around.catalogue;
  visit.language = language;
  visit.last_touch = stamped_.steady;
  if (tracking != nullptr) visit.page = *tracking;
  if (recovery != nullptr) visit.page = *recovery;
  // Whoever begins with their card has just put it in; one that has been there for long is another person's.
  auto& around = state_.around;
  if (around.card_inside && stamped_.steady - around.card_since >= card_is_asked_for)
    around.card_left_behind = true;
  state_.mode = std::move(visit);
}

void Stepper::act_on_attract(const screens::Action& act) {
  page::Track tracking;
  page::Recover recovery;
  std::visit(
      Overloaded{[&](const action::ChooseLanguage& chosen) { begin_visit(chosen.language, nullptr, nullptr); },
                 [&](const action::Start&) { begin_visit(Language::Persian, nullptr, nullptr); },
                 [&](const action::OpenTracking&) { begin_visit(Language::Persian, &tracking, nullptr); },
                 [&](const action::OpenRecovery&) {
                   if (state_.around.recovery_offered) begin_visit(Language::Persian, nullptr, &recovery);
                 },
                 [](const auto&) {}},
      act);
  // The person who asked for larger letters on the welcome screen begins a visit with them.
  if (std::holds_alternative<action::ToggleLargeText>(act) ||
      std::holds_alternative<action::ToggleHighContrast>(act)) {
    begin_visit(Language::Persian, nullptr, nullptr);
    if (auto* visit = std::get_if<Visit>(&state_.mode)) act_on_visit(*visit, act);
  }
}

void Stepper::act_on_visit(Visit& visit, const screens::Action& act) {
  if (visit.question != Question::None) {
    if (std::holds_alternative<action::ConfirmEnd>(act) || std::holds_alternative<action::End>(act)) {
      if (is_filed(visit))
        say_goodbye(visit);
      else
        leave(visit);
    } else if (std::holds_alternative<action::Touched>(act)) {
      visit.asked_at = stamped_.steady;  // a finger came down; what it means is known when it is lifted
    } else {
      visit.question = Question::None;
    }
    return;
  }
  std::visit(Overloaded{[&](const action::ChooseLanguage& chosen) { visit.language = chosen.language; },
                        [&](const action::ToggleLargeText&) { visit.large_text = !visit.large_text; },
                        [&](const action::ToggleHighContrast&) { visit.high_contrast = !visit.high_contrast; },
                        [&](const action::OpenTracking&) {
                          if (std::holds_alternative<page::Services>(visit.page)) turn(visit, page::Track{});
                        },
                        [&](const action::ChooseArea& chosen) {
                          if (std::holds_alternative<page::Services>(visit.page) &&
                              visit.catalogue->area(chosen.area) != nullptr)
                            turn(visit, page::Area{chosen.area});
                        },
                        [&](const action::ChooseService& chosen) { choose_service(visit, chosen.service); },
                        [&](const action::EditField& edited) { edit(visit, edited); },
                        [&](const action::FocusField& focused) { focus(visit, focused.field); },
                        [&](const action::Next&) { next(visit); }, [&](const action::Back&) { back(visit); },
                        [&](const action::GoToStep& chosen) {
                          const bool exists = visit.service != nullptr && chosen.step >= 0 &&
                                              chosen.step < static_cast<int>(visit.service->steps.size());
                          if (exists && std::holds_alternative<page::Review>(visit.page))
                            turn(visit, page::Form{chosen.step, true});
                        },
                        [&](const action::TypeInstead&) {
                          auto* identify = std::get_if<page::Identify>(&visit.page);
                          if (identify == nullptr || visit.service->assurance == services::Assurance::Card)
                            return;
                          identify->by_card = !identify->by_card;
                          visit.focused = identify->by_card ? "" : "national_id";
                          // What was said of a card holds until it is taken out.
                          if (identify->by_card && identify->card == CardState::Waiting) read_card(visit);
                        },
                        [&](const action::PrintAgain&) {
                          auto* receipt = std::get_if<page::Receipt>(&visit.page);
                          if (receipt == nullptr || receipt->print == PrintState::Printing) return;
                          print_afresh(visit, *receipt);
                        },
                        [&](const action::End&) { end(visit); }, [](const auto&) {}},
             act);
}

void Stepper::choose_service(Visit& visit, const std::string& id) {
  const auto* area = std::get_if<page::Area>(&visit.page);
  const services::Service* service = visit.catalogue->service(id);
  if (area == nullptr || service == nullptr || service->area != area->area) return;
  if (visit.service != service) {  // what was typed for one service is not filed with another
    visit.values.clear();
    visit.card_holder = false;
    visit.bound_to.clear();
  }
  visit.service = service;
  if (service->kind == services::ServiceKind::Tracking) {
    turn(visit, page::Track{});
  } else if (state_.around.queue_refuses) {  // said before the citizen has typed anything
    turn(visit, page::Refused{*state_.around.queue_refuses});
  } else {
    turn(visit, page::Before{});
  }
}

void Stepper::edit(Visit& visit, const action::EditField& edited) {
  const services::Field* field = asked_field(visit, edited.field);
  const auto* asking = std::get_if<page::Track>(&visit.page);
  const auto* searching = std::get_if<page::Recover>(&visit.page);
  // The answer under way belongs to the question as it stands.
  const bool under_way = (asking != nullptr && asking->state == LookUpState::Asking) ||
                         (searching != nullptr && searching->searching);
  if (field == nullptr || under_way) return;
  visit.values.insert_or_assign(field->id, edited.text);
  visit.problems.erase(field->id);
  if (auto* track = std::get_if<page::Track>(&visit.page); track != nullptr) track->state = LookUpState::Typing;
  if (auto* recovery = std::get_if<page::Recover>(&visit.page); recovery != nullptr)
    *recovery = page::Recover{};
}

/// A field's problem is told when the citizen has left it, not while they are still typing.
void Stepper::focus(Visit& visit, const std::string& id) {
  const services::Field* left = asked_field(visit, visit.focused);
  const auto typed = visit.values.find(visit.focused);
  if (left != nullptr && left->id != id && typed != visit.values.end() && !typed->second.empty()) {
    const auto settled = services::validate(*left, typed->second.reveal());
    if (!settled) visit.problems.insert_or_assign(left->id, settled.error());
  }
  visit.focused = asked_field(visit, id) != nullptr ? id : std::string();
}

void Stepper::next(Visit& visit) {
  if (std::holds_alternative<page::Before>(visit.page)) {
    if (visit.service->assurance == services::Assurance::MobileNumber)
      enter_form(visit);
    else
      enter_identify(visit);
  } else if (std::holds_alternative<page::Identify>(visit.page)) {
    if (std::get<page::Identify>(visit.page).by_card) return;
    visit.problems = settle_fields(visit);
    if (visit.problems.empty()) enter_form(visit);
  } else if (const auto* form = std::get_if<page::Form>(&visit.page)) {
    next_on_form(visit, *form);
  } else if (std::holds_alternative<page::Review>(visit.page)) {
    file(visit);
  } else if (std::holds_alternative<page::Refused>(visit.page)) {
    if (may_file_again(visit)) file(visit);
  } else if (std::holds_alternative<page::Receipt>(visit.page)) {
    say_goodbye(visit);
  } else if (std::holds_alternative<page::Goodbye>(visit.page)) {
    leave_goodbye(visit);
  } else if (std::holds_alternative<page::Track>(visit.page)) {
    look_up(visit);
  } else if (std::holds_alternative<page::TrackResult>(visit.page)) {
    visit.values.clear();
    turn(visit, page::Track{});
  } else if (std::holds_alternative<page::Recover>(visit.page)) {
    recover(visit);
  }
}

void Stepper::next_on_form(Visit& visit, page::Form form) {
  visit.problems = settle_fields(visit);
  if (!visit.problems.empty()) {
    for (const services::Field* field : asked_fields(visit))
      if (visit.problems.count(field->id) > 0) {
        visit.focused = field->id;
        return;
      }
  }
  const bool last = form.step + 1 == static_cast<int>(visit.service->steps.size());
  if (form.from_review || last)
    turn(visit, page::Review{});
  else
    turn(visit, page::Form{form.step + 1, false});
}

void Stepper::back(Visit& visit) {
  if (visit.filing_unanswered) return;
  const bool identified =
      visit.service != nullptr && visit.service->assurance != services::Assurance::MobileNumber;
  if (std::holds_alternative<page::Services>(visit.page)) {
    leave(visit);
  } else if (std::holds_alternative<page::Area>(visit.page)) {
    turn(visit, page::Services{});
  } else if (std::holds_alternative<page::Before>(visit.page)) {
    turn(visit, page::Area{visit.service->area});
  } else if (std::holds_alternative<page::Identify>(visit.page)) {
    turn(visit, page::Before{});
  } else if (const auto* form = std::get_if<page::Form>(&visit.page)) {
    const page::Form here = *form;
    if (here.from_review)
      turn(visit, page::Review{});
    else if (here.step > 0)
      turn(visit, page::Form{here.step - 1, false});
    else if (identified)
      enter_identify(visit);
    else
      turn(visit, page::Before{});
  } else if (std::holds_alternative<page::Review>(visit.page)) {
    turn(visit, page::Form{static_cast<int>(visit.service->steps.size()) - 1, false});
  } else if (std::holds_alternative<page::TrackResult>(visit.page)) {
    turn(visit, page::Track{});
  } else if (std::holds_alternative<page::Track>(visit.page) ||
             std::holds_alternative<page::Recover>(visit.page)) {
    visit.values.clear();
    visit.service = nullptr;
    turn(visit, page::Services{});
  } else if (std::holds_alternative<page::Refused>(visit.page)) {
    if (is_without_card(visit))
      stop_without_card(visit);
    else if (has_typed(visit))
      turn(visit, page::Review{});
    else
      turn(visit, page::Services{});
  }
}

void Stepper::end(Visit& visit) {
  if (std::holds_alternative<page::Filing>(visit.page)) return;  // the disk is about to answer
  if (is_filed(visit))
    say_goodbye(visit);
  else if (std::holds_alternative<page::Goodbye>(visit.page))
    leave_goodbye(visit);
  else if (has_typed(visit)) {
    visit.question = Question::EndAndErase;
    visit.asked_at = stamped_.steady;
  } else {
    leave(visit);
  }
}

void Stepper::enter_identify(Visit& visit) {
  const bool by_card = visit.service->assurance == services::Assurance::Card || state_.around.reader_present;
  if (visit.card_holder) {  // the card's words do not stand beside another person's number
    visit.bound_to = visit.values["national_id"];
    visit.values.erase("national_id");
    visit.values.erase("name");
    visit.card_holder = false;
  }
  const CardState under_way = visit.pin_wanted ? CardState::PinWanted : CardState::Reading;
  turn(visit, page::Identify{by_card, visit.reading ? under_way : waiting_state(visit), {}});
  if (by_card) read_card(visit);
}

void Stepper::enter_form(Visit& visit) {
  if (visit.service->steps.empty())
    turn(visit, page::Review{});
  else
    turn(visit, page::Form{0, false});
}

void Stepper::file(Visit& visit) {
  // What is left when the queue takes no new visits is kept for the one that had begun, so a full disk is its
  // answer alone.
  const auto refuses = state_.around.queue_refuses;
  if (refuses && *refuses != FilingFault::DiskFull) {
    turn(visit, page::Refused{*refuses});
    return;
  }
  if (visit.filing_unanswered) {
    turn(visit, page::Filing{stamped_.steady});
    return;
  }
  // Refused once, and the card is gone since.
  if (is_without_card(visit)) return stop_without_card(visit);
  if (!settle_form(visit)) return;
  services::Assurance reached = services::Assurance::MobileNumber;
  if (visit.card_holder)
    reached = services::Assurance::Card;
  else if (visit.values.count("national_id") > 0)
    reached = services::Assurance::TypedNationalId;
  effects_.emplace_back(
      effect::File{visit.id, visit.catalogue, visit.service, reached, visit.language, visit.values});
  visit.filing_unanswered = true;
  turn(visit, page::Filing{stamped_.steady});
}

/// What is filed is complete and in its stored form, whichever way led to the review.
bool Stepper::settle_form(Visit& visit) {
  const Page here = visit.page;
  for (int step = 0; step < static_cast<int>(visit.service->steps.size()); ++step) {
    visit.page = page::Form{step, true};
    screens::FieldProblems problems = settle_fields(visit);
    if (problems.empty()) continue;
    turn(visit, page::Form{step, true});
    visit.problems = std::move(problems);
    return false;
  }
  visit.page = here;
  return true;
}

void Stepper::look_up(Visit& visit) {
  auto& track = std::get<page::Track>(visit.page);
  if (track.state == LookUpState::Asking) return;
  visit.problems = settle_fields(visit);
  if (!visit.problems.empty()) return;
  track = page::Track{LookUpState::Asking, stamped_.steady};
  effects_.emplace_back(effect::LookUp{visit.id, visit.catalogue, visit.language,
                                       std::string(visit.values["code"].reveal()), visit.values["secret"]});
}

void Stepper::recover(Visit& visit) {
  auto& recovery = std::get<page::Recover>(visit.page);
  if (recovery.searching) return;
  visit.problems = settle_fields(visit);
  if (!visit.problems.empty()) return;
  recovery = page::Recover{true, false, stamped_.steady};
  effects_.emplace_back(effect::Recover{visit.id, visit.catalogue, visit.values["mobile"], recovery.since});
}

}  // namespace pishkhan::visit
