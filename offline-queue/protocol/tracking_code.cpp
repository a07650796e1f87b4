#include "offline-queue/protocol/tracking_code.h"

#include "base/core/ensure.h"
#include "offline-queue/protocol/typed_digits.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace pishkhan::protocol {

bool TrackingCode::in_range() const {
  return kiosk >= lowest_kiosk && kiosk <= highest_kiosk && epoch >= 1 && epoch <= highest_epoch &&
         sequence >= 1 && sequence <= highest_sequence;
}

std::string TrackingCode::digits() const {
  ENSURE(in_range(), "enrolment and the store give numbers in range");
  const std::uint64_t number =
      (static_cast<std::uint64_t>(kiosk) * 100 + static_cast<std::uint64_t>(epoch)) * 1'000'000 +
      static_cast<std::uint64_t>(sequence);
  std::array<char, length + 1> text{};
  std::snprintf(text.data(), text.size(), "%012llu%02llu", static_cast<unsigned long long>(number),
                static_cast<unsigned long long>(check_digits(number)));
  return {text.data(), length};
}

std::string TrackingCode::grouped() const {
  const std::string all = digits();
  return all.substr(0, 4) + "-" + all.substr(4, 4) + "-" + all.substr(8, 4) + "-" + all.substr(12);
}

Result<TrackingCode, TrackingCodeFault> TrackingCode::parse(std::string_view text) {
  const auto typed = typed_digits(text, length);
  if (!typed) return fail(typed.error());
  const std::uint64_t number = *typed;
  const std::uint64_t body = number / 100;
  // Comparing with the one pair that we print also refuses 00, 01 and 99, which have the same remainders.
  if (check_digits(body) != number % 100) return fail(TrackingCodeFault::CheckDigits);
  TrackingCode code;
  code.kiosk = static_cast<int>(body / 100'000'000);
  code.epoch = static_cast<int>(body / 1'000'000 % 100);
  code.sequence = static_cast<int>(body % 1'000'000);
  if (!code.in_range()) return fail(TrackingCodeFault::OutOfRange);
  return code;
}

}  // namespace pishkhan::protocol
