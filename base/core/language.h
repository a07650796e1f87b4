#pragma once

#include <string_view>

namespace pishkhan {

/// The languages of the counter. The catalogue's texts and the translations exist in each.
enum class Language { Persian, English };

/// BCP 47 tag.
[[nodiscard]] constexpr std::string_view tag(Language language) {
  return language == Language::Persian ? "fa" : "en";
}
[[nodiscard]] constexpr bool right_to_left(Language language) { return language == Language::Persian; }

}  // namespace pishkhan
