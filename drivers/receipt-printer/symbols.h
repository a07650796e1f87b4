#pragma once

#include "base/core/bitmap.h"
#include "base/core/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// What a printer draws or keeps by itself: QR codes, bar codes, logos. Values to bytes, no I/O; names and
/// sections are those of the Epson ESC/POS Command Reference. A receipt does not use them: its QR code and its
/// Code 128 are dots of the one picture that is also on the screen, so that screen and paper cannot differ.
/// They are for notes to staff and for makers' own tests of a printer.
namespace pishkhan::printer::escpos {

/// Error correction of a QR code, GS ( k function 169: n = 48 to 51 recovers about 7, 15, 25 and 30 %.
enum class QrCorrection : std::uint8_t { Low = 48, Medium = 49, Quartile = 50, High = 51 };
/// GS ( k function 180: the most digits that a QR code can hold, 7089 (version 40, level L); other data less.
inline constexpr std::size_t most_qr_bytes = 7089;
/// Sets model 2, module and correction, stores the data and prints it. `data` is 1 to most_qr_bytes long.
void append_qr_code(Bytes& out, ByteView data, int module_dots, QrCorrection correction);

/// GS k function B counts its data in one byte, which begins with the code set; a brace counts twice.
[[nodiscard]] bool fits_code_128(std::string_view text);
/// GS h, GS w, GS H 0 and GS k 73: Code 128, set B, without its characters in print. The text is 1 or more
/// characters 32 to 126 that fits_code_128(); the narrowest bar 2 to 6 dots, the height 1 to 255 dots.
void append_code_128(Bytes& out, std::string_view text, int module_dots, int height_dots);

/// The name of a logo in the printer's memory that outlives its power: two characters 32 to 126.
using LogoKey = std::array<std::uint8_t, 2>;
/// GS ( L function 67: defines the logo, one colour; at most 65,524 bytes of dots and 2,304 rows. Flash memory
/// wears out: define it when the printer is installed, not with each receipt.
void append_define_logo(Bytes& out, LogoKey key, const Bitmap& logo);
/// GS ( L function 69, as it is: prints it where the paper stands.
void append_print_logo(Bytes& out, LogoKey key);
/// GS ( L function 66: forgets one.
void append_forget_logo(Bytes& out, LogoKey key);
/// GS ( L function 65: forgets all.
void append_forget_logos(Bytes& out);

}  // namespace pishkhan::printer::escpos
