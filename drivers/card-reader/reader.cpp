#include "drivers/card-reader/reader.h"

#include "drivers/card-reader/wiped.h"

#include <algorithm>
#include <array>

namespace pishkhan::card {

namespace {

constexpr std::uint8_t slot = 0;
constexpr std::uint32_t short_apdu_message_bytes = 271;  // CCID header, and 4 + 1 + 255 + 1 bytes of APDU
constexpr std::size_t maximum_answer_bytes = 4096;       // of one command with all its GET RESPONSEs
constexpr std::uint8_t instruction_get_response = 0xC0;  // ISO 7816-4, 7.6.1

/// CCID 6.2.6, table 6.2-2: bError of a failed command.
ReaderFault fault_of(const ccid::Reply& reply) {
  if (reply.icc == ccid::IccStatus::Absent) return ReaderFault::NoCard;
  switch (reply.error) {
    case 0xFE:  // ICC_MUTE
      return ReaderFault::CardMute;
    case 0xFD:  // XFR_PARITY_ERROR
    case 0xFC:  // XFR_OVERRUN
    case 0xF8:  // BAD_ATR_TS
    case 0xF7:  // BAD_ATR_TCK
    case 0xF6:  // ICC_PROTOCOL_NOT_SUPPORTED
    case 0xF5:  // ICC_CLASS_NOT_SUPPORTED
    case 0xF4:  // PROCEDURE_BYTE_CONFLICT
      return ReaderFault::CardFailed;
    default:
      return ReaderFault::ReaderFailed;
  }
}

}  // namespace

Result<CardReader, OpenFault> CardReader::open(usb::Transport& transport, const Clock& clock,
                                               ReaderLimits limits) {
  const auto descriptor = ccid::parse_descriptors(transport.descriptors());
  if (!descriptor) return fail(OpenFault::NotCcid);
  if (descriptor->level == ccid::Level::Character) return fail(OpenFault::CharacterLevel);
  if (descriptor->level == ccid::Level::Tpdu) return fail(OpenFault::TpduLevel);
  if (descriptor->maximum_message_bytes < short_apdu_message_bytes) return fail(OpenFault::TooSmall);
  return CardReader(transport, clock, limits, *descriptor);
}

SteadyTime CardReader::from_now(std::chrono::milliseconds duration) const {
  return clock_->steady() + duration;
}

ReaderFault CardReader::lost(usb::TransferFault fault) {
  if (fault == usb::TransferFault::Unplugged) return ReaderFault::Unplugged;
  must_clear_halts_ = true;
  return fault == usb::TransferFault::Timeout ? ReaderFault::Timeout : ReaderFault::ReaderFailed;
}

Result<void, ReaderFault> CardReader::write(ByteView message, SteadyTime deadline) {
  if (must_clear_halts_) {
    const Result<void, usb::TransferFault> cleared = transport_->clear_halts();
    if (!cleared) return fail(lost(cleared.error()));
    must_clear_halts_ = false;
  }
  const auto left = std::min(deadline - clock_->steady(), limits_.one_read);
  if (left.count() <= 0) return fail(ReaderFault::Timeout);
  const Result<std::size_t, usb::TransferFault> taken = transport_->bulk_out(message, left);
  if (!taken) return fail(lost(taken.error()));
  // A message is one transfer (CCID 4.2): half of one cannot be completed by another.
  if (*taken != message.size()) return fail(lost(usb::TransferFault::Failed));
  return {};
}

Result<ccid::Reply, ReaderFault> CardReader::await_reply(std::uint8_t sequence, ccid::ReplyKind wanted,
                                                         SteadyTime deadline) {
  // A multiple of every bulk packet size, so that an honest answer cannot overflow the transfer.
  const std::size_t room = descriptor_.maximum_message_bytes <= 512 ? 512 : 4096;
  int extensions = 0;
  int others = 0;
  while (true) {
    const auto left = std::min(deadline - clock_->steady(), limits_.one_read);
    if (left.count() <= 0) return fail(lost(usb::TransferFault::Timeout));
    Result<Bytes, usb::TransferFault> bytes = transport_->bulk_in(room, left);
    const bool silent = bytes ? bytes->empty() : bytes.error() == usb::TransferFault::Timeout;
    if (silent) {
      if (++others > limits_.stale_frames) return fail(lost(usb::TransferFault::Timeout));
      continue;
    }
    if (!bytes) return fail(lost(bytes.error()));
    const Wiped wiped(*bytes);
    Result<ccid::Reply, ccid::FrameFault> reply = ccid::parse_reply(*bytes);
    if (!reply) return fail(lost(usb::TransferFault::Failed));
    if (reply->sequence != sequence || reply->slot != slot) {
      wipe(reply->data.data(), reply->data.size());
      if (++others > limits_.stale_frames) return fail(lost(usb::TransferFault::Failed));
      continue;
    }
    if (reply->command == ccid::CommandStatus::TimeExtension) {
      if (++extensions > limits_.time_extensions) return fail(lost(usb::TransferFault::Timeout));
      continue;
    }
    // Some readers report a failed command always as a slot status.
    if (reply->kind != wanted && reply->command == ccid::CommandStatus::Done) {
      wipe(reply->data.data(), reply->data.size());
      return fail(lost(usb::TransferFault::Failed));
    }
    return std::move(*reply);
  }
}

Result<ccid::Reply, ReaderFault> CardReader::exchange(ByteView message, std::uint8_t sequence,
                                                      ccid::ReplyKind wanted, SteadyTime deadline) {
  const Result<void, ReaderFault> written = write(message, deadline);
  if (!written) return fail(written.error());
  return await_reply(sequence, wanted, deadline);
}

Result<ccid::IccStatus, ReaderFault> CardReader::ask_slot() {
  const std::uint8_t sequence = sequence_++;
  const auto reply = exchange(ccid::get_slot_status(slot, sequence), sequence, ccid::ReplyKind::SlotStatus,
                              from_now(limits_.one_read));
  if (!reply) return fail(reply.error());
  return reply->icc;
}

ReaderStatus CardReader::poll(std::chrono::milliseconds wait) {
  if (descriptor_.interrupt == ccid::InterruptEndpoint::Present && wait.count() > 0) {
    const Result<Bytes, usb::TransferFault> report = transport_->interrupt_in(64, wait);
    if (!report && report.error() == usb::TransferFault::Unplugged) {
      return {.media = MediaState::Unknown, .chip = ChipState::NoDevice};
    }
    // What the report says is only the reason to look: the slot's own answer below is what counts.
    if (!report && report.error() == usb::TransferFault::Stalled) must_clear_halts_ = true;
  }
  const Result<ccid::IccStatus, ReaderFault> icc = ask_slot();
  if (!icc) {
    const bool gone = icc.error() == ReaderFault::Unplugged;
    return {.media = MediaState::Unknown, .chip = gone ? ChipState::NoDevice : ChipState::HardwareError};
  }
  switch (*icc) {
    case ccid::IccStatus::Active:
      return {.media = MediaState::Present, .chip = ChipState::Online};
    case ccid::IccStatus::Inactive:
      return {.media = MediaState::Present, .chip = ChipState::PoweredOff};
    case ccid::IccStatus::Absent:
      break;
  }
  return {.media = MediaState::NotPresent, .chip = ChipState::NoCard};
}

Result<Atr, ReaderFault> CardReader::power_on_with(ccid::PowerSelect power, SteadyTime deadline) {
  const std::uint8_t sequence = sequence_++;
  const auto reply =
      exchange(ccid::power_on(slot, sequence, power), sequence, ccid::ReplyKind::DataBlock, deadline);
  if (!reply) return fail(reply.error());
  if (reply->command == ccid::CommandStatus::Failed) return fail(fault_of(*reply));
  if (reply->icc == ccid::IccStatus::Absent) return fail(ReaderFault::NoCard);
  Result<Atr, AtrFault> atr = parse_atr(reply->data);
  if (!atr) return fail(ReaderFault::CardFailed);
  return std::move(*atr);
}

Result<Atr, ReaderFault> CardReader::power_on() {
  const SteadyTime deadline = from_now(limits_.exchange);
  if (descriptor_.automatic_voltage()) return power_on_with(ccid::PowerSelect::Automatic, deadline);
  struct Choice {
    std::uint8_t bit;
    ccid::PowerSelect power;
  };
  // The lowest class first (ISO 7816-3, 6.2.2); a card that cannot live on it stays mute and is unharmed.
  constexpr std::array choices{Choice{4, ccid::PowerSelect::Volt1_8}, Choice{2, ccid::PowerSelect::Volt3},
                               Choice{1, ccid::PowerSelect::Volt5}};
  Result<Atr, ReaderFault> atr = fail(ReaderFault::ReaderFailed);
  for (const Choice& choice : choices) {
    if ((descriptor_.voltages & choice.bit) == 0) continue;
    atr = power_on_with(choice.power, deadline);
    if (atr || (atr.error() != ReaderFault::CardMute && atr.error() != ReaderFault::CardFailed)) return atr;
    const Result<void, ReaderFault> off = power_off();
    if (!off) return fail(off.error());
  }
  return atr;
}

Result<void, ReaderFault> CardReader::power_off() {
  const std::uint8_t sequence = sequence_++;
  const auto reply = exchange(ccid::power_off(slot, sequence), sequence, ccid::ReplyKind::SlotStatus,
                              from_now(limits_.one_read));
  if (!reply) return fail(reply.error());
  // A slot without a card is without power too.
  if (reply->command == ccid::CommandStatus::Failed && reply->icc == ccid::IccStatus::Active) {
    return fail(ReaderFault::ReaderFailed);
  }
  return {};
}

Result<Response, ReaderFault> CardReader::transmit_once(const Command& command, SteadyTime deadline) {
  const std::uint8_t sequence = sequence_++;
  Result<ccid::Reply, ReaderFault> reply = exchange(ccid::transfer_block(slot, sequence, encode(command)),
                                                    sequence, ccid::ReplyKind::DataBlock, deadline);
  if (!reply) return fail(reply.error());
  const Wiped wiped(reply->data);
  if (reply->command == ccid::CommandStatus::Failed) return fail(fault_of(*reply));
  if (reply->icc == ccid::IccStatus::Absent) return fail(ReaderFault::NoCard);
  Result<Response, ApduFault> response = parse_response(reply->data);
  // More than was asked for is never handed on.
  if (!response || response->data.size() > command.wanted.value_or(0)) return fail(ReaderFault::CardFailed);
  return std::move(*response);
}

Result<Response, ReaderFault> CardReader::transmit(const Command& command) {
  return transmit(command, limits_.exchange);
}

Result<Response, ReaderFault> CardReader::transmit(const Command& command, std::chrono::milliseconds within) {
  const SteadyTime deadline = from_now(std::min(within, limits_.exchange));
  Response whole;
  whole.data.reserve(maximum_answer_bytes);
  Command now = command;
  bool asked_again = false;
  for (int follow_up = 0; follow_up <= limits_.follow_ups; ++follow_up) {
    Result<Response, ReaderFault> part = transmit_once(now, deadline);
    if (!part) {
      wipe(whole.data.data(), whole.data.size());
      return fail(part.error());
    }
    const Wiped wiped(part->data);
    const std::size_t available = part->sw2() == 0 ? 256 : part->sw2();
    if (part->sw1() == 0x6C && now.wanted && !asked_again) {
      now.wanted = available;
      asked_again = true;
      continue;
    }
    if (whole.data.size() + part->data.size() > maximum_answer_bytes) break;
    whole.data.insert(whole.data.end(), part->data.begin(), part->data.end());
    whole.status = part->status;
    if (part->sw1() != 0x61) return whole;
    now = Command{.cla = command.cla, .ins = instruction_get_response, .data = {}, .wanted = available};
    asked_again = false;
  }
  wipe(whole.data.data(), whole.data.size());
  return fail(ReaderFault::CardFailed);
}

}  // namespace pishkhan::card
