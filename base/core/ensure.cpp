#include "base/core/ensure.h"

#include <cstdio>
#include <cstdlib>

namespace pishkhan {

void ensure_failed(const char* condition, const char* file, int line, const char* why) {
  std::fprintf(stderr, "pishkhan: a promise of the code was broken: %s (%s) at %s:%d\n", why, condition, file, line);
  std::abort();
}

}  // namespace pishkhan
