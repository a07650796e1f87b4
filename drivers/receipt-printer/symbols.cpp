#include "drivers/receipt-printer/symbols.h"

#include "base/core/ensure.h"

#include <algorithm>

namespace pishkhan::printer::escpos {

namespace {

constexpr std::uint8_t gs = 0x1D;
constexpr std::uint8_t qr_code = 49;  // cn of GS ( k
constexpr std::size_t most_barcode_bytes = 255;
constexpr std::size_t logo_parameters = 11;  // m fn a kc1 kc2 b xL xH yL yH c
constexpr int most_logo_rows = 2304;

bool printable(std::uint8_t byte) {
  return byte >= 32 && byte <= 126;
}

/// GS ( k or GS ( L with a count and the bytes that it counts.
void append_counted(Bytes& out, char family, ByteView counted) {
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 3>{gs, '(', static_cast<std::uint8_t>(family)});
  writer.le16(static_cast<std::uint16_t>(counted.size()));
  writer.bytes(counted);
}

/// What GS k counts: the code set, and each brace twice, since a brace announces a code set.
Bytes code_128_data(std::string_view text) {
  Bytes data{'{', 'B'};
  for (const std::uint8_t byte : as_bytes(text)) {
    data.push_back(byte);
    if (byte == '{') data.push_back(byte);
  }
  return data;
}

}  // namespace

void append_qr_code(Bytes& out, ByteView data, int module_dots, QrCorrection correction) {
  ENSURE(!data.empty() && data.size() <= most_qr_bytes, "a QR code holds 1 to 7089 bytes");
  ENSURE(module_dots >= 1 && module_dots <= 16, "a module of 1 to 16 dots");
  append_counted(out, 'k', std::array<std::uint8_t, 4>{qr_code, 65, 50, 0});
  append_counted(out, 'k', std::array<std::uint8_t, 3>{qr_code, 67, static_cast<std::uint8_t>(module_dots)});
  append_counted(out, 'k', std::array<std::uint8_t, 3>{qr_code, 69, static_cast<std::uint8_t>(correction)});
  Bytes store{qr_code, 80, 48};
  store.insert(store.end(), data.begin(), data.end());
  append_counted(out, 'k', store);
  append_counted(out, 'k', std::array<std::uint8_t, 3>{qr_code, 81, 48});
}

bool fits_code_128(std::string_view text) {
  return !text.empty() && code_128_data(text).size() <= most_barcode_bytes;
}

void append_code_128(Bytes& out, std::string_view text, int module_dots, int height_dots) {
  ENSURE(std::ranges::all_of(as_bytes(text), printable), "code set B has the characters 32 to 126");
  ENSURE(module_dots >= 2 && module_dots <= 6 && height_dots >= 1 && height_dots <= 255, "GS w and GS h");
  ENSURE(fits_code_128(text), "GS k counts in one byte");
  const Bytes data = code_128_data(text);
  ByteWriter writer(out);
  writer.bytes(std::array<std::uint8_t, 3>{gs, 'h', static_cast<std::uint8_t>(height_dots)});
  writer.bytes(std::array<std::uint8_t, 3>{gs, 'w', static_cast<std::uint8_t>(module_dots)});
  writer.bytes(std::array<std::uint8_t, 3>{gs, 'H', 0});
  writer.bytes(std::array<std::uint8_t, 4>{gs, 'k', 73, static_cast<std::uint8_t>(data.size())});
  writer.bytes(data);
}

void append_define_logo(Bytes& out, LogoKey key, const Bitmap& logo) {
  const std::size_t bytes =
      static_cast<std::size_t>(logo.row_bytes()) * static_cast<std::size_t>(logo.height());
  ENSURE(std::ranges::all_of(key, printable), "a key is characters 32 to 126");
  ENSURE(bytes > 0 && bytes + logo_parameters <= 0xFFFF && logo.height() <= most_logo_rows,
         "GS ( L counts in two bytes");
  Bytes counted;
  ByteWriter writer(counted);
  writer.bytes(std::array<std::uint8_t, 6>{48, 67, 48, key[0], key[1], 1});
  writer.le16(static_cast<std::uint16_t>(logo.row_bytes() * 8));
  writer.le16(static_cast<std::uint16_t>(logo.height()));
  writer.u8(49);
  for (int y = 0; y < logo.height(); ++y) writer.bytes(logo.row(y));
  append_counted(out, 'L', counted);
}

void append_print_logo(Bytes& out, LogoKey key) {
  append_counted(out, 'L', std::array<std::uint8_t, 6>{48, 69, key[0], key[1], 1, 1});
}

void append_forget_logo(Bytes& out, LogoKey key) {
  append_counted(out, 'L', std::array<std::uint8_t, 4>{48, 66, key[0], key[1]});
}

void append_forget_logos(Bytes& out) {
  append_counted(out, 'L', std::array<std::uint8_t, 5>{48, 65, 'C', 'L', 'R'});
}

}  // namespace pishkhan::printer::escpos
