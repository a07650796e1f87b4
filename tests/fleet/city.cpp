#include "tests/fleet/city.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

namespace pishkhan::fleet {
namespace {

constexpr std::string_view word_canary = "Qanari";
// Long enough that hexadecimal digits of keys and hashes do not hit them by chance.
constexpr std::string_view mobile_canary = "09190000";
constexpr std::string_view national_canary = "04990370";

std::string national_id(int person) {
  std::string digits = std::string(national_canary) + std::to_string(person % 10);
  int sum = 0;
  for (std::size_t place = 0; place < digits.size(); ++place) {
    sum += (digits[place] - '0') * (10 - static_cast<int>(place));
  }
  const int rest = sum % 11;
  digits += std::to_string(rest < 2 ? rest : 11 - rest);
  return digits;
}

bool holds_number(std::string_view bytes, std::string_view canary, std::size_t length) {
  for (std::size_t at = bytes.find(canary); at != std::string_view::npos; at = bytes.find(canary, at + 1)) {
    const std::string_view number = bytes.substr(at, length);
    const auto digit = [](char one) { return std::isdigit(static_cast<unsigned char>(one)) != 0; };
    if (number.size() == length && std::all_of(number.begin(), number.end(), digit)) return true;
  }
  return false;
}

}  // namespace

services::Catalogue make_city() {
  services::Catalogue catalogue;
  catalogue.version = "1";
  catalogue.fingerprint = "0000-0000-0000-0000";
  catalogue.city.name = {"شهر شبیه‌سازی", "Simulated City"};
  const auto service = [](std::string id, services::Assurance assurance) {
    services::Service made;
    made.id = std::move(id);
    made.area = "complaints";
    made.name = {"گزارش", "Report"};
    made.assurance = assurance;
    services::Field address;
    address.id = "address";
    address.label = {"نشانی", "Address"};
    address.minimum_length = 3;
    services::Field mobile;
    mobile.id = "mobile";
    mobile.kind = services::FieldKind::Mobile;
    mobile.label = {"همراه", "Mobile"};
    made.steps = {services::FormStep{"where", {"کجا", "Where"}, {address}},
                  services::FormStep{"who", {"کی", "Who"}, {mobile}}};
    made.stages.push_back({"referral", {"ارجاع", "Referral"}, {}, {}, "", false});
    made.case_key = {"address"};
    return made;
  };
  catalogue.services = {service("plain", services::Assurance::MobileNumber),
                        service("typed", services::Assurance::TypedNationalId),
                        service("card", services::Assurance::Card)};
  catalogue.areas = {
      services::Area{"complaints", {"شکایت", "Complaints"}, {}, "megaphone", {"plain", "typed", "card"}, {}}};
  return catalogue;
}

Matter some_matter(SeededRandom& random, int serial) {
  Matter matter;
  constexpr std::array services{"plain", "typed", "card"};
  matter.service = services[random.below(services.size())];
  matter.address = std::string(word_canary) + " street no " + std::to_string(serial);
  const auto person = static_cast<int>(random.below(1000));
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%03d", person);
  matter.mobile = std::string(mobile_canary) + digits.data();
  matter.national_id = national_id(person);
  matter.name = std::string(word_canary) + " Sara";
  return matter;
}

bool holds_canary(std::string_view bytes) {
  return bytes.find(word_canary) != std::string_view::npos || holds_number(bytes, mobile_canary, 11) ||
         holds_number(bytes, national_canary, 10);
}

}  // namespace pishkhan::fleet
