// The exchange levels below and above the short APDU, and the card's own T=0 and T=1.
#include "drivers/simulated/card_wire.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/reader_bench_test.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace pishkhan;
using namespace pishkhan::simulated;
using namespace std::chrono_literals;

namespace {

std::string block_of(const std::string& body) {
  const Bytes bytes = from_hex(body).value();
  return body + to_hex(Bytes{longitudinal_check(bytes)});
}
std::string echo(std::string_view hexadecimal) {
  return to_hex(EchoCard::echoed(from_hex(hexadecimal).value()));
}
bool reported(const SimulatedCardReader& reader, ReaderReport wanted) {
  const auto all = reader.reports();
  return std::ranges::find(all, wanted) != all.end();
}

constexpr ReaderModel tpdu{.level = ExchangeLevel::Tpdu};
constexpr ReaderModel bare_tpdu{.level = ExchangeLevel::Tpdu, .features = automatic::nothing};

}  // namespace

TEST_CASE("T=0 at TPDU level: the reader obeys the procedure bytes, the card shows what there is") {
  for (const auto procedure : {WireManners::Procedure::AllAtOnce, WireManners::Procedure::ByteByByte}) {
    for (const int nulls : {0, 3}) {
      Bench bench(tpdu);
      bench.reader.insert(std::make_unique<EchoCard>(), {.procedure = procedure, .nulls = nulls});
      CHECK(Answer(bench.power_on()).data == to_hex(EchoCard::only_t0()));
      CHECK(bench.block("00da000003010203") == "9000");
      CHECK(bench.block("0088000003010203") == "6103");
      CHECK(bench.block("00c0000003") == echo("010203") + "9000");
      CHECK(bench.block("00ca000510") == "6c05");
      CHECK(bench.block("00ca000505") == to_hex(EchoCard::counted(5)) + "9000");
      CHECK(bench.block("00ca010000") == to_hex(EchoCard::counted(256)) + "9000");
      CHECK(bench.block("00ee000000") == "6d00");
      CHECK(bench.reader.reports().empty());
      CHECK(bench.block("00ca0005") == "error 10");
      CHECK(bench.block("00da0000030102") == "error 10");
      CHECK(reported(bench.reader, ReaderReport::WrongBlock));
    }
  }
}

TEST_CASE("T=1 at TPDU level: chaining in both directions, sequence numbers, repetition") {
  Bench bench(tpdu);
  bench.reader.insert(std::make_unique<EchoCard>(EchoCard::only_t1()));
  CHECK(Answer(bench.power_on()).data == to_hex(EchoCard::only_t1()));
  CHECK(Answer(bench.exchange(command(0x6C, 2))).last == 1);  // T=1
  CHECK(bench.block(block_of("000005"
                             "00ca000302")) ==
        block_of("000004" + to_hex(EchoCard::counted(3)).substr(0, 4) + "6101"));
  // The answer was lost: R with the number of that block brings it again.
  CHECK(bench.block(block_of("008000")) ==
        block_of("000004" + to_hex(EchoCard::counted(3)).substr(0, 4) + "6101"));
  CHECK(bench.block(block_of("004005"
                             "00c0000001")) ==
        block_of("004003" + to_hex(EchoCard::counted(3)).substr(4, 2) + "9000"));
  // A command in two parts.
  CHECK(bench.block(block_of("002004"
                             "00880000")) == block_of("009000"));
  CHECK(bench.block(block_of("004004"
                             "02abcd00")) == block_of("000004" + echo("abcd") + "9000"));
  CHECK(bench.reader.reports().empty());
  // A check byte that is wrong, a number that is wrong.
  CHECK(bench.block("000005"
                    "00ca000302"
                    "ff") == block_of("008100"));
  CHECK(bench.block(block_of("004005"
                             "00ca000302")) == block_of("008200"));
  CHECK(bench.block(block_of("00c000")) == block_of("00e000"));  // resynchronise
  CHECK(bench.block(block_of("000005"
                             "00ca000101")) == block_of("000003"
                                                        "01"
                                                        "9000"));
  CHECK(bench.block("000000") == "error 10");
  CHECK(reported(bench.reader, ReaderReport::BrokenRule));
}

TEST_CASE("T=1: buffer sizes of both sides, more time, the cyclic check") {
  Bench bench({.level = ExchangeLevel::Tpdu, .features = automatic::usual & ~automatic::ifsd});
  bench.reader.insert(std::make_unique<EchoCard>(EchoCard::only_t1()),
                      {.time_requests = 2, .time_multiplier = 3, .new_buffer_bytes = 100});
  CHECK(Answer(bench.power_on()).status == 0);
  CHECK(bench.block(block_of("00c10110")) == block_of("00e10110"));
  CHECK(bench.block(block_of("000005"
                             "00ca001400")) == block_of("00c10164"));
  CHECK(bench.block(block_of("00e10164")) == block_of("00c30103"));
  CHECK(bench.block(block_of("008000")) == block_of("00c30103"));  // once more, please
  CHECK(bench.block(block_of("00e30103")) == block_of("00c30103"));
  const std::string whole = to_hex(EchoCard::counted(20)) + "9000";
  CHECK(bench.block(block_of("00e30103")) == block_of("002010" + whole.substr(0, 32)));
  CHECK(bench.block(block_of("009000")) == block_of("004006" + whole.substr(32)));
  CHECK(bench.reader.reports().empty());

  bench.reader.insert(std::make_unique<EchoCard>(EchoCard::t1_with_crc()));
  CHECK(Answer(bench.power_on()).status == 0);
  // The remainder of "123456789" in this form is 6F91.
  CHECK(cyclic_check(as_bytes("123456789")) == 0x6F91);
  // S(IFS request) with 254 as seen between Linux's driver and a card (OsEID, doc/T1_CRC.txt).
  CHECK(cyclic_check(Bytes{0x00, 0xC1, 0x01, 0xFE}) == 0x544E);
  Bytes body = from_hex("00000500ca000101").value();
  ByteWriter(body).be16(cyclic_check(body));
  Bytes answer = from_hex("000003019000").value();
  ByteWriter(answer).be16(cyclic_check(answer));
  CHECK(bench.block(to_hex(body)) == to_hex(answer));
}

TEST_CASE("without automatic features the host negotiates, and nothing is understood until both sides agree") {
  Bench bench(bare_tpdu);
  bench.reader.insert(std::make_unique<EchoCard>(EchoCard::both_protocols()));
  CHECK(Answer(bench.power_on()).error == 7);  // no automatic voltage
  CHECK(reported(bench.reader, ReaderReport::WrongPower));
  CHECK(Answer(bench.power_on(1)).status == 0);
  CHECK(bench.block("00ca000101") ==
        "01"
        "9000");  // T=0 at the default rate
  CHECK(Answer(bench.power_on(1)).status == 0);
  CHECK(bench.block("ff119579") == "error 254");  // PCK is wrong: no answer (7816-3, 9.3)
  CHECK(Answer(bench.power_on(1)).status == 0);
  CHECK(bench.block("ff11957b") == "ff11957b");
  CHECK(bench.block(block_of("000005"
                             "00ca000101")) == "error 10");  // the reader still speaks T=0
  CHECK(bench.block("00ca000101") == "error 254");
  CHECK(reported(bench.reader, ReaderReport::RateMismatch));
  const Bytes t1{0x95, 0x10, 0x00, 0x45, 0x00, 0x80, 0x00};
  CHECK(Answer(bench.exchange(command(0x61, 9, t1, {1, 0, 0}))).data == to_hex(t1));
  CHECK(bench.block(block_of("000005"
                             "00ca000101")) == block_of("000003"
                                                        "01"
                                                        "9000"));
  CHECK(Answer(bench.exchange(command(0x61, 9, t1, {2, 0, 0}))).error == 7);
  CHECK(Answer(bench.exchange(command(0x61, 9, t1, {0, 0, 0}))).error == 1);
}

TEST_CASE("a card in specific mode needs no negotiation and takes none") {
  Bench bench(bare_tpdu);
  bench.reader.insert(std::make_unique<EchoCard>(EchoCard::specific_t1()));
  CHECK(Answer(bench.power_on(2)).status == 0);
  const Bytes t1{0x13, 0x10, 0x00, 0x45, 0x00, 0x80, 0x00};
  CHECK(Answer(bench.exchange(command(0x61, 9, t1, {1, 0, 0}))).status == 0);
  CHECK(bench.block(block_of("000005"
                             "00ca000101")) == block_of("000003"
                                                        "01"
                                                        "9000"));
}

TEST_CASE("character level: so many characters as wLevelParameter says") {
  Bench bench({.level = ExchangeLevel::Character});
  bench.reader.insert(std::make_unique<EchoCard>());
  CHECK(Answer(bench.power_on()).status == 0);
  CHECK(bench.block("0088000002", 1) == "88");
  CHECK(bench.block("abcd", 2) == "6102");
  CHECK(bench.block("00c0000002", 1) == "c0");
  CHECK(bench.block("", 4) == echo("abcd") + "9000");
  CHECK(bench.block("", 1) == "error 254");
  CHECK((bench.reader.descriptors()[18 + 42] & 7) == 0);
}

TEST_CASE("extended APDUs come and go in parts") {
  Bench bench({.level = ExchangeLevel::ExtendedApdu, .message_bytes = 271, .answer_part_bytes = 100});
  bench.reader.insert(std::make_unique<EchoCard>(EchoCard::only_t1()));
  CHECK(Answer(bench.power_on()).status == 0);
  CHECK(bench.block("00ca000101") ==
        "01"
        "9000");
  const Bytes data = EchoCard::counted(300);
  Bytes whole = from_hex("0088000000012c").value();
  whole.insert(whole.end(), data.begin(), data.end());
  whole.insert(whole.end(), {0, 0});
  const auto part = [&](std::size_t from, std::size_t count, std::uint8_t level) {
    return Answer(bench.exchange(command(0x6F, 3, ByteView(whole).subspan(from, count), {0, level, 0})));
  };
  CHECK(part(0, 200, 1).last == 0x10);
  const Answer first = part(200, whole.size() - 200, 2);
  CHECK(first.last == 1);
  const Answer second = part(0, 0, 0x10);
  CHECK(second.last == 3);
  const Answer third = part(0, 0, 0x10);
  CHECK(third.last == 3);
  const Answer fourth = part(0, 0, 0x10);
  CHECK(fourth.last == 2);
  CHECK(first.data + second.data + third.data + fourth.data == to_hex(EchoCard::echoed(data)) + "9000");
  CHECK(bench.reader.reports().empty());
  CHECK(part(0, 0, 0x10).error == 8);
  CHECK(part(0, 5, 2).error == 8);
}

TEST_CASE("every utterance of a card can be spoiled, and each fault does what it names") {
  const auto with = [](WireFault fault) {
    Bench bench(tpdu);
    bench.reader.insert(std::make_unique<EchoCard>(EchoCard::only_t1()));
    CHECK(Answer(bench.power_on()).status == 0);
    bench.reader.strike_card(0, fault);
    const std::string first =
        bench.block(block_of("000005"
                             "00ca000101"));
    const std::string second = bench.block(block_of("008000"));
    return first + " " + second;
  };
  const std::string right = block_of(
      "000003"
      "01"
      "9000");
  CHECK(with(WireFault::None) == right + " " + right);
  CHECK(with(WireFault::Mute) == "error 254 error 254");
  CHECK(with(WireFault::Lost) == "error 254 " + right);
  CHECK(with(WireFault::BadCheck).substr(0, 12) == right.substr(0, 12));
  CHECK(with(WireFault::BadCheck).substr(0, 14) != right);
  CHECK(with(WireFault::WrongSequence) == block_of("004003"
                                                   "01"
                                                   "9000") +
                                              " " + right);
  CHECK(with(WireFault::CutShort) == right.substr(0, 6) + " " + right);
  CHECK(with(WireFault::TooLong) == right + "55 " + right);
  CHECK(with(WireFault::WrongAddress) == block_of("120003"
                                                  "01"
                                                  "9000") +
                                             " " + right);
  CHECK(with(WireFault::UnknownControl) == block_of("00ff03"
                                                    "01"
                                                    "9000") +
                                               " " + right);
}

TEST_CASE("at 9600 bit/s every character takes 1.25 ms, in virtual time") {
  VirtualClock time;
  SimulatedCardReader reader({.level = ExchangeLevel::Tpdu, .bits_per_second = 9600});
  reader.run_in(time);
  reader.insert(std::make_unique<EchoCard>());
  const auto usb = reader.connect().value();
  const SteadyTime start = time.steady();
  REQUIRE(usb->bulk_out(command(0x62, 1), 1s));
  CHECK(usb->bulk_in(512, 5ms).error() == usb::TransferFault::Timeout);
  CHECK(usb->bulk_in(512, 1s).has_value());
  CHECK(time.steady() - start == 8ms);  // six characters
  REQUIRE(usb->bulk_out(command(0x6F, 2, from_hex("00ca00c8c8").value()), 1s));
  // The card is still talking: another command is too early, and the answer comes nevertheless.
  REQUIRE(usb->bulk_out(command(0x65, 3), 1s));
  CHECK(Answer(usb->bulk_in(512, 0ms).value()).error == 0xE0);
  CHECK(reader.reports() == std::vector{ReaderReport::Busy});
  CHECK(Answer(usb->bulk_in(512, 1s).value()).data == to_hex(EchoCard::counted(200)) + "9000");
  CHECK(time.steady() - start == 8ms + 260ms);  // 5 + 1 + 200 + 2 characters
}

TEST_CASE("a fault strikes the command that it is meant for") {
  for (const ReaderFault fault : all_reader_faults()) {
    CAPTURE(name(fault));
    Bench bench;
    bench.reader.insert(std::make_unique<EchoCard>());
    bench.reader.strike(2, fault);
    CHECK(Answer(bench.power_on()).status == 0);
    CHECK(bench.block("00ca000101") ==
          "01"
          "9000");
    REQUIRE(bench.usb->bulk_out(command(0x6F, 77, from_hex("00ca000202").value()), 0ms));
    const auto answer = bench.usb->bulk_in(271, 0ms);
    const Bytes right = from_hex(
                            "80040000000"
                            "04d00000002"
                            "039000")
                            .value();
    CHECK((!answer || *answer != right));
    REQUIRE(bench.usb->reset());
    while (bench.usb->bulk_in(271, 0ms)) {
    }
    CHECK(Answer(bench.power_on()).status == 0);
    CHECK(bench.block("00ca000101") ==
          "01"
          "9000");
  }
}

TEST_CASE("a polled reader has no interrupt endpoint") {
  Bench bench({.notifications = Notifications::Polled});
  CHECK(bench.usb->interrupt_in(8, 0ms).error() == usb::TransferFault::Failed);
  std::vector<int> types;
  for (ByteView rest = bench.usb->descriptors(); !rest.empty(); rest = rest.subspan(rest[0]))
    types.push_back(rest[1]);
  CHECK(types == std::vector<int>{2, 4, 0x21, 5, 5});
}
