// What a card and a reader answer.
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/ccid.h"
#include "drivers/card-reader/tlv.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static_cast<void>(card::parse_atr(bytes).has_value());
  static_cast<void>(card::parse_response(bytes).has_value());
  static_cast<void>(card::ccid::parse_descriptors(bytes).has_value());
  static_cast<void>(card::ccid::parse_reply(bytes).has_value());
  static_cast<void>(card::ccid::parse_notification(bytes).has_value());
  std::size_t taken = 0;
  card::TlvReader reader(bytes);
  for (auto next = reader.next(); next && *next; next = reader.next()) taken += (*next)->value.size();
  ENSURE(taken <= size, "values lie inside what was read");
  return 0;
}
