#include "drivers/simulated/card_wire.h"

#include "base/core/personal.h"

#include <algorithm>
#include <utility>

namespace pishkhan::simulated {

namespace {

constexpr std::uint8_t default_rate = 0x11;  // Fi = 372, Di = 1 (8.3, table 7)
constexpr std::size_t header_bytes = 5;
constexpr std::uint8_t null_byte = 0x60;  // 10.3.3, table 11
constexpr std::uint8_t pps_start = 0xFF;  // 9.2
constexpr std::uint8_t no_procedure_byte = 0x61 ^ 0x50;

/// At T=0 a command either brings data or takes some; which, the instruction says (10.3.2).
bool gives_data(std::uint8_t instruction) {
  constexpr std::uint8_t giving[] = {0x84, 0xB0, 0xB2, 0xC0, 0xCA};
  return std::ranges::find(giving, instruction) != std::end(giving);
}

std::uint8_t exclusive_or(ByteView bytes) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum ^ byte);
  return sum;
}

}  // namespace

CardWire::~CardWire() {
  forget_exchange();
}

void CardWire::forget_exchange() {
  for (Bytes* bytes : {&heard_, &rest_, &last_}) {
    wipe(bytes->data(), bytes->size());
    bytes->clear();
  }
  awaits_data_ = false;
  has_answer_ = false;
  requests_.clear();
  awaited_response_ = 0;
}

Bytes CardWire::reset() {
  forget_exchange();
  utterances_ = 0;
  mute_ = begun_ = false;
  protocol_ = 0;
  offered_ = 0;
  rate_ = offered_rate_ = default_rate;
  redundancy_code_ = false;
  own_buffer_bytes_ = host_buffer_bytes_ = 32;  // 11.4.2: the default of IFSC and IFSD
  own_sequence_ = host_sequence_ = false;
  Bytes answer_to_reset = card_.reset();
  read_offer(answer_to_reset);
  if (manners_.new_buffer_bytes != 0) requests_.push_back(0xC1);
  return answer_to_reset;
}

/// 8.2: the interface bytes that decide how it goes on. Ill-formed ones are left to who reads them.
void CardWire::read_offer(ByteView answer_to_reset) {
  std::size_t at = 1;
  const auto next = [&]() -> std::uint8_t {
    return at < answer_to_reset.size() ? answer_to_reset[at++] : std::uint8_t{0};
  };
  unsigned indicator = static_cast<unsigned>(next() >> 4);
  std::uint8_t announced = 0;
  std::uint8_t first = 0xFF;
  std::optional<std::uint8_t> specific;
  bool block_bytes_seen = false;
  for (int group = 1; indicator != 0; ++group) {
    const bool block_group = group > 2 && announced == 1 && !block_bytes_seen;
    if ((indicator & 1) != 0) {
      const std::uint8_t value = next();
      if (group == 1) offered_rate_ = value;
      if (group == 2) specific = value;
      if (block_group) own_buffer_bytes_ = value;
    }
    if ((indicator & 2) != 0) next();
    if ((indicator & 4) != 0) {
      const std::uint8_t value = next();
      if (block_group) redundancy_code_ = (value & 1) != 0;
    }
    if (block_group) block_bytes_seen = true;
    if ((indicator & 8) == 0) break;
    const std::uint8_t value = next();
    announced = value & 0x0F;
    if (first == 0xFF) first = announced;
    if (announced != 15) offered_ |= 1U << announced;
    indicator = static_cast<unsigned>(value >> 4);
  }
  if (offered_ == 0) offered_ = 1;
  protocol_ = first == 0xFF ? 0 : first;
  if (specific) {  // TA2: the specific mode (8.3)
    protocol_ = *specific & 0x0F;
    if ((*specific & 0x10) == 0) rate_ = offered_rate_;
    begun_ = true;
  }
}

void CardWire::agree(std::uint8_t protocol, std::uint8_t rate) {
  protocol_ = protocol;
  rate_ = rate;
  begun_ = true;
}

Bytes CardWire::hear(ByteView characters) {
  if (mute_ || characters.empty()) return {};
  if (!begun_ && heard_.empty() && characters[0] == pps_start) return spoil(negotiate(characters));
  begun_ = true;
  return spoil(protocol_ == 1 ? hear_block(characters) : hear_characters(characters));
}

/// 9.2 and 9.3: PPSS, PPS0, PPS1 if bit 5 says so (2 and 3 likewise), PCK.
Bytes CardWire::negotiate(ByteView request) {
  std::size_t length = 3;
  if (request.size() >= 2) {
    for (int bit = 4; bit <= 6; ++bit) length += request[1] >> bit & 1U;
  }
  if (request.size() != length || exclusive_or(request) != 0) {
    ++violations_;
    mute_ = true;  // 9.3: an erroneous request is not answered
    return {};
  }
  const auto protocol = static_cast<std::uint8_t>(request[1] & 0x0F);
  const bool has_rate = (request[1] & 0x10) != 0;
  const std::uint8_t rate = has_rate ? request[2] : default_rate;
  const bool slower = (rate & 0x0F) <= (offered_rate_ & 0x0F) && rate >> 4 <= offered_rate_ >> 4;
  if (!offers(protocol) || (rate != default_rate && !slower)) {
    ++violations_;
    mute_ = true;
    return {};
  }
  begun_ = true;
  protocol_ = protocol;
  rate_ = rate;
  return {request.begin(), request.end()};
}

/// T=0 takes what has come, in any portions.
Bytes CardWire::hear_characters(ByteView characters) {
  heard_.insert(heard_.end(), characters.begin(), characters.end());
  if (heard_.size() < header_bytes) return {};
  const std::size_t brought = gives_data(heard_[1]) ? 0 : heard_[4];
  const std::size_t whole = header_bytes + brought;
  if (heard_.size() > whole) {
    ++violations_;
    mute_ = true;
    return {};
  }
  if (heard_.size() == whole) return answer_header();
  const bool all = manners_.procedure == WireManners::Procedure::AllAtOnce;
  if (awaits_data_ && all) return {};
  if (awaits_data_ || heard_.size() == header_bytes) {
    awaits_data_ = true;
    Bytes said(static_cast<std::size_t>(manners_.nulls), null_byte);
    said.push_back(all ? heard_[1] : static_cast<std::uint8_t>(~heard_[1]));
    return said;
  }
  ++violations_;  // data before the procedure byte
  mute_ = true;
  return {};
}

Bytes CardWire::answer_header() {
  awaits_data_ = false;
  Bytes command = std::exchange(heard_, {});
  const std::uint8_t instruction = command[1];
  const bool gives = gives_data(instruction);
  const std::size_t announced = gives ? (command[4] == 0 ? 256U : command[4]) : 0;
  if (!gives && command[4] == 0) command.resize(4);  // a command without data (10.3.2)
  Bytes response = card_.apdu(command);
  wipe(command.data(), command.size());
  if (response.size() < 2) return response;  // a broken program
  return say_answer(std::move(response), instruction, announced);
}

Bytes CardWire::say_answer(Bytes response, std::uint8_t instruction, std::size_t announced) {
  Bytes said(static_cast<std::size_t>(manners_.nulls), null_byte);
  const std::size_t count = response.size() - 2;
  if (count != 0 && count != announced) {
    // T=0 has no way to give fewer bytes than were announced (10.3.4): ask again with the right number.
    wipe(response.data(), response.size());
    said.insert(said.end(), {0x6C, static_cast<std::uint8_t>(count)});
    return said;
  }
  if (count != 0 && manners_.procedure == WireManners::Procedure::AllAtOnce) said.push_back(instruction);
  for (std::size_t i = 0; i < count; ++i) {
    if (manners_.procedure == WireManners::Procedure::ByteByByte) {
      said.push_back(static_cast<std::uint8_t>(~instruction));
    }
    said.push_back(response[i]);
  }
  said.insert(said.end(), response.end() - 2, response.end());
  wipe(response.data(), response.size());
  return said;
}

Bytes CardWire::spoil(Bytes said) {
  if (said.empty()) return said;
  const auto struck = faults_.find(utterances_++);
  if (struck == faults_.end()) return said;
  const WireFault fault = struck->second;
  faults_.erase(struck);
  switch (fault) {
    case WireFault::None:
      break;
    case WireFault::Mute:
      mute_ = true;
      return {};
    case WireFault::Lost:
      return {};
    case WireFault::CutShort:
      said.resize(said.size() / 2);
      break;
    case WireFault::TooLong:
      said.push_back(0x55);
      break;
    case WireFault::BadCheck:
    case WireFault::WrongSequence:
    case WireFault::WrongAddress:
    case WireFault::UnknownControl: {
      if (protocol_ == 0) {
        said[0] = no_procedure_byte;
        break;
      }
      const std::size_t body = said.size() - std::min(said.size(), check_bytes());
      if (fault == WireFault::BadCheck) {
        said.back() = static_cast<std::uint8_t>(said.back() ^ 0x5A);
        break;
      }
      if (body < 3) break;
      if (fault == WireFault::WrongAddress) said[0] = 0x12;
      if (fault == WireFault::UnknownControl) said[1] = 0xFF;
      if (fault == WireFault::WrongSequence) {
        said[1] = static_cast<std::uint8_t>(said[1] ^ ((said[1] & 0x80) == 0 ? 0x40 : 0x10));
      }
      said.resize(body);
      const Bytes check = check_of(said);
      said.insert(said.end(), check.begin(), check.end());
      break;
    }
  }
  return said;
}

}  // namespace pishkhan::simulated
