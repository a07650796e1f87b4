#include "drivers/simulated/escpos_decoder.h"

#include <algorithm>

// What EscposDecoder reads without drawing it: symbols that the printer makes by itself, the ejector, and the
// settings of text mode.

namespace pishkhan::simulated {

/// GS ( k pL pH cn fn …; cn 49 is the QR code.
EscposDecoder::Step EscposDecoder::decode_two_dimensional(std::size_t length) {
  constexpr std::size_t header = 5;
  constexpr std::size_t most = 7092;  // digits in the largest QR code, and the three bytes before them
  if (length < 3 || length > most) return skip_data(header, length, Report::Kind::BadParameter);
  if (!has(header + length)) return Step::NeedMore;
  const std::uint8_t function = at(header + 1);
  const std::uint8_t n = at(header + 2);
  if (at(header) != 49) return bad(header + length, Report::Kind::UnknownCommand);
  switch (function) {
    case 65:  // model 1, 2 or micro, and a zero
      if (length != 4 || n < 49 || n > 51 || at(header + 3) != 0) break;
      qr_code_.system = n;
      return skip(header + length);
    case 67:  // dots a module
      if (length != 3 || n < 1 || n > 16) break;
      qr_code_.module = n;
      return skip(header + length);
    case 69:  // error correction
      if (length != 3 || n < 48 || n > 51) break;
      return skip(header + length);
    case 80: {  // store
      if (length < 4 || n != 48) break;
      const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(header + 3);
      qr_code_.data.assign(begin, buffer_.begin() + static_cast<std::ptrdiff_t>(header + length));
      return skip(header + length);
    }
    case 81:  // print
      if (length != 3 || n != 48 || qr_code_.data.empty()) break;
      return done(header + length, qr_code_);
    default:
      return bad(header + length, Report::Kind::UnknownCommand);
  }
  return bad(header + length, Report::Kind::BadParameter);
}

/// GS k: function A (m 0 to 6, ended by NUL) and function B (m 65 to 73, with a length).
EscposDecoder::Step EscposDecoder::decode_barcode() {
  constexpr std::size_t most = 255;
  if (!has(4)) return Step::NeedMore;
  const std::uint8_t system = at(2);
  std::size_t begin = 4;
  std::size_t count = 0;
  std::size_t end = 0;
  if (system <= 6) {
    begin = 3;
    const auto data = buffer_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto nul = std::find(data, buffer_.end(), std::uint8_t{0});
    count = static_cast<std::size_t>(nul - data);
    if (nul == buffer_.end()) {
      return count <= most ? Step::NeedMore : bad(begin + count, Report::Kind::BadParameter);
    }
    end = begin + count + 1;
  } else if (system >= 65 && system <= 73) {
    count = at(3);
    end = begin + count;
    if (!has(end)) return Step::NeedMore;
  } else {
    return bad(3, Report::Kind::BadParameter);
  }
  if (count == 0) return bad(end, Report::Kind::BadParameter);
  SymbolCommand symbol{SymbolCommand::What::Barcode, system, bar_width_, {}};
  const auto data = buffer_.begin() + static_cast<std::ptrdiff_t>(begin);
  symbol.data.assign(data, data + static_cast<std::ptrdiff_t>(count));
  return done(end, std::move(symbol));
}

/// GS e n [m]: 2 retracts, 3 presents m steps, 5 ejects, 6 asks for the ejector's status (Custom, KPM210
/// manual, "Ejector commands").
EscposDecoder::Step EscposDecoder::decode_ejector() {
  if (!has(3)) return Step::NeedMore;
  switch (at(2)) {
    case 2:
      return done(3, EjectorCommand{EjectorCommand::What::Retract});
    case 3:
      if (!has(4)) return Step::NeedMore;
      if (at(3) == 0) return bad(4, Report::Kind::BadParameter);
      return done(4, EjectorCommand{EjectorCommand::What::Present});
    case 5:
      return done(3, EjectorCommand{EjectorCommand::What::Eject});
    case 6:
      return done(3, AskCommand{AskCommand::What::Ejector, {}});
    default:
      return bad(3, Report::Kind::BadParameter);
  }
}

EscposDecoder::Step EscposDecoder::decode_text_setting(std::size_t parameters) {
  return has(2 + parameters) ? skip(2 + parameters) : Step::NeedMore;
}

/// FS: settings of two-byte characters, as libraries send them before every text.
EscposDecoder::Step EscposDecoder::decode_kanji() {
  if (!has(2)) return Step::NeedMore;
  switch (at(1)) {
    case '&':
    case '.':
      return skip(2);
    case '!':
    case '-':
    case 'C':
      return decode_text_setting(1);
    case 'S':
      return decode_text_setting(2);
    case '(': {  // FS ( A pL pH …
      if (!has(5)) return Step::NeedMore;
      const std::size_t length = at(3) | static_cast<std::size_t>(at(4)) << 8;
      if (at(2) != 'A' || length > 8) return bad(5, Report::Kind::UnknownCommand);
      return decode_text_setting(3 + length);
    }
    default:
      return bad(2, Report::Kind::UnknownCommand);
  }
}

}  // namespace pishkhan::simulated
