#include "drivers/receipt-printer/symbols.h"

#include <doctest/doctest.h>

#include <string>

namespace pishkhan::printer::escpos {
namespace {

TEST_CASE("a QR code: model, module, correction, data, print") {
  Bytes out;
  append_qr_code(out, as_bytes("PK"), 4, QrCorrection::Quartile);
  CHECK(to_hex(out) ==
        "1d286b0400314132"
        "00"
        "1d286b0300314304"
        "1d286b0300314532"
        "1d286b050031503050"
        "4b"
        "1d286b0300315130");
  Bytes large;
  append_qr_code(large, Bytes(most_qr_bytes, '7'), 3, QrCorrection::Low);
  CHECK(large.size() == 9 + 8 + 8 + 8 + most_qr_bytes + 8);
  CHECK(large[28] == 0xB4);  // 7089 and the three bytes before them, low byte first
  CHECK(large[29] == 0x1B);
}

TEST_CASE("Code 128 in set B; a brace is sent twice; no more than a byte can count") {
  Bytes out;
  append_code_128(out, "A{7", 2, 60);
  CHECK(to_hex(out) ==
        "1d683c"
        "1d7702"
        "1d4800"
        "1d6b4906"
        "7b42"
        "417b7b37");
  CHECK_FALSE(fits_code_128(""));
  CHECK(fits_code_128(std::string(253, 'A')));
  CHECK_FALSE(fits_code_128(std::string(254, 'A')));
  CHECK_FALSE(fits_code_128(std::string(127, '{')));
}

TEST_CASE("a logo is defined, printed and forgotten by its two characters") {
  Bitmap logo(9, 2);
  logo.set(0, 0);
  logo.set(8, 1);
  Bytes out;
  append_define_logo(out, {'L', 'G'}, logo);
  CHECK(to_hex(out) ==
        "1d284c0f00"
        "304330"
        "4c47"
        "01"
        "1000"
        "0200"
        "31"
        "8000"
        "0080");
  Bytes print;
  append_print_logo(print, {'L', 'G'});
  CHECK(to_hex(print) == "1d284c060030454c470101");
  Bytes forget;
  append_forget_logo(forget, {'L', 'G'});
  append_forget_logos(forget);
  CHECK(to_hex(forget) ==
        "1d284c040030424c47"
        "1d284c05003041434c52");
}

}  // namespace
}  // namespace pishkhan::printer::escpos
