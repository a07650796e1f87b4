#pragma once

#include "base/core/result.h"
#include "offline-queue/protocol/tracking_code.h"

#include <cstdint>
#include <string_view>

/// What codes that people type have in common. Pure functions.
namespace pishkhan::protocol {

/// The number of exactly `length` digits (at most 18): ASCII, Persian or Arabic ones with spaces, dashes,
/// tatweel and invisible direction marks anywhere between. UTF-8. Of the faults only the first three.
[[nodiscard]] Result<std::uint64_t, TrackingCodeFault> typed_digits(std::string_view text, std::size_t length);

/// ISO/IEC 7064, MOD 97-10: `number` followed by these two digits leaves the remainder 1.
[[nodiscard]] std::uint64_t check_digits(std::uint64_t number);

}  // namespace pishkhan::protocol
