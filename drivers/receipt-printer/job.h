#pragma once

#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/receipt-printer/answers.h"
#include "drivers/receipt-printer/escpos.h"
#include "drivers/receipt-printer/model.h"
#include "drivers/usb/transport.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace pishkhan::printer {

/// What is wrong, as the printer or the bus said it. Each has a sentence for the citizen and a code for staff.
enum class PrinterFault : std::uint8_t {
  PaperOut,
  CoverOpen,
  CutterJam,
  PaperJam,  ///< on its way to the mouth
  Overheated,
  Broken,       ///< an error that only a technician mends
  Offline,      ///< off-line and does not say why
  Unplugged,    ///< the transport is gone; only a new one helps
  Mute,         ///< no answer, or no byte taken, in time
  Garbled,      ///< it answers, but not in our language
  Interrupted,  ///< a write was cut short; how much was taken is not known
};

/// XFS4IoT, Printer.Status, paper.
enum class PaperState : std::uint8_t { Unknown, Full, Low, Out, Jammed };
/// XFS4IoT, Printer.Status, media: what is in the mouth of a printer that presents.
enum class MediaState : std::uint8_t { Unknown, Present, NotPresent, Jammed };
/// XFS4IoT, Common.Status, device.
enum class DeviceState : std::uint8_t { Online, Offline, NoDevice, HardwareError, UserError };

struct PrinterStatus {
  DeviceState device = DeviceState::Offline;
  PaperState paper = PaperState::Unknown;
  std::optional<PrinterFault> fault = {};
  MediaState media = MediaState::Unknown;  ///< always so without a presenter
  friend bool operator==(const PrinterStatus&, const PrinterStatus&) = default;
};

/// The printer itself echoed this job's random fence after the cut. It proves that the head and the knife
/// passed the place, not that there is ink on the paper: a roll can lie the wrong way round.
struct Printed {
  friend bool operator==(const Printed&, const Printed&) = default;
};
/// No whole receipt came out, and what the printer still held was thrown away or never sent.
struct NotPrinted {
  PrinterFault fault = PrinterFault::Offline;
  friend bool operator==(const NotPrinted&, const NotPrinted&) = default;
};
enum class UnknownReason : std::uint8_t {
  NoProof,    ///< the model cannot echo; everything was taken without a complaint
  NoEcho,     ///< everything was sent, and the echo did not come before the deadline
  LostAtEnd,  ///< the printer was lost, or complained, after the whole picture had been handed over
};
/// The citizen must look: «لطفاً رسید را ببینید».
struct Unknown {
  UnknownReason reason = UnknownReason::NoEcho;
  std::optional<PrinterFault> fault;
  friend bool operator==(const Unknown&, const Unknown&) = default;
};
using PrintOutcome = std::variant<Printed, NotPrinted, Unknown>;

/// XFS4IoT's own spelling: "full", "userError".
[[nodiscard]] std::string_view name(PaperState state);
[[nodiscard]] std::string_view name(MediaState state);
[[nodiscard]] std::string_view name(DeviceState state);
/// For staff: "PRN-01", the same in the log, on the screen and in the handbook.
[[nodiscard]] std::string_view staff_code(PrinterFault fault);

/// One receipt printer on one transport. It claims nothing that the printer did not prove, and before each
/// job it brings the printer to a known place, so that dots of an old job never come out as letters.
/// Owned by the printer's thread and used only there; borrows its transport, clock and randomness.
class ReceiptPrinter {
 public:
  ReceiptPrinter(usb::Transport& transport, const Clock& clock, Random& random, const Model& model);

  /// Prints, cuts, and presents where the model has a mouth; what an earlier citizen left there is taken back
  /// first. `receipt` is 1 to model().printable_dots() dots wide and 1 to maximum_rows high.
  /// Returns by `within` and at most `cleaning_time` more, whatever the printer does.
  [[nodiscard]] PrintOutcome print(const Bitmap& receipt, std::chrono::milliseconds within);
  /// Asks the printer; at most about a second.
  [[nodiscard]] PrinterStatus status();
  /// Takes an untaken receipt out of the mouth, into the bin or out of the front, as the model says. Only for
  /// models with a presenter.
  [[nodiscard]] std::optional<PrinterFault> take_back();
  /// How many untaken receipts were taken back since this object was made.
  [[nodiscard]] int taken_back() const { return taken_back_; }
  [[nodiscard]] const Model& model() const { return model_; }

  static constexpr int maximum_rows = 8192;
  /// What a failed job may take beyond its deadline to throw away what the printer still holds.
  static constexpr std::chrono::milliseconds cleaning_time{3000};

 private:
  using Milliseconds = std::chrono::milliseconds;
  using Fault = std::optional<PrinterFault>;
  struct Fence {
    escpos::ProcessId id;  ///< unused where the echo carries none
    std::size_t bytes;     ///< sent since the fence before, with this fence
  };

  // The job (job.cpp).
  [[nodiscard]] PrintOutcome attempt(const Bitmap& receipt);
  [[nodiscard]] Fault make_ready();
  [[nodiscard]] Fault empty_mouth();
  [[nodiscard]] Fault send_bands(const Bitmap& receipt);
  [[nodiscard]] Fault send_fenced(Bytes data);
  [[nodiscard]] PrintOutcome finish();
  [[nodiscard]] PrintOutcome give_up(PrinterFault fault);
  [[nodiscard]] Fault resynchronise();
  [[nodiscard]] Fault send_padding();
  [[nodiscard]] bool clear_buffers();
  [[nodiscard]] Fault prove_synchronised();

  // The conversation (conversation.cpp).
  [[nodiscard]] Fault write(ByteView data, Milliseconds patience);
  [[nodiscard]] Fault read_answers(Milliseconds patience);
  [[nodiscard]] Fault wait_until_outstanding(std::size_t at_most_bytes, Milliseconds patience);
  [[nodiscard]] Fault drain();
  template <class Wanted>
  [[nodiscard]] Result<Wanted, PrinterFault> ask(escpos::StatusKind kind);
  [[nodiscard]] Result<PrinterStatus, PrinterFault> ask_one_to_four();
  [[nodiscard]] Result<PrinterStatus, PrinterFault> ask_full();
  [[nodiscard]] Result<PrinterStatus, PrinterFault> ask_port();
  [[nodiscard]] Result<PrinterStatus, PrinterFault> ask_all_once();
  [[nodiscard]] Result<PrinterStatus, PrinterFault> ask_all();
  [[nodiscard]] Fault check_online();
  void accept(const escpos::Answer& answer);
  void accept_echo(const escpos::ProcessId& id);
  void echoed(std::ptrdiff_t fences);
  void forget_answers();
  void begin_conversation(Milliseconds within);
  [[nodiscard]] Milliseconds left() const;
  [[nodiscard]] Milliseconds at_most(Milliseconds patience) const;
  /// Dots that are being printed may look like a question, and be answered.
  [[nodiscard]] bool may_be_printing() const {
    return outstanding_bytes_ > 0 || model_.proof == ProofOfPrint::None;
  }
  /// Two bands, and some questions that may lie between them, fit the receive buffer. In a large buffer, too, a
  /// band is a fraction of a second of printing, so that trouble is seen soon.
  [[nodiscard]] std::size_t band_bytes() const {
    constexpr std::size_t most = 16 * 1024;
    return std::min(static_cast<std::size_t>(model_.buffer_bytes) * 7 / 16, most);
  }

  usb::Transport& transport_;
  const Clock& clock_;
  Random& random_;
  Model model_;
  escpos::AnswerParser parser_;
  std::deque<Fence> waiting_;  ///< fences sent and not yet echoed, oldest first
  std::size_t outstanding_bytes_ = 0;
  std::vector<escpos::Answer> statuses_;  ///< status answers received since the last question
  bool cleared_ = false;                  ///< a clear response came
  bool echo_missing_ = false;             ///< a later fence was echoed, and an earlier one was not
  bool heard_ = false;                    ///< the last reading brought something
  bool told_of_change_ = false;           ///< a status came unasked: ask at the next opportunity
  /// An answer may be on its way that nobody waits for: drain before the next question. (Else a drain would
  /// only cost a millisecond.)
  bool strays_ = true;
  /// The printer may be in the middle of a command: true at first, since another process may have died there.
  bool lost_place_ = true;
  bool picture_sent_ = false;  ///< the last inked row of this job has been handed over, or may have been
  /// The fence behind the last inked row, and whether it was echoed: then all the ink is on paper, cut or not.
  std::optional<escpos::ProcessId> ink_fence_;
  bool ink_echoed_ = false;
  std::size_t noise_before_ = 0;  ///< of the parser, when this attempt began
  /// Part of a receipt may hang in the printer: cut it off before the next. True at first for the same reason.
  bool spoiled_ = true;
  int taken_back_ = 0;
  SteadyTime deadline_{};
  int reads_left_ = 0;
  std::size_t noise_allowed_ = 0;
};

}  // namespace pishkhan::printer
