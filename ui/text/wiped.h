#pragma once

#include "base/core/personal.h"

#include <cstddef>
#include <new>
#include <vector>

namespace pishkhan::text {

/// An allocator that overwrites what it gives back. Whatever holds a citizen's words, or something from
/// which they could be rebuilt (levels, glyphs, carets), is allocated with it, so that growing, evicting
/// and forgetting leave no copy behind. Thread: stateless.
template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>& /*other*/) {}  // NOLINT: allocators convert
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) {
    wipe(memory, count * sizeof(T));
    ::operator delete(memory);
  }
  friend bool operator==(const WipingAllocator& /*a*/, const WipingAllocator& /*b*/) { return true; }
};

/// A vector and never a string: short strings live inside their object, where no allocator sees them.
template <class T>
using WipedVector = std::vector<T, WipingAllocator<T>>;

}  // namespace pishkhan::text
