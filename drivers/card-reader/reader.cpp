#include "drivers/card-reader/reader.h"

#include "drivers/card-reader/wiped.h"

#include <algorithm>

namespace pishkhan::card {

namespace {

// A CCID header and 4 + 1 + 255 + 1 bytes of APDU; a T=1 block, and T=0's 5 + 255 bytes, are no longer.
constexpr std::uint32_t least_message_bytes = 271;
constexpr std::chrono::milliseconds least_settle{2};  // what a reader has ready comes at once
constexpr int most_interrupt_failures = 3;  // in a row; one may be a halt that is over once it is cleared

}  // namespace

ReaderFault fault_of(const ccid::Reply& reply) {
  if (reply.icc == ccid::IccStatus::Absent) return ReaderFault::NoCard;
  switch (reply.error) {
    case ccid::error::mute:
      return ReaderFault::CardMute;
    case ccid::error::pin_cancelled:
    case ccid::error::pin_timeout:
      return ReaderFault::PinNotEntered;
    case ccid::error::parity:
    case ccid::error::overrun:
    case ccid::error::bad_first_byte:
    case ccid::error::bad_check_of_reset:
    case ccid::error::protocol_not_supported:
    case ccid::error::class_not_supported:
    case ccid::error::procedure_byte:
      return ReaderFault::CardFailed;
    default:
      return ReaderFault::ReaderFailed;
  }
}

Result<CardReader, OpenFault> CardReader::open(usb::Transport& transport, const Clock& clock,
                                               const Options& options) {
  const auto described = ccid::parse_descriptors(transport.descriptors());
  if (!described) return fail(OpenFault::NotCcid);
  const ccid::ClassDescriptor descriptor = corrected(*described, options.quirk);
  if (descriptor.level == ccid::Level::Character) return fail(OpenFault::CharacterLevel);
  if (descriptor.maximum_message_bytes < least_message_bytes) return fail(OpenFault::TooSmall);
  if (options.slot > descriptor.maximum_slot_index) return fail(OpenFault::NoSuchSlot);
  return CardReader(transport, clock, options, descriptor);
}

CardReader::CardReader(usb::Transport& transport, const Clock& clock, const Options& options,
                       const ccid::ClassDescriptor& descriptor)
    : transport_(&transport),
      clock_(&clock),
      limits_(options.limits),
      descriptor_(descriptor),
      quirk_(options.quirk),
      slot_(options.slot),
      link_(transport, clock, options.limits, descriptor, options.quirk, options.slot) {}

/// What the quirk wants before the first command, and nothing of a former session left in the pipe.
Result<void, ReaderFault> CardReader::prepare(SteadyTime deadline) {
  if (prepared_) return {};
  const auto settled = link_.drain(std::max(quirk_.settle, least_settle));
  if (!settled) return settled;
  for (const Bytes& message : quirk_.escapes) {
    // A reader that refuses an Escape is used as it is.
    const auto reply = link_.exchange(ccid::escape(0, 0, message), ccid::ReplyKind::Escape, deadline);
    if (!reply) return fail(reply.error());
  }
  prepared_ = true;
  return {};
}

Result<ccid::Reply, ReaderFault> CardReader::ask(Bytes message, ccid::ReplyKind wanted, SteadyTime deadline) {
  const Result<void, ReaderFault> ready = prepare(deadline);
  if (!ready) {
    wipe_and_clear(message);
    return fail(ready.error());
  }
  return link_.exchange(std::move(message), wanted, deadline);
}

Result<ccid::Reply, ReaderFault> CardReader::demand(Bytes message, ccid::ReplyKind wanted,
                                                    SteadyTime deadline) {
  Result<ccid::Reply, ReaderFault> reply = ask(std::move(message), wanted, deadline);
  if (!reply) return reply;
  if (reply->command == ccid::CommandStatus::Failed || reply->icc == ccid::IccStatus::Absent) {
    wipe_and_clear(reply->data);
    return fail(reply->command == ccid::CommandStatus::Failed ? fault_of(*reply) : ReaderFault::NoCard);
  }
  return reply;
}

/// bClockStatus (6.2.2), of a card that has power: anything but 0 is a clock that stands still.
void CardReader::note_clock(const ccid::Reply& reply) {
  clock_stopped_ = reply.icc == ccid::IccStatus::Active && reply.command == ccid::CommandStatus::Done &&
                   reply.parameter != 0;
}

Result<CardReader::Slot, ReaderFault> CardReader::ask_slot() {
  const auto reply = ask(ccid::get_slot_status(0, 0), ccid::ReplyKind::SlotStatus,
                         link_.from_now(prepared_ ? limits_.one_read : limits_.exchange));
  if (!reply) return fail(reply.error());
  note_clock(*reply);
  const bool busy = reply->command == ccid::CommandStatus::Failed &&
                    (reply->error == ccid::error::slot_busy || reply->error == ccid::error::automatic_sequence);
  return Slot{.icc = reply->icc, .busy = busy};
}

/// An endpoint that fails does so at once: a caller who leaves the waiting to it would never wait again.
void CardReader::note_interrupt(const Result<Bytes, usb::TransferFault>& report) {
  using usb::TransferFault;
  if (!report && report.error() == TransferFault::Stalled) link_.halted();
  const bool waited = report || report.error() == TransferFault::Timeout;
  if (waited)
    interrupt_failures_ = 0;
  else if (report.error() != TransferFault::Cancelled && ++interrupt_failures_ >= most_interrupt_failures)
    descriptor_.interrupt = ccid::InterruptEndpoint::Absent;
}

ReaderStatus CardReader::poll(std::chrono::milliseconds wait) {
  bool comes = false;
  bool broken = false;
  if (descriptor_.interrupt == ccid::InterruptEndpoint::Present && wait.count() > 0) {
    const Result<Bytes, usb::TransferFault> report = transport_->interrupt_in(64, wait);
    if (!report && report.error() == usb::TransferFault::Unplugged) {
      return {.media = MediaState::Unknown, .chip = ChipState::NoDevice};
    }
    note_interrupt(report);
    // What the report says is mostly the reason to look: the slot's own answer below is what counts.
    const auto change = report ? ccid::parse_notification(*report, slot_) : std::nullopt;
    comes = change && change->present;
    broken = report && ccid::is_hardware_error(*report, slot_);
  }
  const Result<Slot, ReaderFault> slot = ask_slot();
  if (!slot) {
    const bool gone = slot.error() == ReaderFault::Unplugged;
    return {.media = MediaState::Unknown, .chip = gone ? ChipState::NoDevice : ChipState::HardwareError};
  }
  if (slot->icc == ccid::IccStatus::Absent) {
    if (broken) return {.media = MediaState::NotPresent, .chip = ChipState::HardwareError};
    return {.media = comes ? MediaState::Entering : MediaState::NotPresent, .chip = ChipState::NoCard};
  }
  if (broken) {
    const bool moves_cards = descriptor_.mechanical != 0;
    return {.media = moves_cards ? MediaState::Jammed : MediaState::Present, .chip = ChipState::HardwareError};
  }
  if (slot->busy) return {.media = MediaState::Present, .chip = ChipState::Busy};
  const bool online = slot->icc == ccid::IccStatus::Active;
  return {.media = MediaState::Present, .chip = online ? ChipState::Online : ChipState::PoweredOff};
}

}  // namespace pishkhan::card
