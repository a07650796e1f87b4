#include "kiosk/workers/printer_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "kiosk/receipts/receipt.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::workers {

namespace {

constexpr std::string_view no_printer = "PRN-00";

/// A long receipt takes a few seconds; after this the citizen is told to look.
constexpr std::chrono::milliseconds print_patience{20'000};

/// When a receipt in the printer's mouth is reminded of, and when it is taken back: sooner if the visit is
/// over, since then the next person finds it.
constexpr std::chrono::seconds reminded_after{15};
constexpr std::chrono::seconds taken_back_after{60};
constexpr std::chrono::seconds taken_back_after_visit{15};
/// A mouth that does not obey, or a sensor that is dirty, is not pulled at for ever.
constexpr int most_retractions = 3;

visit::PrintOutcome told(const printer::PrintOutcome& outcome) {
  if (std::holds_alternative<printer::Printed>(outcome)) return visit::PrintOutcome::Printed;
  const auto* failed = std::get_if<printer::NotPrinted>(&outcome);
  if (failed == nullptr) {
    const auto& unknown = std::get<printer::Unknown>(outcome);
    if (unknown.fault == printer::PrinterFault::CutterJam) return visit::PrintOutcome::Uncut;
    const bool no_proof = unknown.reason == printer::UnknownReason::NoProof;
    return no_proof ? visit::PrintOutcome::Unproven : visit::PrintOutcome::Unknown;
  }
  switch (failed->fault) {
    case printer::PrinterFault::PaperOut:
      return visit::PrintOutcome::PaperOut;
    case printer::PrinterFault::CoverOpen:
      return visit::PrintOutcome::CoverOpen;
    case printer::PrinterFault::CutterJam:
      return visit::PrintOutcome::CutterJam;
    case printer::PrinterFault::PaperJam:
      return visit::PrintOutcome::PaperJam;
    case printer::PrinterFault::Overheated:
      return visit::PrintOutcome::Overheated;
    case printer::PrinterFault::Offline:
      return visit::PrintOutcome::Offline;
    case printer::PrinterFault::Broken:
      return visit::PrintOutcome::Broken;
    case printer::PrinterFault::Unplugged:
    case printer::PrinterFault::Mute:
    case printer::PrinterFault::Garbled:
    case printer::PrinterFault::Interrupted:
      break;
  }
  return visit::PrintOutcome::PrinterFault;
}

receipts::Occasion told(visit::Occasion occasion) {
  switch (occasion) {
    case visit::Occasion::Joined:
      return receipts::Occasion::Joined;
    case visit::Occasion::Recovered:
      return receipts::Occasion::Recovered;
    case visit::Occasion::Filed:
      break;
  }
  return receipts::Occasion::Filed;
}

/// The trouble's code, if there is one.
std::string code_of(const printer::PrintOutcome& outcome) {
  std::optional<printer::PrinterFault> fault;
  if (const auto* failed = std::get_if<printer::NotPrinted>(&outcome)) fault = failed->fault;
  if (const auto* unknown = std::get_if<printer::Unknown>(&outcome)) fault = unknown->fault;
  return fault ? std::string(printer::staff_code(*fault)) : std::string();
}

/// For the log and staff.
log::Field outcome_field(visit::PrintOutcome outcome) {
  switch (outcome) {
    case visit::PrintOutcome::Printed:
      return {"outcome", "printed"};
    case visit::PrintOutcome::PaperOut:
      return {"outcome", "paper-out"};
    case visit::PrintOutcome::CoverOpen:
      return {"outcome", "cover-open"};
    case visit::PrintOutcome::PrinterFault:
      return {"outcome", "printer-fault"};
    case visit::PrintOutcome::CutterJam:
      return {"outcome", "cutter-jam"};
    case visit::PrintOutcome::PaperJam:
      return {"outcome", "paper-jam"};
    case visit::PrintOutcome::Overheated:
      return {"outcome", "overheated"};
    case visit::PrintOutcome::Offline:
      return {"outcome", "offline"};
    case visit::PrintOutcome::Broken:
      return {"outcome", "broken"};
    case visit::PrintOutcome::Unknown:
      return {"outcome", "unknown"};
    case visit::PrintOutcome::Unproven:
      return {"outcome", "unproven"};
    case visit::PrintOutcome::Uncut:
      return {"outcome", "uncut"};
  }
  return {"outcome", "unknown"};
}

}  // namespace

PrinterWorker::PrinterWorker(Setup setup)
    : setup_(std::move(setup)), thread_([this](const std::stop_token& stop) { run(stop); }) {
  if (setup_.port == nullptr) return;
  setup_.port->on_change([this] {
    jobs_.replace_or_post(Look{}, [](const Job& job) { return std::holds_alternative<Look>(job); });
  });
}

PrinterWorker::~PrinterWorker() {
  if (setup_.port != nullptr) setup_.port->on_change({});
}

void PrinterWorker::run(const std::stop_token& stop) {
  auto fonts = text::Fonts::open(setup_.fonts);
  if (!fonts) log::error("printer.fonts-missing", {{"file", log::PublicText{fonts.error().file.string()}}});
  std::optional<text::Engine> engine;
  if (fonts) engine.emplace(*fonts);
  watch();
  while (!stop.stop_requested()) {
    auto job = jobs_.take(stop, setup_.status_interval);
    if (!job || std::holds_alternative<Look>(*job)) {
      watch();
    } else if (auto* print = std::get_if<visit::effect::Print>(&*job)) {
      carry_out(*print, engine ? &*engine : nullptr, fonts ? &*fonts : nullptr);
      watch();
    } else {
      if (engine) engine->forget();
      if (held_) held_->visit_over = true;
    }
    if (job) {
      job.reset();
      wipe_dead_stack();
    }
  }
}

void PrinterWorker::carry_out(visit::effect::Print& job, text::Engine* engine, const text::Fonts* fonts) {
  printer::PrintOutcome outcome = printer::NotPrinted{printer::PrinterFault::Unplugged};
  bool connected = false;
  if (engine != nullptr) {
    receipts::Facts facts;
    facts.catalogue = job.catalogue;
    facts.service = job.service;
    facts.language = job.language;
    facts.values = &job.values;
    facts.tracking_code = job.request.tracking_code;
    facts.receipt_secret = &job.request.receipt_secret;
    facts.filed_at = job.request.filed_at;
    facts.statement = job.request.statement;
    facts.copy = job.copy == visit::effect::Copy::Again ? receipts::Copy::Again : receipts::Copy::Original;
    facts.occasion = told(job.occasion);
    connected = connect();  // first: which printer it is decides how wide the receipt is
    Bitmap paper = receipts::lay_out(receipts::compose(facts, *setup_.translations), job.language, *engine,
                                     *fonts, this->paper(job))
                       .dots;
    engine->forget();
    setup_.events->post(visit::event::ReceiptLaidOut{job.visit, paper});
    if (connected) outcome = print_paper(paper);
    for (int y = 0; y < paper.height(); ++y) wipe(paper.row(y).data(), paper.row(y).size());
  }
  // Unplugged during a job is another trouble than a printer that was not there.
  const std::string code = connected ? code_of(outcome) : std::string(no_printer);
  log::info(
      "printer.ended",
      {{"sequence", job.request.sequence}, outcome_field(told(outcome)), {"code", log::PublicText{code}}});
  // A cover that was closed again at once has changed nothing since we told; but the visit waits to be told, to
  // print afresh.
  if (std::holds_alternative<printer::NotPrinted>(outcome)) told_.reset();
  const bool presents = printer_ && printer_->model().presenter;
  if (presents && !std::holds_alternative<printer::NotPrinted>(outcome))
    held_ = Held{.visit = job.visit, .since = setup_.clock->steady()};
  setup_.events->post(visit::event::PrintEnded{job.visit, job.request.sequence, told(outcome), code});
}

printer::PrintOutcome PrinterWorker::print_paper(const Bitmap& paper) {
  const int before = printer_->taken_back();
  const printer::PrintOutcome outcome = printer_->print(paper, print_patience);
  if (printer_->taken_back() != before) taken_back(held_ ? held_->visit : 0);
  const auto* failed = std::get_if<printer::NotPrinted>(&outcome);
  if (failed != nullptr && failed->fault == printer::PrinterFault::Unplugged) disconnect();
  return outcome;
}

bool PrinterWorker::connect() {
  if (printer_) return true;
  if (setup_.port == nullptr) return false;
  auto transport = setup_.port->connect();
  if (!transport) return false;
  transport_ = std::move(*transport);
  const usb::Identity usb = transport_->identity();
  const printer::PrinterIdentity identity{usb.vendor_id, usb.product_id, printer::read_device_id(*transport_)};
  const printer::Model model = setup_.models->match(identity, setup_.paper_width_dots);
  log::info("printer.model", {{"vendor", usb.vendor_id},
                              {"product", usb.product_id},
                              {"says", log::PublicText{identity.device_id.model}},
                              {"model", log::PublicText{model.id}}});
  printer_.emplace(*transport_, *setup_.clock, random_, model);
  return true;
}

void PrinterWorker::disconnect() {
  printer_.reset();
  transport_.reset();
  held_.reset();
  retractions_ = 0;
}

receipts::Paper PrinterWorker::paper(const visit::effect::Print& job) const {
  receipts::Paper paper;
  paper.width_dots = setup_.paper_width_dots;
  if (printer_) {
    paper.width_dots = std::min(paper.width_dots, printer_->model().printable_dots());
    paper.dots_per_inch = printer_->model().dots_per_inch;
  }
  paper.letters = job.large_text ? receipts::LetterSize::Large : receipts::LetterSize::Normal;
  return paper;
}

void PrinterWorker::watch() {
  const visit::event::PrinterChanged none{
      .ready = false, .staff_code = std::string(no_printer), .device = "noDevice", .paper = "unknown"};
  if (!connect()) return tell(none);
  const printer::PrinterStatus status = printer_->status();
  if (status.fault == printer::PrinterFault::Unplugged) {
    disconnect();
    return tell(none);
  }
  watch_mouth(status.media);
  tell({.ready = status.device == printer::DeviceState::Online && !status.fault,
        .paper_low = status.paper == printer::PaperState::Low,
        .staff_code = status.fault ? std::string(printer::staff_code(*status.fault)) : std::string(),
        .device = std::string(printer::name(status.device)),
        .paper = std::string(printer::name(status.paper))});
}

/// XFS4IoT: PaperThreshold is the change of paper_low.
void PrinterWorker::tell(visit::event::PrinterChanged now) {
  if (told_ && told_->ready == now.ready && told_->paper_low == now.paper_low &&
      told_->staff_code == now.staff_code && told_->device == now.device && told_->paper == now.paper)
    return;
  if (now.paper_low && (!told_ || !told_->paper_low)) log::warning("printer.paper-low", {{"code", "PRN-20"}});
  log::info("printer.state", {{"ready", static_cast<int>(now.ready)},
                              {"paper_low", static_cast<int>(now.paper_low)},
                              {"code", log::PublicText{now.staff_code}}});
  told_ = now;
  setup_.events->post(std::move(now));
}

/// XFS4IoT: MediaTaken and MediaAutoRetracted.
void PrinterWorker::watch_mouth(printer::MediaState media) {
  using State = visit::event::ReceiptHeld::State;
  if (media == printer::MediaState::NotPresent) {
    retractions_ = 0;
    if (!held_) return;
    log::info("printer.media-taken");
    setup_.events->post(visit::event::ReceiptHeld{held_->visit, State::Taken});
    held_.reset();
    return;
  }
  if (media != printer::MediaState::Present) return;
  const SteadyTime now = setup_.clock->steady();
  // Held before the program started, or a mouth that did not obey: somebody's words hang there all the same.
  if (!held_ && retractions_ < most_retractions) held_ = Held{.visit = 0, .since = now, .visit_over = true};
  if (!held_) return;
  const auto waiting = now - held_->since;
  if (waiting >= (held_->visit_over ? taken_back_after_visit : taken_back_after)) {
    ++retractions_;
    if (!printer_->take_back()) return taken_back(held_->visit);
    // It hangs there as before: once more later, and not for ever.
    held_->since = now;
    if (retractions_ >= most_retractions) held_.reset();
  } else if (!held_->reminded && waiting >= reminded_after) {
    held_->reminded = true;
    setup_.events->post(visit::event::ReceiptHeld{held_->visit, State::Waiting});
  }
}

void PrinterWorker::taken_back(visit::VisitId visit) {
  held_.reset();
  log::warning("printer.media-retracted", {{"count", printer_->taken_back()}});
  setup_.events->post(visit::event::ReceiptHeld{visit, visit::event::ReceiptHeld::State::TakenBack});
}

}  // namespace pishkhan::workers
