#pragma once

#include "base/core/bytes.h"
#include "base/core/personal.h"

#include <utility>

namespace pishkhan::protocol {

/// Bytes that hold a citizen's words or a secret of ours: wiped when destroyed, moved from or shrunk. It
/// never grows past the capacity it was made with, so no copy is left behind by a reallocation.
/// Thread: a plain value with one owner.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// An empty buffer that takes up to `capacity` bytes.
  explicit SecretBytes(std::size_t capacity) { bytes_.reserve(capacity); }
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) { other.bytes_.clear(); }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      clear();
      bytes_ = std::move(other.bytes_);
      other.bytes_.clear();
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { clear(); }

  [[nodiscard]] ByteView view() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::uint8_t* data() { return bytes_.data(); }
  /// Appending past the capacity is a mistake of ours (ENSURE).
  void append(ByteView run);
  void append(std::string_view text) { append(as_bytes(text)); }
  /// Zero-filled growth within the capacity, or shrinking (the rest is wiped).
  void resize(std::size_t size);
  void clear() {
    wipe(bytes_.data(), bytes_.size());
    bytes_.clear();
  }

 private:
  Bytes bytes_;
};

}  // namespace pishkhan::protocol
