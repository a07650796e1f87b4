#pragma once

#include "base/core/bytes.h"
#include "base/core/personal.h"

#include <algorithm>

namespace pishkhan::card {

/// Overwrites bytes of a card when the scope ends, on every way out; borrows them. Thread: one owner.
class Wiped {
 public:
  explicit Wiped(Bytes& bytes) : bytes_(bytes) {}
  ~Wiped() { wipe(bytes_.data(), bytes_.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  Bytes& bytes_;
};

inline void wipe_and_clear(Bytes& bytes) {
  wipe(bytes.data(), bytes.size());
  bytes.clear();
}

/// Appends; where that moves the bytes, the old place is overwritten.
inline void append_wiping(Bytes& target, ByteView more) {
  if (target.capacity() - target.size() < more.size()) {
    Bytes larger;
    larger.reserve(std::max(target.size() + more.size(), 2 * target.capacity()));
    larger.assign(target.begin(), target.end());
    wipe(target.data(), target.size());
    target.swap(larger);
  }
  target.insert(target.end(), more.begin(), more.end());
}

}  // namespace pishkhan::card
