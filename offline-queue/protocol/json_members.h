#pragma once

#include "base/core/base64.h"
#include "base/core/bytes.h"
#include "base/core/clock.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pishkhan::protocol {

// For the .cpp files of this folder and of the backend only.

/// Discarded (neither object nor array) if the text is no JSON; never throws.
[[nodiscard]] inline nlohmann::json parse_json(std::string_view text) {
  return nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
}
/// Bytes that are no UTF-8 become U+FFFD; never throws.
[[nodiscard]] inline std::string dump(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}
[[nodiscard]] inline std::int64_t milliseconds_of(WallTime time) {
  return time.time_since_epoch().count();
}
[[nodiscard]] inline WallTime time_of(std::int64_t milliseconds) {
  return WallTime(std::chrono::milliseconds(milliseconds));
}
/// 9999-12-31T23:59:59.999Z
inline constexpr std::int64_t kLargestTimeMs = 253'402'300'799'999;

/// Reads the members of an object, each with its type and range. A wrong or missing one makes the reader
/// bad and yields an empty value; check ok() once at the end. Unknown members are passed over.
class Members {
 public:
  explicit Members(const nlohmann::json& object) : object_(object), ok_(object.is_object()) {}
  [[nodiscard]] bool ok() const { return ok_; }
  void spoil() { ok_ = false; }
  [[nodiscard]] bool has(const char* name) const { return object_.is_object() && object_.contains(name); }

  std::int64_t integer(const char* name, std::int64_t smallest, std::int64_t largest) {
    const nlohmann::json& value = member(name);
    if (!value.is_number_integer()) return spoiled<std::int64_t>();
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
      return spoiled<std::int64_t>();
    }
    const auto number = value.get<std::int64_t>();
    return number < smallest || number > largest ? spoiled<std::int64_t>() : number;
  }
  int small(const char* name, int smallest, int largest) {
    return static_cast<int>(integer(name, smallest, largest));
  }
  WallTime time(const char* name) { return time_of(integer(name, 0, kLargestTimeMs)); }
  bool boolean(const char* name) {
    const nlohmann::json& value = member(name);
    return value.is_boolean() ? value.get<bool>() : spoiled<bool>();
  }
  std::string text(const char* name, std::size_t shortest, std::size_t longest) {
    const nlohmann::json& value = member(name);
    if (!value.is_string()) return spoiled<std::string>();
    const auto& found = value.get_ref<const std::string&>();
    return found.size() < shortest || found.size() > longest ? spoiled<std::string>() : found;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> hex(const char* name) {
    const std::string digits = text(name, 2 * N, 2 * N);
    const std::optional<Bytes> bytes = from_hex(digits);
    // Only the lower-case spelling, so that equal bytes have equal texts.
    if (!bytes || bytes->size() != N || to_hex(*bytes) != digits) return spoiled<std::array<std::uint8_t, N>>();
    return fixed<N>(*bytes);
  }
  Bytes base64(const char* name, std::size_t longest_bytes) {
    std::optional<Bytes> bytes = from_base64(text(name, 0, (longest_bytes + 2) / 3 * 4));
    return bytes && bytes->size() <= longest_bytes ? std::move(*bytes) : spoiled<Bytes>();
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> base64_exactly(const char* name) {
    const Bytes bytes = base64(name, N);
    return bytes.size() == N ? fixed<N>(bytes) : spoiled<std::array<std::uint8_t, N>>();
  }
  /// An array of at most `largest` elements; an empty one if it is not there.
  const nlohmann::json& array(const char* name, std::size_t largest) {
    const nlohmann::json& value = member(name);
    if (value.is_array() && value.size() <= largest) return value;
    ok_ = false;
    return nothing();
  }
  const nlohmann::json& member(const char* name) {
    if (has(name)) return object_.at(name);
    ok_ = false;
    return nothing();
  }

 private:
  template <std::size_t N>
  static std::array<std::uint8_t, N> fixed(const Bytes& bytes) {
    std::array<std::uint8_t, N> result{};
    std::copy_n(bytes.begin(), N, result.begin());
    return result;
  }
  template <class T>
  T spoiled() {
    ok_ = false;
    return T{};
  }
  static const nlohmann::json& nothing() {
    static const nlohmann::json empty = nlohmann::json::array();
    return empty;
  }
  const nlohmann::json& object_;
  bool ok_;
};

}  // namespace pishkhan::protocol
