#pragma once

#include "base/core/bytes.h"
#include "drivers/simulated/simulated_card.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace pishkhan::simulated {

/// What goes wrong with one utterance of a card (a run of characters at T=0, a block at T=1).
enum class WireFault : std::uint8_t {
  None,
  Mute,            ///< nothing is said, and nothing after it until a reset
  Lost,            ///< nothing is said this once
  BadCheck,        ///< T=1: the last byte is wrong. T=0: the first byte is no procedure byte
  WrongSequence,   ///< T=1: N(S) or N(R) is the other one
  CutShort,        ///< the second half is missing
  TooLong,         ///< a byte more than announced
  WrongAddress,    ///< T=1: another NAD
  UnknownControl,  ///< T=1: a PCB that no standard defines
};

/// What a chip does of its own will and may do (ISO 7816-3, 10 and 11). Thread: a plain value.
struct WireManners {
  enum class Procedure : std::uint8_t { AllAtOnce, ByteByByte };
  Procedure procedure = Procedure::AllAtOnce;  ///< T=0: which procedure byte asks for data or announces it
  int nulls = 0;                               ///< T=0: 60 before each answer
  int time_requests = 0;                       ///< T=1: S(WTX) before each answer
  std::uint8_t time_multiplier = 1;            ///< of those
  std::uint8_t new_buffer_bytes = 0;           ///< T=1: S(IFS) before the first answer; 0 = none
};

/// The contacts of a card: its program with ISO 7816-3 around it, as a machine that hears characters and says
/// characters. Does its own part only: what a reader or a driver has to do is checked, not done.
/// Thread: guarded by the reader that holds it.
class CardWire {
 public:
  CardWire(SimulatedCard& card, WireManners manners) : card_(card), manners_(manners) {}
  ~CardWire();
  CardWire(const CardWire&) = delete;
  CardWire& operator=(const CardWire&) = delete;

  /// The answer to reset; empty = mute. Everything begins anew.
  Bytes reset();
  /// What the card says to these characters; empty = nothing (yet). A PPS (9), a TPDU or a part of it, a block.
  Bytes hear(ByteView characters);
  /// What a reader with automatic features does with the card by itself: no PPS is seen, but made.
  void agree(std::uint8_t protocol, std::uint8_t rate);
  /// The same for S(IFS request) of the reader.
  void agree_on_buffer(std::size_t bytes) { host_buffer_bytes_ = bytes; }
  /// The utterance of that index, counted from 0 after the reset and without the ATR, goes wrong, once.
  void strike(std::size_t utterance, WireFault fault) { faults_[utterance] = fault; }

  [[nodiscard]] std::uint8_t protocol() const { return protocol_; }
  /// Fi and Di in use, coded as TA1.
  [[nodiscard]] std::uint8_t rate() const { return rate_; }
  [[nodiscard]] std::uint8_t offered_rate() const { return offered_rate_; }
  /// T=1 blocks end with a CRC, not an LRC.
  [[nodiscard]] bool ends_with_crc() const { return redundancy_code_; }
  [[nodiscard]] bool offers(std::uint8_t protocol) const { return (offered_ & 1U << protocol) != 0; }
  /// How often the host broke a rule of ISO 7816-3.
  [[nodiscard]] int violations() const { return violations_; }
  [[nodiscard]] std::size_t utterances() const { return utterances_; }

 private:
  void read_offer(ByteView answer_to_reset);
  Bytes negotiate(ByteView request);
  Bytes spoil(Bytes said);
  // T=0 (10)
  Bytes hear_characters(ByteView characters);
  Bytes answer_header();
  Bytes say_answer(Bytes response, std::uint8_t instruction, std::size_t announced);
  // T=1 (11)
  Bytes hear_block(ByteView block);
  Bytes hear_information(std::uint8_t control, ByteView information);
  Bytes hear_receive_ready(std::uint8_t control);
  Bytes hear_supervisory(std::uint8_t control, ByteView information);
  Bytes say_more();
  Bytes say_part();
  Bytes block(std::uint8_t control, ByteView information);
  [[nodiscard]] std::size_t check_bytes() const { return redundancy_code_ ? 2 : 1; }
  [[nodiscard]] Bytes check_of(ByteView bytes) const;
  Bytes complain(std::uint8_t reason);
  void forget_exchange();

  SimulatedCard& card_;
  WireManners manners_;
  std::map<std::size_t, WireFault> faults_;
  std::size_t utterances_ = 0;
  int violations_ = 0;
  bool mute_ = false;
  bool begun_ = false;  // after the first character there is no PPS any more
  std::uint8_t protocol_ = 0;
  std::uint32_t offered_ = 1;
  std::uint8_t rate_ = 0x11;
  std::uint8_t offered_rate_ = 0x11;
  bool redundancy_code_ = false;  // CRC instead of LRC
  std::size_t own_buffer_bytes_ = 32;
  std::size_t host_buffer_bytes_ = 32;
  Bytes heard_;  // T=0: header and data so far; T=1: the command so far
  bool awaits_data_ = false;
  // T=1
  bool own_sequence_ = false;   // of the next I-block
  bool host_sequence_ = false;  // that we expect
  Bytes rest_;                  // of the answer
  bool has_answer_ = false;
  std::deque<std::uint8_t> requests_;  // S-blocks to send before the answer
  std::uint8_t awaited_response_ = 0;
  Bytes last_;
};

/// What a T=1 block ends with: the exclusive or (LRC) or the CRC of ISO/IEC 13239, high byte first (11.3.4).
[[nodiscard]] std::uint8_t longitudinal_check(ByteView bytes);
[[nodiscard]] std::uint16_t cyclic_check(ByteView bytes);

}  // namespace pishkhan::simulated
