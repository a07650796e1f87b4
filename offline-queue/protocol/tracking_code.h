#pragma once

#include "base/core/result.h"

#include <string>
#include <string_view>

namespace pishkhan::protocol {

/// Why a typed tracking code is not one of ours.
enum class TrackingCodeFault {
  ForeignCharacter,  ///< something that is neither a digit, a space nor a dash
  TooShort,
  TooLong,
  CheckDigits,  ///< 14 digits, at least one of them wrong or two of them swapped
  OutOfRange,   ///< the check digits are right but the numbers are none that we give
};

/// What the citizen follows a request by: 14 digits, so that it can be read over the telephone.
///
///     kiosk (4 digits, 1000-9999) · epoch (2, 01-99) · sequence (6, 000001-999999) · check digits (2)
///
/// Unique without any coordination, because enrolment gives each kiosk its number and epoch. The check
/// digits are ISO 7064 MOD 97-10; 97 is a prime and greater than 10, so every single wrong digit and every
/// swap of two neighbours is found. It is no secret: codes in sequence can be guessed. Thread: a value.
struct TrackingCode {
  int kiosk = 0;
  int epoch = 0;
  int sequence = 0;

  static constexpr int lowest_kiosk = 1000;
  static constexpr int highest_kiosk = 9999;
  static constexpr int highest_epoch = 99;
  static constexpr int highest_sequence = 999'999;
  static constexpr std::size_t length = 14;

  [[nodiscard]] bool in_range() const;
  /// 14 ASCII digits. Calling it out of range is a mistake of ours.
  [[nodiscard]] std::string digits() const;
  /// "1042-0100-0123-45", ASCII. Whoever draws it isolates it as left to right.
  [[nodiscard]] std::string grouped() const;

  /// Accepts ASCII, Persian (U+06F0) and Arabic (U+0660) digits with spaces, dashes, tatweel and invisible
  /// direction marks anywhere between. UTF-8.
  [[nodiscard]] static Result<TrackingCode, TrackingCodeFault> parse(std::string_view text);

  friend bool operator==(const TrackingCode&, const TrackingCode&) = default;
};

}  // namespace pishkhan::protocol
