#include "drivers/card-reader/atr.h"

#include <algorithm>

namespace pishkhan::card {

namespace {

constexpr std::size_t maximum_characters = 33;  // TS and at most 32 more (ISO 7816-3, 8.2.1)
constexpr std::uint8_t global_qualifier = 15;   // T=15 qualifies bytes and is no protocol (8.2.3)

/// Reads TAi to TDi as the previous Y says; returns TDi.
std::optional<std::uint8_t> take_group(ByteReader& reader, std::uint8_t announced, Atr& atr) {
  Atr::InterfaceBytes group;
  if ((announced & 0x10) != 0) group.ta = reader.u8();
  if ((announced & 0x20) != 0) group.tb = reader.u8();
  if ((announced & 0x40) != 0) group.tc = reader.u8();
  if ((announced & 0x80) != 0) group.td = reader.u8();
  if ((announced & 0xF0) != 0) atr.interface_bytes.push_back(group);
  return group.td;
}

}  // namespace

Result<Atr, AtrFault> parse_atr(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint8_t ts = reader.u8();
  if (!reader.ok()) return fail(AtrFault::Truncated);
  if (ts != 0x3B && ts != 0x3F) return fail(AtrFault::BadFirstByte);
  if (bytes.size() > maximum_characters) return fail(AtrFault::TooLong);
  Atr atr;
  atr.bytes.assign(bytes.begin(), bytes.end());
  atr.convention = ts == 0x3B ? Convention::Direct : Convention::Inverse;
  const std::uint8_t t0 = reader.u8();
  bool needs_check = false;
  std::optional<std::uint8_t> next = t0;
  bool first = true;
  while (next && reader.ok()) {
    if (!first) {
      const auto protocol = static_cast<std::uint8_t>(*next & 0x0F);
      needs_check = needs_check || protocol != 0;
      if (protocol != global_qualifier && std::ranges::find(atr.protocols, protocol) == atr.protocols.end()) {
        atr.protocols.push_back(protocol);
      }
    }
    first = false;
    next = take_group(reader, *next, atr);
  }
  if (atr.protocols.empty()) atr.protocols.push_back(0);
  const ByteView historical = reader.bytes(t0 & 0x0F);
  atr.historical.assign(historical.begin(), historical.end());
  if (needs_check) {
    reader.u8();
    std::uint8_t sum = 0;  // over T0 to TCK (8.2.5)
    for (const std::uint8_t byte : bytes.subspan(1, bytes.size() - 1 - reader.remaining())) sum ^= byte;
    atr.check = sum == 0 ? CheckByte::Right : CheckByte::Wrong;
  }
  if (!reader.ok()) return fail(AtrFault::Truncated);
  if (!reader.at_end()) return fail(AtrFault::TooLong);
  return atr;
}

}  // namespace pishkhan::card
