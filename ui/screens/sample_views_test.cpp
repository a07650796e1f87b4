#include "ui/screens/sample_test.h"

namespace pishkhan::screens::sample {

using namespace std::chrono_literals;
using view::CardState;
using view::LookUpState;
using view::PrintState;

namespace {

constexpr const char* kCode = "10472003187405";

const services::Service& complaint_of(const services::Catalogue& catalogue) {
  return *catalogue.service("complaint-137");
}

}  // namespace

void City::add_identify(std::vector<Sample>& samples) const {
  view::Identify identify;
  identify.service = &complaint_of(catalogue_);
  identify.values = &typing_;
  identify.problems = &problems_;
  identify.steps = 5;
  identify.by_card = true;
  for (const auto& [name, state] : {std::pair{"identify-card-waiting", CardState::Waiting},
                                    std::pair{"identify-card-reading", CardState::Reading},
                                    std::pair{"identify-card-checking", CardState::Checking},
                                    std::pair{"identify-card-pin", CardState::PinWanted},
                                    std::pair{"identify-card-wrong-pin", CardState::WrongPin},
                                    std::pair{"identify-card-blocked", CardState::Blocked},
                                    std::pair{"identify-card-no-pin", CardState::NoPin},
                                    std::pair{"identify-card-no-pin-pad", CardState::NoPinPad},
                                    std::pair{"identify-card-unknown", CardState::Unknown},
                                    std::pair{"identify-card-not-genuine", CardState::NotGenuine},
                                    std::pair{"identify-card-out-of-date", CardState::OutOfDate},
                                    std::pair{"identify-card-bank", CardState::BankCard},
                                    std::pair{"identify-card-staff", CardState::StaffCard},
                                    std::pair{"identify-card-pulled", CardState::PulledOut},
                                    std::pair{"identify-card-left", CardState::LeftBehind},
                                    std::pair{"identify-card-failed", CardState::Failed},
                                    std::pair{"identify-card-none", CardState::NoReader}}) {
    identify.card = state;
    identify.name = &card_name_;
    identify.staff_code = "CRD-01";
    samples.push_back({.name = name, .view = identify, .waiting_for = 1s});
  }
  identify.by_card = false;
  identify.card = CardState::Waiting;
  identify.focused = "national_id";
  samples.push_back({.name = "identify-typed", .view = identify});
}

void City::add_form(std::vector<Sample>& samples) const {
  view::Form form;
  form.service = &complaint_of(catalogue_);
  form.values = &values_;
  form.problems = nullptr;
  form.may_continue = true;
  form.step = 1;
  form.steps = 5;
  samples.push_back({.name = "form-choice", .view = form});
  form.form_step = 1;
  form.step = 2;
  form.focused = "words";
  form.may_continue = false;
  form.values = &typing_;
  samples.push_back({.name = "form-keyboard", .view = form});
  form.form_step = 2;
  form.step = 3;
  form.focused = "mobile";
  form.problems = &problems_;
  samples.push_back({.name = "form-digits", .view = form});
  form.focused.clear();
  samples.push_back({.name = "form-problem", .view = form});
}

void City::add_receipt(std::vector<Sample>& samples) const {
  view::Receipt receipt;
  receipt.service = &complaint_of(catalogue_);
  receipt.tracking_code = kCode;
  receipt.paper = &paper_;
  for (const auto& [name, state] :
       {std::pair{"receipt-printing", PrintState::Printing},
        std::pair{"receipt-paper-out", PrintState::PaperOut},
        std::pair{"receipt-cover-open", PrintState::CoverOpen},
        std::pair{"receipt-printer-fault", PrintState::PrinterFault},
        std::pair{"receipt-cutter-jam", PrintState::CutterJam},
        std::pair{"receipt-paper-jam", PrintState::PaperJam},
        std::pair{"receipt-overheated", PrintState::Overheated},
        std::pair{"receipt-offline", PrintState::Offline}, std::pair{"receipt-broken", PrintState::Broken},
        std::pair{"receipt-not-taken", PrintState::NotTaken},
        std::pair{"receipt-taken-back", PrintState::TakenBack}, std::pair{"receipt-take", PrintState::TakeIt},
        std::pair{"receipt-look", PrintState::LookAtThePaper}}) {
    receipt.print = state;
    receipt.staff_code = state == PrintState::CutterJam ? "PRN-03" : "";
    samples.push_back({.name = name, .view = receipt});
  }
  receipt.print = PrintState::Printed;
  receipt.sent = true;
  receipt.joined = true;
  samples.push_back({.name = "receipt-joined", .view = receipt});
}

void City::add_tracking(std::vector<Sample>& samples, Language language) const {
  view::Track track;
  track.values = &tracking_;
  track.focused = "code";
  samples.push_back({.name = "track", .view = track});
  for (const auto& [name, state] : {std::pair{"track-asking", LookUpState::Asking},
                                    std::pair{"track-unreachable", LookUpState::Unreachable},
                                    std::pair{"track-too-often", LookUpState::TooOften}}) {
    track.state = state;
    samples.push_back({.name = name, .view = track, .network = false, .waiting_for = 1s});
  }
  view::TrackResult result;
  result.tracking_code = kCode;
  samples.push_back({.name = "track-not-found", .view = result});
  const services::Service& service = complaint_of(catalogue_);
  result.found = true;
  result.service_name = service.name.in(language);
  result.filed_at = WallTime(1'795'417'440'000ms);
  for (const services::Stage& stage : service.stages) {
    view::CaseStage shown;
    shown.name = stage.name.in(language);
    shown.unit = stage.unit.in(language);
    shown.done = stage.id == "refer";
    if (stage.limit_working_days) shown.due = services::SolarDay{1405, 9, 4 + *stage.limit_working_days};
    result.stages.push_back(shown);
  }
  result.kept_here = true;
  samples.push_back({.name = "track-kept-here", .view = result});
  result.kept_here = false;
  result.as_of = WallTime(1'795'503'900'000ms);
  samples.push_back({.name = "track-as-of", .view = result, .network = false});
  result.as_of.reset();
  view::TrackResult invalid = result;
  invalid.state = view::CaseState::Invalid;
  invalid.service_name.clear();
  invalid.stages.clear();
  samples.push_back({.name = "track-invalid", .view = invalid});
  result.answer =
      language == Language::Persian
          ? "پیاده‌رو روز ۸ آذر بازدید شد و تا ۱۱ آذر ترمیم می‌شود."
          : "The pavement was visited on 8 Azar and is repaired by 11 Azar.";
  samples.push_back({.name = "track-found", .view = result});
}

void City::add_rest(std::vector<Sample>& samples) const {
  samples.push_back({.name = "goodbye", .view = view::Goodbye{}});
  samples.push_back({.name = "goodbye-card", .view = view::Goodbye{true}});
  view::Recover recover;
  recover.values = &typing_;
  recover.problems = nullptr;
  recover.focused = "mobile";
  samples.push_back({.name = "recover", .view = recover});
  recover.not_found = true;
  samples.push_back({.name = "recover-not-found", .view = recover});
  recover.not_found = false;
  recover.searching = true;
  samples.push_back({.name = "recover-searching", .view = recover, .waiting_for = 1s});
  using view::RefusalReason;
  samples.push_back({.name = "refused-full", .view = view::Refused{RefusalReason::DiskFull, "DISK-FULL"}});
  samples.push_back(
      {.name = "refused-full-typed", .view = view::Refused{RefusalReason::DiskFull, "DISK-FULL", true}});
  samples.push_back({.name = "refused-store", .view = view::Refused{RefusalReason::StoreFault, "STORE", true}});
  samples.push_back(
      {.name = "refused-not-enrolled", .view = view::Refused{RefusalReason::NotEnrolled, "NOT-ENROLLED"}});
  samples.push_back(
      {.name = "out-of-service", .view = view::OutOfService{"CATALOGUE services/complaint-137.json"}});
  samples.push_back({.name = "closed", .view = view::OutOfService{"START"}});
  samples.push_back(
      {.name = "out-of-service-closed", .view = view::OutOfService{"CLOSED", "flooded hall, back on Tuesday"}});
  samples.push_back({.name = "idle-warning", .view = view::Services{}, .overlay = IdleWarning{17}});
  samples.push_back({.name = "end-question", .view = view::Services{}, .overlay = EndQuestion{}});
}

std::vector<Sample> City::samples(Language language) const {
  std::vector<Sample> samples;
  samples.push_back({.name = "welcome", .view = view::Welcome{}});
  samples.push_back({.name = "welcome-recovery", .view = view::Welcome{true}});
  samples.push_back({.name = "welcome-card-left", .view = view::Welcome{false, true}});
  samples.push_back({.name = "services", .view = view::Services{}});
  samples.push_back({.name = "area-open", .view = view::Area{catalogue_.area("complaints")}});
  samples.push_back({.name = "area-elsewhere", .view = view::Area{catalogue_.area("permits")}});
  const services::Service& service = complaint_of(catalogue_);
  const view::Before before{&service,
                            {services::SolarDay{1405, 9, 4}, services::SolarDay{1405, 9, 11}, std::nullopt,
                             services::SolarDay{1405, 9, 17}}};
  samples.push_back({.name = "before", .view = before});
  samples.push_back({.name = "before-no-paper", .view = before, .printer_ready = false});
  add_identify(samples);
  add_form(samples);
  samples.push_back({.name = "review", .view = view::Review{&service, &values_, true, 4, 5}});
  samples.push_back({.name = "filing", .view = view::Filing{&service}, .waiting_for = 1s});
  samples.push_back({.name = "filing-long", .view = view::Filing{&service}, .waiting_for = 4s});
  add_receipt(samples);
  add_tracking(samples, language);
  add_rest(samples);
  return samples;
}

}  // namespace pishkhan::screens::sample
