#include "drivers/simulated/simulated_card.h"

namespace pishkhan::simulated {

Bytes UnknownCard::reset() {
  // TS direct, TB1 and TC1 present, five historical bytes "OTHER"; T=0, so no TCK (ISO 7816-3, 8.2).
  return {0x3B, 0x65, 0x00, 0x00, 'O', 'T', 'H', 'E', 'R'};
}

Bytes UnknownCard::apdu(ByteView) {
  return {0x6A, 0x82};
}

}  // namespace pishkhan::simulated
