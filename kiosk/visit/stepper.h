#pragma once

#include "kiosk/visit/step.h"

namespace pishkhan::visit {

/// One call of `step`: the state it changes, the event it answers, the effects it gathers. Internal to
/// kiosk/visit; lives for one call.
class Stepper {
 public:
  Stepper(State& state, const Stamped& stamped) : state_(state), stamped_(stamped) {}
  Effects run();

 private:
  // step.cpp: what happened at the counter
  void on(const event::Acted& acted);
  void on(const event::Tick& tick);
  void on(const event::PrinterChanged& changed);
  void on(const event::ReaderChanged& changed);
  void on(const event::CardInserted& inserted);
  void on(const event::CardRemoved& removed);
  void on(const event::CardReading& reading);
  void on(const event::CardNamed& named);
  void on(const event::CardPinWanted& wanted);
  void on(const event::CardRead& read);
  void on(const event::CardFailed& failed);
  void on(const event::ReceiptLaidOut& laid_out);
  void on(const event::PrintEnded& ended);
  void on(const event::ReceiptHeld& held);
  void on(const event::Filed& filed);
  void on(const event::FilingFailed& failed);
  void on(const event::Recovered& recovered);
  void on(const event::Sent& sent);
  void on(const event::LookedUp& looked_up);
  void on(const event::LookUpFailed& failed);
  void stay_awake(Visit& visit);
  void card_moved(bool inside);
  void time_passes(Visit& visit);

  // house.cpp: what happened in the house
  void on(const event::QueueChanged& changed);
  void on(const event::NetworkChanged& changed);
  void on(const event::CatalogueLoaded& loaded);
  void on(const event::StartedBroken& broken);
  void on(const event::OutOfOrder& out);
  void on(const event::BackInOrder& back);
  void on(const event::ClosedByCity& closed);
  void on(const event::RestartOrdered& ordered);
  void settle_service();
  void time_passes(Visit& visit, page::Goodbye& goodbye);

  // actions.cpp: what the person did
  void begin_visit(Language language, page::Track* tracking, page::Recover* recovery);
  void act_on_attract(const screens::Action& action);
  void act_on_visit(Visit& visit, const screens::Action& action);
  void choose_service(Visit& visit, const std::string& id);
  void edit(Visit& visit, const screens::action::EditField& edited);
  void focus(Visit& visit, const std::string& field);
  void next(Visit& visit);
  void next_on_form(Visit& visit, page::Form form);
  void back(Visit& visit);
  void end(Visit& visit);
  void enter_identify(Visit& visit);
  void enter_form(Visit& visit);
  void file(Visit& visit);
  [[nodiscard]] bool settle_form(Visit& visit);
  [[nodiscard]] screens::view::CardState waiting_state(const Visit& visit) const;
  void read_card(Visit& visit);
  [[nodiscard]] bool is_without_card(const Visit& visit) const;
  void stop_without_card(Visit& visit);
  [[nodiscard]] static bool shows_holder(const Visit& visit);
  void look_up(Visit& visit);
  void recover(Visit& visit);

  // shared
  Visit* visit_of(VisitId id);
  void turn(Visit& visit, Page page);
  void show_receipt(Visit& visit, FiledRequest request, Occasion occasion);
  void print(Visit& visit, const page::Receipt& receipt);
  void print_afresh(Visit& visit, page::Receipt& receipt);
  void erase(Visit& visit);
  void leave(Visit& visit);
  void say_goodbye(Visit& visit);
  void leave_goodbye(Visit& visit);
  void end_visit();

  State& state_;
  const Stamped& stamped_;
  Effects effects_;
};

/// The field that the page asks for under this id, or null: the form step's own, or one of the three that
/// belong to the flow ("national_id", "code" with "secret", "mobile" on the recovery page).
[[nodiscard]] const services::Field* asked_field(const Visit& visit, std::string_view id);
/// Validates and normalises the fields the page asks for; the problems of those that are wrong.
[[nodiscard]] screens::FieldProblems settle_fields(Visit& visit);
/// The same question without changing anything: may the main action be taken?
[[nodiscard]] bool may_continue(const Visit& visit);
/// On a refusal: was something typed that a second try may file?
[[nodiscard]] bool may_file_again(const Visit& visit);
/// All fields the page asks for, in order.
[[nodiscard]] std::vector<const services::Field*> asked_fields(const Visit& visit);

}  // namespace pishkhan::visit
