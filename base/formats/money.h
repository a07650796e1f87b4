#pragma once

#include "base/core/language.h"

#include <cstdint>
#include <string>

namespace pishkhan::formats {

// Money is rial in an int64, in storage and in law (domain.md B6). Thread: pure functions.

/// Grouped by three: «۴٬۸۲۰٬۰۰۰» (U+066C) in Persian, "4,820,000" in English.
[[nodiscard]] std::string grouped_number(std::int64_t number, Language language);

/// «۴٬۸۲۰٬۰۰۰ ریال», "4,820,000 rials"; zero is «رایگان», "Free".
[[nodiscard]] std::string rial_text(std::int64_t rial, Language language);

}  // namespace pishkhan::formats
