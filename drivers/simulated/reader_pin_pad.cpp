// PC_to_RDR_Secure: a PIN that is typed on the reader and goes to the card from there (CCID 6.1.11).
#include "base/core/personal.h"
#include "drivers/simulated/ccid_wire.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace pishkhan::simulated {

namespace {

constexpr std::chrono::seconds typing{1};
constexpr std::chrono::seconds usual_wait{30};  // bTimeOut 0: the reader's own
constexpr std::size_t header_bytes = 5;         // of the command: CLA INS P1 P2 Lc
constexpr std::uint8_t instruction_verify = 0x20;
constexpr std::uint8_t key_pressed = 0x02;

/// 6.1.11.4, as far as this pad can do it: digits in ASCII or BCD, left-justified, from the first byte of the
/// data, and no length among them.
struct PinStructure {
  std::chrono::seconds wait{0};
  bool bcd = false;
  std::size_t least = 0;
  std::size_t most = 0;
  ByteView prologue;
  ByteView command;
};

std::optional<PinStructure> parse(ByteView data) {
  ByteReader reader(data);
  PinStructure pin;
  const std::uint8_t operation = reader.u8();
  pin.wait = std::chrono::seconds(reader.u8());
  const std::uint8_t format = reader.u8();
  const std::uint8_t block = reader.u8();
  const std::uint8_t length_format = reader.u8();
  pin.most = reader.u8();
  pin.least = reader.u8();
  const std::uint8_t ends = reader.u8();
  const std::uint8_t messages = reader.u8();
  reader.bytes(3);  // wLangId, bMsgIndex: there is no display
  pin.prologue = reader.bytes(3);
  pin.command = reader.bytes(reader.remaining());
  pin.bcd = format == 0x81;
  const std::size_t room = pin.bcd ? 2U * block : block;
  const bool known = operation == 0 && (format == 0x81 || format == 0x82) && length_format == 0 &&
                     ends == key_pressed && messages == 0;
  const bool fits = block >= 1 && block <= 15 && pin.least >= 1 && pin.least <= pin.most && pin.most <= room;
  if (!reader.ok() || !known || !fits || pin.command.size() != header_bytes + block) return std::nullopt;
  if (pin.command[1] != instruction_verify || pin.command[4] != block) return std::nullopt;
  return pin;
}

/// Over the fill that lies in the command.
void write_digits(Bytes& command, const std::string& digits, bool bcd) {
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (!bcd) {
      command[header_bytes + i] = static_cast<std::uint8_t>(digits[i]);
      continue;
    }
    std::uint8_t& byte = command[header_bytes + i / 2];
    const auto value = static_cast<std::uint8_t>(digits[i] - '0');
    byte = static_cast<std::uint8_t>(i % 2 == 0 ? value << 4 | (byte & 0x0F) : (byte & 0xF0) | value);
  }
}

}  // namespace

SimulatedCardReader::Reply SimulatedCardReader::ask_for_pin(const Message& message) {
  if (!model_.pin_pad) {
    report(ReaderReport::UnknownCommand);
    return fail(data_block, error_not_supported);
  }
  if (!card_ || !powered_) {
    if (card_) report(ReaderReport::NoPower);
    return fail(data_block, error_mute);
  }
  const auto pin = parse(message.data);
  if (!pin) return wrong(ReaderReport::WrongPin, data_block, error_data);
  if (at_pin_pad_ == AtPinPad::Nothing) {
    spent_ += pin->wait.count() > 0 ? pin->wait : usual_wait;
    return fail(data_block, error_pin_timeout);
  }
  spent_ += typing;
  // Too few digits, or too many: the key does nothing, and the person gives up.
  const bool possible = typed_.size() >= pin->least && typed_.size() <= pin->most &&
                        std::ranges::all_of(typed_, [](char c) { return c >= '0' && c <= '9'; });
  if (at_pin_pad_ == AtPinPad::Cancels || !possible) return fail(data_block, error_pin_cancelled);
  Bytes command(pin->command.begin(), pin->command.end());
  write_digits(command, typed_, pin->bcd);
  Reply reply = send_verify(message, pin->prologue, command);
  wipe(command.data(), command.size());
  return reply;
}

/// As an XfrBlock of the same level would carry it.
SimulatedCardReader::Reply SimulatedCardReader::send_verify(const Message& message, ByteView prologue,
                                                            ByteView command) {
  Bytes whole;
  whole.reserve(prologue.size() + command.size() + 2);
  if (model_.level == ExchangeLevel::Tpdu && protocol_ == 1) {
    if ((prologue[1] & 0x80) != 0 || prologue[2] != command.size())
      return wrong(ReaderReport::WrongPin, data_block, error_data);
    whole.assign(prologue.begin(), prologue.end());
  }
  whole.insert(whole.end(), command.begin(), command.end());
  if (whole.size() != command.size()) {
    constexpr std::size_t check_kind = 1;  // bmTCCKST1, bit 0: CRC (6.1.7)
    if ((protocol_data_[check_kind] & 1) != 0) {
      const std::uint16_t check = cyclic_check(whole);
      whole.push_back(static_cast<std::uint8_t>(check >> 8));
      whole.push_back(static_cast<std::uint8_t>(check));
    } else {
      whole.push_back(longitudinal_check(whole));
    }
  }
  Message sent = message;
  sent.data = whole;
  Reply reply = exchange(sent);
  wipe(whole.data(), whole.size());
  return reply;
}

}  // namespace pishkhan::simulated
