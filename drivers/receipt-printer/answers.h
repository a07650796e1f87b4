#pragma once

#include "base/core/bytes.h"
#include "drivers/receipt-printer/escpos.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

/// What a printer can say: bytes to values, no I/O. Sources as in escpos.h.
namespace pishkhan::printer::escpos {

/// Real-time status: bits 0 and 7 are 0, bits 1 and 4 are 1 (DLE EOT). Anything else is not a status.
[[nodiscard]] constexpr bool is_status(std::uint8_t byte) {
  return (byte & 0x93) == 0x12;
}

struct PrinterBits {
  bool offline = false;
};
struct OfflineBits {
  bool cover_open = false;
  bool feed_button = false;
  bool paper_end_stop = false;
  bool error = false;
};
struct ErrorBits {
  bool recoverable = false;
  bool cutter = false;
  bool unrecoverable = false;
  bool overheated = false;
};
struct PaperBits {
  bool near_end = false;
  bool out = false;
};
/// Each is nothing if the fixed bits are wrong, or if bits that go together contradict one another.
[[nodiscard]] std::optional<PrinterBits> parse_printer_status(std::uint8_t byte);
[[nodiscard]] std::optional<OfflineBits> parse_offline_status(std::uint8_t byte);
[[nodiscard]] std::optional<ErrorBits> parse_error_status(std::uint8_t byte);
[[nodiscard]] std::optional<PaperBits> parse_paper_status(std::uint8_t byte);

/// GET_PORT_STATUS, which goes by the control pipe (USB Printer Class 1.1, 4.2.2).
struct PortBits {
  bool paper_empty = false;
  bool selected = false;  ///< on-line
  bool error = false;
};
/// Bits 5, 4 and 3 (0 is an error). The others are reserved as 0, but some printers set them: not looked at.
[[nodiscard]] PortBits parse_port_status(std::uint8_t byte);

/// GS e 6 (Custom, KPM210 manual, "Ejector commands"). No bit but one is fixed, so this byte can only be told
/// from others by having asked for it.
struct EjectorBits {
  bool near_end = false;
  bool paper_present = false;  ///< at the paper end sensor
  bool in_mouth = false;
  bool motor_on = false;
  bool ejecting = false;
  bool error = false;
  bool paper_jam = false;
};
/// Nothing if bit 1, which is fixed at 0, is set.
[[nodiscard]] std::optional<EjectorBits> parse_ejector_status(std::uint8_t byte);

/// One byte of DLE EOT 1 to 4.
struct StatusByte {
  std::uint8_t byte = 0;
};
/// Process ID response, GS ( H function 48.
struct Echo {
  ProcessId id{};
};
/// Clear response, DLE DC4 function 8.
struct Cleared {};
/// GS r 1: the paper sensors when its turn came.
struct SensorEcho {
  PaperBits paper;
};
/// Automatic status back, GS a: four bytes, sent unasked by printers that somebody has switched to it.
struct AutomaticStatus {
  bool offline = false;
  bool cover_open = false;
  ErrorBits error;
  PaperBits paper;
};
/// FULL STATUS, DLE EOT 20.
struct FullStatus {
  PaperBits paper;
  bool in_mouth = false;  ///< a receipt is held at the outlet
  bool cover_open = false;
  bool overheated = false;
  bool voltage = false;
  bool paper_jam = false;
  bool cutter = false;
  bool memory = false;  ///< RAM or EEPROM
};
using Answer = std::variant<StatusByte, Echo, Cleared, SensorEcho, AutomaticStatus, FullStatus>;

/// Cuts the printer's bytes into answers, however the transfers were cut. Bytes that are no answer of this
/// model are counted and dropped. Thread: one owner.
class AnswerParser {
 public:
  AnswerParser(StatusForm status, ProofOfPrint proof) : status_(status), proof_(proof) {}

  /// The answer that this byte completes, if any.
  [[nodiscard]] std::optional<Answer> take(std::uint8_t byte);
  /// Forgets a half-received answer.
  void restart() { size_ = 0; }
  [[nodiscard]] std::size_t noise_bytes() const { return noise_bytes_; }

 private:
  [[nodiscard]] std::optional<Answer> begin(std::uint8_t byte);
  /// Whether `byte` can follow what is held, and how long the whole answer is.
  [[nodiscard]] bool fits(std::uint8_t byte) const;
  [[nodiscard]] std::size_t whole_bytes() const;
  [[nodiscard]] Answer finished() const;

  StatusForm status_;
  ProofOfPrint proof_;
  std::array<std::uint8_t, 7> held_{};
  std::size_t size_ = 0;
  std::size_t noise_bytes_ = 0;
};

}  // namespace pishkhan::printer::escpos
