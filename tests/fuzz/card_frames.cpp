// What a reader says: its descriptors, its answers, its notifications.
#include "drivers/card-reader/ccid.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  static_cast<void>(card::ccid::parse_class_descriptor(bytes).has_value());
  if (const auto descriptor = card::ccid::parse_descriptors(bytes)) {
    ENSURE(card::ccid::level_of(descriptor->features) == descriptor->level,
           "the level is that of the features");
  }
  if (const auto reply = card::ccid::parse_reply(bytes)) {
    ENSURE(reply->data.size() + card::ccid::header_bytes == size, "an answer is the whole transfer");
  }
  for (int slot = 0; slot < 256; slot += 51) {
    static_cast<void>(card::ccid::parse_notification(bytes, static_cast<std::uint8_t>(slot)));
    static_cast<void>(card::ccid::is_hardware_error(bytes, static_cast<std::uint8_t>(slot)));
  }
  return 0;
}
