#include "kiosk/workers/printer_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "kiosk/receipts/receipt.h"

#include <utility>

namespace pishkhan::workers {

namespace {

constexpr std::chrono::milliseconds status_interval{1500};
/// A long receipt takes a few seconds; after this the citizen is told to look.
constexpr std::chrono::milliseconds print_patience{20'000};

visit::PrintOutcome told(const printer::PrintOutcome& outcome) {
  if (std::holds_alternative<printer::Printed>(outcome)) return visit::PrintOutcome::Printed;
  const auto* failed = std::get_if<printer::NotPrinted>(&outcome);
  if (failed == nullptr) {
    const bool no_proof = std::get<printer::Unknown>(outcome).reason == printer::UnknownReason::NoProof;
    return no_proof ? visit::PrintOutcome::Unproven : visit::PrintOutcome::Unknown;
  }
  switch (failed->fault) {
    case printer::PrinterFault::PaperOut:
      return visit::PrintOutcome::PaperOut;
    case printer::PrinterFault::CoverOpen:
      return visit::PrintOutcome::CoverOpen;
    default:
      return visit::PrintOutcome::PrinterFault;
  }
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
    case visit::PrintOutcome::Unknown:
      return {"outcome", "unknown"};
    case visit::PrintOutcome::Unproven:
      return {"outcome", "unproven"};
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
    auto job = jobs_.take(stop, status_interval);
    if (!job || std::holds_alternative<Look>(*job)) {
      watch();
    } else if (auto* print = std::get_if<visit::effect::Print>(&*job)) {
      carry_out(*print, engine ? &*engine : nullptr, fonts ? &*fonts : nullptr);
      watch();
    } else if (engine) {
      engine->forget();
    }
    if (job) {
      job.reset();
      wipe_dead_stack();
    }
  }
}

void PrinterWorker::carry_out(visit::effect::Print& job, text::Engine* engine, const text::Fonts* fonts) {
  visit::PrintOutcome outcome = visit::PrintOutcome::PrinterFault;
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
    Bitmap paper = receipts::lay_out(receipts::compose(facts, *setup_.translations), job.language, *engine,
                                     *fonts, setup_.paper_width_dots);
    engine->forget();
    setup_.events->post(visit::event::ReceiptLaidOut{job.visit, paper});
    outcome = print_paper(paper);
    for (int y = 0; y < paper.height(); ++y) wipe(paper.row(y).data(), paper.row(y).size());
  }
  log::info("printer.ended", {{"sequence", job.request.sequence}, outcome_field(outcome)});
  setup_.events->post(visit::event::PrintEnded{job.visit, job.request.sequence, outcome});
}

visit::PrintOutcome PrinterWorker::print_paper(const Bitmap& paper) {
  if (!connect()) return visit::PrintOutcome::PrinterFault;
  const printer::PrintOutcome outcome = printer_->print(paper, print_patience);
  const auto* failed = std::get_if<printer::NotPrinted>(&outcome);
  if (failed != nullptr && failed->fault == printer::PrinterFault::Unplugged) {
    printer_.reset();
    transport_.reset();
  }
  return told(outcome);
}

bool PrinterWorker::connect() {
  if (printer_) return true;
  if (setup_.port == nullptr) return false;
  auto transport = setup_.port->connect();
  if (!transport) return false;
  transport_ = std::move(*transport);
  printer_.emplace(*transport_, *setup_.clock, random_, *setup_.model);
  return true;
}

void PrinterWorker::watch() {
  bool ready = false;
  if (connect()) {
    const printer::PrinterStatus status = printer_->status();
    ready = status.device == printer::DeviceState::Online && !status.fault;
    if (status.fault == printer::PrinterFault::Unplugged || status.device == printer::DeviceState::NoDevice) {
      printer_.reset();
      transport_.reset();
      ready = false;
    }
  }
  if (told_ready_ == ready) return;
  told_ready_ = ready;
  log::info("printer.state", {{"ready", static_cast<int>(ready)}});
  setup_.events->post(visit::event::PrinterChanged{ready});
}

}  // namespace pishkhan::workers
