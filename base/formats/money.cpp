#include "base/formats/money.h"

#include "base/formats/digits.h"

namespace pishkhan::formats {

std::string grouped_number(std::int64_t number, Language language) {
  const bool persian = language == Language::Persian;
  const bool negative = number < 0;
  // The magnitude as unsigned, because the smallest int64 has no positive counterpart.
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  const std::string digits = std::to_string(magnitude);
  std::string grouped = negative ? "−" : "";
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += persian ? "٬" : ",";
    grouped += digits[i];
  }
  return localised_digits(grouped, language);
}

std::string rial_text(std::int64_t rial, Language language) {
  const bool persian = language == Language::Persian;
  if (rial == 0) return persian ? "رایگان" : "Free";
  if (!persian) return grouped_number(rial, language) + (rial == 1 ? " rial" : " rials");
  return grouped_number(rial, language) + " ریال";
}

}  // namespace pishkhan::formats
