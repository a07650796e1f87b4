#pragma once

#include "base/core/clock.h"
#include "drivers/simulated/escpos_decoder.h"
#include "drivers/simulated/paper.h"
#include "drivers/simulated/simulated_device.h"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace pishkhan::simulated {

enum class Paper { Full, Low, Out };
enum class Cover { Closed, Open };
enum class Cutter {
  Working,
  WillJam,  ///< the next cut goes wrong
  Jammed,   ///< the blade is not at home: autocutter error until it is freed
};
enum class Head {
  Ready,
  Overheated,
  Broken  ///< an unrecoverable error: nothing helps but a technician
};
/// What lies in the mouth of a printer that presents.
enum class Mouth {
  Empty,
  Held,
  Jammed  ///< paper is stuck on its way there
};
enum class AnswerPackets {
  OneEach,  ///< every answer is a packet of its own
  Joined,   ///< what waits is joined into one packet of at most 64 bytes
};

/// What a printer says of itself on the USB.
struct PrinterName {
  std::uint16_t vendor_id = 0x1209;  ///< 1209:0001 is the test id of the pid.codes range
  std::uint16_t product_id = 0x0001;
  std::string manufacturer = "Pishkhan";
  std::string model = "Simulated receipt printer";
};

/// How a printer of Epson's TM-T20 family introduces itself.
[[nodiscard]] inline PrinterName tm_t20_name() {
  return {.vendor_id = 0x04B8, .product_id = 0x0E15, .manufacturer = "EPSON", .model = "TM-T20II"};
}

struct PrinterSetup {
  int width_dots = 576;              ///< 80 mm paper at 203 dpi; 384 for 58 mm
  int head_to_cutter_dots = 120;     ///< 15 mm: a cut without feeding leaves this much of the print inside
  std::size_t buffer_bytes = 4096;   ///< the receive buffer
  int rows_per_second = 0;           ///< speed of the head by the clock; 0 = at once
  std::int64_t heat_limit_dots = 0;  ///< black dots, less what has cooled, at which the head stops; 0 = never
  std::int64_t cooling_dots_per_second = 0;  ///< it goes on by itself at half the limit
  int dots_per_inch = 203;                   ///< of the head
  int units_per_inch = 203;  ///< vertical motion unit until GS P sets another; other models: 360, 406
  AnswerPackets packets = AnswerPackets::OneEach;
  Dialect dialect = Dialect::Epson;  ///< Custom: a kiosk printer with a mouth that holds what it cuts
  TextMode text = TextMode::Reported;
  PrinterName name = {};
};

/// What the dock shows.
struct PrinterView {
  Paper paper = Paper::Full;
  Cover cover = Cover::Closed;
  Cutter cutter = Cutter::Working;
  Head head = Head::Ready;
  Mouth mouth = Mouth::Empty;
  int retracted = 0;  ///< receipts that were drawn back into the bin
  bool plugged_in = true;
  bool online = true;             ///< prints what it is given
  std::size_t waiting_bytes = 0;  ///< received and not yet consumed
  std::int64_t rows_moved = 0;
  /// How long the head stood still in the middle of a strip for want of data (with rows_per_second).
  std::chrono::milliseconds starved{0};
};

/// A strict ESC/POS receipt printer (Epson ESC/POS Command Reference) without hardware: bytes in, paper
/// picture out. What it does not know or cannot do is reported, never skipped in silence. Offline (no
/// paper, cover open, an error) it stops consuming data, its buffer fills, and only real-time commands are
/// answered; once the cause is gone it goes on where it stopped. ESC @ does not clear the receive buffer;
/// DLE DC4 fn 8, DLE ENQ 2 (only in a cutter error), SOFT_RESET and switching off do. Real-time commands are
/// obeyed as they arrive, wherever they lie, and stay in the buffer as what they are there: nothing between
/// commands, dots in the middle of a picture. If the buffer is full, one at the head of a transfer is still
/// obeyed.
/// Thread: safe from any, as SimulatedDevice says.
class SimulatedPrinter final : public SimulatedDevice {
 public:
  /// `clock` outlives the printer.
  explicit SimulatedPrinter(const Clock& clock, PrinterSetup setup = {});

  // What hands do to it.
  /// Out: the roll ends here. Low or Full after Out: a new roll is put in (what hung out is torn off).
  void set_paper(Paper paper);
  /// The roll ends after `rows` more rows of dots, in the middle of whatever is printed then.
  void paper_out_after(std::int64_t rows);
  void set_cover(Cover cover);
  void set_cutter(Cutter cutter);
  void set_head(Head head);
  /// Somebody takes the receipt out of the mouth, or what is stuck on its way there.
  void take_receipt();
  [[nodiscard]] bool has_mouth() const { return setup_.dialect == Dialect::Custom; }
  /// Paper gets stuck on its way to the mouth. Only of a printer that has one.
  void jam_mouth();
  void set_rows_per_second(int rows);
  void set_packets(AnswerPackets packets);
  /// The next status that it tells contradicts itself or what it is: half of a pair is set, an error without
  /// its kind, off-line without a reason. After that it tells the truth again.
  void contradict_once();
  /// Off and on again: buffers and settings are gone, the transport is unplugged; paper stays as it is.
  void power_cycle();

  // What eyes see.
  [[nodiscard]] PrinterView view();
  /// Finished strips, oldest first (the newest 64).
  [[nodiscard]] std::vector<Strip> strips();
  /// The same, and the printer forgets them: somebody took them away.
  [[nodiscard]] std::vector<Strip> take_strips();
  [[nodiscard]] Strip current_paper();
  /// Everything in the byte stream that a correct driver would not have sent.
  [[nodiscard]] std::vector<Report> reports();
  /// The symbols that the printer was asked to draw by itself (the first 64).
  [[nodiscard]] std::vector<SymbolCommand> symbols();
  /// The beginning of a command that is not whole yet or waits for its turn; empty between commands.
  [[nodiscard]] Bytes unfinished_command();

  [[nodiscard]] ByteView device_descriptor() const override;
  [[nodiscard]] ByteView descriptors() const override;

 private:
  std::size_t take(ByteView data) override;
  std::optional<Bytes> next_answer() override;
  std::optional<Bytes> next_notice() override { return std::nullopt; }
  [[nodiscard]] bool notifies() const override { return false; }
  Answer class_request_in(usb::ControlSetup setup) override;
  Result<void, usb::TransferFault> class_request_out(usb::ControlSetup setup, ByteView data) override;
  void on_bus_reset() override;

  [[nodiscard]] bool moves_by_itself() const override { return (moving() && !offline()) || cools_by_itself_; }

  [[nodiscard]] bool offline() const;
  /// The head has something to burn or to feed and only lacks time.
  [[nodiscard]] bool moving() const;
  [[nodiscard]] std::uint8_t real_time_status(std::uint8_t kind) const;
  [[nodiscard]] Bytes automatic_status() const;
  void earn_rows();
  void warm(ByteView dots);
  void cool(SteadyTime passed);
  [[nodiscard]] std::int64_t rows_affordable() const;
  void spend(std::int64_t rows);
  void print();
  [[nodiscard]] bool print_step();
  [[nodiscard]] bool feed_step();
  [[nodiscard]] bool row_step();
  void cut_step();
  void carry_out(Command command);
  void answer_command(const AskCommand& command);
  void move_receipt(const EjectorCommand& command);
  [[nodiscard]] Bytes full_status() const;
  void run_real_time(const RealTimeCommand& command);
  void clear_buffers();
  void post(Bytes answer);
  void state_changed();

  const Clock& clock_;
  PrinterSetup setup_;
  Paper paper_ = Paper::Full;
  Cover cover_ = Cover::Closed;
  Cutter cutter_ = Cutter::Working;
  Head head_ = Head::Ready;
  Mouth mouth_ = Mouth::Empty;
  int retracted_ = 0;
  static constexpr std::size_t most_symbols = 64;
  std::vector<SymbolCommand> symbols_;
  std::array<std::uint8_t, 18> device_descriptor_{};
  PaperPath path_;
  EscposDecoder decoder_;
  RealTimeScanner scanner_;
  std::deque<Bytes> answers_;
  std::int64_t feed_rows_ = 0;  // Still to move before the next command.
  std::optional<CutCommand> pending_cut_;
  std::optional<PrintRow> pending_row_;
  std::uint8_t automatic_mask_ = 0;  // GS a
  Bytes last_automatic_;
  SteadyTime last_moved_{};
  std::int64_t row_credit_milli_ = 0;  // Thousandths of a row that the head has earned.
  bool strip_begun_ = false;           // Something was printed since the last cut.
  SteadyTime starved_{0};
  std::int64_t heat_milli_ = 0;  // Thousandths of a black dot that have not cooled.
  bool cools_by_itself_ = false;
  bool contradicts_ = false;
};

}  // namespace pishkhan::simulated
