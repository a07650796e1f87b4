#include "base/core/personal.h"

#include <string.h>

namespace pishkhan {

void wipe(void* memory, std::size_t size) {
  if (size > 0) explicit_bzero(memory, size);
}

}  // namespace pishkhan
