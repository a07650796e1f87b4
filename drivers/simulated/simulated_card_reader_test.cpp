#include "drivers/simulated/simulated_card_reader.h"

#include "base/core/random.h"
#include "drivers/simulated/citizen_card.h"
#include "drivers/simulated/reader_bench_test.h"

#include <doctest/doctest.h>

#include <thread>

using namespace pishkhan;
using namespace pishkhan::simulated;
using namespace std::chrono_literals;
using usb::TransferFault;

TEST_CASE("the descriptors are whole, and the class descriptor has its 54 bytes") {
  Bench bench;
  const ByteView all = bench.usb->descriptors();
  CHECK((all[2] | all[3] << 8) == static_cast<int>(all.size()));
  std::vector<int> types;
  for (ByteView rest = all; !rest.empty(); rest = rest.subspan(rest[0])) {
    REQUIRE(rest[0] >= 2);
    REQUIRE(rest[0] <= rest.size());
    types.push_back(rest[1]);
    if (rest[1] == 0x21) {
      CHECK(rest[0] == 54);
      CHECK(to_hex(rest.subspan(40, 8)) == "ba0402000f010000");
    }
  }
  CHECK(types == std::vector<int>{2, 4, 0x21, 5, 5, 5});
  CHECK(bench.usb->control_in({0x80, 6, 0x0100, 0}, 18, 0ms).value().size() == 18);
  CHECK(bench.usb->control_in({0x80, 6, 0x0200, 0}, 9, 0ms).value().size() == 9);
}

TEST_CASE("power, status and exchange without a card, with one, and with a dead one") {
  Bench bench;
  Answer none(bench.exchange(command(0x65, 9)));
  CHECK(none.type == 0x81);
  CHECK(none.sequence == 9);
  CHECK(none.status == 2);
  Answer nothing(bench.power_on());
  CHECK(nothing.type == 0x80);
  CHECK(nothing.status == 0x42);
  CHECK(nothing.error == 0xFE);

  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(Answer(bench.exchange(command(0x65, 10))).status == 1);
  CHECK(Answer(bench.exchange(command(0x6F, 11, Bytes{0, 0xB0, 0, 0, 1}))).status == 0x41);
  Answer on(bench.power_on());
  CHECK(on.status == 0);
  CHECK(on.data ==
        "3b68000050495348"
        "4b48414e");
  CHECK(Answer(bench.exchange(command(0x6C, 12))).data == "1100000a00");
  Answer answer(bench.exchange(command(0x6F, 255, Bytes{0, 0xB0, 0, 0, 1})));
  CHECK(answer.sequence == 255);
  CHECK(answer.data == "6986");
  Answer off(bench.exchange(command(0x63, 13)));
  CHECK(off.status == 1);
  CHECK(off.last == 1);
  CHECK(bench.reader.remove() != nullptr);
  CHECK(bench.reader.remove() == nullptr);

  bench.reader.insert(std::make_unique<DeadCard>());
  Answer dead(bench.power_on());
  CHECK(dead.status == 0x41);
  CHECK(dead.error == 0xFE);
  bench.reader.insert(std::make_unique<UnknownCard>());
  CHECK(Answer(bench.power_on()).data ==
        "3b650000"
        "4f54484552");
  CHECK(Answer(bench.exchange(command(0x6F, 14, Bytes{0, 0xA4, 0, 0}))).data == "6a82");
}

TEST_CASE("wrong commands get the error of the specification") {
  Bench bench;
  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(Answer(bench.power_on()).status == 0);
  const auto error = [&](Bytes bytes) {
    const Answer answer(bench.exchange(bytes));
    CHECK((answer.status & 0xC0) == 0x40);
    return answer.error;
  };
  CHECK(error(command(0x62, 1, {}, {4, 0, 0})) == 7);
  CHECK(error(command(0x6F, 1, Bytes{0, 0xB0, 0, 0, 1}, {0, 1, 0})) == 8);
  CHECK(error(command(0x6F, 1)) == 1);
  CHECK(error(command(0x6F, 1, Bytes(262))) == 1);
  CHECK(error(command(0x65, 1, Bytes(1))) == 1);
  CHECK(error(command(0x69, 1)) == 0);  // not supported
  CHECK(error(command(0x6B, 1)) == 0);
  CHECK(error(command(0x00, 1)) == 0);
  Bytes other_slot = command(0x65, 1);
  other_slot[5] = 1;
  const Bytes answer = bench.exchange(other_slot);
  CHECK(answer[7] == 0x42);
  CHECK(answer[8] == 5);
  CHECK(answer[5] == 1);
}

TEST_CASE("every truncation of a command is an error or halts the pipe, and the reader lives on") {
  Bench bench;
  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(Answer(bench.power_on()).status == 0);
  const Bytes whole = command(0x6F, 3, Bytes{0, 0xA4, 0, 0x0C, 2, 0x3F, 0});
  for (std::size_t length = 1; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(bench.usb->bulk_out(ByteView(whole).first(length), 0ms).value() == length);
    if (length < 10) {
      CHECK(bench.usb->bulk_in(271, 0ms).error() == TransferFault::Stalled);
      CHECK(bench.usb->clear_halts().has_value());
    } else {
      const Answer answer(bench.read());
      CHECK(answer.status == 0x40);
      CHECK(answer.error == 1);
    }
    CHECK(Answer(bench.exchange(whole)).data == "9000");
  }
}

TEST_CASE("abort takes both halves; what comes between is aborted too") {
  Bench bench;
  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(bench.usb->control_out({0x21, 1, 0x0700, 0}, {}, 0ms).has_value());
  CHECK(Answer(bench.exchange(command(0x65, 5))).error == 0xFF);
  const Answer done(bench.exchange(command(0x72, 7)));
  CHECK(done.type == 0x81);
  CHECK(done.sequence == 7);
  CHECK(done.status == 1);
  CHECK(bench.exchange(command(0x72, 8)).empty());
  CHECK(bench.usb->control_out({0x21, 1, 0x0800, 0}, {}, 0ms).has_value());
  CHECK(Answer(bench.read()).sequence == 8);
  CHECK(Answer(bench.exchange(command(0x65, 9))).status == 1);
}

TEST_CASE("card in and out is told once a change, and wakes who waits") {
  Bench bench;
  CHECK(bench.notice().empty());
  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(bench.notice() == Bytes{0x50, 0x03});
  CHECK(bench.notice().empty());
  CHECK(bench.reader.remove() != nullptr);
  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(bench.reader.remove() != nullptr);
  CHECK(bench.notice() == Bytes{0x50, 0x02});
  CHECK(bench.notice().empty());
  std::jthread hand([&] {
    std::this_thread::sleep_for(20ms);
    bench.reader.insert(std::make_unique<CitizenCard>());
  });
  CHECK(bench.usb->interrupt_in(8, 10s).value() == Bytes{0x50, 0x03});
  hand.join();
  bench.reader.unplug();
  CHECK(bench.usb->interrupt_in(8, 10s).error() == TransferFault::Unplugged);
  bench.reader.plug_in();
  bench.usb = bench.reader.connect().value();
  CHECK(bench.notice() == Bytes{0x50, 0x03});  // A card that is there already is told, too.
  CHECK_FALSE(bench.reader.view().card_powered);
}

TEST_CASE("time extensions come first; a card drawn out meanwhile ends the wait") {
  Bench bench;
  bench.reader.insert(std::make_unique<CitizenCard>());
  CHECK(Answer(bench.power_on()).status == 0);
  bench.reader.set_time_extensions(2, 5);
  const Bytes read_binary = command(0x6F, 20, Bytes{0, 0xB0, 0, 0, 1});
  for (int i = 0; i < 2; ++i) {
    const Answer wait(i == 0 ? bench.exchange(read_binary) : bench.read());
    CHECK(wait.status == 0x80);
    CHECK(wait.error == 5);
    CHECK(wait.sequence == 20);
  }
  CHECK(Answer(bench.read()).data == "6986");
  CHECK(bench.read().empty());
  bench.reader.set_time_extensions(1'000'000);
  CHECK(Answer(bench.exchange(read_binary)).status == 0x80);
  CHECK(bench.reader.remove() != nullptr);
  const Answer gone(bench.read());
  CHECK(gone.status == 0x42);
  CHECK(gone.error == 0xFE);
  CHECK(bench.read().empty());
}

TEST_CASE("each fault changes what it names") {
  Bench bench;
  bench.reader.insert(std::make_unique<CitizenCard>());
  const Bytes good = bench.power_on();
  const auto with = [&](ReaderFault fault) {
    bench.reader.set_fault(fault);
    return bench.power_on();
  };
  CHECK(with(ReaderFault::WrongSequence)[6] == 2);
  CHECK(with(ReaderFault::WrongSlot)[5] == 1);
  CHECK(with(ReaderFault::WrongType)[0] == 0x9F);
  CHECK(with(ReaderFault::CutShort).size() == good.size() / 2);
  CHECK(to_hex(ByteView(with(ReaderFault::LengthTooLong)).subspan(1, 4)) == "ffffffff");
  CHECK(bench.notice() == Bytes{0x50, 0x03});
  CHECK(Answer(with(ReaderFault::HardwareError)).error == 0xFB);
  CHECK(bench.notice() == Bytes{0x51, 0, 1, 1});
  bench.reader.set_fault(ReaderFault::EmptyPacket);
  CHECK(bench.usb->bulk_out(command(0x65, 1), 0ms).has_value());
  CHECK(bench.usb->bulk_in(271, 0ms).value().empty());
  CHECK(Answer(bench.read()).sequence == 1);
  CHECK(with(ReaderFault::None).empty() == false);
  bench.reader.set_speech(Speech::Mute);
  CHECK(bench.power_on().empty());
}

TEST_CASE("random messages are each answered or halt the pipe, and never break the reader") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    Bench bench;
    for (int step = 0; step < 300; ++step) {
      if (random.below(10) == 0) bench.reader.insert(std::make_unique<CitizenCard>());
      if (random.below(10) == 0) static_cast<void>(bench.reader.remove());
      Bytes data(random.below(40));
      random.fill(data);
      Bytes bytes =
          command(static_cast<std::uint8_t>(0x60 + random.below(0x14)), static_cast<std::uint8_t>(step), data);
      if (bytes[0] == 0x72) bytes[0] = 0x65;  // Half an abort keeps everything waiting.
      if (random.below(3) == 0) {
        std::uint8_t& byte = bytes[random.below(bytes.size())];
        byte = static_cast<std::uint8_t>(byte ^ 1 << random.below(8));
      }
      if (bytes[0] == 0x72) continue;
      if (random.below(8) == 0) bytes.resize(random.below(bytes.size()) + 1);
      CHECK(bench.usb->bulk_out(bytes, 0ms).value() == bytes.size());
      const auto answer = bench.usb->bulk_in(271, 0ms);
      if (bytes.size() < 10) {
        CHECK(answer.error() == TransferFault::Stalled);
        CHECK(bench.usb->clear_halts().has_value());
      } else {
        REQUIRE(answer.has_value());
        CHECK((*answer)[6] == bytes[6]);
      }
      CHECK(bench.read().empty());
    }
  }
}
