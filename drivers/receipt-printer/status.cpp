// ReceiptPrinter's questions: how the printer is, in XFS4IoT's names.
#include "drivers/receipt-printer/job.h"

#include <array>

namespace pishkhan::printer {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds question_time{400};
constexpr milliseconds drain_time{1};

struct Findings {
  bool cover_open = false;
  bool paper_out = false;
  bool near_end = false;
  bool cutter = false;
  bool paper_jam = false;
  bool broken = false;
  bool overheated = false;
  bool offline = false;  ///< without any of these reasons
};

/// The first of several troubles: what somebody has to put right first.
PrinterStatus judged(const Findings& found) {
  using Device = DeviceState;
  const PaperState loaded = found.near_end ? PaperState::Low : PaperState::Full;
  // With the cover open the paper sensors look at nothing.
  if (found.cover_open) return {Device::UserError, PaperState::Unknown, PrinterFault::CoverOpen};
  if (found.paper_out) return {Device::UserError, PaperState::Out, PrinterFault::PaperOut};
  if (found.paper_jam) return {Device::HardwareError, PaperState::Jammed, PrinterFault::PaperJam};
  if (found.cutter) return {Device::HardwareError, loaded, PrinterFault::CutterJam};
  if (found.broken) return {Device::HardwareError, loaded, PrinterFault::Broken};
  if (found.overheated) return {Device::Offline, loaded, PrinterFault::Overheated};
  if (found.offline) return {Device::Offline, loaded, PrinterFault::Offline};
  return {Device::Online, loaded};
}

}  // namespace

std::string_view name(PaperState state) {
  constexpr std::array<std::string_view, 5> names{"unknown", "full", "low", "out", "jammed"};
  return names.at(static_cast<std::size_t>(state));
}

std::string_view name(MediaState state) {
  constexpr std::array<std::string_view, 4> names{"unknown", "present", "notPresent", "jammed"};
  return names.at(static_cast<std::size_t>(state));
}

std::string_view name(DeviceState state) {
  constexpr std::array<std::string_view, 5> names{"online", "offline", "noDevice", "hardwareError",
                                                  "userError"};
  return names.at(static_cast<std::size_t>(state));
}

std::string_view staff_code(PrinterFault fault) {
  constexpr std::array<std::string_view, 11> codes{"PRN-01", "PRN-02", "PRN-03", "PRN-04", "PRN-05", "PRN-06",
                                                   "PRN-07", "PRN-08", "PRN-09", "PRN-10", "PRN-11"};
  return codes.at(static_cast<std::size_t>(fault));
}

template <class Wanted>
Result<Wanted, PrinterFault> ReceiptPrinter::ask(escpos::StatusKind kind) {
  // What came unasked must not be taken for the answer: dots can look like DLE EOT and be answered.
  if (strays_ || may_be_printing()) {
    if (const Fault fault = drain()) return fail(*fault);
  }
  Bytes request;
  escpos::append_status_request(request, kind);
  for (int tries = 0; tries < 2; ++tries) {
    strays_ = tries > 0;  // the answer to the first may come late
    statuses_.clear();
    if (const Fault fault = write(request, question_time)) return fail(*fault);
    const SteadyTime until = clock_.steady() + at_most(question_time);
    while (statuses_.empty() && clock_.steady() < until) {
      if (const Fault fault = read_answers(question_time)) return fail(*fault);
    }
    if (statuses_.empty()) continue;
    const bool too_many = statuses_.size() > 1 && !may_be_printing();
    const auto* wanted = std::get_if<Wanted>(&statuses_.back());
    if (wanted != nullptr && !too_many) return *wanted;
    strays_ = true;
    return fail(PrinterFault::Garbled);
  }
  strays_ = true;
  return fail(PrinterFault::Mute);
}

Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_one_to_four() {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto answer = ask<escpos::StatusByte>(static_cast<escpos::StatusKind>(i + 1));
    if (!answer) return fail(answer.error());
    bytes[i] = answer->byte;
  }
  if (!may_be_printing()) {
    // Nothing more may come. If it does, each answer may have been that to the question before.
    statuses_.clear();
    if (const Fault fault = read_answers(drain_time)) return fail(*fault);
    strays_ = !statuses_.empty();
    if (strays_) return fail(PrinterFault::Garbled);
  }
  const auto printer = escpos::parse_printer_status(bytes[0]);
  const auto offline = escpos::parse_offline_status(bytes[1]);
  const auto error = escpos::parse_error_status(bytes[2]);
  const auto paper = escpos::parse_paper_status(bytes[3]);
  if (!printer || !offline || !error || !paper) return fail(PrinterFault::Garbled);
  return judged({.cover_open = offline->cover_open,
                 .paper_out = paper->out || offline->paper_end_stop,
                 .near_end = paper->near_end && model_.near_end == NearEndSensor::Present,
                 .cutter = error->cutter,
                 .broken = error->unrecoverable,
                 .overheated = error->overheated,
                 .offline = printer->offline || offline->error || error->recoverable});
}

Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_full() {
  const auto full = ask<escpos::FullStatus>(escpos::StatusKind::Full);
  if (!full) return fail(full.error());
  PrinterStatus status = judged({.cover_open = full->cover_open,
                                 .paper_out = full->paper.out,
                                 .near_end = full->paper.near_end && model_.near_end == NearEndSensor::Present,
                                 .cutter = full->cutter,
                                 .paper_jam = full->paper_jam,
                                 .broken = full->memory,
                                 .overheated = full->overheated,
                                 .offline = full->voltage});
  if (model_.presenter) {
    status.media = full->in_mouth ? MediaState::Present : MediaState::NotPresent;
    if (full->paper_jam) status.media = MediaState::Jammed;
  }
  return status;
}

/// USB Printer Class 1.1, 4.2.2. By the control pipe, so neither a full buffer nor a half-sent raster is in its
/// way; but it gives no reasons.
Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_port() {
  const usb::ControlSetup get_port_status{
      .request_type = 0xA1, .request = 0x01, .value = 0, .index = transport_.identity().interface_number};
  const auto answer = transport_.control_in(get_port_status, 1, at_most(question_time));
  if (!answer && answer.error() == usb::TransferFault::Unplugged) return fail(PrinterFault::Unplugged);
  if (!answer && answer.error() == usb::TransferFault::Timeout) return fail(PrinterFault::Mute);
  if (!answer || answer->size() != 1) return fail(PrinterFault::Garbled);
  const escpos::PortBits port = escpos::parse_port_status(answer->front());
  return judged({.paper_out = port.paper_empty, .offline = port.error || !port.selected});
}

Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_all_once() {
  if (model_.status == StatusForm::PortStatus) return ask_port();
  return model_.status == StatusForm::FullStatus ? ask_full() : ask_one_to_four();
}

Result<PrinterStatus, PrinterFault> ReceiptPrinter::ask_all() {
  if (model_.status == StatusForm::None) {
    return PrinterStatus{.device = DeviceState::Online, .paper = PaperState::Unknown};
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
  if (model_.status == StatusForm::RealTime1To4) {
    const auto answer = ask<escpos::StatusByte>(escpos::StatusKind::Printer);
    if (!answer) return answer.error();
    if (!escpos::parse_printer_status(answer->byte)->offline) return std::nullopt;
  }
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
