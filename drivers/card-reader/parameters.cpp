#include "drivers/card-reader/parameters.h"

#include <algorithm>
#include <array>

namespace pishkhan::card {

namespace {

// ISO 7816-3, table 7: Fi and f(max) in kHz; 0 is reserved.
struct ClockFactor {
  std::uint32_t fi;
  std::uint32_t maximum_clock;
};
constexpr std::array<ClockFactor, 16> clock_factors{{{372, 4000},
                                                     {372, 5000},
                                                     {558, 6000},
                                                     {744, 8000},
                                                     {1116, 12000},
                                                     {1488, 16000},
                                                     {1860, 20000},
                                                     {0, 0},
                                                     {0, 0},
                                                     {512, 5000},
                                                     {768, 7500},
                                                     {1024, 10000},
                                                     {1536, 15000},
                                                     {2048, 20000},
                                                     {0, 0},
                                                     {0, 0}}};
// Table 8: Di; 0 is reserved.
constexpr std::array<std::uint32_t, 16> rate_factors{0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0};
// D of the codes from which a rate can be halved step by step.
constexpr std::uint8_t highest_doubling_code = 7;

constexpr std::uint8_t global_qualifier = 15;      // T=15 (8.2.3)
constexpr std::uint8_t specific_implicit = 0x10;   // TA2, bit 5: the rate is not TA1's (8.3)
constexpr std::uint8_t pps_start = 0xFF;           // 9.2: PPSS
constexpr std::uint8_t pps_has_rate = 0x10;        // PPS0, bit 5
constexpr std::uint8_t t1_structure_fixed = 0x10;  // CCID 6.1.7: bmTCCKST1, bits 7 to 2
constexpr std::uint8_t most_buffer_bytes = 254;

void read_group(Offer& offer, const Atr::InterfaceBytes& group, std::uint8_t protocol, bool& t1_seen) {
  if (protocol == global_qualifier && group.ta) {
    offer.voltage_classes = static_cast<std::uint8_t>(*group.ta & 0x07);
  }
  // 11.4.1: the bytes that follow the first T=1 count.
  if (protocol != 1 || t1_seen) return;
  t1_seen = true;
  if (group.ta && *group.ta >= 1 && *group.ta <= most_buffer_bytes) offer.t1_buffer_bytes = *group.ta;
  if (group.tb) offer.t1_waiting = *group.tb;
  if (group.tc) offer.t1_check = (*group.tc & 1) != 0 ? BlockCheck::Crc : BlockCheck::Lrc;
}

bool reader_speaks(const ccid::ClassDescriptor& reader, ccid::Protocol protocol) {
  if (reader.protocols == 0) return true;  // it says nothing at all
  return (reader.protocols >> static_cast<unsigned>(protocol) & 1U) != 0;
}

bool reader_keeps_up(const ccid::ClassDescriptor& reader, std::uint32_t wanted,
                     std::span<const std::uint32_t> rates) {
  if (rates.empty()) return wanted <= reader.maximum_rate;
  // Readers round what they list: a difference that costs no bit of a character is none.
  return std::ranges::any_of(rates, [&](std::uint32_t one) {
    const std::uint32_t difference = one > wanted ? one - wanted : wanted - one;
    return difference <= wanted / 50;
  });
}

std::uint32_t clock_for(const ccid::ClassDescriptor& reader, std::uint8_t rate,
                        std::span<const std::uint32_t> clocks) {
  const std::uint32_t limit = clock_factors[rate >> 4].maximum_clock;
  if (limit == 0 || reader.default_clock <= limit) return reader.default_clock;
  std::uint32_t best = 0;
  for (const std::uint32_t one : clocks) {
    if (one <= limit) best = std::max(best, one);
  }
  return best != 0 ? best : reader.default_clock;
}

/// The fastest that the reader keeps up with: Di as offered, then halved; at last the default.
std::uint8_t fastest_rate(const Offer& offer, const ccid::ClassDescriptor& reader,
                          std::span<const std::uint32_t> clocks, std::span<const std::uint32_t> rates) {
  const std::uint32_t clock = clock_for(reader, offer.rate, clocks);
  const std::uint32_t at_least = bits_per_second(default_rate, clock).value_or(0);
  const auto fits = [&](std::uint8_t rate) {
    const auto wanted = bits_per_second(rate, clock);
    return wanted && *wanted > at_least && reader_keeps_up(reader, *wanted, rates);
  };
  if (fits(offer.rate)) return offer.rate;
  const auto own = static_cast<std::uint8_t>(offer.rate & 0x0F);
  if (rate_factors[own] == 0) return default_rate;
  for (std::uint8_t code = std::min(own, highest_doubling_code); code >= 1; --code) {
    const auto rate = static_cast<std::uint8_t>((offer.rate & 0xF0) | code);
    if (rate_factors[code] < rate_factors[own] && fits(rate)) return rate;
  }
  return default_rate;
}

}  // namespace

Offer offer_of(const Atr& atr) {
  Offer offer;
  offer.convention = atr.convention;
  offer.t0 = std::ranges::find(atr.protocols, 0) != atr.protocols.end();
  offer.t1 = std::ranges::find(atr.protocols, 1) != atr.protocols.end();
  offer.first = !atr.protocols.empty() && atr.protocols.front() == 1 ? ccid::Protocol::T1 : ccid::Protocol::T0;
  bool t1_seen = false;
  for (std::size_t i = 0; i < atr.interface_bytes.size(); ++i) {
    const Atr::InterfaceBytes& group = atr.interface_bytes[i];
    if (i == 0) {
      if (group.ta) offer.rate = *group.ta;
      if (group.tc) offer.extra_guard_time = *group.tc;
    } else if (i == 1) {
      offer.specific = group.ta;
      if (group.tc) offer.t0_waiting = *group.tc;
    } else if (atr.interface_bytes[i - 1].td) {
      read_group(offer, group, static_cast<std::uint8_t>(*atr.interface_bytes[i - 1].td & 0x0F), t1_seen);
    }
  }
  return offer;
}

std::optional<std::uint32_t> bits_per_second(std::uint8_t rate, std::uint32_t clock) {
  const std::uint32_t fi = clock_factors[rate >> 4].fi;
  const std::uint32_t di = rate_factors[rate & 0x0F];
  if (fi == 0 || di == 0) return std::nullopt;
  return static_cast<std::uint32_t>(std::uint64_t{clock} * 1000 * di / fi);
}

std::optional<Agreement> agree(const Offer& offer, const ccid::ClassDescriptor& reader,
                               std::span<const std::uint32_t> clocks, std::span<const std::uint32_t> rates,
                               Haste haste) {
  Agreement agreement;
  if (offer.specific) {
    const auto protocol = static_cast<std::uint8_t>(*offer.specific & 0x0F);
    if (protocol > 1) return std::nullopt;
    agreement.protocol = static_cast<ccid::Protocol>(protocol);
    agreement.rate = (*offer.specific & specific_implicit) != 0 ? default_rate : offer.rate;
    agreement.clock = clock_for(reader, offer.rate, clocks);
    const auto rate = bits_per_second(agreement.rate, agreement.clock);
    const bool possible = agreement.rate == default_rate || (rate && reader_keeps_up(reader, *rate, rates));
    if (!reader_speaks(reader, agreement.protocol) || !rate || !possible) return std::nullopt;
    agreement.bits_per_second = *rate;
    return agreement;
  }
  const bool first_possible =
      (offer.first == ccid::Protocol::T1 ? offer.t1 : offer.t0) && reader_speaks(reader, offer.first);
  const auto other = offer.first == ccid::Protocol::T0 ? ccid::Protocol::T1 : ccid::Protocol::T0;
  const bool other_possible =
      (other == ccid::Protocol::T1 ? offer.t1 : offer.t0) && reader_speaks(reader, other);
  if (!first_possible && !other_possible) return std::nullopt;
  agreement.protocol = first_possible ? offer.first : other;
  if (haste == Haste::Fastest) agreement.rate = fastest_rate(offer, reader, clocks, rates);
  // f(max) is what TA1 says, whichever rate is used (8.3).
  agreement.clock = clock_for(reader, offer.rate, clocks);
  agreement.bits_per_second = bits_per_second(agreement.rate, agreement.clock).value_or(0);
  const bool as_it_is = agreement.protocol == offer.first && agreement.rate == default_rate;
  agreement.pps = as_it_is ? Agreement::Pps::NotNeeded : Agreement::Pps::Needed;
  return agreement;
}

Bytes pps_request(const Agreement& agreement) {
  Bytes request{pps_start, static_cast<std::uint8_t>(agreement.protocol)};
  if (agreement.rate != default_rate) {
    request[1] |= pps_has_rate;
    request.push_back(agreement.rate);
  }
  request.push_back(block_lrc(request));
  return request;
}

PpsVerdict judge_pps(ByteView request, ByteView answer) {
  if (std::ranges::equal(request, answer)) return PpsVerdict::Agreed;
  const bool rate_is_missing = request.size() == 4 && answer.size() == 3 && answer[0] == pps_start &&
                               answer[1] == (request[1] & 0x0F) && block_lrc(answer) == 0;
  return rate_is_missing ? PpsVerdict::DefaultRate : PpsVerdict::Refused;
}

Bytes protocol_structure(const Offer& offer, const Agreement& agreement) {
  const int inverse = offer.convention == Convention::Inverse ? 0x02 : 0;
  if (agreement.protocol == ccid::Protocol::T0) {
    return {agreement.rate, static_cast<std::uint8_t>(inverse), offer.extra_guard_time, offer.t0_waiting, 0};
  }
  const int check = offer.t1_check == BlockCheck::Crc ? 0x01 : 0;
  return {agreement.rate,
          static_cast<std::uint8_t>(t1_structure_fixed | inverse | check),
          offer.extra_guard_time,
          offer.t1_waiting,
          0,  // bClockStop: never
          offer.t1_buffer_bytes,
          0};  // bNadValue
}

}  // namespace pishkhan::card
