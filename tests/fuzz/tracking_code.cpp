#include "offline-queue/protocol/tracking_code.h"

#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto code = protocol::TrackingCode::parse(as_text({data, size}));
  if (!code) return 0;
  const auto again = protocol::TrackingCode::parse(code->grouped());
  ENSURE(again && *again == *code, "a code that was taken is written and read again");
  return 0;
}
