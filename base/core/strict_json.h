#pragma once

#include "base/core/bytes.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan {

/// Why a data file (JSON, RFC 8259) is refused, for whoever writes it.
struct DataFault {
  enum class Kind : std::uint8_t {
    CannotRead,
    TooLarge,
    Syntax,
    MissingField,
    UnknownField,
    WrongType,
    WrongValue
  };
  Kind kind = Kind::CannotRead;
  std::string field;    ///< "proof.authorities.0"; empty: the whole file
  std::string allowed;  ///< what would be right
};
/// "wrong-value: budget.steps: 1 to 64".
[[nodiscard]] std::string describe(const DataFault& fault);

/// One object of a strict data file: every field is asked for, checked, and nothing else may be there. The
/// first fault stays; later readings then change nothing. Thread: one owner; object and fault outlive it.
class StrictObject {
 public:
  using Json = nlohmann::json;
  using Kind = DataFault::Kind;
  enum class Need : std::uint8_t { Must, May };
  template <class Value>
  struct Word {
    std::string_view word;
    Value value;
  };

  StrictObject(const Json& object, std::string path, std::optional<DataFault>& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {
    if (!object_.is_object()) refuse(Kind::WrongType, "", "an object");
  }

  void refuse(Kind kind, std::string_view field, std::string allowed) {
    if (!fault_) fault_ = DataFault{kind, within(field), std::move(allowed)};
  }
  /// The name of a field as a fault tells it.
  [[nodiscard]] std::string within(std::string_view field) const {
    return path_ + (path_.empty() || field.empty() ? "" : ".") + std::string(field);
  }

  [[nodiscard]] const Json* look(std::string_view field, Need need, std::string_view allowed) {
    seen_.emplace(field);
    if (fault_ || !object_.is_object()) return nullptr;
    const auto found = object_.find(field);
    if (found != object_.end()) return &*found;
    if (need == Need::Must) refuse(Kind::MissingField, field, std::string(allowed));
    return nullptr;
  }
  [[nodiscard]] bool has(std::string_view field) const {
    return object_.is_object() && object_.contains(field);
  }

  void number(std::string_view field, Need need, int& target, int least, int most) {
    const std::string allowed = std::to_string(least) + " to " + std::to_string(most);
    const Json* found = look(field, need, allowed);
    if (found == nullptr) return;
    if (!found->is_number_integer()) return refuse(Kind::WrongType, field, allowed);
    constexpr std::uint64_t too_much = std::numeric_limits<std::int32_t>::max();
    const auto value = found->is_number_unsigned() && found->get<std::uint64_t>() > too_much
                           ? static_cast<std::int64_t>(too_much)
                           : found->get<std::int64_t>();
    if (value < least || value > most) return refuse(Kind::WrongValue, field, allowed);
    target = static_cast<int>(value);
  }

  /// 1 to `most` bytes of UTF-8.
  void text(std::string_view field, Need need, std::string& target, std::size_t most = 80) {
    const Json* found = look(field, need, "a text");
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(Kind::WrongType, field, "a text");
    const auto& value = found->get_ref<const std::string&>();
    if (value.empty() || value.size() > most) {
      return refuse(Kind::WrongValue, field, "1 to " + std::to_string(most) + " bytes");
    }
    target = value;
  }

  [[nodiscard]] std::optional<bool> yes_or_no(std::string_view field, Need need) {
    const Json* found = look(field, need, "true or false");
    if (found == nullptr) return std::nullopt;
    if (found->is_boolean()) return found->get<bool>();
    refuse(Kind::WrongType, field, "true or false");
    return std::nullopt;
  }

  template <class Value>
  void word(std::string_view field, Need need, Value& target, std::initializer_list<Word<Value>> words) {
    std::string allowed;
    for (const auto& one : words) allowed += (allowed.empty() ? "" : ", ") + std::string(one.word);
    const Json* found = look(field, need, allowed);
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(Kind::WrongType, field, allowed);
    for (const auto& one : words) {
      if (found->get_ref<const std::string&>() != one.word) continue;
      target = one.value;
      return;
    }
    refuse(Kind::WrongValue, field, allowed);
  }

  /// Four hexadecimal digits, as lsusb prints ids and releases.
  void sixteen_bits(std::string_view field, Need need, std::optional<std::uint16_t>& target) {
    const std::string allowed = "four hexadecimal digits";
    const Json* found = look(field, need, allowed);
    if (found == nullptr) return;
    if (!found->is_string()) return refuse(Kind::WrongType, field, allowed);
    const auto& digits = found->get_ref<const std::string&>();
    const auto bytes = digits.size() == 4 ? from_hex(digits) : std::nullopt;
    if (!bytes) return refuse(Kind::WrongValue, field, allowed);
    target = static_cast<std::uint16_t>((*bytes)[0] << 8 | (*bytes)[1]);
  }

  /// A list of `least` to `most` values, or nullptr.
  [[nodiscard]] const Json* list(std::string_view field, Need need, std::size_t least, std::size_t most) {
    const std::string allowed = "a list of " + std::to_string(least) + " to " + std::to_string(most);
    const Json* found = look(field, need, allowed);
    if (found == nullptr) return nullptr;
    if (!found->is_array()) {
      refuse(Kind::WrongType, field, allowed);
      return nullptr;
    }
    if (found->size() >= least && found->size() <= most) return found;
    refuse(Kind::WrongValue, field, allowed);
    return nullptr;
  }

  /// Nothing may be left that nobody has asked for: a mistyped field must not be a silent default.
  void nothing_else() {
    if (fault_) return;
    for (const auto& item : object_.items()) {
      if (!seen_.contains(item.key())) return refuse(Kind::UnknownField, item.key(), "");
    }
  }

  [[nodiscard]] bool whole() const { return !fault_; }

 private:
  const Json& object_;
  std::string path_;
  std::optional<DataFault>& fault_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace pishkhan
