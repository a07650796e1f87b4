#include "kiosk/visit/step.h"

#include "kiosk/visit/stepper.h"

#include <algorithm>
#include <utility>

namespace pishkhan::visit {

using screens::view::LookUpState;
using screens::view::PrintState;

namespace {

/// A printer that is opened and closed again and again does not use up its roll on one receipt.
constexpr int most_resumed = 3;

bool certainly_not_printed(PrintState state) {
  switch (state) {
    case PrintState::PaperOut:
    case PrintState::CoverOpen:
    case PrintState::PrinterFault:
    case PrintState::CutterJam:
    case PrintState::PaperJam:
    case PrintState::Overheated:
    case PrintState::Offline:
    case PrintState::Broken:
      return true;
    case PrintState::Printing:
    case PrintState::Printed:
    case PrintState::NotTaken:
    case PrintState::TakenBack:
    case PrintState::LookAtThePaper:
    case PrintState::TakeIt:
      break;
  }
  return false;
}

PrintState shown_after(PrintOutcome outcome) {
  switch (outcome) {
    case PrintOutcome::Printed:
      return PrintState::Printed;
    case PrintOutcome::PaperOut:
      return PrintState::PaperOut;
    case PrintOutcome::CoverOpen:
      return PrintState::CoverOpen;
    case PrintOutcome::PrinterFault:
      return PrintState::PrinterFault;
    case PrintOutcome::CutterJam:
    case PrintOutcome::Uncut:
      return PrintState::CutterJam;
    case PrintOutcome::PaperJam:
      return PrintState::PaperJam;
    case PrintOutcome::Overheated:
      return PrintState::Overheated;
    case PrintOutcome::Offline:
      return PrintState::Offline;
    case PrintOutcome::Broken:
      return PrintState::Broken;
    case PrintOutcome::Unknown:
      return PrintState::LookAtThePaper;
    case PrintOutcome::Unproven:
      return PrintState::TakeIt;
  }
  return PrintState::LookAtThePaper;
}

}  // namespace

Effects step(State& state, const Stamped& stamped) {
  return Stepper(state, stamped).run();
}

Effects Stepper::run() {
  std::visit([this](const auto& happened) { on(happened); }, stamped_.event);
  settle_service();
  return std::move(effects_);
}

Visit* Stepper::visit_of(VisitId id) {
  auto* visit = std::get_if<Visit>(&state_.mode);
  return visit != nullptr && visit->id == id ? visit : nullptr;
}

void Stepper::on(const event::Acted& acted) {
  if (std::holds_alternative<Attract>(state_.mode)) {
    act_on_attract(acted.action);
  } else if (auto* visit = std::get_if<Visit>(&state_.mode)) {
    visit->last_touch = stamped_.steady;
    act_on_visit(*visit, acted.action);
  }
}

void Stepper::on(const event::Tick&) {
  if (auto* visit = std::get_if<Visit>(&state_.mode)) time_passes(*visit);
}

void Stepper::time_passes(Visit& visit) {
  const SteadyTime now = stamped_.steady;
  if (auto* goodbye = std::get_if<page::Goodbye>(&visit.page)) return time_passes(visit, *goodbye);
  if (const auto* filing = std::get_if<page::Filing>(&visit.page)) {
    if (now - filing->since >= filing_patience) turn(visit, page::Refused{FilingFault::StoreFault});
    return;
  }
  if (auto* track = std::get_if<page::Track>(&visit.page);
      track != nullptr && track->state == LookUpState::Asking && now - track->since >= answer_patience)
    track->state = LookUpState::Unreachable;
  if (auto* recovery = std::get_if<page::Recover>(&visit.page);
      recovery != nullptr && recovery->searching && now - recovery->since >= answer_patience) {
    recovery->searching = false;
    recovery->not_found = true;
  }
  if (visit.question != Question::StillThere && now - visit.last_touch >= idle_before_question) {
    visit.question = Question::StillThere;
    visit.asked_at = now;
  } else if (visit.question == Question::StillThere && now - visit.asked_at >= question_stands) {
    leave(visit);  // whoever walked away may still be called back to the card
  }
}

void Stepper::on(const event::PrinterChanged& changed) {
  state_.around.printer_ready = changed.ready;
  state_.around.paper_low = changed.paper_low;
  state_.around.printer_code = changed.staff_code;
  state_.around.printer_device = changed.device;
  state_.around.printer_paper = changed.paper;
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr || !changed.ready) return;
  // Somebody has put paper in, or closed the cover: the whole receipt is printed afresh, without being asked
  // for.
  auto* receipt = std::get_if<page::Receipt>(&visit->page);
  if (receipt == nullptr || !certainly_not_printed(receipt->print) || receipt->resumed >= most_resumed) return;
  ++receipt->resumed;
  print_afresh(*visit, *receipt);
}

void Stepper::on(const event::ReceiptLaidOut& laid_out) {
  Visit* visit = visit_of(laid_out.visit);
  if (visit == nullptr) return;
  if (auto* receipt = std::get_if<page::Receipt>(&visit->page)) receipt->paper = laid_out.paper;
}

void Stepper::on(const event::PrintEnded& ended) {
  // The outcome belongs to the request, not to the visit: it is recorded even if the citizen has left.
  effects_.emplace_back(effect::RecordPrint{ended.sequence, ended.outcome});
  Visit* visit = visit_of(ended.visit);
  if (visit == nullptr) return;
  auto* receipt = std::get_if<page::Receipt>(&visit->page);
  if (receipt == nullptr || receipt->request.sequence != ended.sequence) return;
  receipt->staff_code = ended.staff_code;
  receipt->print = shown_after(ended.outcome);
  if (ended.outcome == PrintOutcome::Uncut) receipt->only_copies = true;
}

void Stepper::on(const event::ReceiptHeld& held) {
  if (held.state == event::ReceiptHeld::State::TakenBack) ++state_.around.receipts_retracted;
  Visit* visit = visit_of(held.visit);
  if (visit == nullptr) return;
  auto* receipt = std::get_if<page::Receipt>(&visit->page);
  if (receipt == nullptr || receipt->print == PrintState::Printing) return;
  switch (held.state) {
    case event::ReceiptHeld::State::Waiting:
      receipt->print = PrintState::NotTaken;
      break;
    case event::ReceiptHeld::State::Taken:
      if (receipt->print == PrintState::NotTaken) receipt->print = PrintState::TakeIt;
      break;
    case event::ReceiptHeld::State::TakenBack:
      receipt->print = PrintState::TakenBack;
      break;
  }
}
void Stepper::on(const event::Filed& filed) {
  Visit* visit = visit_of(filed.visit);
  if (visit == nullptr || !visit->filing_unanswered) return;
  visit->filing_unanswered = false;
  if (visit->service != nullptr && !std::holds_alternative<page::Goodbye>(visit->page))
    show_receipt(*visit, filed.request, filed.joined ? Occasion::Joined : Occasion::Filed);
}

void Stepper::on(const event::FilingFailed& failed) {
  Visit* visit = visit_of(failed.visit);
  if (visit == nullptr) return;
  visit->filing_unanswered = false;
  if (std::holds_alternative<page::Filing>(visit->page)) turn(*visit, page::Refused{failed.fault});
}

void Stepper::on(const event::Recovered& recovered) {
  Visit* visit = visit_of(recovered.visit);
  if (visit == nullptr) return;
  auto* recovery = std::get_if<page::Recover>(&visit->page);
  if (recovery == nullptr || !recovery->searching || recovery->since != recovered.asked) return;
  const services::Service* service =
      recovered.request ? visit->catalogue->service(recovered.request->service) : nullptr;
  if (service == nullptr) {
    recovery->searching = false;
    recovery->not_found = true;
    return;
  }
  visit->service = service;
  visit->values.clear();
  show_receipt(*visit, *recovered.request, Occasion::Recovered);
}

void Stepper::on(const event::Sent& sent) {
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr) return;
  auto* receipt = std::get_if<page::Receipt>(&visit->page);
  if (receipt != nullptr && receipt->request.sequence <= sent.sequence) receipt->sent = true;
}

/// A late answer about another code is none to this question.
static bool asks_for(const Visit& visit, std::string_view code) {
  const auto asked = visit.values.find("code");
  return asked != visit.values.end() && asked->second.reveal() == code;
}

void Stepper::on(const event::LookedUp& looked_up) {
  Visit* visit = visit_of(looked_up.visit);
  if (visit == nullptr) return;
  const auto* track = std::get_if<page::Track>(&visit->page);
  if (track != nullptr && track->state == LookUpState::Asking &&
      asks_for(*visit, looked_up.result.tracking_code))
    turn(*visit, page::TrackResult{looked_up.result});
}

void Stepper::on(const event::LookUpFailed& failed) {
  Visit* visit = visit_of(failed.visit);
  if (visit == nullptr) return;
  auto* track = std::get_if<page::Track>(&visit->page);
  if (track != nullptr && track->state == LookUpState::Asking && asks_for(*visit, failed.code))
    track->state = failed.fault == LookUpFault::TooOften ? LookUpState::TooOften : LookUpState::Unreachable;
}

void Stepper::turn(Visit& visit, Page page) {
  visit.page = std::move(page);
  visit.problems.clear();
  visit.focused.clear();
  visit.question = Question::None;
}

/// Of a request that was joined or recovered an earlier receipt may be in somebody's hands: only its holder
/// knows. So this one is marked as a copy.
void Stepper::show_receipt(Visit& visit, FiledRequest request, Occasion occasion) {
  page::Receipt receipt;
  receipt.sent = request.stored;
  receipt.request = std::move(request);
  receipt.occasion = occasion;
  receipt.only_copies = occasion != Occasion::Filed;
  print(visit, receipt);
  turn(visit, std::move(receipt));
  visit.last_touch = stamped_.steady;
}

void Stepper::print(Visit& visit, const page::Receipt& receipt) {
  effects_.emplace_back(effect::Print{
      visit.id, visit.catalogue, visit.service, visit.language, visit.large_text, visit.values, receipt.request,
      receipt.only_copies ? effect::Copy::Again : effect::Copy::Original, receipt.occasion});
}

/// Again the whole receipt. One that came out, or may have, is followed by one that is marked as a copy.
void Stepper::print_afresh(Visit& visit, page::Receipt& receipt) {
  if (!certainly_not_printed(receipt.print)) receipt.only_copies = true;
  receipt.print = PrintState::Printing;
  receipt.staff_code.clear();
  print(visit, receipt);
}

void Stepper::erase(Visit& visit) {
  visit.values.clear();
  visit.problems.clear();
  visit.focused.clear();
  visit.card_holder = false;
  visit.bound_to.clear();
  effects_.emplace_back(effect::Forget{visit.id});
}

void Stepper::end_visit() {
  auto* visit = std::get_if<Visit>(&state_.mode);
  if (visit == nullptr) return;
  erase(*visit);
  state_.around.card_left_behind =
      state_.around.card_left_behind || state_.around.card_inside || state_.around.card_unseen;
  state_.mode = Attract{};
}

std::optional<SteadyTime> next_deadline(const State& state, SteadyTime now) {
  const auto* visit = std::get_if<Visit>(&state.mode);
  if (visit == nullptr) return std::nullopt;
  if (const auto* goodbye = std::get_if<page::Goodbye>(&visit->page)) {
    if (!state.around.card_inside) return goodbye->since + goodbye_stands;
    return std::min(goodbye->since + card_is_asked_for, goodbye->chimed + between_chimes);
  }
  if (const auto* filing = std::get_if<page::Filing>(&visit->page)) return filing->since + filing_patience;
  SteadyTime deadline = visit->last_touch + idle_before_question;
  if (visit->question == Question::StillThere)  // the seconds left are shown, so wake on each
    deadline = std::min(visit->asked_at + question_stands, now + SteadyTime{1000});
  if (const auto* track = std::get_if<page::Track>(&visit->page);
      track != nullptr && track->state == LookUpState::Asking)
    deadline = std::min(deadline, track->since + answer_patience);
  if (const auto* recovery = std::get_if<page::Recover>(&visit->page);
      recovery != nullptr && recovery->searching)
    deadline = std::min(deadline, recovery->since + answer_patience);
  return deadline;
}

}  // namespace pishkhan::visit
