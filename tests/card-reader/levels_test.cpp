// Every exchange level, protocol and length, with every answer known beforehand.
#include "tests/card-reader/virtual_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>

using namespace pishkhan;
using namespace pishkhan::card;
using namespace pishkhan::card::test;
using simulated::EchoCard;
using simulated::ExchangeLevel;
using simulated::ReaderModel;
using simulated::WireManners;

namespace {

void check_short_commands(CardReader& reader) {
  for (const std::size_t size : {1U, 2U, 16U, 27U, 28U, 29U, 100U, 251U, 252U, 253U, 254U, 255U}) {
    check_gives(reader, get_data(size), EchoCard::counted(size));
    check_gives(reader, put_data(size), {});
    check_gives(reader, echo(size), EchoCard::echoed(EchoCard::counted(size)));
  }
  check_gives(reader, get_data(256), EchoCard::counted(256));
  check_gives(reader, get_data(7, 256), EchoCard::counted(7));        // fewer than asked for
  check_gives(reader, get_data(1000, 256), EchoCard::counted(1000));  // 61xx, again and again
  const auto refused = reader.transmit({.ins = 0xEE, .data = {}, .wanted = {}});
  REQUIRE(refused);
  CHECK(refused->status == 0x6D00);
}

}  // namespace

TEST_CASE("short APDUs at every level, with T=0 and T=1, and no rule is broken") {
  for (const ExchangeLevel level :
       {ExchangeLevel::Tpdu, ExchangeLevel::ShortApdu, ExchangeLevel::ExtendedApdu}) {
    for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1(), EchoCard::t1_with_crc(),
                             EchoCard::both_protocols(), EchoCard::specific_t1()}) {
      for (const WireManners& manners :
           {WireManners{}, WireManners{.procedure = WireManners::Procedure::ByteByByte,
                           .nulls = 3,
                           .time_requests = 2,
                           .time_multiplier = 5,
                           .new_buffer_bytes = 40}}) {
        CAPTURE(static_cast<int>(level));
        CAPTURE(to_hex(atr));
        VirtualReader bench({.level = level}, std::make_unique<EchoCard>(atr), manners);
        CardReader reader = bench.open();
        REQUIRE(reader.power_on());
        check_short_commands(reader);
        CHECK(bench.complaints() == "");
      }
    }
  }
}

TEST_CASE("extended APDUs, where the level and the card can carry them") {
  for (const ExchangeLevel level : {ExchangeLevel::Tpdu, ExchangeLevel::ExtendedApdu}) {
    for (const std::uint32_t part_bytes : {0U, 54U, 100U}) {
      CAPTURE(static_cast<int>(level));
      VirtualReader bench({.level = level, .answer_part_bytes = part_bytes},
                          std::make_unique<EchoCard>(EchoCard::only_t1()));
      CardReader reader = bench.open();
      REQUIRE(reader.power_on());
      for (const std::size_t size : {1U, 255U, 256U, 257U, 260U, 261U, 262U, 512U, 1000U, 5000U}) {
        check_gives(reader, echo(size), EchoCard::echoed(EchoCard::counted(size)));
        check_gives(reader, get_data(size), EchoCard::counted(size));
        check_gives(reader, put_data(size), {});
      }
      check_gives(reader, get_data(65'535), EchoCard::counted(65'535));
      check_gives(reader, echo(65'535), EchoCard::echoed(EchoCard::counted(65'535)));
      CHECK(bench.complaints() == "");
    }
  }
}

TEST_CASE("a reader that cannot carry extended APDUs says so, and chains commands") {
  for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1()}) {
    for (const ExchangeLevel level :
         {ExchangeLevel::Tpdu, ExchangeLevel::ShortApdu, ExchangeLevel::ExtendedApdu}) {
      CAPTURE(static_cast<int>(level));
      VirtualReader bench({.level = level}, std::make_unique<EchoCard>(atr));
      CardReader reader = bench.open();
      REQUIRE(reader.power_on());
      if (level == ExchangeLevel::ShortApdu) {
        const std::size_t before = bench.device.commands();
        CHECK(reader.transmit(echo(256)).error() == ReaderFault::CannotCarry);
        CHECK(reader.transmit(get_data(257)).error() == ReaderFault::CannotCarry);
        CHECK(bench.device.commands() == before);
      }
      for (const std::size_t size : {256U, 510U, 511U, 1000U}) {
        check_gives(reader, echo(size, LongForm::Chained), EchoCard::echoed(EchoCard::counted(size)));
      }
      CHECK(bench.complaints() == "");
    }
  }
}

namespace {

/// EchoCard behind ENVELOPE (ISO 7816-3, 12.2.4): gathers what is in the envelopes until it is a whole command.
class EnvelopeCard final : public simulated::SimulatedCard {
 public:
  Bytes reset() override { return inner_.reset(); }
  Bytes apdu(ByteView command) override {
    const auto parsed = simulated::parse_command(command);
    if (!parsed || parsed->instruction != 0xC2) return inner_.apdu(command);
    gathered_.insert(gathered_.end(), parsed->data.begin(), parsed->data.end());
    if (!simulated::parse_command(gathered_)) return simulated::respond(0x9000);
    Bytes whole = std::exchange(gathered_, {});
    Bytes answer = inner_.apdu(whole);
    if (answer.size() <= 2) return answer;
    answer.resize(answer.size() - 2);
    waiting_ = answer;
    return simulated::respond_with_count(0x61, waiting_.size());
  }

 private:
  EchoCard inner_;
  Bytes gathered_;
  Bytes waiting_;
};

}  // namespace

TEST_CASE("at T=0 an extended command travels in envelopes") {
  VirtualReader bench({.level = ExchangeLevel::Tpdu}, std::make_unique<EnvelopeCard>());
  CardReader reader = bench.open();
  REQUIRE(reader.power_on());
  for (const std::size_t size : {256U, 503U, 1000U}) check_gives(reader, put_data(size), {});
  check_gives(reader, get_data(600), EchoCard::counted(600));  // no data: P3 = 00 and 61xx
  CHECK(bench.complaints() == "");
  // A card that does not know ENVELOPE refuses, and that is its answer.
  VirtualReader other({.level = ExchangeLevel::Tpdu}, std::make_unique<EchoCard>());
  CardReader plain = other.open();
  REQUIRE(plain.power_on());
  CHECK(plain.transmit(put_data(300))->status == 0x6D00);
}

TEST_CASE("a card without power is not talked to") {
  VirtualReader bench({.level = ExchangeLevel::Tpdu}, std::make_unique<EchoCard>());
  CardReader reader = bench.open();
  CHECK(reader.transmit(get_data(1)).error() == ReaderFault::CardMute);
  REQUIRE(reader.power_on());
  check_gives(reader, get_data(1), EchoCard::counted(1));
  REQUIRE(reader.power_off());
  CHECK(reader.transmit(get_data(1)).error() == ReaderFault::CardMute);
  CHECK(bench.complaints() == "");
}

TEST_CASE("whatever the contacts garble once at T=1, the answer is right or a fault, and the next is right") {
  using simulated::WireFault;
  for (const Bytes& atr : {EchoCard::only_t1(), EchoCard::t1_with_crc()}) {
    for (const WireFault fault :
         {WireFault::Lost, WireFault::BadCheck, WireFault::WrongSequence, WireFault::CutShort,
          WireFault::TooLong, WireFault::WrongAddress, WireFault::UnknownControl}) {
      for (std::size_t at = 0; at < 24; ++at) {
        CAPTURE(static_cast<int>(fault));
        CAPTURE(at);
        VirtualReader bench({.level = ExchangeLevel::Tpdu}, std::make_unique<EchoCard>(atr),
                            {.time_requests = 1, .new_buffer_bytes = 33});
        CardReader reader = bench.open();
        REQUIRE(reader.power_on());
        bench.device.strike_card(at, fault);
        for (const std::size_t size : {3U, 200U, 90U}) {
          check_gives(reader, echo(size), EchoCard::echoed(EchoCard::counted(size)));
        }
      }
    }
  }
}

TEST_CASE("a card that falls silent is a fault, and works again after it got power anew") {
  for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1()}) {
    for (std::size_t at = 0; at < 6; ++at) {
      CAPTURE(at);
      VirtualReader bench({.level = ExchangeLevel::Tpdu}, std::make_unique<EchoCard>(atr));
      CardReader reader = bench.open();
      REQUIRE(reader.power_on());
      bench.device.strike_card(at, simulated::WireFault::Mute);
      const SteadyTime start = bench.clock.steady();
      Result<Response, ReaderFault> last = reader.transmit(echo(100));
      for (int i = 0; last && i < 10; ++i) last = reader.transmit(echo(100));
      REQUIRE_FALSE(last);
      CHECK(last.error() == ReaderFault::CardMute);
      CHECK(bench.clock.steady() - start <= SteadyTime(5000));
      REQUIRE(reader.power_on());
      check_gives(reader, echo(100), EchoCard::echoed(EchoCard::counted(100)));
    }
  }
}

TEST_CASE("a reader that asks for time for ever is left at the deadline, and works again") {
  for (const std::uint32_t pace : {0U, 10U, 100U}) {
    VirtualReader bench({.extension_milliseconds = pace}, std::make_unique<EchoCard>());
    CardReader reader = bench.open();
    REQUIRE(reader.power_on());
    bench.device.set_time_extensions(100'000);
    const SteadyTime start = bench.clock.steady();
    const auto late = reader.transmit(get_data(5));
    REQUIRE_FALSE(late);
    CHECK(late.error() == ReaderFault::Timeout);
    const auto took = bench.clock.steady() - start;
    CHECK(took <= SteadyTime(5010));
    if (pace >= 10) CHECK(took >= SteadyTime(4900));
    bench.device.set_time_extensions(3);
    check_gives(reader, get_data(5), EchoCard::counted(5));
  }
}
