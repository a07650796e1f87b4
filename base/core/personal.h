#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan {

/// Overwrites memory in a way that the compiler may not leave out.
void wipe(void* memory, std::size_t size);
/// Overwrites the stack below the caller's frame, where functions that have returned left their short
/// strings and spilled registers. Each thread that handled a citizen's words calls it when the visit ends.
void wipe_dead_stack();

/// A citizen's words or digits (UTF-8). It is wiped when it is overwritten, moved from or destroyed, and
/// it cannot be passed to the log: there is no conversion, no stream operator and no formatter; whoever
/// needs the text says reveal(), which is easy to find. Thread: a plain value.
class PersonalText {
 public:
  PersonalText() = default;
  explicit PersonalText(std::string_view text) : text_(text) {}
  PersonalText(const PersonalText&) = default;
  PersonalText(PersonalText&& other) noexcept : text_(other.text_) { other.clear(); }
  PersonalText& operator=(const PersonalText& other) {
    if (this != &other) {
      clear();
      text_ = other.text_;
    }
    return *this;
  }
  PersonalText& operator=(PersonalText&& other) noexcept {
    if (this != &other) {
      *this = std::as_const(other);
      other.clear();
    }
    return *this;
  }
  ~PersonalText() { clear(); }

  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  void clear() {
    wipe(text_.data(), text_.capacity());
    text_.clear();
  }
  friend bool operator==(const PersonalText&, const PersonalText&) = default;

 private:
  std::string text_;
};

}  // namespace pishkhan
