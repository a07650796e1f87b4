#pragma once

#include "base/core/random.h"
#include "drivers/simulated/card_wire.h"
#include "drivers/simulated/reader_model.h"
#include "drivers/simulated/simulated_card.h"
#include "drivers/simulated/simulated_device.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pishkhan::simulated {

/// What goes wrong with the reader's answers.
enum class ReaderFault {
  None,
  WrongSequence,  ///< bSeq is one too high
  WrongSlot,      ///< bSlot is 1, a slot that the reader does not have
  WrongType,      ///< bMessageType is none of the specification's
  CutShort,       ///< the packet ends before dwLength says
  LengthTooLong,  ///< dwLength claims 2^32 - 1
  EmptyPacket,    ///< a zero-length packet comes before every answer
  HardwareError,  ///< the commands to the card fail with HW_ERROR; interrupt RDR_to_PC_HardwareError
  Stall,          ///< the endpoints halt instead of an answer
  Mute,           ///< the answer is lost
  Overflow,       ///< more bytes than any host asked for
  Stale,          ///< the answer before comes once more, in front of the right one
  Babble,         ///< noise without end, until the bus is reset or the command is aborted
  Extensions,     ///< asks for more time without end
  Trailing,       ///< bytes after what dwLength says
};
/// Every fault but None, for loops.
[[nodiscard]] const std::vector<ReaderFault>& all_reader_faults();
[[nodiscard]] const char* name(ReaderFault fault);

/// What a right driver would not have sent (CCID 5 and 6).
enum class ReaderReport {
  ShortHeader,
  WrongLength,  ///< dwLength and the transfer differ, or data where there may be none
  TooLong,      ///< more than dwMaxCCIDMessageLength
  WrongSlot,
  Reserved,  ///< a reserved field is not zero
  UnknownCommand,
  Busy,             ///< a command before the answer to the one before could be there
  WrongPower,       ///< a voltage that the reader does not offer, or "automatic" where it is not
  NoPower,          ///< data to a card that has no power
  WrongLevel,       ///< wLevelParameter does not suit the exchange level
  WrongBlock,       ///< not a TPDU or APDU of that level
  WrongParameters,  ///< SetParameters with what neither card nor reader can
  WrongPin,         ///< a PIN structure that makes no VERIFY, or no right block
  RateMismatch,     ///< card and reader do not speak at the same rate or protocol
  BrokenRule,       ///< the card saw a breach of ISO 7816-3
};
[[nodiscard]] const char* name(ReaderReport report);

/// What the person at the reader's pad does when it asks for a PIN.
enum class AtPinPad : std::uint8_t { Nothing, Cancels, Types };

/// What the dock shows.
struct ReaderView {
  bool plugged_in = true;
  bool card_present = false;
  bool card_powered = false;
};

/// A chip card reader with one slot (USB CCID, revision 1.1) without hardware, of any exchange level. At the
/// APDU levels it talks with the card by itself (that talk takes its time, but is not spelled out); below, the
/// card's own T=0 and T=1 (CardWire) answer what the driver sends.
/// Commands that are truncated, hostile or out of place are answered with the error that the specification
/// names, and reported; a transfer that is not even a whole header halts the endpoints.
/// Thread: safe from any, as SimulatedDevice says.
class SimulatedCardReader final : public SimulatedDevice {
 public:
  explicit SimulatedCardReader(const ReaderModel& model = {});
  ~SimulatedCardReader() override;

  // What hands do to it.
  /// Takes the place of a card that is there already.
  void insert(std::unique_ptr<SimulatedCard> card, WireManners manners = {});
  /// Null if there was none.
  std::unique_ptr<SimulatedCard> remove();
  /// ReaderModel::bits_per_second from now on.
  void set_pace(std::uint32_t bits_per_second);
  /// From now on; the digits are those that are typed. Typing takes a second, doing nothing as long as the pad
  /// waits.
  void set_at_pin_pad(AtPinPad what, std::string digits = {});
  /// For as long as it is set.
  void set_fault(ReaderFault fault);
  /// For the command of that index, counted from 0 at connect().
  void strike(std::size_t command, ReaderFault fault);
  /// What the card says goes wrong (CardWire::strike), at the levels at which it can be heard.
  void strike_card(std::size_t utterance, WireFault fault);
  /// Each of the next commands to the card is first answered by `count` requests for more time with the
  /// multiplier `multiplier` (CCID 6.2.6); a count of 0 ends it.
  void set_time_extensions(int count, std::uint8_t multiplier = 1);

  // What eyes see.
  [[nodiscard]] ReaderView view() const;
  /// Commands since connect().
  [[nodiscard]] std::size_t commands() const;
  [[nodiscard]] std::size_t card_utterances() const;
  [[nodiscard]] std::vector<ReaderReport> reports() const;

  [[nodiscard]] ByteView device_descriptor() const override { return device_descriptor_; }
  [[nodiscard]] ByteView descriptors() const override { return descriptors_; }

 private:
  struct Message;
  struct Reply;
  /// The last command to the card: what it will be answered, and when.
  struct Pending {
    std::uint8_t type = 0;
    std::uint8_t sequence = 0;
    int extensions = 0;  // requests for more time still to be made
    SteadyTime ready{};
    std::vector<Bytes> packets;
    SteadyTime next_extension{};
  };

  std::size_t take(ByteView data) override;
  std::optional<Bytes> next_answer() override;
  std::optional<Bytes> next_notice() override;
  [[nodiscard]] bool notifies() const override { return model_.notifications == Notifications::Interrupt; }
  [[nodiscard]] bool moves_by_itself() const override { return pending_.has_value(); }
  Answer class_request_in(usb::ControlSetup setup) override;
  Result<void, usb::TransferFault> class_request_out(usb::ControlSetup setup, ByteView data) override;
  void on_connect() override;
  void on_bus_reset() override { start_anew(); }

  [[nodiscard]] std::uint8_t icc_status() const;
  [[nodiscard]] bool busy() const;
  [[nodiscard]] Reply respond(const Message& message);
  [[nodiscard]] Reply carry_out(const Message& message);
  [[nodiscard]] Reply power_on(const Message& message);
  [[nodiscard]] Reply set_parameters(const Message& message);
  [[nodiscard]] Reply parameters() const;
  void take_parameters_of_card();
  // reader_exchange.cpp
  [[nodiscard]] Reply exchange(const Message& message);
  [[nodiscard]] Reply exchange_characters(const Message& message);
  [[nodiscard]] Reply exchange_tpdu(const Message& message);
  [[nodiscard]] Reply exchange_extended(const Message& message);
  [[nodiscard]] Reply next_part();
  [[nodiscard]] Reply apdu(ByteView command);
  [[nodiscard]] Reply run_characters(ByteView tpdu);
  [[nodiscard]] Reply said(Bytes bytes);
  Bytes hear(ByteView characters);
  void spend(std::size_t characters);

  // reader_pin_pad.cpp
  [[nodiscard]] Reply ask_for_pin(const Message& message);
  [[nodiscard]] Reply send_verify(const Message& message, ByteView prologue, ByteView command);

  [[nodiscard]] Reply fail(std::uint8_t type, std::uint8_t error) const;
  [[nodiscard]] Reply wrong(ReaderReport report, std::uint8_t type, std::uint8_t error);
  void report(ReaderReport report) { reports_.push_back(report); }
  void abort_step();
  void queue(const Message& message, const Reply& reply);
  [[nodiscard]] std::vector<Bytes> packets(std::uint8_t slot, std::uint8_t sequence, const Reply& reply);
  [[nodiscard]] Bytes packet(std::uint8_t slot, std::uint8_t sequence, const Reply& reply) const;
  void post(std::vector<Bytes> packets);
  void card_gone();
  void drop_answers();
  void start_anew();

  ReaderModel model_;
  Bytes device_descriptor_;
  Bytes descriptors_;
  std::unique_ptr<SimulatedCard> card_;
  std::unique_ptr<CardWire> wire_;  // of card_
  bool powered_ = false;
  bool slot_changed_ = false;
  std::uint8_t protocol_ = 0;  // what the reader believes; bProtocolNum
  Bytes protocol_data_;        // 6.1.7: what the reader works with
  ReaderFault fault_ = ReaderFault::None;
  std::map<std::size_t, ReaderFault> strikes_;
  ReaderFault now_ = ReaderFault::None;  // of the present command
  std::size_t commands_ = 0;
  AtPinPad at_pin_pad_ = AtPinPad::Nothing;
  std::string typed_;
  int time_extensions_ = 0;
  std::uint8_t time_multiplier_ = 1;
  std::optional<std::uint8_t> abort_by_control_;  // bSeq of an abort of which only one half has come.
  std::optional<std::uint8_t> abort_by_bulk_;
  std::optional<Pending> pending_;
  bool babbling_ = false;
  SeededRandom noise_{7};
  Bytes command_;                      // extended APDU level: the parts so far
  Bytes answer_;                       // and the parts to come
  std::chrono::microseconds spent_{};  // by the present command, on the contacts
  std::deque<Bytes> answers_;
  Bytes last_answer_;
  std::deque<Bytes> notices_;
  std::vector<ReaderReport> reports_;
};

}  // namespace pishkhan::simulated
