#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "drivers/usb/transport.h"

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pishkhan::card::test {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return WallTime{}; }
  [[nodiscard]] SteadyTime steady() const override { return now; }
  SteadyTime now{1000};
};

inline Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

/// Configuration, interface 0B, the 54 bytes of CCID 5.1, bulk out, bulk in, interrupt in.
inline Bytes descriptors_with(std::uint32_t features, std::uint32_t maximum_message = 271,
                              bool interrupt = true, bool pin_pad = false) {
  Bytes bytes =
      hex("090200000101008032"
          "0904000003"
          "0b000000");
  ByteWriter writer(bytes);
  writer.bytes(
      hex("36211001"
          "00"
          "07"));
  writer.le32(3);
  writer.bytes(Bytes(18 + 12));
  writer.le32(features);
  writer.le32(maximum_message);
  writer.bytes(
      hex("0000"
          "0000"));
  writer.bytes(Bytes{static_cast<std::uint8_t>(pin_pad ? 1 : 0), 1});
  writer.bytes(
      hex("07050102400000"
          "07058202400000"));
  if (interrupt) writer.bytes(hex("07058303080010"));
  return bytes;
}

/// The fictional card of README.md, as far as these tests need it; `file` is what EF 0101 holds.
struct ScriptedCard {
  Bytes atr = hex("3b6800005049534b48414e4b");
  Bytes file;
  bool knows_application = true;
  bool exact_length = false;  ///< answers a wrong Le with 6Cxx instead of 6282
  bool waits = false;         ///< answers with 61xx first
  Bytes waiting;

  Bytes answer(ByteView apdu) {
    if (apdu.size() < 4) return hex("6700");
    if (apdu[1] == 0xA4 && apdu[2] == 4) return hex(knows_application ? "9000" : "6a82");
    if (apdu[1] == 0xA4 && apdu[2] == 2) return hex("9000");
    if (apdu[1] == 0xC0) return part(waiting, 0, apdu[4]);
    if (apdu[1] != 0xB0 || apdu.size() != 5) return hex("6d00");
    const auto offset = static_cast<std::size_t>(apdu[2] << 8 | apdu[3]);
    if (offset >= file.size()) return hex("6b00");
    const std::size_t left = file.size() - offset;
    const std::size_t wanted = apdu[4] == 0 ? 256 : apdu[4];
    if (exact_length && wanted > left) return {0x6C, static_cast<std::uint8_t>(left)};
    if (waits) {
      waiting.assign(file.begin() + static_cast<std::ptrdiff_t>(offset), file.end());
      waiting.resize(std::min(waiting.size(), wanted));
      return {0x61, static_cast<std::uint8_t>(waiting.size())};
    }
    return part(file, offset, wanted);
  }
  static Bytes part(const Bytes& source, std::size_t offset, std::size_t wanted) {
    const std::size_t size = std::min(source.size() - offset, wanted);
    Bytes out(source.begin() + static_cast<std::ptrdiff_t>(offset),
              source.begin() + static_cast<std::ptrdiff_t>(offset + size));
    const Bytes status = hex(size < wanted ? "6282" : "9000");
    out.insert(out.end(), status.begin(), status.end());
    return out;
  }
};

/// A CCID reader with one card, and with a hook that may spoil any transfer. Only for these tests.
class ScriptedReader final : public usb::Transport {
 public:
  using Fault = usb::TransferFault;
  explicit ScriptedReader(FakeClock& clock, Bytes descriptors = descriptors_with(0x00020008))
      : clock_(clock), descriptors_(std::move(descriptors)) {}

  ScriptedCard card;
  bool present = true;
  bool powered = false;
  bool unplugged = false;
  int transfers = 0;
  int extensions = 0;      ///< time extensions before each answer
  int stale = 0;           ///< old frames before each answer
  std::uint8_t error = 0;  ///< bError of every answer, if not 0
  std::vector<std::uint8_t> voltages_asked;
  std::vector<std::string> escapes;
  int empty_writes = 0;
  std::uint8_t slot = 0;          ///< in which the card is
  Bytes report;                   ///< of the interrupt endpoint, each time; empty: none
  /// What becomes of each read of the interrupt endpoint, at once; nothing: `report` says.
  std::optional<Fault> interrupt_fault;
  int interrupt_reads = 0;
  int resets = 0;
  int pins_asked = 0;  ///< PC_to_RDR_Secure
  std::uint8_t last_sequence = 0;  ///< bSeq of the newest command
  std::uint8_t clock_status = 0;  ///< bClockStatus
  int clock_restarts = 0;
  std::uint8_t least_power = 0;  ///< mute unless bPowerSelect is this
  /// Called with the number of each bulk transfer; a fault is handed to the driver instead.
  std::function<std::optional<Fault>(int)> before;
  /// May change each answer on its way.
  std::function<void(Bytes&)> spoil;

  /// A slot status without card that was meant for somebody else.
  void leave_behind(std::uint8_t sequence) { send(0x81, sequence, 2, 0, {}); }

  Result<std::size_t, Fault> bulk_out(ByteView data, Timeout timeout) override {
    if (const auto fault = trouble(timeout)) return fail(*fault);
    if (data.empty()) ++empty_writes;
    receive(data);
    return data.size();
  }
  Result<Bytes, Fault> bulk_in(std::size_t, Timeout timeout) override {
    if (const auto fault = trouble(timeout)) return fail(*fault);
    if (answers_.empty()) {
      clock_.now += timeout;
      return fail(Fault::Timeout);
    }
    Bytes bytes = std::move(answers_.front());
    answers_.pop_front();
    if (spoil) spoil(bytes);
    return bytes;
  }
  Result<Bytes, Fault> interrupt_in(std::size_t, Timeout timeout) override {
    ++interrupt_reads;
    if (unplugged) return fail(Fault::Unplugged);
    if (interrupt_fault) return fail(*interrupt_fault);
    if (!report.empty()) return report;
    clock_.now += timeout;
    return fail(Fault::Timeout);
  }
  Result<Bytes, Fault> control_in(usb::ControlSetup, std::uint16_t, Timeout) override {
    return fail(Fault::Stalled);
  }
  Result<void, Fault> control_out(usb::ControlSetup, ByteView, Timeout) override {
    return fail(Fault::Stalled);
  }
  Result<void, Fault> clear_halts() override {
    if (unplugged) return fail(Fault::Unplugged);
    return {};
  }
  Result<void, Fault> reset() override {
    ++resets;
    return clear_halts();
  }
  void cancel() override {}
  [[nodiscard]] usb::Identity identity() const override { return {}; }
  [[nodiscard]] ByteView descriptors() const override { return descriptors_; }

 private:
  std::optional<Fault> trouble(Timeout timeout) {
    const int number = transfers++;
    if (unplugged) return Fault::Unplugged;
    const std::optional<Fault> fault = before ? before(number) : std::nullopt;
    if (fault == Fault::Timeout) clock_.now += timeout;
    if (fault == Fault::Unplugged) unplugged = true;
    return fault;
  }

  void send(std::uint8_t kind, std::uint8_t sequence, std::uint8_t status, std::uint8_t b_error,
            ByteView data) {
    Bytes bytes;
    ByteWriter writer(bytes);
    writer.u8(kind);
    writer.le32(static_cast<std::uint32_t>(data.size()));
    writer.bytes(Bytes{slot, sequence, status, b_error, kind == 0x81 ? clock_status : std::uint8_t{0}});
    writer.bytes(data);
    answers_.push_back(std::move(bytes));
  }

  void receive(ByteView message) {
    if (message.size() < 10) return;
    if (message[5] != slot) return;
    const std::uint8_t sequence = last_sequence = message[6];
    if (message[0] == 0x69) ++pins_asked;
    const auto icc = static_cast<std::uint8_t>(present ? (powered ? 0 : 1) : 2);
    for (int i = 0; i < stale; ++i)
      send(0x80, static_cast<std::uint8_t>(sequence - 1 - i), 0, 0, hex("deadbeef9000"));
    for (int i = 0; i < extensions; ++i) send(0x80, sequence, static_cast<std::uint8_t>(0x80 | icc), 1, {});
    const bool needs_card = message[0] == 0x62 || message[0] == 0x6F;
    const std::uint8_t kind = needs_card ? 0x80 : message[0] == 0x6B ? 0x83 : 0x81;
    if (message[0] == 0x6B) escapes.push_back(to_hex(message.subspan(10)));
    if (message[0] == 0x6E) {
      ++clock_restarts;
      clock_status = 0;
    }
    const bool mute = message[0] == 0x62 && message[7] != least_power && least_power != 0;
    if (message[0] == 0x62) voltages_asked.push_back(message[7]);
    if (error != 0 || (needs_card && !present) || mute) {
      const std::uint8_t why = error != 0 ? error : 0xFE;
      send(kind, sequence, static_cast<std::uint8_t>(0x40 | icc), why, {});
    } else if (message[0] == 0x62) {
      powered = true;
      send(kind, sequence, 0, 0, card.atr);
    } else if (message[0] == 0x63) {
      powered = false;
      send(kind, sequence, present ? 1 : 2, 0, {});
    } else if (message[0] == 0x65 || message[0] == 0x6B || message[0] == 0x6E) {
      send(kind, sequence, icc, 0, {});
    } else {
      send(kind, sequence, icc, 0, card.answer(message.subspan(10)));
    }
  }

  FakeClock& clock_;
  Bytes descriptors_;
  std::deque<Bytes> answers_;
};

}  // namespace pishkhan::card::test
