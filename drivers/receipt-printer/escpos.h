#pragma once

#include "base/core/bitmap.h"
#include "base/core/bytes.h"
#include "base/core/random.h"
#include "drivers/receipt-printer/model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

/// ESC/POS messages: bytes to values and back, no I/O. Command names are those of the Epson ESC/POS
/// Command Reference. The exact bytes are listed in README.md, "What the device answers".
namespace pishkhan::printer::escpos {

/// What a process ID is made of: four characters 32 to 126 (GS ( H, function 48).
using ProcessId = std::array<std::uint8_t, 4>;

/// DLE EOT n.
enum class StatusKind : std::uint8_t { Printer = 1, Offline = 2, Error = 3, Paper = 4 };

/// ESC @.
void append_initialise(Bytes& out);
/// GS P 0 y: one vertical unit is one row of dots.
void append_motion_unit(Bytes& out, int dots_per_inch);
/// GS v 0, m = 0: rows [first_row, first_row + rows) of the bitmap. 1 <= rows <= 65535 (yL yH).
void append_raster(Bytes& out, const Bitmap& bitmap, int first_row, int rows);
/// ESC J as often as needed (255 units at most each).
void append_feed(Bytes& out, int rows);
/// GS V 65 or 66: feeds to the cutting position and `extra_rows` (0 to 255) beyond, then cuts.
void append_cut(Bytes& out, Cut cut, int extra_rows);
/// GS ( H, function 48.
void append_fence(Bytes& out, const ProcessId& id);
void append_status_request(Bytes& out, StatusKind kind);
/// DLE DC4, function 8: clear buffers.
void append_clear(Bytes& out);
/// NUL between commands is ignored; inside a raster it is white.
void append_padding(Bytes& out, std::size_t count);

/// Four characters drawn evenly from 32 to 126.
[[nodiscard]] ProcessId random_process_id(Random& random);

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

/// What a printer can say.
struct StatusByte {
  std::uint8_t byte = 0;
};
struct Echo {
  ProcessId id{};
};
struct Cleared {};
using Answer = std::variant<StatusByte, Echo, Cleared>;

/// Cuts the printer's bytes into answers, however the transfers were cut. Bytes that are no answer are
/// counted and dropped. Thread: one owner.
class AnswerParser {
 public:
  /// The answer that this byte completes, if any.
  [[nodiscard]] std::optional<Answer> take(std::uint8_t byte);
  /// Forgets a half-received answer.
  void restart() { size_ = 0; }
  [[nodiscard]] std::size_t noise_bytes() const { return noise_bytes_; }

 private:
  [[nodiscard]] std::optional<Answer> begin(std::uint8_t byte);
  std::array<std::uint8_t, 7> held_{};
  std::size_t size_ = 0;
  std::size_t noise_bytes_ = 0;
};

}  // namespace pishkhan::printer::escpos
