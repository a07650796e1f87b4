// ReceiptPrinter's conversation with the printer: bytes out, answers in, questions, deadlines.
#include "drivers/receipt-printer/job.h"

#include <algorithm>
#include <utility>

namespace pishkhan::printer {

namespace {

using std::chrono::milliseconds;
using usb::TransferFault;

constexpr std::size_t read_bytes = 512;  // a multiple of every bulk packet size
constexpr milliseconds drain_time{1};
constexpr milliseconds question_time{400};
constexpr milliseconds silence_before_question{300};
constexpr milliseconds one_wait{100};
/// Bounds for a device that babbles without letting time pass; an honest job needs a few thousand reads.
constexpr int maximum_reads = 20000;
constexpr int cost_of_failed_read = 200;
constexpr std::size_t maximum_noise_bytes = 4096;
constexpr int maximum_drain_reads = 64;

}  // namespace

void ReceiptPrinter::begin_conversation(Milliseconds within) {
  deadline_ = clock_.steady() + within;
  reads_left_ = maximum_reads;
  noise_allowed_ = parser_.noise_bytes() + maximum_noise_bytes;
}

std::chrono::milliseconds ReceiptPrinter::left() const {
  return deadline_ - clock_.steady();
}

std::chrono::milliseconds ReceiptPrinter::at_most(Milliseconds patience) const {
  return std::clamp(left(), Milliseconds{1}, patience);
}

void ReceiptPrinter::forget_answers() {
  parser_.restart();
  statuses_.clear();
  waiting_.clear();
  outstanding_bytes_ = 0;
}

ReceiptPrinter::Fault ReceiptPrinter::write(ByteView data, Milliseconds patience) {
  const SteadyTime until = clock_.steady() + at_most(patience);
  Result<std::size_t, TransferFault> taken = transport_.bulk_out(data, at_most(patience));
  // A model without echo has no other flow control than the bus: a part taken is a full buffer, and the rest
  // follows. With echoes there is always room, so that a short count is a fault and is not believed.
  while (model_.proof == ProofOfPrint::None && taken && *taken > 0 && *taken < data.size() &&
         clock_.steady() < until) {
    data = data.subspan(*taken);
    taken = transport_.bulk_out(data, std::min(at_most(patience), until - clock_.steady()));
  }
  if (taken && *taken == data.size()) return std::nullopt;
  lost_place_ = true;
  if (taken) return PrinterFault::Interrupted;
  switch (taken.error()) {
    case TransferFault::Unplugged:
      return PrinterFault::Unplugged;
    case TransferFault::Timeout:
      return PrinterFault::Mute;
    case TransferFault::Stalled:
    case TransferFault::Overflow:
    case TransferFault::Cancelled:
    case TransferFault::Failed:
      break;
  }
  const Result<void, TransferFault> cleared = transport_.clear_halts();
  const bool gone = !cleared && cleared.error() == TransferFault::Unplugged;
  return gone ? PrinterFault::Unplugged : PrinterFault::Interrupted;
}

void ReceiptPrinter::accept_echo(const escpos::ProcessId& id) {
  const auto found = std::ranges::find_if(waiting_, [&](const Fence& fence) { return fence.id == id; });
  if (found == waiting_.end()) return;  // of an older job, or nobody's
  // Only the latest ID need be sent (GS ( H, function 48), and it stands for all before it.
  for (auto count = found - waiting_.begin() + 1; count > 0; --count) {
    outstanding_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
  }
}

ReceiptPrinter::Fault ReceiptPrinter::read_answers(Milliseconds patience) {
  if (--reads_left_ <= 0) return PrinterFault::Garbled;
  const Result<Bytes, TransferFault> bytes = transport_.bulk_in(read_bytes, at_most(patience));
  if (!bytes) {
    if (bytes.error() == TransferFault::Timeout) return std::nullopt;
    if (bytes.error() == TransferFault::Unplugged) return PrinterFault::Unplugged;
    parser_.restart();
    reads_left_ -= cost_of_failed_read;
    const Result<void, TransferFault> cleared = transport_.clear_halts();
    const bool gone = !cleared && cleared.error() == TransferFault::Unplugged;
    return gone ? Fault(PrinterFault::Unplugged) : std::nullopt;
  }
  for (const std::uint8_t byte : *bytes) {
    const std::optional<escpos::Answer> answer = parser_.take(byte);
    if (!answer) continue;
    if (const auto* status = std::get_if<escpos::StatusByte>(&*answer)) statuses_.push_back(status->byte);
    if (const auto* echo = std::get_if<escpos::Echo>(&*answer)) accept_echo(echo->id);
    if (std::holds_alternative<escpos::Cleared>(*answer)) cleared_ = true;
  }
  if (parser_.noise_bytes() > noise_allowed_) return PrinterFault::Garbled;
  return std::nullopt;
}

ReceiptPrinter::Fault ReceiptPrinter::drain() {
  for (int reads = 0; reads < maximum_drain_reads; ++reads) {
    statuses_.clear();
    if (const Fault fault = read_answers(drain_time)) return fault;
    if (statuses_.empty()) return std::nullopt;
  }
  return PrinterFault::Garbled;
}

ReceiptPrinter::Fault ReceiptPrinter::wait_until_outstanding(std::size_t at_most_bytes, Milliseconds patience) {
  const SteadyTime until = std::min(deadline_, clock_.steady() + patience);
  SteadyTime last_progress = clock_.steady();
  while (outstanding_bytes_ > at_most_bytes) {
    if (clock_.steady() >= until) return PrinterFault::Mute;
    const std::size_t before = outstanding_bytes_;
    if (const Fault fault = read_answers(one_wait)) return fault;
    if (outstanding_bytes_ != before) {
      last_progress = clock_.steady();
    } else if (clock_.steady() - last_progress >= silence_before_question) {
      const Fault fault = check_online();
      // An echo may have come in together with the bad news; then it has been printed all the same.
      if (fault && outstanding_bytes_ > at_most_bytes) return fault;
      last_progress = clock_.steady();
    }
  }
  return std::nullopt;
}

Result<std::uint8_t, PrinterFault> ReceiptPrinter::ask(escpos::StatusKind kind) {
  // What came unasked must not be taken for the answer: dots can look like DLE EOT and be answered.
  if (const Fault fault = drain()) return fail(*fault);
  Bytes request;
  escpos::append_status_request(request, kind);
  for (int tries = 0; tries < 2; ++tries) {
    statuses_.clear();
    if (const Fault fault = write(request, question_time)) return fail(*fault);
    const SteadyTime until = clock_.steady() + at_most(question_time);
    while (statuses_.empty() && clock_.steady() < until) {
      if (const Fault fault = read_answers(question_time)) return fail(*fault);
    }
    if (!statuses_.empty()) return statuses_.back();
  }
  return fail(PrinterFault::Mute);
}

Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_all_once() {
  const auto first = ask(escpos::StatusKind::Printer);
  if (!first) return fail(first.error());
  const auto second = ask(escpos::StatusKind::Offline);
  if (!second) return fail(second.error());
  const auto third = ask(escpos::StatusKind::Error);
  if (!third) return fail(third.error());
  const auto fourth = ask(escpos::StatusKind::Paper);
  if (!fourth) return fail(fourth.error());
  const auto printer = escpos::parse_printer_status(*first);
  const auto offline = escpos::parse_offline_status(*second);
  const auto error = escpos::parse_error_status(*third);
  const auto paper = escpos::parse_paper_status(*fourth);
  if (!printer || !offline || !error || !paper) return fail(PrinterFault::Garbled);

  PrinterStatus status{.device = DeviceState::Online, .paper = PaperState::Full, .fault = {}};
  if (paper->near_end && model_.near_end == NearEndSensor::Present) status.paper = PaperState::Low;
  if (paper->out || offline->paper_end_stop) status.paper = PaperState::Out;
  if (offline->cover_open) {
    // With the cover open the paper sensors look at nothing.
    status = {DeviceState::UserError, PaperState::Unknown, PrinterFault::CoverOpen};
  } else if (status.paper == PaperState::Out) {
    status = {DeviceState::UserError, PaperState::Out, PrinterFault::PaperOut};
  } else if (error->cutter) {
    status.device = DeviceState::HardwareError;
    status.fault = PrinterFault::CutterJam;
  } else if (error->unrecoverable) {
    status.device = DeviceState::HardwareError;
    status.fault = PrinterFault::Broken;
  } else if (error->overheated) {
    status.device = DeviceState::Offline;
    status.fault = PrinterFault::Overheated;
  } else if (printer->offline || offline->error || error->recoverable) {
    status.device = DeviceState::Offline;
    status.fault = PrinterFault::Offline;
  }
  return status;
}

Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_all() {
  if (model_.status == StatusForm::None) {
    return PrinterStatus{.device = DeviceState::Online, .paper = PaperState::Unknown, .fault = {}};
  }
  Result<PrinterStatus, PrinterFault> status = ask_all_once();
  // Contradictory, or off-line without a reason: printers keep an old reason for a moment, so read once more.
  const bool doubtful =
      status ? status->fault == PrinterFault::Offline : status.error() == PrinterFault::Garbled;
  if (doubtful) status = ask_all_once();
  return status;
}

ReceiptPrinter::Fault ReceiptPrinter::check_online() {
  if (model_.status == StatusForm::None) return std::nullopt;
  const auto byte = ask(escpos::StatusKind::Printer);
  if (!byte) return byte.error();
  if (!escpos::parse_printer_status(*byte)->offline) return std::nullopt;
  const auto status = ask_all();
  if (!status) return status.error();
  return status->fault;
}

PrinterStatus ReceiptPrinter::status() {
  constexpr milliseconds for_all{1500};
  begin_conversation(for_all);
  const auto status = ask_all();
  if (status) return *status;
  const PrinterFault fault = status.error();
  const DeviceState device = fault == PrinterFault::Unplugged ? DeviceState::NoDevice : DeviceState::Offline;
  return {.device = device, .paper = PaperState::Unknown, .fault = fault};
}

}  // namespace pishkhan::printer
