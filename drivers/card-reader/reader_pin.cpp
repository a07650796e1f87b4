// A PIN that is typed on the reader's own pad (CCID 6.1.11, PC_to_RDR_Secure).
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/wiped.h"

#include <array>

namespace pishkhan::card {

namespace {

constexpr std::array<std::uint8_t, 3> no_prologue{};

/// ISO 7816-3, 11.3.2.2: bit 8 of the PCB is 0 in I-blocks only.
bool is_information(ByteView block) {
  return (block[1] & 0x80) == 0;
}
/// And bit 6 of those says that the command goes on in the next one.
bool goes_on(ByteView block) {
  return (block[1] & 0x20) != 0;
}

}  // namespace

Result<Response, ReaderFault> CardReader::verify_on_pad(const PinEntry& entry) {
  if (!descriptor_.can_verify_pin()) return fail(ReaderFault::NoPinPad);
  const SteadyTime deadline = link_.from_now(limits_.exchange + entry.time);
  if (const auto awake = wake_clock(deadline); !awake) return fail(awake.error());
  const bool tpdu = descriptor_.level == ccid::Level::Tpdu;
  if (tpdu && !agreement_) return fail(ReaderFault::CardMute);  // nobody gave it power
  if (tpdu && agreement_->protocol == ccid::Protocol::T1)
    return response_of(ask_for_pin_t1(entry, deadline), 0);
  auto answer = ask_for_pin(entry, no_prologue, deadline);
  // As in carry(): a card at T=0 may wait for the rest of the command, unless it was told nothing of it.
  if (tpdu && !answer && answer.error() != ReaderFault::PinNotEntered) agreement_.reset();
  return response_of(std::move(answer), 0);
}

Result<Bytes, ReaderFault> CardReader::ask_for_pin(const PinEntry& entry, ByteView prologue,
                                                   SteadyTime deadline) {
  Result<ccid::Reply, ReaderFault> reply =
      demand(ccid::secure(0, 0, pin_verification(entry, prologue)), ccid::ReplyKind::DataBlock, deadline);
  if (!reply) return fail(reply.error());
  return std::move(reply->data);
}

/// The I-block is completed and sent by the reader; everything around it is as ever. It goes out once: sent
/// again by us it would carry the fill instead of the PIN and cost the person a try.
Result<Bytes, ReaderFault> CardReader::ask_for_pin_t1(const PinEntry& entry, SteadyTime deadline) {
  T1::Step step = t1_->begin(pin_command(entry));
  bool asked = false;
  while (true) {
    if (auto* done = std::get_if<T1::Done>(&step)) return std::move(done->answer);
    if (std::holds_alternative<T1::Fault>(step)) return fail(ReaderFault::CardFailed);
    const auto& send = std::get<T1::Send>(step);
    const bool information = is_information(send.block);
    // A card whose buffer is smaller than the command would be sent it in parts, which no pad can do.
    if (information && (asked || goes_on(send.block))) {
      t1_->disturbed();
      return fail(asked ? ReaderFault::CardFailed : ReaderFault::CannotCarry);
    }
    Result<Bytes, ReaderFault> heard = information ? ask_for_pin(entry, ByteView(send.block).first(3), deadline)
                                                   : send_whole(send.block, deadline, send.waiting);
    asked = asked || information;
    if (!heard) {
      t1_->disturbed();
      return heard;
    }
    const Wiped wiped(*heard);
    step = t1_->hear(*heard);
  }
}

}  // namespace pishkhan::card
