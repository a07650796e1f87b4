#pragma once

#include "base/core/bytes.h"
#include "base/core/personal.h"

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

}  // namespace pishkhan::card
