#include "kiosk/visit/present.h"

#include "base/services/stages.h"
#include "kiosk/visit/step.h"
#include "kiosk/visit/stepper.h"

#include <algorithm>

namespace pishkhan::visit {

namespace view = screens::view;

namespace {

view::Refused refused(FilingFault fault, const Visit& visit) {
  view::Refused shown;
  switch (fault) {
    case FilingFault::DiskFull:
      shown = {view::RefusalReason::DiskFull, "DISK-FULL", false};
      break;
    case FilingFault::StoreFault:
      shown = {view::RefusalReason::StoreFault, "STORE", false};
      break;
    case FilingFault::NotEnrolled:
      shown = {view::RefusalReason::NotEnrolled, "NOT-ENROLLED", false};
      break;
  }
  shown.may_retry = may_file_again(visit);
  return shown;
}

/// How many steps the progress bar has: identifying (if asked), the form's steps, the review.
struct Progress {
  int identify;
  int steps;
};
Progress progress(const services::Service& service) {
  const int identify = service.assurance == services::Assurance::MobileNumber ? 0 : 1;
  return {identify, identify + static_cast<int>(service.steps.size()) + 1};
}

/// One overload a page: from the page and its visit to what its screen shows.
struct Presenter {
  const Visit& visit;
  WallTime wall;
  const std::string& reader_code;

  screens::View operator()(const page::Services&) const { return view::Services{}; }
  screens::View operator()(const page::Area& here) const {
    return view::Area{visit.catalogue->area(here.area)};
  }
  screens::View operator()(const page::Before&) const {
    return view::Before{visit.service, services::due_days(*visit.service, visit.catalogue->city, wall)};
  }
  screens::View operator()(const page::Identify& here) const {
    view::Identify shown;
    shown.service = visit.service;
    shown.by_card = here.by_card;
    shown.card = here.card;
    shown.name = &here.name;
    shown.staff_code = reader_code;
    shown.values = &visit.values;
    shown.problems = &visit.problems;
    shown.focused = visit.focused;
    shown.steps = progress(*visit.service).steps;
    return shown;
  }
  screens::View operator()(const page::Form& here) const {
    view::Form shown;
    shown.service = visit.service;
    shown.form_step = here.step;
    shown.values = &visit.values;
    shown.problems = &visit.problems;
    shown.focused = visit.focused;
    shown.may_continue = may_continue(visit);
    shown.step = progress(*visit.service).identify + here.step;
    shown.steps = progress(*visit.service).steps;
    return shown;
  }
  screens::View operator()(const page::Review&) const {
    view::Review shown;
    shown.service = visit.service;
    shown.values = &visit.values;
    shown.card_holder = visit.card_holder;
    shown.steps = progress(*visit.service).steps;
    shown.step = shown.steps - 1;
    return shown;
  }
  screens::View operator()(const page::Filing&) const { return view::Filing{visit.service}; }
  screens::View operator()(const page::Receipt& here) const {
    view::Receipt shown;
    shown.service = visit.service;
    shown.tracking_code = here.request.tracking_code;
    shown.paper = here.paper.height() > 0 ? &here.paper : nullptr;
    shown.print = here.print;
    shown.staff_code = here.staff_code;
    shown.joined = here.occasion == Occasion::Joined;
    shown.sent = here.sent;
    return shown;
  }
  screens::View operator()(const page::Goodbye&) const { return view::Goodbye{}; }
  screens::View operator()(const page::Track& here) const {
    return view::Track{&visit.values, &visit.problems, visit.focused, here.state};
  }
  screens::View operator()(const page::TrackResult& here) const { return here.result; }
  screens::View operator()(const page::Recover& here) const {
    return view::Recover{&visit.values, &visit.problems, visit.focused, here.searching, here.not_found};
  }
  screens::View operator()(const page::Refused& here) const { return refused(here.fault, visit); }
};

SteadyTime waiting_since(const Visit& visit, SteadyTime now) {
  if (const auto* filing = std::get_if<page::Filing>(&visit.page)) return filing->since;
  if (const auto* track = std::get_if<page::Track>(&visit.page);
      track != nullptr && track->state == view::LookUpState::Asking)
    return track->since;
  if (const auto* recovery = std::get_if<page::Recover>(&visit.page);
      recovery != nullptr && recovery->searching)
    return recovery->since;
  return now;
}

screens::Overlay overlay(const Visit& visit, SteadyTime now) {
  switch (visit.question) {
    case Question::None:
      return std::monostate{};
    case Question::EndAndErase:
      return screens::EndQuestion{};
    case Question::StillThere: {
      const auto left = visit.asked_at + question_stands - now;
      return screens::IdleWarning{static_cast<int>(std::max<std::int64_t>(0, (left.count() + 999) / 1000))};
    }
  }
  return std::monostate{};
}

}  // namespace

Presentation present(const State& state, WallTime wall, SteadyTime steady) {
  Presentation shown;
  shown.situation.catalogue = state.around.catalogue;
  shown.situation.now = wall;
  shown.situation.network = state.around.network;
  shown.situation.printer_ready = state.around.printer_ready;
  if (const auto* out = std::get_if<OutOfService>(&state.mode)) {
    shown.view = view::OutOfService{out->staff_code, out->closed};
    return shown;
  }
  const auto* visit = std::get_if<Visit>(&state.mode);
  if (visit == nullptr) {
    shown.view = view::Welcome{state.around.recovery_offered,
                               state.around.card_inside && state.around.card_left_behind};
    return shown;
  }
  shown.situation.catalogue = visit->catalogue;
  shown.situation.language = visit->language;
  shown.situation.large_text = visit->large_text;
  shown.situation.high_contrast = visit->high_contrast;
  shown.situation.waiting_for = steady - waiting_since(*visit, steady);
  shown.view = std::visit(Presenter{*visit, wall, state.around.reader_code}, visit->page);
  if (auto* goodbye = std::get_if<view::Goodbye>(&shown.view)) goodbye->card_inside = state.around.card_inside;
  shown.overlay = overlay(*visit, steady);
  return shown;
}

}  // namespace pishkhan::visit
