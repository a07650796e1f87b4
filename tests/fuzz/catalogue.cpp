// A city's pack: one file alone (the first byte is no digit), one file of the sample city's replaced (the first
// byte says which), or all of it as it travels.
#include "base/services/loader.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

namespace {

const services::Pack& sample_city() {
  static const services::Pack pack = services::read_pack(PISHKHAN_ASSETS "/cities/shahr-e-nemuneh").value();
  return pack;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  const auto& city = sample_city();
  if (const std::size_t file = size == 0 ? city.size() : data[0] - std::size_t{'0'}; file < city.size()) {
    services::Pack changed = city;
    changed[file].bytes = text.substr(1);
    const auto parsed = services::parse_pack(changed);
    if (!parsed) ENSURE(!services::describe(parsed.error()).empty(), "a refusal says where and why");
    return 0;
  }
  for (const char* name : {"city.json", "areas.json", "services/one.json"})
    static_cast<void>(services::parse_pack({{name, text}}).has_value());
  if (const auto pack = services::pack_of({data, size}))
    ENSURE(services::canonical_bytes(*pack).size() == size, "a pack has one spelling");
  return 0;
}
