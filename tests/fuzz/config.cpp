// The machine's configuration, as a technician may leave it.
#include "kiosk/config/config.h"

#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::MemoryFile file({data, size});
  for (const auto policy : {protocol::DemoPolicy::Accept, protocol::DemoPolicy::Refuse}) {
    const auto loaded = config::load(file.path(), policy);
    if (!loaded) {
      ENSURE(!config::describe(loaded.error()).empty(), "a refusal says why");
      continue;
    }
    ENSURE(loaded->screen_width >= 480 && loaded->screen_width <= 7680, "what is taken is within its range");
    ENSURE(loaded->keep_free_mebibytes >= 1, "what is taken is within its range");
    ENSURE(!loaded->data.empty() && !loaded->keys.empty(), "what must be given is given");
  }
  return 0;
}
