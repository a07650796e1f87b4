// What card::parse_atr makes of answers to reset: one a line in hexadecimal on standard input, one line of
// fields for each on standard output. The rig atr.py compares them with another program's.
#include "base/core/bytes.h"
#include "drivers/card-reader/atr.h"

#include <array>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>

using namespace pishkhan;

namespace {

const char* name_of(card::AtrFault fault) {
  switch (fault) {
    case card::AtrFault::BadFirstByte:
      return "first-byte";
    case card::AtrFault::Truncated:
      return "truncated";
    case card::AtrFault::TooLong:
      break;
  }
  return "too-long";
}

const char* name_of(card::CheckByte check) {
  switch (check) {
    case card::CheckByte::Absent:
      return "absent";
    case card::CheckByte::Right:
      return "right";
    case card::CheckByte::Wrong:
      break;
  }
  return "wrong";
}

void print(const card::Atr& atr) {
  std::printf("convention=%s", atr.convention == card::Convention::Direct ? "direct" : "inverse");
  int group = 0;
  for (const auto& bytes : atr.interface_bytes) {
    ++group;
    struct Named {
      char letter;
      std::optional<std::uint8_t> value;
    };
    for (const Named& one :
         std::array{Named{'A', bytes.ta}, Named{'B', bytes.tb}, Named{'C', bytes.tc}, Named{'D', bytes.td}}) {
      if (one.value) std::printf(" T%c%d=%02X", one.letter, group, unsigned{*one.value});
    }
  }
  std::printf(" protocols=");
  for (std::size_t i = 0; i < atr.protocols.size(); ++i) {
    std::printf("%s%u", i == 0 ? "" : ",", unsigned{atr.protocols[i]});
  }
  std::printf(" K=%zu history=%s check=%s\n", atr.historical.size(), to_hex(atr.historical).c_str(),
              name_of(atr.check));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view option = argc > 1 ? argv[1] : "";
  if (option == "--help" || option == "--version") {
    std::puts(option == "--help" ? "atr_fields < LINES: the fields of answers to reset given in hexadecimal"
                                 : PISHKHAN_VERSION);
    return 0;
  }
  if (argc > 1) return 2;
  for (std::string line; std::getline(std::cin, line);) {
    const auto bytes = from_hex(line);
    if (!bytes) return 2;
    const auto atr = card::parse_atr(*bytes);
    if (atr) {
      print(*atr);
    } else {
      std::printf("fault=%s\n", name_of(atr.error()));
    }
  }
  return 0;
}
