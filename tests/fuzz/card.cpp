// What a card answers: ATR, response, data objects.
#include "drivers/card-reader/apdu.h"
#include "drivers/card-reader/atr.h"
#include "drivers/card-reader/parameters.h"
#include "drivers/card-reader/tlv.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto atr = card::parse_atr(bytes)) {
    // Whatever a card offers, what is agreed on with a reader can be said to both.
    const card::Offer offer = card::offer_of(*atr);
    card::ccid::ClassDescriptor reader;
    reader.default_clock = 4000;
    reader.maximum_rate = 500'000;
    if (const auto agreed = card::agree(offer, reader, {}, {})) {
      ENSURE(agreed->bits_per_second != 0, "a rate that is agreed on is one");
      const Bytes request = card::pps_request(*agreed);
      ENSURE(card::judge_pps(request, request) == card::PpsVerdict::Agreed, "an echo agrees");
      ENSURE(card::protocol_structure(offer, *agreed).size() >= 5, "a reader can be told");
    }
  }
  static_cast<void>(card::parse_response(bytes).has_value());
  std::size_t taken = 0;
  card::TlvReader reader(bytes);
  for (auto next = reader.next(); next && *next; next = reader.next()) taken += (*next)->value.size();
  ENSURE(taken <= size, "values lie inside what was read");
  return 0;
}
