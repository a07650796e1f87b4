#include "drivers/card-reader/reader.h"

#include "base/core/random.h"
#include "drivers/card-reader/municipal_card_test.h"
#include "drivers/card-reader/scripted_reader_test.h"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

namespace pishkhan::card {
namespace {

using std::chrono::milliseconds;
using test::CardHolder;
using test::descriptors_with;
using test::FakeClock;
using test::hex;
using test::read_card;
using test::ScriptedReader;
using usb::TransferFault;

const char* const example_file =
    "e136c10101c20a30343939333730383939c313d985d8b1db8cd98520d8a7d8add985d8afdb8cc41036303030303030303030303030"
    "303031";
const char* const example_name = "مریم احمدی";

struct Bench {
  explicit Bench(Bytes descriptors = descriptors_with(0x00020008)) : device(clock, std::move(descriptors)) {
    device.card.file = hex(example_file);
  }
  CardReader open() { return CardReader::open(device, clock).value(); }
  Result<CardHolder, CardFault> read() {
    CardReader reader = open();
    return read_card(reader, clock);
  }
  FakeClock clock;
  ScriptedReader device;
};

void check_is_the_example(const Result<CardHolder, CardFault>& holder) {
  REQUIRE(holder);
  CHECK(holder->national_id.reveal() == "0499370899");
  CHECK(holder->name.reveal() == example_name);
}

TEST_CASE("what cannot be driven is refused with the reason") {
  FakeClock clock;
  const auto fault = [&](Bytes descriptors) {
    ScriptedReader device(clock, std::move(descriptors));
    return CardReader::open(device, clock).error();
  };
  CHECK(fault({}) == OpenFault::NotCcid);
  CHECK(fault(descriptors_with(0)) == OpenFault::CharacterLevel);
  CHECK(fault(descriptors_with(0x00010000, 270)) == OpenFault::TooSmall);
  CHECK(fault(descriptors_with(0x00020000, 64)) == OpenFault::TooSmall);
  ScriptedReader extended(clock, descriptors_with(0x00040000, 65556));
  CHECK(CardReader::open(extended, clock).has_value());
}

TEST_CASE("poll uses XFS4IoT's names") {
  Bench bench;
  CardReader reader = bench.open();
  CHECK(reader.poll(milliseconds{50}) == ReaderStatus{MediaState::Present, ChipState::PoweredOff});
  CHECK(reader.power_on());
  CHECK(reader.poll(milliseconds{50}) == ReaderStatus{MediaState::Present, ChipState::Online});
  CHECK(reader.power_off());
  bench.device.present = false;
  CHECK(reader.poll(milliseconds{0}) == ReaderStatus{MediaState::NotPresent, ChipState::NoCard});
  bench.device.error = 0xFB;
  CHECK(reader.poll(milliseconds{0}) == ReaderStatus{MediaState::NotPresent, ChipState::NoCard});
  bench.device.unplugged = true;
  CHECK(reader.poll(milliseconds{50}) == ReaderStatus{MediaState::Unknown, ChipState::NoDevice});
}

TEST_CASE("a slot that is busy for ever becomes a fault, and its port is not reset for ever") {
  for (const std::uint8_t why : {ccid::error::slot_busy, ccid::error::aborted}) {
    CAPTURE(static_cast<int>(why));
    Bench bench;
    CardReader reader = bench.open();
    bench.device.error = why;
    int faults = 0;
    for (int look = 0; look < 20; ++look) {
      if (reader.poll(milliseconds{150}).chip == ChipState::HardwareError) ++faults;
    }
    CHECK(faults >= 17);
    CHECK(bench.device.resets <= 2);
    bench.device.error = 0;
    CHECK(reader.poll(milliseconds{150}) == ReaderStatus{MediaState::Present, ChipState::PoweredOff});
    check_is_the_example(bench.read());
  }
}

TEST_CASE("a PIN is asked for once, whatever the reader says to it") {
  for (const std::uint8_t why : {ccid::error::aborted, ccid::error::slot_busy}) {
    Bench bench(descriptors_with(0x00020008, 271, true, true));
    CardReader reader = bench.open();
    REQUIRE(reader.power_on());
    bench.device.error = why;
    CHECK_FALSE(reader.verify_on_pad({.reference = 1}));
    CHECK(bench.device.pins_asked == 1);
  }
}

TEST_CASE("what a former session left in the pipe is not believed, whatever its number") {
  for (int sequence = 0; sequence < 256; ++sequence) {
    CAPTURE(sequence);
    Bench bench;
    CardReader reader = bench.open();
    bench.device.leave_behind(static_cast<std::uint8_t>(sequence));
    CHECK(reader.poll(milliseconds{0}) == ReaderStatus{MediaState::Present, ChipState::PoweredOff});
    REQUIRE(reader.power_on());
  }
}

TEST_CASE("sessions begin with different numbers, so that an answer that is late does not fit either") {
  std::set<std::uint8_t> firsts;
  Bench bench;
  for (int session = 0; session < 16; ++session) {
    CardReader reader = bench.open();
    CHECK(reader.poll(milliseconds{0}).media == MediaState::Present);
    firsts.insert(bench.device.last_sequence);
    bench.clock.now += milliseconds{1000};
  }
  CHECK(firsts.size() >= 12);
}

TEST_CASE("an interrupt endpoint that always fails at once does not make its reader spin") {
  for (const TransferFault fault : {TransferFault::Failed, TransferFault::Overflow, TransferFault::Stalled}) {
    CAPTURE(static_cast<int>(fault));
    Bench bench;
    CardReader reader = bench.open();
    bench.device.interrupt_fault = fault;
    const auto end = bench.clock.now + milliseconds{1000};
    int looks = 0;
    // As the kiosk does it: the waiting is left to a reader that says that it can.
    for (; bench.clock.now < end && looks < 1000; ++looks) {
      if (reader.descriptor().interrupt == ccid::InterruptEndpoint::Absent) bench.clock.now += milliseconds{150};
      CHECK(reader.poll(milliseconds{150}) == ReaderStatus{MediaState::Present, ChipState::PoweredOff});
    }
    CHECK(looks <= 12);
    CHECK(bench.device.transfers + bench.device.interrupt_reads <= 40);
    CHECK(bench.device.interrupt_reads == 3);
    CHECK(bench.open().descriptor().interrupt == ccid::InterruptEndpoint::Present);
  }
  // What fails now and then goes on being asked.
  Bench bench;
  CardReader reader = bench.open();
  for (int i = 0; i < 20; ++i) {
    bench.device.interrupt_fault = i % 3 == 2 ? std::nullopt : std::optional(TransferFault::Failed);
    CHECK(reader.poll(milliseconds{150}).media == MediaState::Present);
  }
  CHECK(bench.device.interrupt_reads == 20);
}

TEST_CASE("the municipal card is read, in one piece, by 6Cxx and by GET RESPONSE") {
  for (const bool exact : {false, true}) {
    for (const bool waits : {false, true}) {
      Bench bench;
      bench.device.card.exact_length = exact;
      bench.device.card.waits = waits;
      check_is_the_example(bench.read());
      CHECK_FALSE(bench.device.powered);
    }
  }
}

TEST_CASE("a long name takes several reads") {
  Bench bench;
  Bytes fields = hex("c10101c20a30343939333730383939c381a0");
  for (int i = 0; i < 80; ++i) fields.insert(fields.end(), {0xD9, 0x85});
  bench.device.card.file = {0xE1, 0x81, static_cast<std::uint8_t>(fields.size())};
  bench.device.card.file.insert(bench.device.card.file.end(), fields.begin(), fields.end());
  bench.device.card.file.insert(bench.device.card.file.end(), 60, 0xFF);
  const auto holder = bench.read();
  REQUIRE(holder);
  CHECK(holder->name.reveal().size() == 160);
}

TEST_CASE("another card is unknown, and not an error") {
  Bench bench;
  bench.device.card.knows_application = false;
  CHECK(bench.read().error() == CardFault::UnknownCard);
  CHECK_FALSE(bench.device.powered);
}

TEST_CASE("no card, a mute one, a bad ATR") {
  Bench none;
  none.device.present = false;
  CHECK(none.read().error() == CardFault::NoCard);
  Bench mute;
  mute.device.error = 0xFE;
  CHECK(mute.read().error() == CardFault::CardMute);
  Bench bad;
  bad.device.card.atr = hex("3b68");
  CHECK(bad.read().error() == CardFault::Unreadable);
}

TEST_CASE("what the card holds must be what its profile says") {
  const auto fault = [](std::string file) {
    Bench bench;
    bench.device.card.file = hex(file);
    return bench.read().error();
  };
  const std::string id = "c20a30343939333730383939";
  const std::string name = "c30441424344";
  CHECK(fault("e115c10102" + id + name) == CardFault::Unreadable);                     // another version
  CHECK(fault("e112" + id + name) == CardFault::Unreadable);                           // no version
  CHECK(fault("e109c10101" + name) == CardFault::Unreadable);                          // no national ID
  CHECK(fault("e11bc10101" + name + name + id) == CardFault::Unreadable);              // name twice
  CHECK(fault("e115c10101c20a30343939333730383941" + name) == CardFault::Unreadable);  // a letter in the ID
  CHECK(fault("e114c10101c209303439393337303839" + name) == CardFault::Unreadable);    // nine digits
  CHECK(fault("e115c10101" + id + "c304410a4344") == CardFault::Unreadable);           // a control character
  CHECK(fault("e114c10101" + id + "c303e280ae") == CardFault::Unreadable);             // turns the line round
  CHECK(fault("e113c10101" + id + "c302c080") == CardFault::Unreadable);               // over-long UTF-8
  CHECK(fault("e111c10101" + id + "c300") == CardFault::Unreadable);                   // an empty name
  CHECK(fault("e215c10101" + id + name) == CardFault::Unreadable);                     // another template
  CHECK(fault("e1820400") == CardFault::Unreadable);                                   // beyond the budget
  CHECK(fault("e115c10101") == CardFault::Unreadable);                                 // shorter than it says
}

TEST_CASE("every truncation of the card's file is unreadable") {
  const Bytes whole = hex(example_file);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Bench bench;
    bench.device.card.file = Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const auto holder = bench.read();
    REQUIRE_FALSE(holder);
    CHECK(holder.error() == CardFault::Unreadable);
  }
}

TEST_CASE("a card that gives one byte at a time runs out of steps, not of our patience") {
  Bench bench;
  bench.device.spoil = [](Bytes& bytes) {
    // Cuts each READ BINARY to one byte of data and 90 00.
    if (bytes[0] == 0x80 && bytes.size() > 13 && bytes[10] != 0x3B) {
      bytes[1] = 3;
      bytes.resize(11);
      bytes.insert(bytes.end(), {0x90, 0x00});
    }
  };
  CHECK(bench.read().error() == CardFault::Unreadable);
  CHECK(bench.device.transfers < 60);
}

TEST_CASE("stale answers are dropped, time extensions granted up to a limit") {
  Bench bench;
  bench.device.stale = 5;
  bench.device.extensions = 3;
  check_is_the_example(bench.read());
  bench.device.extensions = 10000;
  const SteadyTime before = bench.clock.now;
  CHECK(bench.read().error() == CardFault::Timeout);
  CHECK(bench.clock.now - before < milliseconds{12000});
}

TEST_CASE("an answer with another sequence number alone is never taken") {
  Bench bench;
  bench.device.spoil = [](Bytes& bytes) { ++bytes[6]; };
  CHECK(bench.read().error() == CardFault::Timeout);
}

TEST_CASE("voltages are tried from the lowest where the reader does not choose") {
  Bench bench(descriptors_with(0x00020000));
  bench.device.least_power = 1;
  check_is_the_example(bench.read());
  CHECK(bench.device.voltages_asked == std::vector<std::uint8_t>{3, 2, 1});
}

TEST_CASE("more data than was asked for is an error, and so is an endless 61xx") {
  Bench bench;
  CardReader reader = bench.open();
  REQUIRE(reader.power_on());
  bench.device.spoil = [](Bytes& bytes) {
    const std::uint8_t sequence = bytes[6];
    bytes =
        hex("80070000000000000000"
            "41424344459000");
    bytes[6] = sequence;
  };
  CHECK(reader.transmit({.ins = 0xB0, .data = {}, .wanted = 4}).error() == ReaderFault::CardFailed);
  bench.device.spoil = [](Bytes& bytes) {
    const std::uint8_t sequence = bytes[6];
    bytes =
        hex("80030000000000000000"
            "416105");
    bytes[6] = sequence;
  };
  CHECK(reader.transmit({.ins = 0xB0, .data = {}, .wanted = 4}).error() == ReaderFault::CardFailed);
}

TEST_CASE("each fault at each transfer of a reading: typed, in time, and the next reading is right") {
  Bench whole;
  check_is_the_example(whole.read());
  const int transfers = whole.device.transfers;
  REQUIRE(transfers >= 10);
  constexpr std::array faults{TransferFault::Timeout, TransferFault::Stalled, TransferFault::Unplugged,
                              TransferFault::Overflow, TransferFault::Failed};
  for (const TransferFault fault : faults) {
    for (int at = 0; at < transfers; ++at) {
      CAPTURE(static_cast<int>(fault));
      CAPTURE(at);
      Bench bench;
      bench.device.before = [&](int number) { return number == at ? std::optional(fault) : std::nullopt; };
      CardReader reader = bench.open();
      const SteadyTime before = bench.clock.now;
      const auto holder = read_card(reader, bench.clock);
      REQUIRE(bench.clock.now - before < milliseconds{12000});
      // The last two transfers are the power-off, whose loss does not unmake what was read; and a read
      // that was only late is tried again within its deadline.
      if (holder) check_is_the_example(holder);
      // and after a STALL the transfer is made once more. The very first only drains.
      const bool mended = fault == TransferFault::Timeout || fault == TransferFault::Stalled;
      const bool drains = at == 0 && fault != TransferFault::Unplugged;
      const bool must_fail = !mended && !drains && at < transfers - 2;
      CHECK((!must_fail || !holder));
      if (fault == TransferFault::Unplugged && at < transfers - 2) {
        CHECK(holder.error() == CardFault::NoReader);
      } else if (fault != TransferFault::Unplugged) {
        check_is_the_example(read_card(reader, bench.clock));
      }
    }
  }
}

TEST_CASE("a card drawn out at any transfer is no card, or was read whole") {
  for (int at = 0; at < 14; ++at) {
    CAPTURE(at);
    Bench bench;
    bench.device.before = [&](int number) {
      if (number >= at) bench.device.present = bench.device.powered = false;
      return std::optional<TransferFault>();
    };
    const auto holder = bench.read();
    if (holder) {
      check_is_the_example(holder);
    } else {
      CHECK(holder.error() == CardFault::NoCard);
    }
  }
}

TEST_CASE("hostile answers end in a typed fault, or in a holder that keeps the rules") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    Bench bench;
    SeededRandom random(seed);
    bench.device.spoil = [&](Bytes& bytes) {
      if (random.below(4) != 0) return;
      switch (random.below(5)) {
        case 0:
          bytes.resize(random.below(bytes.size() + 1));
          break;
        case 1:
          bytes.resize(bytes.size() + random.below(300), 0x37);
          break;
        case 2:
          bytes[7] = static_cast<std::uint8_t>(random.next());
          break;
        case 3:
          bytes = Bytes(random.below(400));
          random.fill(bytes);
          break;
        default:
          bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.next());
      }
    };
    const SteadyTime before = bench.clock.now;
    const auto holder = bench.read();
    REQUIRE(bench.clock.now - before < milliseconds{12000});
    REQUIRE(bench.device.transfers < 2000);
    if (holder) {
      CHECK(holder->national_id.reveal().size() == 10);
      CHECK(holder->name.reveal().size() <= 160);
    }
  }
}

}  // namespace
}  // namespace pishkhan::card
