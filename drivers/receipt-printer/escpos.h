#pragma once

#include "base/core/bitmap.h"
#include "base/core/bytes.h"
#include "base/core/random.h"
#include "drivers/receipt-printer/model.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

/// ESC/POS messages to the printer: values to bytes, no I/O. Command names are those of the Epson ESC/POS
/// Command Reference; GS e, ESC i, ESC m and DLE EOT 20 those of Custom's command references. The exact bytes
/// are listed in README.md, "What the device answers". What it answers is in answers.h.
namespace pishkhan::printer::escpos {

/// What a process ID is made of: four characters 32 to 126 (GS ( H, function 48).
using ProcessId = std::array<std::uint8_t, 4>;
[[nodiscard]] constexpr bool is_id_character(std::uint8_t byte) {
  return byte >= 32 && byte <= 126;
}

/// DLE EOT n; 20 is FULL STATUS of Custom's kiosk printers.
enum class StatusKind : std::uint8_t { Printer = 1, Offline = 2, Error = 3, Paper = 4, Full = 20 };

/// ESC @.
void append_initialise(Bytes& out);
/// GS P 0 y: one vertical unit is one row of dots.
void append_motion_unit(Bytes& out, int dots_per_inch);
/// Rows [first_row, first_row + rows) of the bitmap, 1 or more: GS v 0, m = 0 (at most 65535 rows), or GS ( L
/// function 112 into the print buffer and function 50 out of it (at most 65525 bytes).
void append_raster(Bytes& out, RasterForm form, const Bitmap& bitmap, int first_row, int rows);
/// ESC J as often as needed (255 units at most each).
void append_feed(Bytes& out, int rows);
/// Brings the last printed row to the knife and `feed_before_cut_rows` beyond, and cuts.
void append_cut(Bytes& out, const Model& model);
/// GS ( H, function 48.
void append_fence(Bytes& out, const ProcessId& id);
/// GS r 1: the paper sensors, told when its turn comes.
void append_sensor_question(Bytes& out);
/// GS a 0: says nothing that it is not asked.
void append_silence(Bytes& out);
/// What a printer tells unasked, by four bytes (answers.h, AutomaticStatus), whenever one of these changes.
struct ToldUnasked {
  bool online = false;  ///< on-line or off-line, with the cover
  bool errors = false;
  bool paper = false;
};
/// GS a n, bits 1 to 3; n = 0 is append_silence. The job asks instead: what comes unasked may be old.
void append_automatic_status(Bytes& out, ToldUnasked told);
/// GS e 3, m: presents the receipt and holds it.
void append_present(Bytes& out, int steps);
/// GS e 2 or GS e 5.
void append_take_back(Bytes& out, Presenter::Untaken how);
/// GS e 6: asks for the ejector's byte (answers.h, EjectorBits). FULL STATUS says the same and more.
void append_ejector_question(Bytes& out);
void append_status_request(Bytes& out, StatusKind kind);
/// DLE DC4, function 8: clear buffers.
void append_clear(Bytes& out);
/// NUL between commands is ignored; inside a raster it is white.
void append_padding(Bytes& out, std::size_t count);

/// Four characters drawn evenly from 32 to 126.
[[nodiscard]] ProcessId random_process_id(Random& random);

}  // namespace pishkhan::printer::escpos
