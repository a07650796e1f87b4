#include "drivers/card-reader/parameters.h"

#include "drivers/card-reader/scripted_reader_test.h"

#include <doctest/doctest.h>

#include <vector>

namespace pishkhan::card {
namespace {

using test::hex;

Offer offer(std::string_view atr) {
  return offer_of(parse_atr(hex(atr)).value());
}
ccid::ClassDescriptor reader_with(std::uint32_t protocols = 3, std::uint32_t maximum_rate = 344'086) {
  ccid::ClassDescriptor reader;
  reader.protocols = protocols;
  reader.default_clock = reader.maximum_clock = 4000;
  reader.default_rate = 10'752;
  reader.maximum_rate = maximum_rate;
  return reader;
}

}  // namespace

TEST_CASE("what an ATR offers") {
  const Offer plain = offer("3b00");
  CHECK(plain.t0);
  CHECK_FALSE(plain.t1);
  CHECK(plain.rate == 0x11);
  // TA1 95; TD1 T=0; TD2 T=1; TA3 80, TB3 45.
  const Offer both = offer(
      "3b94958031804545"
      "43484fb3");
  CHECK(both.t0);
  CHECK(both.t1);
  CHECK(both.first == ccid::Protocol::T0);
  CHECK(both.rate == 0x95);
  CHECK(both.t1_buffer_bytes == 0x80);
  CHECK(both.t1_waiting == 0x45);
  CHECK(both.t1_check == BlockCheck::Lrc);
  // TC1 = 05; TD1 = 91, TA2 = 11; TD2 = 71: TA3 = 20, TB3 = 45, TC3 = 01; then T=15: TA4 = 83.
  const Offer special = offer(
      "3bc005"
      "9111"
      "f1204501"
      "1f83"
      "00");
  CHECK(special.extra_guard_time == 5);
  CHECK(special.specific == 0x11);
  CHECK(special.first == ccid::Protocol::T1);
  CHECK(special.t1_check == BlockCheck::Crc);
  CHECK(special.t1_buffer_bytes == 0x20);
  CHECK(special.voltage_classes == 3);
}

TEST_CASE("the fastest rate that both keep up with") {
  Offer card;
  card.t0 = true;
  card.rate = 0x96;  // Fi 512, Di 32: 250,000 bit/s at 4 MHz
  auto agreed = agree(card, reader_with(), {}, {});
  REQUIRE(agreed);
  CHECK(agreed->rate == 0x96);
  CHECK(agreed->bits_per_second == 250'000);
  CHECK(agreed->pps == Agreement::Pps::Needed);
  agreed = agree(card, reader_with(3, 200'000), {}, {});
  CHECK(agreed->rate == 0x95);
  CHECK(agree(card, reader_with(3, 9600), {}, {})->rate == 0x11);
  CHECK(agree(card, reader_with(3, 9600), {}, {})->pps == Agreement::Pps::NotNeeded);
  const std::vector<std::uint32_t> rates{10'752, 62'500};
  CHECK(agree(card, reader_with(), {}, rates)->rate == 0x94);
  CHECK(agree(card, reader_with(), {}, {}, Haste::DefaultRate)->rate == 0x11);
  for (const int reserved : {0x70, 0x8F, 0x1A, 0xF1}) {
    card.rate = static_cast<std::uint8_t>(reserved);
    CHECK(agree(card, reader_with(), {}, {})->rate == 0x11);
  }
  card.rate = 0x18;  // Di 12 is not halved to something that it is not
  CHECK(agree(card, reader_with(3, 100'000), {}, {})->rate == 0x14);
  card.rate = 0x01;  // Fi 372 with at most 4 MHz
  auto fast = reader_with();
  fast.default_clock = 4800;
  const std::vector<std::uint32_t> clocks{3600, 4800, 8000};
  CHECK(agree(card, fast, clocks, {})->clock == 3600);
}

TEST_CASE("the protocol that both speak") {
  Offer card;
  card.t0 = card.t1 = true;
  CHECK(agree(card, reader_with(), {}, {})->protocol == ccid::Protocol::T0);
  const auto only_t1 = agree(card, reader_with(2), {}, {});
  CHECK(only_t1->protocol == ccid::Protocol::T1);
  CHECK(only_t1->pps == Agreement::Pps::Needed);
  card.t1 = false;
  CHECK_FALSE(agree(card, reader_with(2), {}, {}).has_value());
  CHECK(agree(card, reader_with(0), {}, {}).has_value());
  card.specific = 0x01;
  CHECK(agree(card, reader_with(), {}, {})->protocol == ccid::Protocol::T1);
  CHECK_FALSE(agree(card, reader_with(1), {}, {}).has_value());
  card.specific = 0x0E;
  CHECK_FALSE(agree(card, reader_with(), {}, {}).has_value());
  card.specific = 0x00;
  card.rate = 0x97;  // too fast, and it cannot be bargained with
  CHECK_FALSE(agree(card, reader_with(), {}, {}).has_value());
  card.specific = 0x10;  // the rate is not TA1's
  CHECK(agree(card, reader_with(), {}, {})->rate == 0x11);
}

TEST_CASE("PPS, and what a card may answer to it") {
  const Agreement t0{.protocol = ccid::Protocol::T0, .rate = 0x95};
  const Bytes request = pps_request(t0);
  CHECK(to_hex(request) == "ff10957a");
  CHECK(judge_pps(request, request) == PpsVerdict::Agreed);
  CHECK(judge_pps(request, hex("ff00ff")) == PpsVerdict::DefaultRate);
  CHECK(judge_pps(request, hex("ff01fe")) == PpsVerdict::Refused);
  CHECK(judge_pps(request, hex("ff10947b")) == PpsVerdict::Refused);
  for (std::size_t length = 0; length < request.size(); ++length) {
    CHECK(judge_pps(request, ByteView(request).first(length)) == PpsVerdict::Refused);
  }
  CHECK(to_hex(pps_request({.protocol = ccid::Protocol::T1})) == "ff01fe");
}

TEST_CASE("the reader's parameters") {
  Offer card = offer(
      "3bc005"
      "9111"
      "f1204501"
      "1f83"
      "00");
  CHECK(to_hex(protocol_structure(card, {.protocol = ccid::Protocol::T1, .rate = 0x95})) == "95110545002000");
  CHECK(to_hex(protocol_structure(card, {.protocol = ccid::Protocol::T0})) == "1100050a00");
  card.convention = Convention::Inverse;
  CHECK(to_hex(protocol_structure(card, {.protocol = ccid::Protocol::T0})) == "1102050a00");
}

}  // namespace pishkhan::card
