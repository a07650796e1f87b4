// A compiled gettext catalogue.
#include "base/core/translations.h"

#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto book = Translations::parse({data, size});
  if (book) static_cast<void>(book->tr("Print"));
  return 0;
}
