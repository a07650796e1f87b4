#include "offline-queue/protocol/tracking_code.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace pishkhan::protocol {
namespace {

std::vector<TrackingCode> sample() {
  std::vector<TrackingCode> codes{
      {1000, 1, 1}, {9999, 99, 999'999}, {1042, 1, 123}, {1000, 99, 1}, {5000, 50, 500'000}};
  SeededRandom random(137);
  for (int i = 0; i < 3000; ++i) {
    codes.push_back({1000 + static_cast<int>(random.below(9000)), 1 + static_cast<int>(random.below(99)),
                     1 + static_cast<int>(random.below(999'999))});
  }
  return codes;
}

TEST_CASE("a tracking code says its numbers and is read back") {
  for (const TrackingCode& code : sample()) {
    CHECK(code.digits().size() == TrackingCode::length);
    CHECK(TrackingCode::parse(code.digits()) == code);
    CHECK(TrackingCode::parse(code.grouped()) == code);
  }
  // By hand: 104201000123 * 100 mod 97 = 1, so the check digits are 98 - 1.
  const TrackingCode code{1042, 1, 123};
  CHECK(code.digits().substr(0, 12) == "104201000123");
  CHECK(code.digits() == "10420100012397");
  CHECK(code.grouped().substr(0, 15) == "1042-0100-0123-");
}

TEST_CASE("every single wrong digit is found, at every position") {
  for (const TrackingCode& code : sample()) {
    const std::string right = code.digits();
    for (std::size_t position = 0; position < right.size(); ++position) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        if (digit == right[position]) continue;
        std::string wrong = right;
        wrong[position] = digit;
        if (TrackingCode::parse(wrong).has_value()) FAIL(right << " taken for " << wrong);
      }
    }
  }
}

TEST_CASE("every swap of two neighbours is found, at every position") {
  for (const TrackingCode& code : sample()) {
    const std::string right = code.digits();
    for (std::size_t position = 0; position + 1 < right.size(); ++position) {
      if (right[position] == right[position + 1]) continue;
      std::string wrong = right;
      std::swap(wrong[position], wrong[position + 1]);
      if (TrackingCode::parse(wrong).has_value()) FAIL(right << " taken for " << wrong);
    }
  }
}

TEST_CASE("why it holds for all codes: no difference of one error is a multiple of 97") {
  // A wrong digit changes the number by d * 10^p, a swap by 9 * d * 10^p, with 1 <= d <= 9.
  std::uint64_t weight = 1;
  for (std::size_t position = 0; position < TrackingCode::length; ++position) {
    for (std::uint64_t difference = 1; difference <= 9; ++difference) {
      CHECK(difference * weight % 97 != 0);
      CHECK(9 * difference * weight % 97 != 0);
    }
    weight = weight * 10;
  }
}

TEST_CASE("Persian and Arabic digits, spaces, dashes and invisible marks are accepted") {
  const TrackingCode code{1042, 1, 123};
  const std::string digits = code.digits();
  std::string persian;
  std::string arabic;
  for (const char digit : digits) {
    persian += std::string("\xDB") + static_cast<char>(0xB0 + (digit - '0'));
    arabic += std::string("\xD9") + static_cast<char>(0xA0 + (digit - '0')) + "\u200c";
  }
  CHECK(TrackingCode::parse(persian) == code);
  CHECK(TrackingCode::parse(arabic) == code);
  CHECK(TrackingCode::parse("\u2066" + digits.substr(0, 4) + " \u2013 " + digits.substr(4) + "\u2069 ") ==
        code);
}

TEST_CASE("what is no code says why") {
  const std::string digits = TrackingCode{1042, 1, 123}.digits();
  for (std::size_t length = 0; length < digits.size(); ++length) {
    CHECK(TrackingCode::parse(digits.substr(0, length)).error() == TrackingCodeFault::TooShort);
  }
  CHECK(TrackingCode::parse(digits + "0").error() == TrackingCodeFault::TooLong);
  CHECK(TrackingCode::parse(digits + "x").error() == TrackingCodeFault::ForeignCharacter);
  CHECK(TrackingCode::parse("\xDB").error() == TrackingCodeFault::ForeignCharacter);
  CHECK(TrackingCode::parse("\xF0\x9F\x98\x80").error() == TrackingCodeFault::ForeignCharacter);
  CHECK(TrackingCode::parse("10420100012398").error() == TrackingCodeFault::CheckDigits);
  // Right check digits, but epoch 00 is never given.
  const std::uint64_t body = 104'200'000'123;
  const std::string no_epoch = std::to_string(body * 100 + 98 - body * 100 % 97);
  CHECK(TrackingCode::parse(no_epoch).error() == TrackingCodeFault::OutOfRange);
}

}  // namespace
}  // namespace pishkhan::protocol
