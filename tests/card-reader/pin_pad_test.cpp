// A PIN that is typed on the reader: at every level, and never sent twice.
#include "tests/card-reader/virtual_reader.h"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace pishkhan;
using namespace pishkhan::card;
using namespace pishkhan::card::test;
using simulated::AtPinPad;
using simulated::EchoCard;
using simulated::ExchangeLevel;
using simulated::WireFault;
using simulated::WireManners;

namespace {

/// Writes down what VERIFY brings, and takes one PIN; everything else as EchoCard.
class PinCard final : public EchoCard {
 public:
  PinCard(Bytes atr, std::vector<std::string>& heard) : EchoCard(std::move(atr)), heard_(heard) {}

 private:
  Answer run(const simulated::CardCommand& command) override {
    if (command.instruction != 0x20) return EchoCard::run(command);
    heard_.push_back(to_hex(command.data));
    const bool right = heard_.back() == "313233343536ffff" || heard_.back() == "123456ffffffffff";
    return {static_cast<std::uint16_t>(right ? 0x9000 : 0x63C2), {}};
  }

  std::vector<std::string>& heard_;
};

struct PinBench {
  explicit PinBench(ExchangeLevel level, const Bytes& atr, WireManners manners = {})
      : reader({.level = level, .pin_pad = true}, std::make_unique<PinCard>(atr, heard), manners) {}
  std::vector<std::string> heard;
  VirtualReader reader;
};

const std::vector<ExchangeLevel> levels{ExchangeLevel::Tpdu, ExchangeLevel::ShortApdu,
                                        ExchangeLevel::ExtendedApdu};

}  // namespace

TEST_CASE("a PIN from the pad reaches the card as it wants it, at every level and protocol, once") {
  for (const ExchangeLevel level : levels) {
    for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1(), EchoCard::t1_with_crc()}) {
      CAPTURE(static_cast<int>(level));
      CAPTURE(to_hex(atr));
      PinBench bench(level, atr,
                     {.nulls = 2, .time_requests = 2, .time_multiplier = 3, .new_buffer_bytes = 40});
      CardReader reader = bench.reader.open();
      REQUIRE(reader.power_on());
      bench.reader.device.set_at_pin_pad(AtPinPad::Types, "111111");
      auto said = reader.verify_on_pad({.reference = 0x80});
      REQUIRE(said);
      CHECK(said->status == 0x63C2);
      CHECK(bench.heard == std::vector<std::string>{"313131313131ffff"});
      check_gives(reader, echo(30), EchoCard::echoed(EchoCard::counted(30)));
      bench.reader.device.set_at_pin_pad(AtPinPad::Types, "123456");
      said = reader.verify_on_pad({.reference = 0x80});
      REQUIRE(said);
      CHECK(said->status == 0x9000);
      said = reader.verify_on_pad({.reference = 0x80, .form = PinEntry::Form::Bcd});
      REQUIRE(said);
      CHECK(said->status == 0x9000);
      CHECK(bench.heard.size() == 3);
      check_gives(reader, get_data(100), EchoCard::counted(100));
      CHECK(bench.reader.complaints() == "");
    }
  }
}

TEST_CASE("nobody types, or the red key is pressed: told, in time, and the card has heard nothing") {
  for (const ExchangeLevel level : levels) {
    for (const int extensions : {0, 40}) {
      CAPTURE(static_cast<int>(level));
      CAPTURE(extensions);
      PinBench bench(level, EchoCard::only_t1());
      CardReader reader = bench.reader.open();
      REQUIRE(reader.power_on());
      if (extensions > 0) bench.reader.device.set_time_extensions(extensions);
      SteadyTime begun = bench.reader.clock.steady();
      CHECK(reader.verify_on_pad({}).error() == ReaderFault::PinNotEntered);
      SteadyTime took = bench.reader.clock.steady() - begun;
      if (extensions == 0) CHECK(took >= std::chrono::seconds(30));
      CHECK(took < std::chrono::seconds(36));
      bench.reader.device.set_at_pin_pad(AtPinPad::Cancels);
      begun = bench.reader.clock.steady();
      CHECK(reader.verify_on_pad({}).error() == ReaderFault::PinNotEntered);
      took = bench.reader.clock.steady() - begun;
      CHECK(took < std::chrono::seconds(3));
      bench.reader.device.set_at_pin_pad(AtPinPad::Types, "12");  // too short
      CHECK(reader.verify_on_pad({}).error() == ReaderFault::PinNotEntered);
      CHECK(bench.heard.empty());
      bench.reader.device.set_time_extensions(0);
      check_gives(reader, echo(20), EchoCard::echoed(EchoCard::counted(20)));
      CHECK(bench.reader.complaints() == "");
    }
  }
}

TEST_CASE("a reader without a pad is not asked") {
  VirtualReader bench({}, std::make_unique<EchoCard>());
  CardReader reader = bench.open();
  REQUIRE(reader.power_on());
  const std::size_t before = bench.device.commands();
  CHECK(reader.verify_on_pad({}).error() == ReaderFault::NoPinPad);
  CHECK(bench.device.commands() == before);
}

TEST_CASE("a pad that a quirk takes away is not waited for") {
  for (const bool real : {true, false}) {
    PinBench bench(ExchangeLevel::ShortApdu, EchoCard::only_t0());
    CardReader::Options options;
    if (!real) options.quirk.pin_pad = Quirk::PinPad::None;
    auto reader = CardReader::open(*bench.reader.usb, bench.reader.clock, options);
    REQUIRE(reader);
    REQUIRE(reader->power_on());
    bench.reader.device.set_at_pin_pad(AtPinPad::Types, "123456");
    const SteadyTime begun = bench.reader.clock.steady();
    const auto said = reader->verify_on_pad({.reference = 0x80});
    CHECK(reader->descriptor().can_verify_pin() == real);
    CHECK(bench.heard.size() == (real ? 1U : 0U));
    if (real) continue;
    CHECK(said.error() == ReaderFault::NoPinPad);
    CHECK(bench.reader.clock.steady() == begun);
  }
}

TEST_CASE("a card that is drawn out while its PIN is typed is told at once") {
  for (const ExchangeLevel level : levels) {
    PinBench bench(level, EchoCard::only_t0());
    CardReader reader = bench.reader.open();
    REQUIRE(reader.power_on());
    static_cast<void>(bench.reader.device.remove());
    CHECK(reader.verify_on_pad({}).error() == ReaderFault::NoCard);
  }
}

TEST_CASE("whatever goes wrong on the way, no PIN is sent twice") {
  int troubled = 0;
  const auto try_it = [&](ExchangeLevel level, const Bytes& atr, auto spoil) {
    PinBench bench(level, atr);
    CardReader reader = bench.reader.open();
    REQUIRE(reader.power_on());
    bench.reader.device.set_at_pin_pad(AtPinPad::Types, "654321");
    spoil(bench.reader.device);
    const SteadyTime begun = bench.reader.clock.steady();
    const auto said = reader.verify_on_pad({});
    CHECK(bench.heard.size() <= 1);
    CHECK(bench.reader.clock.steady() - begun < std::chrono::seconds(40));
    if (said)
      CHECK(said->status == 0x63C2);
    else
      ++troubled;
  };
  for (const auto fault : simulated::all_reader_faults()) {
    for (const ExchangeLevel level : levels) {
      for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1()}) {
        CAPTURE(simulated::name(fault));
        CAPTURE(static_cast<int>(level));
        try_it(level, atr, [&](auto& device) { device.strike(device.commands(), fault); });
      }
    }
  }
  for (const WireFault fault :
       {WireFault::Mute, WireFault::Lost, WireFault::BadCheck, WireFault::WrongSequence, WireFault::CutShort,
        WireFault::TooLong, WireFault::WrongAddress, WireFault::UnknownControl}) {
    for (const Bytes& atr : {EchoCard::only_t0(), EchoCard::only_t1(), EchoCard::t1_with_crc()}) {
      CAPTURE(static_cast<int>(fault));
      CAPTURE(to_hex(atr));
      try_it(ExchangeLevel::Tpdu, atr,
             [&](auto& device) { device.strike_card(device.card_utterances(), fault); });
    }
  }
  CHECK(troubled > 40);
}
