#include "base/services/json_tree.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace pishkhan::services {
namespace {

using Json = nlohmann::json;
using Fault = CatalogueFault;

constexpr std::size_t kDeepest = 16;  // a pack needs 8

std::string line_and_column(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(position, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
}

/// Builds the tree from the library's events. We do not let the library build its own, because that keeps
/// the last of two equal keys in silence.
class TreeBuilder final : public Json::json_sax_t {
 public:
  explicit TreeBuilder(const PackFile& file) : file_(file) {}

  bool null() override { return put({}); }
  bool boolean(bool value) override {
    JsonValue made;
    made.kind = JsonValue::Kind::Boolean;
    made.boolean = value;
    return put(std::move(made));
  }
  bool number_integer(number_integer_t value) override {
    JsonValue made;
    made.kind = JsonValue::Kind::Integer;
    made.integer = value;
    return put(std::move(made));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return number_float(0, "");
    return number_integer(static_cast<number_integer_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override {
    JsonValue made;
    made.kind = JsonValue::Kind::Fraction;
    return put(std::move(made));
  }
  bool string(string_t& value) override {
    JsonValue made;
    made.kind = JsonValue::Kind::String;
    made.string = std::move(value);
    return put(std::move(made));
  }
  bool binary(binary_t&) override { return false; }  // JSON text has none
  bool start_object(std::size_t) override { return open(JsonValue::Kind::Object); }
  bool start_array(std::size_t) override { return open(JsonValue::Kind::Array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (stack_.back().value.member(name) != nullptr) {
      fault_ = Fault{Fault::Kind::DuplicateKey, file_.name, here() + pointer_step(name), "each key once"};
      return false;
    }
    stack_.back().next_key = name;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fault_ = Fault{Fault::Kind::NotJson, file_.name,
                   line_and_column(file_.bytes, position == 0 ? 0 : position - 1), "JSON in UTF-8"};
    return false;
  }

  [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }
  [[nodiscard]] JsonValue take() { return std::move(root_); }

 private:
  struct Open {
    JsonValue value;
    std::string next_key;
  };

  std::string here() const {
    std::string pointer;
    for (std::size_t i = 0; i + 1 < stack_.size(); ++i) {
      const Open& level = stack_[i];
      pointer += level.value.kind == JsonValue::Kind::Object ? pointer_step(level.next_key)
                                                             : "/" + std::to_string(level.value.items.size());
    }
    return pointer;
  }

  bool open(JsonValue::Kind kind) {
    stack_.emplace_back();
    stack_.back().value.kind = kind;
    if (stack_.size() <= kDeepest) return true;
    fault_ = Fault{Fault::Kind::TooLarge, file_.name, here(),
                   "at most " + std::to_string(kDeepest) + " levels of nesting"};
    return false;
  }

  bool close() {
    JsonValue done = std::move(stack_.back().value);
    stack_.pop_back();
    return put(std::move(done));
  }

  bool put(JsonValue value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else {
      JsonValue& parent = stack_.back().value;
      if (parent.kind == JsonValue::Kind::Object) parent.keys.push_back(stack_.back().next_key);
      parent.items.push_back(std::move(value));
    }
    return true;
  }

  const PackFile& file_;
  std::vector<Open> stack_;
  JsonValue root_;
  std::optional<Fault> fault_;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
  const auto found = std::find(keys.begin(), keys.end(), name);
  if (found == keys.end()) return nullptr;
  return &items[static_cast<std::size_t>(found - keys.begin())];
}

std::string pointer_step(std::string_view key) {
  std::string step = "/";
  for (const char c : key) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

Result<JsonValue, CatalogueFault> parse_json(const PackFile& file) {
  TreeBuilder builder(file);
  // The library reports what is wrong through parse_error() above; with a SAX reader it throws nothing.
  const bool whole = Json::sax_parse(file.bytes, &builder);
  if (builder.fault()) return fail(*builder.fault());
  if (!whole) return fail(Fault{Fault::Kind::NotJson, file.name, "line 1, column 1", "JSON in UTF-8"});
  return builder.take();
}

}  // namespace pishkhan::services
