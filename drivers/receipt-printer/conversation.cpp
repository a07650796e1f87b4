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
constexpr milliseconds silence_before_question{300};
constexpr milliseconds one_wait{100};
/// Bounds for a device that babbles without letting time pass; an honest job needs a few thousand reads.
constexpr int maximum_reads = 20000;
constexpr int cost_of_failed_read = 200;
constexpr std::size_t maximum_noise_bytes = 4096;
constexpr int maximum_drain_reads = 256;

}  // namespace

void ReceiptPrinter::begin_conversation(Milliseconds within) {
  deadline_ = clock_.steady() + within;
  reads_left_ = maximum_reads;
  strays_ = true;
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
  echo_missing_ = false;
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

void ReceiptPrinter::accept(const escpos::Answer& answer) {
  if (const auto* echo = std::get_if<escpos::Echo>(&answer)) {
    accept_echo(echo->id);
  } else if (std::holds_alternative<escpos::SensorEcho>(answer)) {
    echoed(waiting_.empty() ? 0 : 1);
  } else if (std::holds_alternative<escpos::Cleared>(answer)) {
    cleared_ = true;
  } else if (std::holds_alternative<escpos::AutomaticStatus>(answer)) {
    told_of_change_ = true;  // it may be old news: only a question settles it
  } else {
    statuses_.push_back(answer);
  }
}

void ReceiptPrinter::accept_echo(const escpos::ProcessId& id) {
  if (id == ink_fence_) ink_echoed_ = true;  // also while the buffers are being cleared
  const auto found = std::ranges::find_if(waiting_, [&](const Fence& fence) { return fence.id == id; });
  if (found == waiting_.end()) return;  // of an older job, or nobody's
  // Only the latest ID need be sent (GS ( H, function 48), but somebody who listens as we do hears each. If one
  // is missing, bytes were lost on the way although the count was right: dots have taken that fence for dots.
  if (found != waiting_.begin()) echo_missing_ = true;
  echoed(found - waiting_.begin() + 1);
}

void ReceiptPrinter::echoed(std::ptrdiff_t fences) {
  for (; fences > 0; --fences) {
    outstanding_bytes_ -= waiting_.front().bytes;
    waiting_.pop_front();
  }
}

ReceiptPrinter::Fault ReceiptPrinter::read_answers(Milliseconds patience) {
  heard_ = false;
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
  heard_ = !bytes->empty();
  for (const std::uint8_t byte : *bytes) {
    if (const std::optional<escpos::Answer> answer = parser_.take(byte)) accept(*answer);
  }
  if (parser_.noise_bytes() > noise_allowed_) return PrinterFault::Garbled;
  if (std::exchange(echo_missing_, false)) return PrinterFault::Interrupted;
  return std::nullopt;
}

ReceiptPrinter::Fault ReceiptPrinter::drain() {
  for (int reads = 0; reads < maximum_drain_reads; ++reads) {
    // Echoes of an older job may lie between the statuses: only silence is the end.
    if (const Fault fault = read_answers(drain_time)) return fault;
    if (!heard_) return std::nullopt;
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
    } else if (told_of_change_ || clock_.steady() - last_progress >= silence_before_question) {
      told_of_change_ = false;
      const Fault fault = check_online();
      // An echo may have come in together with the bad news; then it has been printed all the same.
      if (fault && outstanding_bytes_ > at_most_bytes) return fault;
      last_progress = clock_.steady();
    }
  }
  return std::nullopt;
}

}  // namespace pishkhan::printer
