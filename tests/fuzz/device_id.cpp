// What a printer calls itself (IEEE 1284).
#include "drivers/receipt-printer/device_id.h"

#include "tests/fuzz/target.h"

#include <algorithm>

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto id = printer::parse_device_id(ByteView(data, size));
  ENSURE(id.has_value() == (size >= 2), "nothing only where there is no length");
  if (!id) return 0;
  for (const std::string* text : {&id->manufacturer, &id->model, &id->commands}) {
    ENSURE(text->size() <= 64, "it goes into the log, so it is short");
    ENSURE(std::ranges::all_of(*text, [](char c) { return c >= 0x20 && c < 0x7F; }), "and printable");
  }
  return 0;
}
