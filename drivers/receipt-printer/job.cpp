#include "drivers/receipt-printer/job.h"

#include "base/core/ensure.h"
#include "base/core/personal.h"
#include "drivers/receipt-printer/bands.h"

#include <algorithm>
#include <utility>

namespace pishkhan::printer {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds write_time{5000};
constexpr milliseconds proof_time{5000};  // a cut and what the last job left to do
constexpr milliseconds clear_time{500};
constexpr std::size_t fence_bytes = 11;
constexpr int attempts = 2;

/// What the printer itself said about its state, as opposed to our having lost it.
bool told_by_printer(PrinterFault fault) {
  switch (fault) {
    case PrinterFault::PaperOut:
    case PrinterFault::CoverOpen:
    case PrinterFault::CutterJam:
    case PrinterFault::PaperJam:
    case PrinterFault::Overheated:
    case PrinterFault::Broken:
    case PrinterFault::Offline:
      return true;
    case PrinterFault::Unplugged:
    case PrinterFault::Mute:
    case PrinterFault::Garbled:
    case PrinterFault::Interrupted:
      break;
  }
  return false;
}

}  // namespace

ReceiptPrinter::ReceiptPrinter(usb::Transport& transport, const Clock& clock, Random& random,
                               const Model& model)
    : transport_(transport), clock_(clock), random_(random), model_(model), parser_(model.status, model.proof) {
  ENSURE(model.dots_per_line >= 8 && model.dots_per_line <= 4096 && model.buffer_bytes >= 2048,
         "a possible model");
}

PrintOutcome ReceiptPrinter::print(const Bitmap& receipt, std::chrono::milliseconds within) {
  ENSURE(receipt.width() >= 1 && receipt.width() <= model_.printable_dots(),
         "the receipt is drawn for this paper");
  ENSURE(receipt.height() >= 1 && receipt.height() <= maximum_rows, "a receipt has an end");
  begin_conversation(within);
  const SteadyTime end = deadline_;
  PrintOutcome outcome = NotPrinted{PrinterFault::Interrupted};
  // A write that was cut short is the one thing that trying again from the start may mend.
  for (int i = 0; i < attempts && outcome == PrintOutcome(NotPrinted{PrinterFault::Interrupted}); ++i) {
    if (i > 0 && clock_.steady() >= end) break;
    deadline_ = end;  // cleaning up had moved it
    outcome = attempt(receipt);
  }
  return outcome;
}

PrintOutcome ReceiptPrinter::attempt(const Bitmap& receipt) {
  picture_sent_ = false;
  ink_fence_.reset();
  ink_echoed_ = false;
  noise_before_ = parser_.noise_bytes();
  if (const Fault fault = make_ready()) return NotPrinted{*fault};
  if (const Fault fault = send_bands(receipt)) return give_up(*fault);
  Bytes end;
  append_end(end, model_);
  if (const Fault fault = send_fenced(std::move(end))) return give_up(*fault);
  return finish();
}

/// No fault in sight, no earlier receipt in the mouth, and the printer at a known place.
ReceiptPrinter::Fault ReceiptPrinter::make_ready() {
  const Result<PrinterStatus, PrinterFault> status = ask_all();
  if (!status) return status.error();
  if (status->fault) return status->fault;
  if (lost_place_) {
    if (const Fault fault = resynchronise()) return fault;
  } else if (model_.proof == ProofOfPrint::None) {
    // Nobody knows whether all of the last job arrived. It may still be printing, so nothing is thrown away.
    if (const Fault fault = send_padding()) return fault;
  }
  if (const Fault fault = prove_synchronised()) return fault;
  if (status->media != MediaState::Present) return std::nullopt;
  // Somebody else's receipt must not leave in this citizen's hand.
  return empty_mouth();
}

std::optional<PrinterFault> ReceiptPrinter::take_back() {
  begin_conversation(proof_time);
  return empty_mouth();
}

ReceiptPrinter::Fault ReceiptPrinter::empty_mouth() {
  ENSURE(model_.presenter, "this model holds receipts");
  Bytes command;
  escpos::append_take_back(command, model_.presenter->untaken);
  if (const Fault fault = send_fenced(std::move(command))) return fault;
  if (const Fault fault = wait_until_outstanding(0, proof_time)) return fault;
  ++taken_back_;
  return std::nullopt;
}

ReceiptPrinter::Fault ReceiptPrinter::send_fenced(Bytes data) {
  if (model_.proof != ProofOfPrint::None) {
    escpos::ProcessId id{};
    if (model_.proof == ProofOfPrint::SensorEcho) {
      escpos::append_sensor_question(data);
    } else {
      do {
        id = escpos::random_process_id(random_);
      } while (std::ranges::any_of(waiting_, [&](const Fence& fence) { return fence.id == id; }));
      escpos::append_fence(data, id);
    }
    const std::size_t room = 2 * band_bytes() - data.size();
    if (const Fault fault = wait_until_outstanding(room, deadline_ - clock_.steady())) return fault;
    // Before the write: its end may be lost to us, and the echo come all the same.
    waiting_.push_back({.id = id, .bytes = data.size()});
    if (picture_sent_ && !ink_fence_) ink_fence_ = id;
    outstanding_bytes_ += data.size();
  }
  const Fault fault = write(data, write_time);
  wipe(data.data(), data.size());  // a citizen's words, in dots
  return fault;
}

ReceiptPrinter::Fault ReceiptPrinter::send_bands(const Bitmap& receipt) {
  Bands bands(model_, receipt, band_bytes() - fence_bytes);
  bool asked = true;  // a moment ago, by make_ready
  while (auto band = bands.next()) {
    if (!std::exchange(asked, false)) {
      if (const Fault fault = check_online()) return fault;
    }
    picture_sent_ = band->last_ink;
    if (const Fault fault = send_fenced(std::move(band->bytes))) return fault;
  }
  return std::nullopt;
}

PrintOutcome ReceiptPrinter::finish() {
  if (model_.proof == ProofOfPrint::None) {
    spoiled_ = false;
    const Fault fault = check_online();
    if (fault) return give_up(*fault);
    return Unknown{.reason = UnknownReason::NoProof, .fault = {}};
  }
  const Fault fault = wait_until_outstanding(0, left());
  if (!fault) {
    spoiled_ = false;
    if (model_.proof == ProofOfPrint::ProcessIdEcho) return Printed{};
    return Unknown{.reason = UnknownReason::NoProof, .fault = {}};
  }
  if (*fault != PrinterFault::Mute || left().count() > 0) return give_up(*fault);
  // It may still be printing: nothing is thrown away now, but the next job begins by doing so.
  lost_place_ = true;
  spoiled_ = true;
  return Unknown{.reason = UnknownReason::NoEcho, .fault = {}};
}

PrintOutcome ReceiptPrinter::give_up(PrinterFault fault) {
  lost_place_ = true;
  spoiled_ = true;
  deadline_ = clock_.steady() + cleaning_time;
  if (!told_by_printer(fault) && fault != PrinterFault::Unplugged) {
    // Perhaps it can say why it stopped taking bytes.
    const Result<PrinterStatus, PrinterFault> status = ask_all();
    if (status && status->fault) fault = *status->fault;
  }
  const bool cleared = fault != PrinterFault::Unplugged && clear_buffers();
  if (!picture_sent_) return NotPrinted{fault};
  // Without an echo to miss, "not printed" would only be a guess once the whole picture was handed over. Where
  // it was echoed all the ink is on paper, and only the cut is missing. And who babbles is not believed at all.
  const bool babbled = parser_.noise_bytes() != noise_before_;
  const bool certain = cleared && told_by_printer(fault) && model_.proof == ProofOfPrint::ProcessIdEcho &&
                       !ink_echoed_ && !babbled;
  if (certain) return NotPrinted{fault};
  return Unknown{.reason = UnknownReason::LostAtEnd, .fault = fault};
}

bool ReceiptPrinter::clear_buffers() {
  forget_answers();
  if (model_.reset == ResetForm::DleDc4) {
    Bytes command;
    escpos::append_clear(command);
    cleared_ = false;
    if (!write(command, clear_time)) {
      const SteadyTime until = clock_.steady() + at_most(clear_time);
      // No byte may follow until the clear response has come (DLE DC4, function 8).
      while (!cleared_ && clock_.steady() < until) {
        if (read_answers(clear_time)) break;
      }
      if (cleared_) return true;
    }
  }
  // USB Printer Class 1.1, 4.2.3, SOFT_RESET: flushes all buffers; it goes by the control pipe, which a full
  // receive buffer does not block.
  const usb::ControlSetup soft_reset{
      .request_type = 0x21, .request = 0x02, .value = 0, .index = transport_.identity().interface_number};
  const bool flushed = transport_.control_out(soft_reset, {}, at_most(clear_time)).has_value();
  const bool usable = flushed ? transport_.clear_halts().has_value() : transport_.reset().has_value();
  forget_answers();
  return flushed && usable;
}

ReceiptPrinter::Fault ReceiptPrinter::resynchronise() {
  // Whether the clearing was confirmed does not matter here: the fence that follows is the proof.
  static_cast<void>(clear_buffers());
  return send_padding();
}

/// Should the printer still wait for the rest of a raster, white dots are the rest; else NUL is nothing.
ReceiptPrinter::Fault ReceiptPrinter::send_padding() {
  Bytes padding;
  escpos::append_padding(padding, band_bytes());
  return write(padding, write_time);
}

ReceiptPrinter::Fault ReceiptPrinter::prove_synchronised() {
  forget_answers();
  Bytes beginning;
  append_beginning(beginning, model_);
  if (spoiled_) escpos::append_cut(beginning, model_);
  if (const Fault fault = send_fenced(std::move(beginning))) return fault;
  if (const Fault fault = wait_until_outstanding(0, proof_time)) {
    lost_place_ = true;
    return fault;
  }
  lost_place_ = false;
  spoiled_ = false;
  return std::nullopt;
}

}  // namespace pishkhan::printer
