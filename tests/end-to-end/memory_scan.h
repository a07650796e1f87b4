#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::e2e {

/// A text that is looked for in memory and must therefore not lie there itself: kept XORed with a pad.
class Canary {
 public:
  explicit Canary(std::string_view text) {
    for (const char c : text) hidden_.push_back(static_cast<std::uint8_t>(static_cast<std::uint8_t>(c) ^ pad));
  }
  [[nodiscard]] std::size_t size() const { return hidden_.size(); }
  [[nodiscard]] std::uint8_t byte(std::size_t i) const { return static_cast<std::uint8_t>(hidden_[i] ^ pad); }
  /// The text itself; the caller wipes it.
  [[nodiscard]] std::string reveal() const;
  /// As UTF-16 and UTF-32 in this machine's byte order, which is what the text libraries work on.
  [[nodiscard]] Canary as_utf16() const { return wide(2); }
  [[nodiscard]] Canary as_utf32() const { return wide(4); }

 private:
  static constexpr std::uint8_t pad = 0xA5;
  [[nodiscard]] Canary wide(std::size_t unit) const;
  std::vector<std::uint8_t> hidden_;
};

struct Hit {
  std::string region;  ///< the line of /proc/self/maps
  std::size_t canary = 0;
  std::size_t offset = 0;
};

/// Looks through all writable memory of this process, the stacks of all threads included.
[[nodiscard]] std::vector<Hit> scan_own_memory(const std::vector<Canary>& canaries);

}  // namespace pishkhan::e2e
