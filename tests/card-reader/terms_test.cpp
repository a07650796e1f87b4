// How card, reader and host come to speak alike, whatever the reader does by itself.
#include "tests/card-reader/virtual_reader.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::card;
using namespace pishkhan::card::test;
using simulated::EchoCard;
using simulated::ExchangeLevel;
namespace automatic = simulated::automatic;

TEST_CASE("at TPDU level with every set of automatic features, and no rule is broken") {
  constexpr std::uint32_t each[] = {automatic::parameters, automatic::voltage,     automatic::clock,
                                    automatic::rate,       automatic::negotiation, automatic::pps,
                                    automatic::ifsd};
  for (unsigned set = 0; set < 1U << std::size(each); ++set) {
    std::uint32_t features = 0;
    for (std::size_t bit = 0; bit < std::size(each); ++bit) {
      if ((set >> bit & 1U) != 0) features |= each[bit];
    }
    for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1(), EchoCard::t1_with_crc(),
                             EchoCard::both_protocols(), EchoCard::specific_t1()}) {
      CAPTURE(features);
      CAPTURE(to_hex(atr));
      VirtualReader bench({.level = ExchangeLevel::Tpdu, .features = features},
                          std::make_unique<EchoCard>(atr));
      CardReader reader = bench.open();
      REQUIRE(reader.power_on());
      check_gives(reader, echo(200), EchoCard::echoed(EchoCard::counted(200)));
      check_gives(reader, get_data(256), EchoCard::counted(256));
      REQUIRE(reader.power_on());  // a warm reset: all is agreed upon again
      check_gives(reader, echo(20), EchoCard::echoed(EchoCard::counted(20)));
      CHECK(bench.complaints() == "");
      REQUIRE(reader.agreement());
      const bool offers_rate = atr == EchoCard::both_protocols();
      if (offers_rate) CHECK(reader.agreement()->rate == 0x95);
    }
  }
}

TEST_CASE("a reader that knows T=1 only gets a card that prefers T=0 to speak it") {
  for (const std::uint32_t features : {automatic::nothing, automatic::usual}) {
    VirtualReader bench({.level = ExchangeLevel::Tpdu, .features = features, .protocols = 2},
                        std::make_unique<EchoCard>(EchoCard::both_protocols()));
    CardReader reader = bench.open();
    REQUIRE(reader.power_on());
    CHECK(reader.agreement()->protocol == ccid::Protocol::T1);
    check_gives(reader, echo(200), EchoCard::echoed(EchoCard::counted(200)));
    CHECK(bench.complaints() == "");
  }
}

TEST_CASE("a card and a reader without a protocol in common") {
  VirtualReader bench({.level = ExchangeLevel::Tpdu, .protocols = 1},
                      std::make_unique<EchoCard>(EchoCard::only_t1()));
  CardReader reader = bench.open();
  CHECK(reader.power_on().error() == ReaderFault::CardFailed);
}

TEST_CASE("a card that does not answer its PPS is reset and spoken to at the default rate") {
  for (const auto fault : {simulated::WireFault::Mute, simulated::WireFault::CutShort}) {
    VirtualReader bench({.level = ExchangeLevel::Tpdu, .features = automatic::nothing},
                        std::make_unique<EchoCard>(EchoCard::both_protocols()));
    CardReader reader = bench.open();
    bench.device.strike_card(0, fault);
    REQUIRE(reader.power_on());
    CHECK(reader.agreement()->rate == 0x11);
    check_gives(reader, echo(100), EchoCard::echoed(EchoCard::counted(100)));
  }
}
