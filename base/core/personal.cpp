#include "base/core/personal.h"

#include <string.h>

namespace pishkhan {

void wipe(void* memory, std::size_t size) {
  if (size > 0) explicit_bzero(memory, size);
}

[[gnu::noinline]] void wipe_dead_stack() {
  constexpr std::size_t deeper_than_any_of_ours = 512 * 1024;
  char stack[deeper_than_any_of_ours];
  explicit_bzero(stack, sizeof stack);
}

}  // namespace pishkhan
