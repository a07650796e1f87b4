// T=1 as the card speaks it (ISO 7816-3, 11).
#include "base/core/personal.h"
#include "drivers/simulated/card_wire.h"

#include <algorithm>
#include <utility>

namespace pishkhan::simulated {

namespace {

// 11.3.2: the protocol control byte.
constexpr std::uint8_t receive_ready = 0x80;
constexpr std::uint8_t chaining = 0x20;
constexpr std::uint8_t sequence_bit = 0x40;
constexpr std::uint8_t wanted_bit = 0x10;
constexpr std::uint8_t reason_check = 0x01;
constexpr std::uint8_t reason_other = 0x02;
constexpr std::uint8_t resynchronise = 0xC0;
constexpr std::uint8_t buffer_size = 0xC1;
constexpr std::uint8_t abort_chain = 0xC2;
constexpr std::uint8_t more_time = 0xC3;
constexpr std::uint8_t response_bit = 0x20;
constexpr std::size_t prologue_bytes = 3;
constexpr std::size_t most_command_bytes = 70'000;

}  // namespace

std::uint8_t longitudinal_check(ByteView bytes) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum ^ byte);
  return sum;
}

std::uint16_t cyclic_check(ByteView bytes) {
  // x^16 + x^12 + x^5 + 1, low bit first, begun with ones, not complemented: as readers and cards do it.
  unsigned remainder = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    remainder ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder & 1) != 0 ? remainder >> 1 ^ 0x8408U : remainder >> 1;
    }
  }
  return static_cast<std::uint16_t>(remainder);
}

Bytes CardWire::check_of(ByteView bytes) const {
  if (!redundancy_code_) return {longitudinal_check(bytes)};
  const std::uint16_t check = cyclic_check(bytes);
  return {static_cast<std::uint8_t>(check >> 8), static_cast<std::uint8_t>(check)};
}

Bytes CardWire::block(std::uint8_t control, ByteView information) {
  Bytes said{0x00, control, static_cast<std::uint8_t>(information.size())};
  said.insert(said.end(), information.begin(), information.end());
  const Bytes check = check_of(said);
  said.insert(said.end(), check.begin(), check.end());
  wipe(last_.data(), last_.size());
  last_ = said;
  return said;
}

Bytes CardWire::complain(std::uint8_t reason) {
  return block(static_cast<std::uint8_t>(receive_ready | (host_sequence_ ? wanted_bit : 0) | reason), {});
}

Bytes CardWire::hear_block(ByteView heard) {
  const std::size_t around = prologue_bytes + check_bytes();
  if (heard.size() < around || heard.size() != around + heard[2]) {
    ++violations_;
    return complain(reason_other);
  }
  const Bytes check = check_of(heard.first(heard.size() - check_bytes()));
  if (!std::ranges::equal(check, heard.last(check_bytes()))) {
    ++violations_;
    return complain(reason_check);
  }
  const std::uint8_t control = heard[1];
  const ByteView information = heard.subspan(prologue_bytes, heard[2]);
  if (heard[0] != 0 || heard[2] == 0xFF || information.size() > own_buffer_bytes_) {
    ++violations_;
    return complain(reason_other);
  }
  if ((control & 0x80) == 0) return hear_information(control, information);
  if ((control & 0xC0) == receive_ready) return hear_receive_ready(control);
  return hear_supervisory(control, information);
}

Bytes CardWire::hear_information(std::uint8_t control, ByteView information) {
  const bool sequence = (control & sequence_bit) != 0;
  const bool out_of_turn = sequence != host_sequence_ || awaited_response_ != 0 || !rest_.empty() ||
                           (control & 0x1F) != 0 || heard_.size() + information.size() > most_command_bytes;
  if (out_of_turn) {
    ++violations_;
    return complain(reason_other);
  }
  host_sequence_ = !host_sequence_;
  heard_.insert(heard_.end(), information.begin(), information.end());
  if ((control & chaining) != 0) return complain(0);
  Bytes command = std::exchange(heard_, {});
  rest_ = card_.apdu(command);
  wipe(command.data(), command.size());
  if (rest_.empty()) return {};
  has_answer_ = true;
  for (int i = 0; i < manners_.time_requests; ++i) requests_.push_back(more_time);
  return say_more();
}

Bytes CardWire::say_more() {
  if (requests_.empty()) return say_part();
  const std::uint8_t request = requests_.front();
  requests_.pop_front();
  awaited_response_ = static_cast<std::uint8_t>(request | response_bit);
  const std::uint8_t value = request == more_time ? manners_.time_multiplier : manners_.new_buffer_bytes;
  return block(request, ByteView(&value, 1));
}

Bytes CardWire::say_part() {
  if (!has_answer_) return {};
  const std::size_t count = std::min(rest_.size(), host_buffer_bytes_);
  const bool more = count < rest_.size();
  Bytes said = block(static_cast<std::uint8_t>((own_sequence_ ? sequence_bit : 0) | (more ? chaining : 0)),
                     ByteView(rest_).first(count));
  own_sequence_ = !own_sequence_;
  wipe(rest_.data(), count);
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(count));
  has_answer_ = more;
  return said;
}

Bytes CardWire::hear_receive_ready(std::uint8_t control) {
  const bool wanted = (control & wanted_bit) != 0;
  if ((control & 0x2C) != 0) {
    ++violations_;
    return complain(reason_other);
  }
  if (last_.empty()) return complain(reason_other);
  // 11.6.2.3, rule 2: the next part of a chain; any other R-block wants the last block once more.
  const bool last_was_information = (last_[1] & 0x80) == 0;
  if (last_was_information && wanted == own_sequence_ && has_answer_ && awaited_response_ == 0)
    return say_part();
  return last_;
}

Bytes CardWire::hear_supervisory(std::uint8_t control, ByteView information) {
  if (awaited_response_ != 0 && control == awaited_response_) {
    const std::uint8_t sent = last_[prologue_bytes];
    if (information.size() != 1 || information[0] != sent) {
      ++violations_;
      return last_;
    }
    if (control == (buffer_size | response_bit)) own_buffer_bytes_ = sent;
    awaited_response_ = 0;
    return say_more();
  }
  const auto answer = static_cast<std::uint8_t>(control | response_bit);
  switch (control) {
    case resynchronise:
      forget_exchange();
      own_sequence_ = host_sequence_ = false;
      return block(answer, {});
    case buffer_size:
      if (information.size() != 1 || information[0] == 0 || information[0] == 0xFF) break;
      host_buffer_bytes_ = information[0];
      return block(answer, information);
    case abort_chain:
      wipe(rest_.data(), rest_.size());
      rest_.clear();
      heard_.clear();
      has_answer_ = false;
      return block(answer, {});
    default:
      break;
  }
  ++violations_;
  return complain(reason_other);
}

}  // namespace pishkhan::simulated
