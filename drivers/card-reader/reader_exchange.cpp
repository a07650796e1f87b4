// From a command APDU to what the reader carries (CCID 3.2, 6.1.4; ISO 7816-3, 12).
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/wiped.h"

#include <algorithm>

namespace pishkhan::card {

namespace {

constexpr std::uint8_t instruction_get_response = 0xC0;  // ISO 7816-4, 7.6.1
constexpr std::uint8_t instruction_envelope = 0xC2;      // ISO 7816-4, 7.6.2
constexpr std::uint8_t class_more_follows = 0x10;        // ISO 7816-4, 5.1.1: command chaining
constexpr std::uint16_t status_done = 0x9000;
constexpr std::size_t most_answer_bytes = extended_answer_bytes;  // of one command with all its GET RESPONSEs
constexpr int most_parts = 2048;                                  // of an answer at the extended APDU level

/// 6.2.1: the answer does not end here.
bool goes_on(const ccid::Reply& reply) {
  return reply.parameter == static_cast<std::uint8_t>(ccid::Part::First) ||
         reply.parameter == static_cast<std::uint8_t>(ccid::Part::Middle);
}

ReaderFault fault_of(T1::Fault fault) {
  return fault == T1::Fault::Mute ? ReaderFault::CardMute : ReaderFault::CardFailed;
}

}  // namespace

Result<void, ReaderFault> CardReader::wake_clock(SteadyTime deadline) {
  if (!clock_stopped_) return {};
  const auto restarted =
      demand(ccid::icc_clock(0, 0, ccid::ClockCommand::Restart), ccid::ReplyKind::SlotStatus, deadline);
  if (!restarted) return fail(restarted.error());
  clock_stopped_ = false;
  return {};
}

Result<Bytes, ReaderFault> CardReader::carry(const Command& command, SteadyTime deadline) {
  if (const auto awake = wake_clock(deadline); !awake) return fail(awake.error());
  if (descriptor_.level == ccid::Level::Tpdu) {
    if (!agreement_) return fail(ReaderFault::CardMute);  // nobody gave it power
    if (agreement_->protocol == ccid::Protocol::T0) {
      Result<Bytes, ReaderFault> answer = send_at_t0(command, deadline);
      // A card that waits for the rest of a command would take the next one for it, and T=0 has no way to find
      // into step again but a reset.
      if (!answer) agreement_.reset();
      return answer;
    }
  }
  if (descriptor_.level == ccid::Level::ShortApdu && !command.fits_short())
    return fail(ReaderFault::CannotCarry);
  Bytes apdu = encode(command);
  const Wiped wiped(apdu);
  switch (descriptor_.level) {
    case ccid::Level::Tpdu:
      return talk_t1(t1_->begin(apdu), deadline);
    case ccid::Level::ExtendedApdu:
      return send_in_parts(apdu, deadline);
    case ccid::Level::ShortApdu:
    case ccid::Level::Character:
      break;
  }
  return send_whole(apdu, deadline);
}

Result<Bytes, ReaderFault> CardReader::send_whole(ByteView bytes, SteadyTime deadline, std::uint8_t waiting) {
  Result<ccid::Reply, ReaderFault> reply = demand(ccid::transfer_block(0, 0, bytes, ccid::Part::Whole, waiting),
                                                  ccid::ReplyKind::DataBlock, deadline);
  if (!reply) return fail(reply.error());
  // Half an answer must not pass for a whole one.
  if (goes_on(*reply)) {
    wipe_and_clear(reply->data);
    return fail(ReaderFault::ReaderFailed);
  }
  return std::move(reply->data);
}

Result<Bytes, ReaderFault> CardReader::send_in_parts(ByteView bytes, SteadyTime deadline) {
  const std::size_t room = descriptor_.maximum_message_bytes - ccid::header_bytes;
  bool first = true;
  while (true) {
    const std::size_t count = std::min(room, bytes.size());
    const bool last = count == bytes.size();
    const ccid::Part part =
        first ? (last ? ccid::Part::Whole : ccid::Part::First) : (last ? ccid::Part::Last : ccid::Part::Middle);
    Result<ccid::Reply, ReaderFault> reply =
        demand(ccid::transfer_block(0, 0, bytes.first(count), part), ccid::ReplyKind::DataBlock, deadline);
    if (!reply) return fail(reply.error());
    if (last) return collect_parts(std::move(*reply), deadline);
    // 6.2.1: an empty block that asks for the next part.
    const bool asks = reply->parameter == static_cast<std::uint8_t>(ccid::Part::More) && reply->data.empty();
    if (!asks) {
      wipe_and_clear(reply->data);
      return fail(ReaderFault::ReaderFailed);
    }
    bytes = bytes.subspan(count);
    first = false;
  }
}

Result<Bytes, ReaderFault> CardReader::collect_parts(ccid::Reply first, SteadyTime deadline) {
  Bytes answer = std::move(first.data);
  // It begins the answer: Whole or First.
  bool more = goes_on(first);
  bool right = first.parameter <= static_cast<std::uint8_t>(ccid::Part::First);
  ReaderFault fault = ReaderFault::ReaderFailed;
  for (int parts = 1; right && more; ++parts) {
    Result<ccid::Reply, ReaderFault> reply =
        demand(ccid::transfer_block(0, 0, {}, ccid::Part::More), ccid::ReplyKind::DataBlock, deadline);
    if (!reply) {
      right = false;
      fault = reply.error();
      break;
    }
    const Wiped wiped(reply->data);
    more = reply->parameter == static_cast<std::uint8_t>(ccid::Part::Middle);
    right = (more || reply->parameter == static_cast<std::uint8_t>(ccid::Part::Last)) &&
            !(more && reply->data.empty()) && parts < most_parts &&
            answer.size() + reply->data.size() <= most_answer_bytes + 2;
    if (right) append_wiping(answer, reply->data);
  }
  if (right) return answer;
  wipe_and_clear(answer);
  return fail(fault);
}

/// ISO 7816-3, 12.2: the cases at T=0. Case 4 is sent without Le; what the card has for it is announced by
/// 61xx.
Result<Bytes, ReaderFault> CardReader::send_at_t0(const Command& command, SteadyTime deadline) {
  if (command.data.size() > short_data_bytes) return send_enveloped(command, deadline);
  Bytes tpdu{command.cla, command.ins, command.p1, command.p2};
  tpdu.reserve(5 + command.data.size());
  const Wiped wiped(tpdu);
  if (!command.data.empty()) {
    tpdu.push_back(static_cast<std::uint8_t>(command.data.size()));
    tpdu.insert(tpdu.end(), command.data.begin(), command.data.end());
  } else {
    // More than 256 is asked for as 256; the rest is announced by 61xx (12.2.3).
    tpdu.push_back(static_cast<std::uint8_t>(std::min(command.wanted.value_or(0), short_answer_bytes)));
  }
  return send_whole(tpdu, deadline);
}

/// 12.2.4: an extended command is put into as many ENVELOPE commands as it needs.
Result<Bytes, ReaderFault> CardReader::send_enveloped(const Command& command, SteadyTime deadline) {
  Bytes apdu = encode(command);
  const Wiped wiped_apdu(apdu);
  ByteView rest = apdu;
  while (true) {
    const std::size_t count = std::min(short_data_bytes, rest.size());
    Bytes tpdu{command.cla, instruction_envelope, 0, 0, static_cast<std::uint8_t>(count)};
    tpdu.reserve(5 + count);
    const Wiped wiped(tpdu);
    tpdu.insert(tpdu.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count));
    Result<Bytes, ReaderFault> answer = send_whole(tpdu, deadline);
    rest = rest.subspan(count);
    if (!answer || rest.empty()) return answer;
    const bool goes_on = answer->size() == 2 && (*answer)[0] == 0x90 && (*answer)[1] == 0x00;
    if (!goes_on) return answer;  // the card's refusal is its answer to the command
  }
}

Result<Bytes, ReaderFault> CardReader::talk_t1(T1::Step step, SteadyTime deadline) {
  while (true) {
    if (auto* done = std::get_if<T1::Done>(&step)) return std::move(done->answer);
    if (const auto* fault = std::get_if<T1::Fault>(&step)) return fail(fault_of(*fault));
    auto& send = std::get<T1::Send>(step);
    Result<Bytes, ReaderFault> heard = send_whole(send.block, deadline, send.waiting);
    wipe_and_clear(send.block);
    if (heard) {
      const Wiped wiped(*heard);
      step = t1_->hear(*heard);
      continue;
    }
    const bool of_the_card = heard.error() == ReaderFault::CardMute || heard.error() == ReaderFault::CardFailed;
    if (!of_the_card || clock_->steady() >= deadline) {
      t1_->disturbed();
      return heard;
    }
    step = t1_->hear({});
  }
}

Result<Response, ReaderFault> CardReader::transmit_once(const Command& command, SteadyTime deadline) {
  return response_of(carry(command, deadline), command.wanted.value_or(0));
}

Result<Response, ReaderFault> CardReader::response_of(Result<Bytes, ReaderFault> bytes, std::size_t wanted) {
  if (!bytes) return fail(bytes.error());
  const Wiped wiped(*bytes);
  Result<Response, ApduFault> response = parse_response(*bytes);
  if (!response) return fail(ReaderFault::CardFailed);
  // More than was asked for is never handed on.
  if (response->data.size() > wanted) {
    wipe_and_clear(response->data);
    return fail(ReaderFault::CardFailed);
  }
  return std::move(*response);
}

Result<Response, ReaderFault> CardReader::transmit(const Command& command) {
  return transmit(command, limits_.exchange);
}

Result<Response, ReaderFault> CardReader::transmit(const Command& command, std::chrono::milliseconds within) {
  const SteadyTime deadline = link_.from_now(std::min(within, limits_.exchange));
  if (command.fits_short() || command.long_form == LongForm::Extended) return follow(command, deadline);
  // ISO 7816-4, 5.3.3: every part but the last says that more follows, and is answered by 9000.
  Command part{
      .cla = command.cla, .ins = command.ins, .p1 = command.p1, .p2 = command.p2, .data = {}, .wanted = {}};
  const Wiped wiped(part.data);
  part.data.reserve(short_data_bytes);
  ByteView rest = command.data;
  part.cla |= class_more_follows;
  while (rest.size() > short_data_bytes) {
    part.data.assign(rest.begin(), rest.begin() + short_data_bytes);
    rest = rest.subspan(short_data_bytes);
    Result<Response, ReaderFault> taken = transmit_once(part, deadline);
    if (!taken || taken->status != status_done) return taken;
  }
  part.cla = command.cla;
  part.data.assign(rest.begin(), rest.end());
  if (command.wanted) part.wanted = std::min(*command.wanted, short_answer_bytes);
  return follow(part, deadline);
}

Result<Response, ReaderFault> CardReader::follow(const Command& command, SteadyTime deadline) {
  Response whole;
  Command next;  // GET RESPONSE, or the command with another Le
  const Wiped wiped_next(next.data);
  const Command* now = &command;
  bool asked_again = false;
  for (int follow_up = 0; follow_up <= limits_.follow_ups; ++follow_up) {
    Result<Response, ReaderFault> part = transmit_once(*now, deadline);
    if (!part) {
      wipe_and_clear(whole.data);
      return part;
    }
    const Wiped wiped(part->data);
    const std::size_t available = part->sw2() == 0 ? short_answer_bytes : part->sw2();
    if (part->sw1() == 0x6C && now->wanted && !asked_again) {
      if (now == &command) next = command;
      next.wanted = available;
      now = &next;
      asked_again = true;
      continue;
    }
    // A GET RESPONSE that brings nothing and promises more would go on for ever.
    const bool idle = part->sw1() == 0x61 && part->data.empty() && now->ins == instruction_get_response;
    if (idle || whole.data.size() + part->data.size() > most_answer_bytes) break;
    append_wiping(whole.data, part->data);
    whole.status = part->status;
    if (part->sw1() != 0x61) return whole;
    wipe_and_clear(next.data);
    next = Command{.cla = command.cla, .ins = instruction_get_response, .data = {}, .wanted = available};
    now = &next;
    asked_again = false;
  }
  wipe_and_clear(whole.data);
  return fail(ReaderFault::CardFailed);
}

}  // namespace pishkhan::card
