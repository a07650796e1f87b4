#include "drivers/simulated/echo_card.h"

namespace pishkhan::simulated {

Bytes EchoCard::only_t0() {
  return {0x3B, 0x04, 'E', 'C', 'H', 'O'};
}

Bytes EchoCard::only_t1() {
  // TD1: T=1, TD2 follows; TD2: T=1 with TA3 (IFSC) and TB3 (CWI 4, BWI 5)
  return with_check_byte({0x3B, 0x84, 0x81, 0x31, 0xFE, 0x45, 'E', 'C', 'H', 'O'});
}

Bytes EchoCard::t1_with_crc() {
  // and TC3: CRC
  return with_check_byte({0x3B, 0x84, 0x81, 0x71, 0x20, 0x45, 0x01, 'E', 'C', 'H', 'O'});
}

Bytes EchoCard::both_protocols() {
  // TA1 = 95: Fi 512, Di 16; TD1: T=0; TD2: T=1 with TA3 and TB3
  return with_check_byte({0x3B, 0x94, 0x95, 0x80, 0x31, 0x80, 0x45, 'E', 'C', 'H', 'O'});
}

Bytes EchoCard::specific_t1() {
  // TA1; TD1: T=1 with TA2 = 01 (rate of TA1, may not change); TD2: T=1 with TA3 and TB3
  return with_check_byte({0x3B, 0x94, 0x13, 0x91, 0x81, 0x31, 0x80, 0x45, 'E', 'C', 'H', 'O'});
}

Bytes EchoCard::counted(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i + 7 * (i / 256) + size);
  return bytes;
}

Bytes EchoCard::echoed(ByteView data) {
  Bytes bytes(data.begin(), data.end());
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(byte ^ 0xA5);
  return bytes;
}

CardProgram::Answer EchoCard::run(const CardCommand& command) {
  switch (command.instruction) {
    case 0xCA:
      if (!command.data.empty()) return {status::wrong_length, {}};
      return {status::done, counted(static_cast<std::size_t>(command.p1) << 8 | command.p2)};
    case 0xDA:
      sum_ = 0;
      for (const std::uint8_t byte : command.data) sum_ += byte;
      return {status::done, {}};
    case 0x88:
      return {status::done, echoed(command.data)};
    default:
      return {status::unknown_instruction, {}};
  }
}

}  // namespace pishkhan::simulated
