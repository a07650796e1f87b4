// XfrBlock at each exchange level (CCID 3.2, 6.1.4, 6.2.1).
#include "base/core/personal.h"
#include "drivers/simulated/card_command.h"
#include "drivers/simulated/ccid_wire.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pishkhan::simulated {

namespace {

// 6.1.4: wLevelParameter at the extended APDU level; the same numbers are bChainParameter of the answers
// (6.2.1).
constexpr unsigned begins_and_ends = 0;
constexpr unsigned begins = 1;
constexpr unsigned ends = 2;
constexpr unsigned goes_on = 3;
constexpr unsigned expects_more = 0x10;

constexpr std::size_t tpdu_header_bytes = 5;
constexpr std::size_t shortest_block_bytes = 4;
constexpr std::size_t longest_block_bytes = 3 + 254 + 2;
constexpr unsigned units_per_character = 12;  // ISO 7816-3, 7.2: start, eight bits, parity, two of guard time

// ISO 7816-3, 8.3, tables 7 and 8.
constexpr std::array<unsigned, 16> clock_factors{372, 372, 558, 744,  1116, 1488, 1860, 372,
                                                 372, 512, 768, 1024, 1536, 2048, 372,  372};
constexpr std::array<unsigned, 16> rate_factors{1, 1, 2, 4, 8, 16, 32, 64, 12, 20, 1, 1, 1, 1, 1, 1};

}  // namespace

void SimulatedCardReader::spend(std::size_t characters) {
  if (model_.bits_per_second == 0) return;
  const std::uint8_t rate = protocol_data_.empty() ? std::uint8_t{0x11} : protocol_data_[0];
  const std::uint64_t speed =
      std::uint64_t{model_.bits_per_second} * 372 * rate_factors[rate & 0x0F] / clock_factors[rate >> 4];
  spent_ += std::chrono::microseconds(characters * units_per_character * 1'000'000 / speed);
}

SimulatedCardReader::Reply SimulatedCardReader::exchange(const Message& message) {
  if (!card_ || !powered_) {
    if (card_) report(ReaderReport::NoPower);
    return fail(data_block, error_mute);
  }
  switch (model_.level) {
    case ExchangeLevel::Character:
      return exchange_characters(message);
    case ExchangeLevel::ExtendedApdu:
      return exchange_extended(message);
    case ExchangeLevel::Tpdu:
    case ExchangeLevel::ShortApdu:
      break;
  }
  // wLevelParameter is RFU and zero here (6.1.4).
  if (message.level_parameter() != 0) return wrong(ReaderReport::WrongLevel, data_block, error_level);
  if (message.data.empty()) return wrong(ReaderReport::WrongLength, data_block, error_length);
  if (model_.level == ExchangeLevel::Tpdu) return exchange_tpdu(message);
  const auto parsed = parse_command(message.data);
  if (!parsed || parsed->extended) report(ReaderReport::WrongBlock);
  return apdu(message.data);
}

/// The reader's own talk with the card: only the time that it takes is simulated.
SimulatedCardReader::Reply SimulatedCardReader::apdu(ByteView command) {
  Bytes response = card_->apdu(command);
  // One procedure byte at T=0; prologue and check byte of two blocks at T=1.
  spend(command.size() + response.size() + (protocol_ == 1 ? 8 : 1));
  if (response.empty()) return fail(data_block, error_mute);
  return {data_block, icc_active, 0, 0, std::move(response)};
}

SimulatedCardReader::Reply SimulatedCardReader::exchange_extended(const Message& message) {
  switch (message.level_parameter()) {
    case expects_more:
      if (!message.data.empty() || answer_.empty()) break;
      return next_part();
    case begins_and_ends:
    case begins:
      command_.clear();
      answer_.clear();
      [[fallthrough]];
    case ends:
    case goes_on: {
      if (message.data.empty()) return wrong(ReaderReport::WrongLength, data_block, error_length);
      const bool continues = message.level_parameter() >= ends;
      if (continues && command_.empty()) break;
      command_.insert(command_.end(), message.data.begin(), message.data.end());
      const bool more = message.level_parameter() == begins || message.level_parameter() == goes_on;
      if (more) return {data_block, icc_active, 0, expects_more, {}};
      if (!parse_command(command_)) report(ReaderReport::WrongBlock);
      Reply whole = apdu(std::exchange(command_, {}));
      if ((whole.status & command_failed) != 0) return whole;
      answer_ = std::move(whole.data);
      Reply part = next_part();
      // The first part begins the answer.
      part.last = part.last == ends ? begins_and_ends : begins;
      return part;
    }
    default:
      break;
  }
  return wrong(ReaderReport::WrongLevel, data_block, error_level);
}

SimulatedCardReader::Reply SimulatedCardReader::next_part() {
  const std::size_t room =
      model_.answer_part_bytes != 0 ? model_.answer_part_bytes : model_.message_bytes - message_header_bytes;
  const std::size_t count = std::min(room, answer_.size());
  Reply part{data_block, icc_active, 0, 0, {}};
  part.data.assign(answer_.begin(), answer_.begin() + static_cast<std::ptrdiff_t>(count));
  answer_.erase(answer_.begin(), answer_.begin() + static_cast<std::ptrdiff_t>(count));
  part.last = static_cast<std::uint8_t>(answer_.empty() ? ends : goes_on);
  return part;
}

/// The contacts: both sides must speak the same protocol at the same rate, or nothing is understood.
Bytes SimulatedCardReader::hear(ByteView characters) {
  if (wire_->rate() != protocol_data_[0] || wire_->protocol() != protocol_) {
    report(ReaderReport::RateMismatch);
    return {};
  }
  Bytes said = wire_->hear(characters);
  spend(characters.size() + said.size());
  return said;
}

SimulatedCardReader::Reply SimulatedCardReader::said(Bytes bytes) {
  if (bytes.empty()) return fail(data_block, error_mute);
  return {data_block, icc_active, 0, 0, std::move(bytes)};
}

/// wLevelParameter says how many characters are expected back.
SimulatedCardReader::Reply SimulatedCardReader::exchange_characters(const Message& message) {
  Bytes heard = message.data.empty() ? Bytes{} : hear(message.data);
  answer_.insert(answer_.end(), heard.begin(), heard.end());
  const std::size_t wanted = message.level_parameter();
  if (answer_.size() < wanted) return fail(data_block, error_mute);
  Reply reply{data_block, icc_active, 0, 0, {}};
  reply.data.assign(answer_.begin(), answer_.begin() + static_cast<std::ptrdiff_t>(wanted));
  answer_.erase(answer_.begin(), answer_.begin() + static_cast<std::ptrdiff_t>(wanted));
  return reply;
}

SimulatedCardReader::Reply SimulatedCardReader::exchange_tpdu(const Message& message) {
  const ByteView data = message.data;
  // A PPS is the host's own affair where the reader does not make it (3.2.1).
  if (data[0] == 0xFF) {
    const bool own = (model_.features & (automatic::pps | automatic::negotiation)) != 0;
    if (own) report(ReaderReport::WrongBlock);
    Bytes answer = wire_->hear(data);
    spend(data.size() + answer.size());
    return said(std::move(answer));
  }
  if (protocol_ == 1) {
    if (data.size() < shortest_block_bytes || data.size() > longest_block_bytes) {
      return wrong(ReaderReport::WrongBlock, data_block, error_data);
    }
    return said(hear(data));
  }
  if (data.size() != tpdu_header_bytes &&
      (data.size() < tpdu_header_bytes || data.size() != tpdu_header_bytes + data[4])) {
    return wrong(ReaderReport::WrongBlock, data_block, error_data);
  }
  return run_characters(data);
}

/// The reader's part of T=0 (ISO 7816-3, 10.3.3): obeys the procedure bytes.
SimulatedCardReader::Reply SimulatedCardReader::run_characters(ByteView tpdu) {
  const std::uint8_t instruction = tpdu[1];
  ByteView to_send = tpdu.subspan(tpdu_header_bytes);
  const std::size_t room = to_send.empty() ? (tpdu[4] == 0 ? 256U : tpdu[4]) : 0;
  Bytes heard = hear(tpdu.first(tpdu_header_bytes));
  Bytes answer;
  std::size_t at = 0;
  while (at < heard.size()) {
    const std::uint8_t procedure = heard[at++];
    const bool all = procedure == instruction;
    if (procedure == 0x60) continue;
    if (all || procedure == static_cast<std::uint8_t>(~instruction)) {
      if (!to_send.empty()) {
        const std::size_t count = all ? to_send.size() : 1;
        const Bytes more = hear(to_send.first(count));
        to_send = to_send.subspan(count);
        heard.insert(heard.end(), more.begin(), more.end());
        continue;
      }
      const std::size_t count = all ? room - std::min(room, answer.size()) : 1;
      if (heard.size() - at < count || answer.size() + count > room) break;
      answer.insert(answer.end(), heard.begin() + static_cast<std::ptrdiff_t>(at),
                    heard.begin() + static_cast<std::ptrdiff_t>(at + count));
      at += count;
      continue;
    }
    if ((procedure & 0xF0) != 0x60 && (procedure & 0xF0) != 0x90) return fail(data_block, error_procedure_byte);
    if (at == heard.size()) break;
    answer.insert(answer.end(), {procedure, heard[at]});
    if (at + 1 != heard.size()) return fail(data_block, error_procedure_byte);
    return said(std::move(answer));
  }
  wipe(answer.data(), answer.size());
  return fail(data_block, error_mute);
}

}  // namespace pishkhan::simulated
