#pragma once

#include "drivers/simulated/simulated_card.h"
#include "drivers/simulated/simulated_device.h"

#include <deque>
#include <memory>

namespace pishkhan::simulated {

/// What goes wrong with the reader's answers, for as long as it is set.
enum class ReaderFault {
  None,
  WrongSequence,  ///< bSeq is one too high
  WrongSlot,      ///< bSlot is 1, a slot that the reader does not have
  WrongType,      ///< bMessageType is none of the specification's
  CutShort,       ///< the packet ends before dwLength says
  LengthTooLong,  ///< dwLength claims 2^32 - 1
  EmptyPacket,    ///< a zero-length packet comes before every answer
  HardwareError,  ///< the commands to the card fail with HW_ERROR; interrupt RDR_to_PC_HardwareError
};

/// What the dock shows.
struct ReaderView {
  bool plugged_in = true;
  bool card_present = false;
  bool card_powered = false;
};

/// A chip card reader with one slot (USB CCID, revision 1.1) that exchanges short APDUs, without hardware.
/// Commands that are truncated, hostile or out of place are answered with the error that the specification
/// names; a transfer that is not even a whole header halts the endpoints.
/// Thread: safe from any, as SimulatedDevice says.
class SimulatedCardReader final : public SimulatedDevice {
 public:
  SimulatedCardReader();
  ~SimulatedCardReader() override;

  // What hands do to it.
  /// Takes the place of a card that is there already.
  void insert(std::unique_ptr<SimulatedCard> card);
  /// Null if there was none.
  std::unique_ptr<SimulatedCard> remove();
  void set_fault(ReaderFault fault);
  /// Each of the next commands to the card is first answered by `count` requests for more time with the
  /// multiplier `multiplier` (CCID 6.2.6); a count of 0 ends it.
  void set_time_extensions(int count, std::uint8_t multiplier = 1);

  // What eyes see.
  [[nodiscard]] ReaderView view() const;

  [[nodiscard]] ByteView device_descriptor() const override;
  [[nodiscard]] ByteView descriptors() const override;

 private:
  struct Message;
  struct Reply;
  struct PutOff {
    std::uint8_t type = 0;
    std::uint8_t sequence = 0;
    int left = 0;  // Requests for more time still to be made.
  };

  std::size_t take(ByteView data) override;
  std::optional<Bytes> next_answer() override;
  std::optional<Bytes> next_notice() override;
  [[nodiscard]] bool notifies() const override { return true; }
  Answer class_request_in(usb::ControlSetup setup) override;
  Result<void, usb::TransferFault> class_request_out(usb::ControlSetup setup, ByteView data) override;
  void on_connect() override { start_anew(); }
  void on_bus_reset() override { start_anew(); }

  [[nodiscard]] std::uint8_t icc_status() const;
  [[nodiscard]] Reply respond(const Message& message);
  [[nodiscard]] Reply power_on(const Message& message);
  [[nodiscard]] Reply exchange(const Message& message);
  [[nodiscard]] Reply parameters() const;
  [[nodiscard]] Reply fail(std::uint8_t type, std::uint8_t error) const;
  void abort_step();
  void queue(const Message& message, const Reply& reply);
  void post(std::uint8_t slot, std::uint8_t sequence, const Reply& reply);
  [[nodiscard]] Bytes packet(std::uint8_t slot, std::uint8_t sequence, const Reply& reply) const;
  void card_gone();
  void drop_answers();
  void start_anew();

  std::unique_ptr<SimulatedCard> card_;
  bool powered_ = false;
  bool slot_changed_ = false;
  ReaderFault fault_ = ReaderFault::None;
  int time_extensions_ = 0;
  std::uint8_t time_multiplier_ = 1;
  std::optional<std::uint8_t> abort_by_control_;  // bSeq of an abort of which only one half has come.
  std::optional<std::uint8_t> abort_by_bulk_;
  std::optional<PutOff> putting_off_;  // The last command to the card, if it was put off.
  std::deque<Bytes> answers_;
  std::deque<Bytes> notices_;
};

}  // namespace pishkhan::simulated
