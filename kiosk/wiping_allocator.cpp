// Every block that is given back to the heap is overwritten first, whoever had it: our own strings, but also
// the buffers of the libraries that set, seal and print a citizen's words and know nothing of privacy. This
// replaces glibc's free and realloc for the whole process (glibc manual, "Replacing malloc"; the __libc_
// names are glibc's own entry points for it). Linked into the kiosk and into the test that scans its memory.
#include <malloc.h>
#include <string.h>

#include <cerrno>
#include <cstddef>

#ifndef PISHKHAN_SANITIZED  // the sanitizers bring their own heap, which must see every call

extern "C" {

void* __libc_malloc(size_t size);  // NOLINT: glibc's name
void __libc_free(void* block);     // NOLINT

void free(void* block) {
  if (block == nullptr) return;
  const int error = errno;  // free keeps errno (POSIX.1-2024)
  explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
  errno = error;
}

void* realloc(void* block, size_t size) {
  if (block == nullptr) return __libc_malloc(size);
  if (size == 0) {  // glibc frees the block, and so do we
    free(block);
    return nullptr;
  }
  const size_t old_size = malloc_usable_size(block);
  if (size <= old_size && size >= old_size / 2) return block;
  void* moved = __libc_malloc(size);
  if (moved == nullptr) return nullptr;
  memcpy(moved, block, old_size < size ? old_size : size);
  free(block);
  return moved;
}

}  // extern "C"

#endif
