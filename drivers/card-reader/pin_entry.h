#pragma once

#include "base/core/bytes.h"

#include <chrono>
#include <cstdint>

namespace pishkhan::card {

/// How a card wants to be told its PIN. The person types it on the reader's own pad; from there it goes to the
/// card, and no digit of it comes to the host (CCID 6.1.11). Thread: a plain value.
struct PinEntry {
  enum class Form : std::uint8_t {
    Ascii,  ///< a byte a digit
    Bcd     ///< two digits a byte
  };
  std::uint8_t reference = 0;  ///< P2 of VERIFY (ISO 7816-4, 11.5.6)
  Form form = Form::Ascii;
  int least_digits = 4;           ///< 1 to most_digits
  int most_digits = 8;            ///< as many as the block has room for
  int block_bytes = 8;            ///< of the command's data, 1 to 15
  std::uint8_t fill = 0xFF;       ///< behind the digits
  std::chrono::seconds time{30};  ///< that the person has, 1 to 30
};

/// VERIFY as the pad completes it: all of its data is fill.
[[nodiscard]] Bytes pin_command(const PinEntry& entry);
/// abData of PC_to_RDR_Secure: bPINOperation 0 and the PIN verification data structure (CCID 6.1.11.4). The
/// prologue is that of the T=1 block at the TPDU level (bTeoPrologue), else three zeros.
[[nodiscard]] Bytes pin_verification(const PinEntry& entry, ByteView prologue);

}  // namespace pishkhan::card
