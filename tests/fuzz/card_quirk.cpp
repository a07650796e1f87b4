// A file of reader quirks: the fault, or a quirk that keeps its limits.
#include "drivers/card-reader/quirk_files.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto quirk = card::parse_quirk("fuzz", as_text(ByteView(data, size)));
  if (!quirk) {
    ENSURE(!describe(quirk.error()).empty(), "a fault has words");
    return 0;
  }
  ENSURE(!quirk->matches.empty(), "a quirk is about some reader");
  ENSURE(quirk->settle.count() >= 0 && quirk->settle.count() <= 5000, "no kiosk waits for ever");
  card::ccid::ClassDescriptor descriptor;
  descriptor.maximum_message_bytes = 271;
  ENSURE(card::corrected(descriptor, *quirk).maximum_message_bytes >= 271, "a block still fits");
  return 0;
}
