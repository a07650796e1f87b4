// A city's service as JSON, beside nothing else: most of it is refused, none of it may break.
#include "base/services/loader.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  for (const char* name : {"city.json", "areas.json", "services/one.json"})
    static_cast<void>(services::parse_pack({{name, text}}).has_value());
  if (const auto pack = services::pack_of({data, size}))
    ENSURE(services::canonical_bytes(*pack).size() == size, "a pack has one spelling");
  return 0;
}
