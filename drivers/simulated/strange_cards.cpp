#include "drivers/simulated/strange_cards.h"

#include "base/core/random.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace pishkhan::simulated {

namespace {

constexpr std::string_view payment_environment = "1PAY.SYS.DDF01";
constexpr std::array<std::uint8_t, 7> application{0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10};

Bytes file_control_information(ByteView name, ByteView proprietary) {
  Bytes inner;
  append_object(inner, 0x84, name);
  append_object(inner, 0xA5, proprietary);
  Bytes information;
  append_object(information, 0x6F, inner);
  return information;
}

}  // namespace

Bytes BankCard::reset() {
  return {0x3B, 0x65, 0x00, 0x00, 'B', 'A', 'N', 'K', 'S'};
}

Bytes BankCard::apdu(ByteView bytes) {
  const auto command = parse_command(bytes);
  if (!command) return respond(status::wrong_length);
  if (command->instruction == 0xC0) return respond(status::not_satisfied);
  if (command->instruction != 0xA4) {
    ++violations_;
    return respond(status::unknown_instruction);
  }
  if (command->p1 != 0x04) return respond(status::not_found);
  Bytes information;
  if (std::ranges::equal(command->data, as_bytes(payment_environment))) {
    Bytes short_id;
    append_object(short_id, 0x88, Bytes{0x01});
    information = file_control_information(command->data, short_id);
  } else if (std::ranges::equal(command->data, application)) {
    Bytes label;
    append_object(label, 0x50, as_bytes("SIMULATED BANK"));
    information = file_control_information(command->data, label);
  } else {
    return respond(status::not_found);
  }
  if (command->expected == 0) return respond(status::done);
  return respond(status::done, information);
}

const std::vector<Breakage>& all_breakages() {
  static const std::vector<Breakage> all{
      Breakage::WrongFirstByte,     Breakage::ShortReset,     Breakage::LongReset,   Breakage::WrongResetCheck,
      Breakage::SilentAfterReset,   Breakage::OneByteAnswers, Breakage::TooMuchData, Breakage::EndlessData,
      Breakage::EndlessWrongLength, Breakage::NoStatusWord,   Breakage::Random};
  return all;
}

Bytes BrokenCard::reset() {
  switch (breakage_) {
    case Breakage::WrongFirstByte:
      return {0x3A, 0x02, 0x14, 0x50};
    case Breakage::ShortReset:
      return {0x3B, 0xF8, 0x13, 0x00};
    case Breakage::LongReset:
      return {0x3B, 0x02, 0x14, 0x50, 0x55, 0x55};
    case Breakage::WrongResetCheck:
      return {0x3B, 0x84, 0x80, 0x01, 'B', 'A', 'D', '!', 0x00};
    default:
      return {0x3B, 0x04, 'B', 'A', 'D', '!'};
  }
}

Bytes BrokenCard::apdu(ByteView command) {
  ++talks_;
  const std::size_t asked = command.size() == 5 && command[4] != 0 ? command[4] : 16;
  switch (breakage_) {
    case Breakage::SilentAfterReset:
      return {};
    case Breakage::OneByteAnswers:
      return {0x90};
    case Breakage::TooMuchData:
      return respond(status::done, Bytes(asked + 1, 0x41));
    case Breakage::EndlessData:
      return respond(0x61FF, command.size() > 1 && command[1] == 0xC0 ? Bytes(asked, 0x42) : Bytes{});
    case Breakage::EndlessWrongLength:
      return respond_with_count(0x6C, 1 + talks_ % 200);
    case Breakage::NoStatusWord:
      return Bytes(asked, 0x00);
    case Breakage::Random: {
      SeededRandom random(talks_);
      Bytes noise(1 + random.below(300));
      random.fill(noise);
      return noise;
    }
    default:
      return respond(status::not_found);
  }
}

}  // namespace pishkhan::simulated
