#pragma once

#include "drivers/simulated/simulated_card_reader.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

/// What the tests of the simulated reader share.
namespace pishkhan::simulated {

/// A command of CCID 6.1, written here from the specification.
inline Bytes command(std::uint8_t type, std::uint8_t sequence, ByteView data = {}, Bytes specific = {0, 0, 0}) {
  Bytes bytes;
  ByteWriter writer(bytes);
  writer.u8(type);
  writer.le32(static_cast<std::uint32_t>(data.size()));
  writer.u8(0);
  writer.u8(sequence);
  writer.bytes(specific);
  writer.bytes(data);
  return bytes;
}

/// Type, bSeq, bStatus, bError and the data of an answer, after its length was found right.
struct Answer {
  explicit Answer(const Bytes& bytes) {
    REQUIRE(bytes.size() >= 10);
    ByteReader reader(bytes);
    type = reader.u8();
    CHECK(reader.le32() == bytes.size() - 10);
    CHECK(reader.u8() == 0);
    sequence = reader.u8();
    status = reader.u8();
    error = reader.u8();
    last = reader.u8();
    data = to_hex(reader.bytes(reader.remaining()));
  }
  int type, sequence, status, error, last;
  std::string data;
};

struct Bench {
  explicit Bench(const ReaderModel& model = {}) : reader(model), usb(reader.connect().value()) {}
  SimulatedCardReader reader;
  std::unique_ptr<usb::Transport> usb;
  std::uint8_t next = 0;

  Bytes read() {
    auto got = usb->bulk_in(70'000, std::chrono::milliseconds{0});
    return got ? *got : Bytes{};
  }
  Bytes exchange(const Bytes& bytes) {
    REQUIRE(usb->bulk_out(bytes, std::chrono::milliseconds{0}).value() == bytes.size());
    return read();
  }
  Bytes power_on(std::uint8_t select = 0) { return exchange(command(0x62, 1, {}, {select, 0, 0})); }
  Bytes notice() {
    auto got = usb->interrupt_in(8, std::chrono::milliseconds{0});
    return got ? *got : Bytes{};
  }
  /// One XfrBlock; what the card said in hexadecimal, or the error's name.
  std::string block(const std::string& hexadecimal, unsigned level = 0) {
    const Bytes level_bytes{0, static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(level >> 8)};
    const Answer answer(exchange(command(0x6F, ++next, from_hex(hexadecimal).value(), level_bytes)));
    CHECK(answer.sequence == next);
    if ((answer.status & 0xC0) == 0x40) return "error " + std::to_string(answer.error);
    return answer.data;
  }
};

}  // namespace pishkhan::simulated
