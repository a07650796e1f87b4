#include "drivers/simulated/card_command.h"

#include "base/core/ensure.h"

#include <algorithm>

namespace pishkhan::simulated {

namespace {

constexpr std::size_t header_bytes = 4;

std::size_t of_two(ByteView bytes) {
  return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

/// Cases 2E, 3E and 4E: 00, then two bytes a length.
bool parse_extended(ByteView rest, CardCommand& command) {
  command.extended = true;
  const std::size_t length = of_two(rest);
  if (rest.size() == 2) {
    command.expected = length == 0 ? 65'536 : length;
    return true;
  }
  if (length == 0 || (rest.size() != 2 + length && rest.size() != 4 + length)) return false;
  command.data = rest.subspan(2, length);
  if (rest.size() == 4 + length) {
    const std::size_t expected = of_two(rest.last(2));
    command.expected = expected == 0 ? 65'536 : expected;
  }
  return true;
}

}  // namespace

std::optional<CardCommand> parse_command(ByteView bytes) {
  if (bytes.size() < header_bytes) return std::nullopt;
  CardCommand command{bytes[0], bytes[1], bytes[2], bytes[3], {}, 0, false};
  if (bytes.size() == header_bytes) return command;
  const std::size_t p3 = bytes[4];
  if (bytes.size() == header_bytes + 1) {
    command.expected = p3 == 0 ? 256 : p3;
    return command;
  }
  if (p3 == 0) {
    if (bytes.size() < header_bytes + 3 || !parse_extended(bytes.subspan(5), command)) return std::nullopt;
    return command;
  }
  if (bytes.size() < 5 + p3 || bytes.size() > 6 + p3) return std::nullopt;
  command.data = bytes.subspan(5, p3);
  if (bytes.size() == 6 + p3) command.expected = bytes.back() == 0 ? 256 : bytes.back();
  return command;
}

Bytes respond(std::uint16_t status, ByteView data) {
  Bytes answer;
  answer.reserve(data.size() + 2);  // never grown, so that no copy of the data stays behind
  answer.insert(answer.end(), data.begin(), data.end());
  ByteWriter(answer).be16(status);
  return answer;
}

Bytes respond_with_count(std::uint8_t first, std::size_t count) {
  return respond(static_cast<std::uint16_t>(first * 256U + (count >= 256 ? 0 : count)));
}

void append_object(Bytes& target, std::uint32_t tag, ByteView value) {
  ENSURE(value.size() <= 0xFFFF, "a data object's length fits two bytes");
  for (int shift = 16; shift >= 0; shift -= 8) {
    if (tag >> shift != 0) target.push_back(static_cast<std::uint8_t>(tag >> shift));
  }
  if (value.size() > 0xFF) {
    target.insert(target.end(), {0x82, static_cast<std::uint8_t>(value.size() >> 8)});
  } else if (value.size() > 0x7F) {
    target.push_back(0x81);
  }
  target.push_back(static_cast<std::uint8_t>(value.size()));
  target.insert(target.end(), value.begin(), value.end());
}

Bytes with_check_byte(Bytes answer_to_reset) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : ByteView(answer_to_reset).subspan(1)) {
    sum = static_cast<std::uint8_t>(sum ^ byte);
  }
  answer_to_reset.push_back(sum);
  return answer_to_reset;
}

}  // namespace pishkhan::simulated
