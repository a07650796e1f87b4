#include "drivers/card-reader/link.h"

#include "drivers/card-reader/wiped.h"

#include <algorithm>

namespace pishkhan::card {

using usb::TransferFault;

namespace {

// 6.1: where every message has its slot and its sequence number.
constexpr std::size_t slot_at = 5;
constexpr std::size_t sequence_at = 6;

constexpr std::size_t packet_bytes = 1024;          // a multiple of every bulk packet's size (USB 3.2, 9.6.6)
constexpr std::size_t most_read_bytes = 65 * 1024;  // an extended APDU's answer with its header
constexpr std::uint8_t class_request_out = 0x21;    // USB 2.0, 9.3.1: class, interface, to the device
constexpr int failures_before_reset = 2;
constexpr int failures_before_reopening = 5;
constexpr int most_stuck = 3;  // commands in a row; between them the port was reset
constexpr std::chrono::milliseconds quiet{20};  // silence that ends a draining

std::size_t room_for(const ccid::ClassDescriptor& descriptor) {
  const std::size_t most = std::min<std::size_t>(descriptor.maximum_message_bytes, most_read_bytes);
  return (most + packet_bytes - 1) / packet_bytes * packet_bytes;
}

/// Two sessions with a reader begin at different times; multiplied so that near times lie far apart (the golden
/// ratio of 64 bits; Knuth, TAOCP 3, 6.4).
std::uint8_t first_sequence(SteadyTime now) {
  return static_cast<std::uint8_t>(static_cast<std::uint64_t>(now.count()) * 0x9E3779B97F4A7C15 >> 56);
}

}  // namespace

CcidLink::CcidLink(usb::Transport& transport, const Clock& clock, const ReaderLimits& limits,
                   const ccid::ClassDescriptor& descriptor, const Quirk& quirk, std::uint8_t slot)
    : transport_(&transport),
      clock_(&clock),
      limits_(limits),
      read_bytes_(room_for(descriptor)),
      out_packet_bytes_(quirk.packets == Quirk::Packets::ZeroLengthLast ? descriptor.out_packet_bytes : 0),
      unsaid_parameters_(quirk.parameters),
      interface_number_(descriptor.interface_number),
      slot_(slot),
      sequence_(first_sequence(clock.steady())) {}

std::chrono::milliseconds CcidLink::left(SteadyTime deadline) const {
  return std::min(deadline - clock_->steady(), limits_.one_read);
}

ReaderFault CcidLink::lost(TransferFault fault) {
  if (fault == TransferFault::Unplugged) return ReaderFault::Unplugged;
  ++failures_;
  halted_ = true;
  return fault == TransferFault::Timeout ? ReaderFault::Timeout : ReaderFault::ReaderFailed;
}

Result<void, ReaderFault> CcidLink::clear_halts() {
  halted_ = false;
  const Result<void, TransferFault> cleared = transport_->clear_halts();
  if (!cleared) return fail(lost(cleared.error()));
  return {};
}

Result<void, ReaderFault> CcidLink::write(ByteView message, SteadyTime deadline) {
  const auto once = [&]() -> Result<std::size_t, TransferFault> {
    const auto time = left(deadline);
    if (time.count() <= 0) return fail(TransferFault::Timeout);
    return transport_->bulk_out(message, time);
  };
  Result<std::size_t, TransferFault> taken = once();
  if (!taken && taken.error() == TransferFault::Stalled) {
    // A halted endpoint has taken nothing (USB 2.0, 5.8.5): the message may be sent again.
    const auto cleared = clear_halts();
    if (!cleared) return cleared;
    taken = once();
  }
  if (!taken) return fail(lost(taken.error()));
  // A message is one transfer (CCID 4.2): half of one cannot be completed by another.
  if (*taken != message.size()) return fail(lost(TransferFault::Failed));
  if (out_packet_bytes_ != 0 && message.size() % out_packet_bytes_ == 0) {
    const auto ended = transport_->bulk_out({}, std::max(left(deadline), quiet));
    if (!ended) return fail(lost(ended.error()));
  }
  return {};
}

Result<ccid::Reply, ReaderFault> CcidLink::await(std::uint8_t sequence, ccid::ReplyKind wanted,
                                                 SteadyTime deadline) {
  int extensions = 0;
  int others = 0;
  while (true) {
    const auto time = left(deadline);
    if (time.count() <= 0) return fail(lost(TransferFault::Timeout));
    Result<Bytes, TransferFault> bytes = transport_->bulk_in(read_bytes_, time);
    const bool silent = bytes ? bytes->empty() : bytes.error() == TransferFault::Timeout;
    const bool stalled = !bytes && bytes.error() == TransferFault::Stalled;
    if (silent || stalled) {
      if (++others > limits_.stale_frames) return fail(lost(TransferFault::Timeout));
      if (stalled) {
        // The answer may come once the halt is over; if it does not, the deadline tells.
        const auto cleared = clear_halts();
        if (!cleared) return fail(cleared.error());
      }
      continue;
    }
    if (!bytes) return fail(lost(bytes.error()));
    const Wiped wiped(*bytes);
    Result<ccid::Reply, ccid::FrameFault> reply = ccid::parse_reply(*bytes, unsaid_parameters_);
    if (!reply) return fail(lost(TransferFault::Failed));
    if (reply->sequence != sequence || reply->slot != slot_) {
      wipe_and_clear(reply->data);
      if (++others > limits_.stale_frames) return fail(lost(TransferFault::Failed));
      continue;
    }
    if (reply->command == ccid::CommandStatus::TimeExtension) {
      if (++extensions > limits_.time_extensions) return fail(lost(TransferFault::Timeout));
      continue;
    }
    // Some readers report a failed command always as a slot status.
    if (reply->kind != wanted && reply->command == ccid::CommandStatus::Done) {
      wipe_and_clear(reply->data);
      return fail(lost(TransferFault::Failed));
    }
    return std::move(*reply);
  }
}

Result<ccid::Reply, ReaderFault> CcidLink::exchange(Bytes message, ccid::ReplyKind wanted,
                                                    SteadyTime deadline) {
  const Wiped wiped(message);
  for (int attempt = 0;; ++attempt) {
    const Result<void, ReaderFault> ready = recover(deadline);
    if (!ready) return fail(ready.error());
    if (left(deadline).count() <= 0) return fail(ReaderFault::Timeout);  // nothing was sent, nothing is lost
    const std::uint8_t sequence = sequence_++;
    message[slot_at] = slot_;
    message[sequence_at] = sequence;
    const Result<void, ReaderFault> written = write(message, deadline);
    if (!written) return fail(written.error());
    Result<ccid::Reply, ReaderFault> reply = await(sequence, wanted, deadline);
    if (!reply) return reply;
    failures_ = 0;
    // The slot is still at work on a command of which nobody awaits the answer any more, or waits for the other
    // half of an abort: abort it, once. If that does not help, the next command begins with a reset, and when
    // that did not help either the reader is no better than one that does not answer.
    const bool stuck = reply->command == ccid::CommandStatus::Failed &&
                       (reply->error == ccid::error::slot_busy || reply->error == ccid::error::aborted);
    if (!stuck) {
      stuck_ = 0;
      return reply;
    }
    // What was aborted may have been done; a PIN goes out once (6.1.11).
    const bool again = attempt == 0 && message[0] != ccid::secure_message;
    failures_ = attempt == 0 ? 1 : failures_before_reset;
    if (again) continue;
    if (++stuck_ < most_stuck) return reply;
    failures_ = 1;  // resetting it once more does not help, and others may hang on its hub
    wipe_and_clear(reply->data);
    return fail(ReaderFault::ReaderFailed);
  }
}

Result<void, ReaderFault> CcidLink::recover(SteadyTime deadline) {
  if (failures_ >= failures_before_reopening) return fail(ReaderFault::Unplugged);
  if (failures_ >= failures_before_reset) {
    halted_ = false;
    ++resets_;
    // A port that cannot be reset leaves only a new session with the device.
    if (!transport_->reset()) return fail(ReaderFault::Unplugged);
    return drain(quiet);
  }
  if (halted_) {
    const auto cleared = clear_halts();
    if (!cleared) return cleared;
  }
  return failures_ > 0 ? abort(deadline) : Result<void, ReaderFault>();
}

Result<void, ReaderFault> CcidLink::abort(SteadyTime deadline) {
  // Half of the time stays for the command that waits for this.
  const SteadyTime end = from_now((deadline - clock_->steady()) / 2);
  const std::uint8_t sequence = sequence_++;
  const auto value = static_cast<std::uint16_t>(sequence << 8 | slot_);
  const auto asked = transport_->control_out({class_request_out, ccid::request_abort, value, interface_number_},
                                             {}, std::max(left(end), std::chrono::milliseconds{1}));
  if (!asked && asked.error() == TransferFault::Unplugged) return fail(ReaderFault::Unplugged);
  // Many readers do not know the request; sequence numbers and a quiet line must do.
  if (!asked) return drain(quiet);
  const Result<void, ReaderFault> written = write(ccid::abort(slot_, sequence), end);
  if (!written) return written.error() == ReaderFault::Unplugged ? written : Result<void, ReaderFault>();
  for (int frames = 0; frames <= limits_.stale_frames && left(end).count() > 0; ++frames) {
    Result<Bytes, TransferFault> bytes = transport_->bulk_in(read_bytes_, left(end));
    if (!bytes && bytes.error() == TransferFault::Unplugged) return fail(ReaderFault::Unplugged);
    if (!bytes) break;
    const Wiped wiped(*bytes);
    const auto reply = ccid::parse_reply(*bytes, unsaid_parameters_);
    if (!reply || reply->sequence != sequence || reply->kind != ccid::ReplyKind::SlotStatus) continue;
    failures_ = 0;
    break;
  }
  return {};
}

Result<void, ReaderFault> CcidLink::drain(std::chrono::milliseconds duration) {
  const SteadyTime end = from_now(duration);
  for (int frames = 0; frames <= limits_.stale_frames; ++frames) {
    const auto time = end - clock_->steady();
    if (time.count() <= 0) break;
    Result<Bytes, TransferFault> bytes = transport_->bulk_in(read_bytes_, time);
    if (!bytes && bytes.error() == TransferFault::Unplugged) return fail(ReaderFault::Unplugged);
    if (!bytes) break;
    wipe(bytes->data(), bytes->size());
  }
  return {};
}

}  // namespace pishkhan::card
