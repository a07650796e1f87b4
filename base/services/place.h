#pragma once

#include "base/services/catalogue.h"
#include "base/services/json_tree.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pishkhan::services {

/// Keeps the first fault of one file. What is read after it does not matter any more.
struct FirstFault {
  std::string file;
  std::optional<CatalogueFault> fault;
  void report(CatalogueFault::Kind kind, const std::string& where, std::string allowed) {
    if (!fault) fault = CatalogueFault{kind, file, where, std::move(allowed)};
  }
};

enum class Presence { Required, Optional };

/// One value of a pack's file together with its place, so that each refusal can name it. The readers report
/// to the FirstFault and return an empty value when something is wrong. Thread: one owner.
class Place {
 public:
  Place(const JsonValue& value, std::string pointer, FirstFault& sink)
      : value_(&value), pointer_(std::move(pointer)), sink_(&sink) {}

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  void report(CatalogueFault::Kind kind, std::string allowed) const {
    sink_->report(kind, pointer_, std::move(allowed));
  }
  void report_wrong(std::string allowed) const { report(CatalogueFault::Kind::WrongValue, std::move(allowed)); }

  /// Is it an object, with no keys but these?
  [[nodiscard]] bool has_only(std::initializer_list<std::string_view> keys) const;
  /// The member, or nothing (reported, if it is required).
  [[nodiscard]] std::optional<Place> get(std::string_view key, Presence presence) const;
  /// The item of an array; index < size().
  [[nodiscard]] Place item(std::size_t index) const;
  [[nodiscard]] std::size_t item_count() const { return value_->items.size(); }
  [[nodiscard]] bool is_null() const { return value_->kind == JsonValue::Kind::Null; }
  [[nodiscard]] bool is_array() const;

  /// Words for people or staff: 1 to `longest` characters, no control or bidi characters.
  [[nodiscard]] std::string words(int longest = 600) const;
  /// Lower-case Latin letters, digits, '-' and '_'; begins with a letter; at most 40.
  [[nodiscard]] std::string id() const;
  /// {"fa": …, "en": …}, both given.
  [[nodiscard]] LocalText local_text() const;
  [[nodiscard]] std::int64_t integer(std::int64_t lowest, std::int64_t highest) const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] SolarDay day() const;

  template <class Value, std::size_t N>
  [[nodiscard]] Value one_of(const std::pair<std::string_view, Value> (&table)[N]) const {
    std::string allowed = "one of";
    for (const auto& [name, value] : table) {
      if (value_->kind == JsonValue::Kind::String && value_->string == name) return value;
      allowed += " \"" + std::string(name) + "\"";
    }
    const bool string = value_->kind == JsonValue::Kind::String;
    report(string ? CatalogueFault::Kind::WrongValue : CatalogueFault::Kind::WrongType, allowed);
    return table[0].second;
  }

  // The same for a member of this object; an absent optional one gives the value that stands for "none".
  [[nodiscard]] std::string words_at(std::string_view key, Presence presence = Presence::Required) const;
  [[nodiscard]] std::string id_at(std::string_view key) const;
  [[nodiscard]] LocalText local_text_at(std::string_view key, Presence presence = Presence::Required) const;
  [[nodiscard]] std::int64_t integer_at(std::string_view key, std::int64_t lowest, std::int64_t highest,
                                        std::optional<std::int64_t> absent = std::nullopt) const;
  [[nodiscard]] bool boolean_at(std::string_view key, std::optional<bool> absent = std::nullopt) const;

  /// Calls `read(Place)` for each item of the member, an array.
  template <class Read>
  void each_at(std::string_view key, Presence presence, Read read) const {
    const auto list = get(key, presence);
    if (!list || !list->is_array()) return;
    for (std::size_t i = 0; i < list->item_count(); ++i) read(list->item(i));
  }

 private:
  const JsonValue* value_;
  std::string pointer_;
  FirstFault* sink_;
};

}  // namespace pishkhan::services
