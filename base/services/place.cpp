#include "base/services/place.h"

#include "base/formats/digits.h"
#include "base/formats/utf8.h"

#include <algorithm>

namespace pishkhan::services {
namespace {

using Kind = CatalogueFault::Kind;

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool has_invisible_control(std::string_view text) {
  for (std::size_t position = 0; position < text.size();) {
    const char32_t c = formats::next_code_point(text, position);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == formats::kBrokenByte || formats::is_bidi_control(c))
      return true;
  }
  return false;
}

}  // namespace

bool Place::has_only(std::initializer_list<std::string_view> keys) const {
  std::string allowed = "an object with";
  for (const std::string_view key : keys) allowed += " \"" + std::string(key) + "\"";
  if (value_->kind != JsonValue::Kind::Object) {
    report(Kind::WrongType, allowed);
    return false;
  }
  for (const std::string& key : value_->keys) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    sink_->report(Kind::UnknownKey, pointer_ + pointer_step(key), allowed);
    return false;
  }
  return true;
}

std::optional<Place> Place::get(std::string_view key, Presence presence) const {
  const JsonValue* const member = value_->member(key);
  const std::string pointer = pointer_ + pointer_step(key);
  if (member != nullptr) return Place(*member, pointer, *sink_);
  if (presence == Presence::Required) sink_->report(Kind::MissingKey, pointer, "this key is needed here");
  return std::nullopt;
}

Place Place::item(std::size_t index) const {
  return {value_->items.at(index), pointer_ + "/" + std::to_string(index), *sink_};
}

bool Place::is_array() const {
  if (value_->kind == JsonValue::Kind::Array) return true;
  report(Kind::WrongType, "a list");
  return false;
}

std::string Place::words(int longest) const {
  const std::string allowed =
      "a text of 1 to " + std::to_string(longest) + " characters without control or direction characters";
  if (value_->kind != JsonValue::Kind::String) {
    report(Kind::WrongType, allowed);
    return {};
  }
  const std::string& text = value_->string;
  if (text.find_first_not_of(' ') == std::string::npos || formats::count_code_points(text) > longest ||
      has_invisible_control(text)) {
    report_wrong(allowed);
  }
  return text;
}

std::string Place::id() const {
  const std::string allowed = "1 to 40 of a-z 0-9 - _, beginning with a letter";
  if (value_->kind != JsonValue::Kind::String) {
    report(Kind::WrongType, allowed);
    return {};
  }
  const std::string& text = value_->string;
  const bool right = !text.empty() && text.size() <= 40 && is_letter(text.front()) &&
                     std::all_of(text.begin(), text.end(), [](char c) {
                       return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
                     });
  if (!right) report_wrong(allowed);
  return text;
}

LocalText Place::local_text() const {
  if (!has_only({"fa", "en"})) return {};
  for (const std::string_view language : {"fa", "en"}) {
    const JsonValue* const text = value_->member(language);
    const bool empty = text != nullptr && text->kind == JsonValue::Kind::String &&
                       text->string.find_first_not_of(' ') == std::string::npos;
    if (text != nullptr && !empty) continue;
    sink_->report(Kind::MissingTranslation, pointer_ + pointer_step(language),
                  "a text in Persian (fa) and one in English (en)");
    return {};
  }
  return {words_at("fa"), words_at("en")};
}

std::int64_t Place::integer(std::int64_t lowest, std::int64_t highest) const {
  const std::string allowed =
      "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  if (value_->kind != JsonValue::Kind::Integer) {
    report(Kind::WrongType, allowed);
    return lowest;
  }
  if (value_->integer < lowest || value_->integer > highest) {
    report_wrong(allowed);
    return lowest;
  }
  return value_->integer;
}

bool Place::boolean() const {
  if (value_->kind != JsonValue::Kind::Boolean) report(Kind::WrongType, "true or false");
  return value_->boolean;
}

SolarDay Place::day() const {
  const std::string allowed = "a day of the Solar Hijri calendar that exists, such as \"1405-09-02\"";
  if (value_->kind != JsonValue::Kind::String) {
    report(Kind::WrongType, allowed);
    return {};
  }
  const auto day = formats::parse_solar_day(value_->string);
  if (!day) report_wrong(allowed);
  return day.value_or(SolarDay{});
}

std::string Place::words_at(std::string_view key, Presence presence) const {
  const auto place = get(key, presence);
  return place ? place->words() : std::string();
}

std::string Place::id_at(std::string_view key) const {
  const auto place = get(key, Presence::Required);
  return place ? place->id() : std::string();
}

LocalText Place::local_text_at(std::string_view key, Presence presence) const {
  const auto place = get(key, presence);
  return place ? place->local_text() : LocalText{};
}

std::int64_t Place::integer_at(std::string_view key, std::int64_t lowest, std::int64_t highest,
                               std::optional<std::int64_t> absent) const {
  const auto place = get(key, absent ? Presence::Optional : Presence::Required);
  return place ? place->integer(lowest, highest) : absent.value_or(lowest);
}

bool Place::boolean_at(std::string_view key, std::optional<bool> absent) const {
  const auto place = get(key, absent ? Presence::Optional : Presence::Required);
  return place ? place->boolean() : absent.value_or(false);
}

}  // namespace pishkhan::services
