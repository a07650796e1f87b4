#include "drivers/card-reader/t1.h"

#include "base/core/ensure.h"
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/wiped.h"

#include <algorithm>

namespace pishkhan::card {

namespace {

// ISO 7816-3, 11.3: NAD, PCB, LEN, information, check.
constexpr std::size_t prologue_bytes = 3;
constexpr std::size_t most_information = 254;
// 11.3.2.2: the protocol control byte.
constexpr std::uint8_t not_information = 0x80;
constexpr std::uint8_t kind_mask = 0xC0;
constexpr std::uint8_t receive_ready = 0x80;
constexpr std::uint8_t information_sequence = 0x40;
constexpr std::uint8_t information_more = 0x20;
constexpr std::uint8_t ready_sequence = 0x10;
constexpr std::uint8_t reason_check = 0x01;
constexpr std::uint8_t reason_other = 0x02;
// S-blocks.
constexpr std::uint8_t response_bit = 0x20;
constexpr std::uint8_t resynch_request = 0xC0;
constexpr std::uint8_t buffer_request = 0xC1;
constexpr std::uint8_t time_request = 0xC3;
constexpr std::uint8_t resynch_response = 0xE0;
constexpr std::uint8_t buffer_response = 0xE1;

// 11.6.3.2: a block is sent at most three times, and so is S(RESYNCH request).
constexpr int most_repetitions = 2;
// What a card may ask for in one command before it counts as broken; each costs a transfer.
constexpr int most_favours = 1000;
constexpr std::size_t most_answer_bytes = extended_answer_bytes + 2;

}  // namespace

std::uint8_t block_lrc(ByteView bytes) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum ^ byte);
  return sum;
}

std::uint16_t block_crc(ByteView bytes) {
  // x^16 + x^12 + x^5 + 1 (ISO/IEC 13239), low bit first.
  std::uint32_t remainder = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    remainder ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder & 1U) != 0 ? (remainder >> 1) ^ 0x8408U : remainder >> 1;
    }
  }
  return static_cast<std::uint16_t>(remainder);
}

T1::T1(Settings settings)
    : check_(settings.check),
      first_buffer_bytes_(settings.card_buffer_bytes),
      card_buffer_bytes_(settings.card_buffer_bytes) {
  ENSURE(settings.card_buffer_bytes >= 1 && settings.card_buffer_bytes <= most_information, "IFSC is 1 to 254");
}

T1::~T1() {
  forget();
  wipe_and_clear(last_);
}

void T1::forget() {
  wipe_and_clear(command_);
  wipe_and_clear(answer_);
  awaiting_ = Awaiting::Nothing;
}

void T1::disturbed() {
  forget();
  synchronised_ = false;
}

T1::Step T1::begin(ByteView command) {
  forget();
  append_wiping(command_, command);
  announced_ = 0;
  return start();
}

T1::Step T1::begin_buffer_size(std::uint8_t bytes) {
  ENSURE(bytes >= 1 && bytes <= most_information, "IFSD is 1 to 254");
  forget();
  announced_ = bytes;
  return start();
}

T1::Step T1::start() {
  sent_ = part_bytes_ = 0;
  answering_ = false;
  repetitions_ = favours_ = 0;
  if (!synchronised_) return resynchronise({});
  if (announced_ != 0) {
    awaiting_ = Awaiting::BufferSize;
    return send(buffer_request, ByteView(&announced_, 1));
  }
  awaiting_ = Awaiting::Answer;
  return send_part();
}

T1::Step T1::send(std::uint8_t control, ByteView information, std::uint8_t waiting) {
  Bytes block;
  block.reserve(prologue_bytes + information.size() + 2);
  ByteWriter writer(block);
  writer.u8(0);  // NAD: one host, one card (11.3.2.1)
  writer.u8(control);
  writer.u8(static_cast<std::uint8_t>(information.size()));
  writer.bytes(information);
  if (check_ == BlockCheck::Crc) {
    writer.be16(block_crc(block));
  } else {
    writer.u8(block_lrc(block));
  }
  wipe_and_clear(last_);
  last_ = block;
  last_waiting_ = waiting;
  return Send{std::move(block), waiting};
}

T1::Step T1::send_part() {
  part_bytes_ = std::min(card_buffer_bytes_, command_.size() - sent_);
  const bool more = sent_ + part_bytes_ < command_.size();
  const int control = (own_sequence_ ? information_sequence : 0) | (more ? information_more : 0);
  return send(static_cast<std::uint8_t>(control), ByteView(command_).subspan(sent_, part_bytes_));
}

T1::Step T1::send_again() {
  if (++repetitions_ > most_repetitions) return resynchronise(Fault::Broken);
  return Send{last_, last_waiting_};
}

T1::Step T1::resynchronise(std::optional<Fault> after) {
  after_ = after;
  repetitions_ = 0;
  synchronised_ = false;
  awaiting_ = Awaiting::Resynchronised;
  return send(resynch_request, {});
}

T1::Step T1::give_up(Fault fault) {
  disturbed();
  return fault;
}

T1::Step T1::complain(Fault why, std::uint8_t reason) {
  if (awaiting_ == Awaiting::Resynchronised) {
    if (++repetitions_ > most_repetitions) return give_up(after_.value_or(why));
    return Send{last_, last_waiting_};
  }
  if (++repetitions_ > most_repetitions) return resynchronise(why);
  if (awaiting_ == Awaiting::BufferSize) return Send{last_, last_waiting_};
  const int control = receive_ready | (card_sequence_ ? ready_sequence : 0) | reason;
  return send(static_cast<std::uint8_t>(control), {}, last_waiting_);
}

bool T1::right_check(ByteView block) const {
  const ByteView body = block.first(block.size() - check_bytes());
  const ByteView check = block.last(check_bytes());
  if (check_ == BlockCheck::Lrc) return check[0] == block_lrc(body);
  return (check[0] << 8 | check[1]) == block_crc(body);
}

T1::Step T1::hear(ByteView block) {
  ENSURE(awaiting_ != Awaiting::Nothing, "a block is heard in answer to one");
  if (block.empty()) return complain(Fault::Mute, reason_other);
  const std::size_t around = prologue_bytes + check_bytes();
  if (block.size() < around || block.size() != around + block[2]) return complain(Fault::Broken, reason_other);
  if (!right_check(block)) return complain(Fault::Broken, reason_check);
  const std::uint8_t control = block[1];
  const ByteView information = block.subspan(prologue_bytes, block[2]);
  if (block[0] != 0 || block[2] > most_information) return complain(Fault::Broken, reason_other);
  if ((control & not_information) == 0) return hear_information(control, information);
  if ((control & kind_mask) == receive_ready) {
    return information.empty() ? hear_receive_ready(control) : complain(Fault::Broken, reason_other);
  }
  return hear_supervisory(control, information);
}

T1::Step T1::hear_information(std::uint8_t control, ByteView information) {
  const bool sequence = (control & information_sequence) != 0;
  const bool more = (control & information_more) != 0;
  const bool own_part_was_last = sent_ + part_bytes_ == command_.size();
  const bool in_turn = awaiting_ == Awaiting::Answer && (answering_ || own_part_was_last);
  if (!in_turn || sequence != card_sequence_ || (control & 0x1F) != 0) {
    return complain(Fault::Broken, reason_other);
  }
  if (!answering_) {
    // The answer acknowledges the last part of the command (11.6.2.1, rule 2.1).
    answering_ = true;
    own_sequence_ = !own_sequence_;
    wipe_and_clear(command_);
  }
  card_sequence_ = !card_sequence_;
  repetitions_ = 0;
  last_waiting_ = 0;
  if (answer_.size() + information.size() > most_answer_bytes) return give_up(Fault::TooLong);
  append_wiping(answer_, information);
  if (!more) {
    Done done{std::move(answer_)};
    answer_.clear();
    awaiting_ = Awaiting::Nothing;
    return done;
  }
  if (information.empty() && ++favours_ > most_favours) return give_up(Fault::Broken);
  return send(static_cast<std::uint8_t>(receive_ready | (card_sequence_ ? ready_sequence : 0)), {});
}

T1::Step T1::hear_receive_ready(std::uint8_t control) {
  // 11.3.2.2: bits 6 and 4 to 3 are zero; the last two are the reason, of which 3 is not defined.
  if (awaiting_ != Awaiting::Answer || (control & 0x2C) != 0 || (control & 0x03) == 0x03) {
    return complain(Fault::Broken, reason_other);
  }
  if (answering_) return send_again();
  const bool wanted = (control & ready_sequence) != 0;
  if (wanted == own_sequence_) {
    // The part that is on its way, once more (11.6.2.3, rules 7.1 to 7.6); it may be that we complained since.
    if (++repetitions_ > most_repetitions) return resynchronise(Fault::Broken);
    return send_part();
  }
  if (sent_ + part_bytes_ == command_.size()) {
    // It has the whole command and wants our answer to its S-block once more.
    const bool supervisory = (last_[1] & kind_mask) == kind_mask;
    return supervisory ? send_again() : complain(Fault::Broken, reason_other);
  }
  sent_ += part_bytes_;
  own_sequence_ = !own_sequence_;
  repetitions_ = 0;
  return send_part();
}

T1::Step T1::hear_supervisory(std::uint8_t control, ByteView information) {
  if ((control & response_bit) != 0) return hear_response(control, information);
  const bool one_byte = information.size() == 1 && information[0] != 0;
  if (awaiting_ != Awaiting::Answer) return complain(Fault::Broken, reason_other);
  const auto response = static_cast<std::uint8_t>(control | response_bit);
  if (control == time_request && one_byte) {
    if (++favours_ > most_favours) return give_up(Fault::Broken);
    repetitions_ = 0;
    return send(response, information, information[0]);
  }
  if (control == buffer_request && one_byte && information[0] <= most_information) {
    if (++favours_ > most_favours) return give_up(Fault::Broken);
    repetitions_ = 0;
    card_buffer_bytes_ = information[0];
    return send(response, information);
  }
  // S(ABORT request): the card does not want to go on with this command; S(RESYNCH) ends the chain for both.
  if (control == 0xC2 && information.empty()) return resynchronise(Fault::Broken);
  return complain(Fault::Broken, reason_other);
}

T1::Step T1::hear_response(std::uint8_t control, ByteView information) {
  if (control == resynch_response && information.empty() && awaiting_ == Awaiting::Resynchronised) {
    synchronised_ = true;
    own_sequence_ = card_sequence_ = false;
    card_buffer_bytes_ = std::min(card_buffer_bytes_, first_buffer_bytes_);
    if (after_) {
      forget();
      return *after_;
    }
    return start();
  }
  const bool size_taken = control == buffer_response && awaiting_ == Awaiting::BufferSize &&
                          information.size() == 1 && information[0] == announced_;
  if (!size_taken) return complain(Fault::Broken, reason_other);
  forget();
  return Done{};
}

}  // namespace pishkhan::card
