#pragma once

#include "base/core/result.h"
#include "base/services/loader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::services {

/// A JSON value as it stood in the file: members in their order, no member twice. Thread: a plain value.
struct JsonValue {
  enum class Kind { Null, Boolean, Integer, Fraction, String, Array, Object };
  Kind kind = Kind::Null;
  bool boolean = false;
  std::int64_t integer = 0;
  std::string string;
  std::vector<JsonValue> items;   ///< of an array; of an object, the values of its members
  std::vector<std::string> keys;  ///< of an object: keys[i] is the name of items[i]
  /// The member of that name, or null.
  [[nodiscard]] const JsonValue* member(std::string_view name) const;
};

/// Faults: NotJson (with line and column, counted in bytes), DuplicateKey, TooLarge (nested too deep).
[[nodiscard]] Result<JsonValue, CatalogueFault> parse_json(const PackFile& file);

/// "a/b~c" as one step of a JSON pointer (RFC 6901 section 3).
[[nodiscard]] std::string pointer_step(std::string_view key);

}  // namespace pishkhan::services
