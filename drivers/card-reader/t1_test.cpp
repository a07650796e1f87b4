#include "drivers/card-reader/t1.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace pishkhan::card {
namespace {

Bytes hex(std::string_view text) {
  return from_hex(text).value();
}
/// NAD, PCB, LEN and information, with their LRC.
Bytes block(std::string_view body) {
  Bytes bytes = hex(body);
  bytes.push_back(block_lrc(bytes));
  return bytes;
}
/// The block to send without its LRC; "done HEX" or a fault's name.
std::string told(const T1::Step& step) {
  if (const auto* send = std::get_if<T1::Send>(&step)) {
    CHECK(block_lrc(send->block) == 0);
    return to_hex(ByteView(send->block).first(send->block.size() - 1));
  }
  if (const auto* done = std::get_if<T1::Done>(&step)) return "done " + to_hex(done->answer);
  switch (std::get<T1::Fault>(step)) {
    case T1::Fault::Mute:
      return "mute";
    case T1::Fault::Broken:
      return "broken";
    case T1::Fault::TooLong:
      break;
  }
  return "too long";
}
std::string hear(T1& t1, std::string_view body) {
  return told(t1.hear(block(body)));
}

const Bytes command = hex("00ca000102");

}  // namespace

TEST_CASE("T=1: one command, one answer, and the numbers alternate (ISO 7816-3, annex A, scenario 1)") {
  T1 t1;
  CHECK(told(t1.begin(command)) == "00000500ca000102");
  CHECK(hear(t1, "000003019000") == "done 019000");
  CHECK(told(t1.begin(command)) == "00400500ca000102");
  CHECK(hear(t1, "004003019000") == "done 019000");
  CHECK(told(t1.begin(command)) == "00000500ca000102");
}

TEST_CASE("T=1: chains in both directions") {
  T1 t1({.card_buffer_bytes = 2});
  CHECK(told(t1.begin(command)) == "00200200ca");
  CHECK(hear(t1, "009000") == "0060020001");
  CHECK(hear(t1, "008000") == "00000102");
  CHECK(hear(t1, "0020020102") == "009000");
  CHECK(hear(t1, "0060020304") == "008000");
  CHECK(hear(t1, "0000029000") == "done 010203049000");
}

TEST_CASE("T=1: the card asks for time, for another buffer, and for our block once more") {
  T1 t1;
  CHECK(told(t1.begin(command)) == "00000500ca000102");
  CHECK(hear(t1, "008200") == "00000500ca000102");  // it was not heard
  const T1::Step granted = t1.hear(block("00c30107"));
  CHECK(told(granted) == "00e30107");
  CHECK(std::get<T1::Send>(granted).waiting == 7);
  CHECK(hear(t1, "009000") == "00e30107");  // that was not heard
  CHECK(hear(t1, "00c10110") == "00e10110");
  CHECK(t1.card_buffer_bytes() == 16);
  CHECK(hear(t1, "000003019000") == "done 019000");
}

TEST_CASE("T=1: what is not heard rightly is asked for again, twice, then S(RESYNCH) and no second try") {
  for (const std::string_view wrong : {"", "000003019000ff", "00000301900093", "0000039000", "400003019000d2",
                                       "004003019000d2", "00ff00ff", "00a000a0",
                                       "008300"
                                       "83",
                                       "0000ff"
                                       "ff"}) {
    CAPTURE(wrong);
    T1 t1;
    CHECK(told(t1.begin(command)) == "00000500ca000102");
    const Bytes heard = hex(wrong);
    const std::string first = told(t1.hear(heard));
    CHECK(first.substr(0, 3) == "008");  // R(0)
    CHECK(told(t1.hear(heard)) == first);
    CHECK(told(t1.hear(heard)) == "00c000");
    CHECK(hear(t1, "00e000") == (wrong.empty() ? "mute" : "broken"));
    CHECK(told(t1.begin(command)) == "00000500ca000102");
    CHECK(hear(t1, "000003019000") == "done 019000");
  }
}

TEST_CASE("T=1: a card that does not even resynchronise is given up, and tried again with the next command") {
  T1 t1;
  std::string last = told(t1.begin(command));
  int sent = 0;
  while (last.substr(0, 2) == "00") {
    REQUIRE(++sent < 20);
    last = told(t1.hear({}));
  }
  CHECK(last == "mute");
  CHECK(sent == 6);  // I, R, R, S, S, S
  CHECK(told(t1.begin(command)) == "00c000");
  CHECK(hear(t1, "00e000") == "00000500ca000102");
}

TEST_CASE("T=1: a lost answer comes again, a lost acknowledgement too (annex A, scenarios 5 to 15)") {
  T1 t1({.card_buffer_bytes = 3});
  CHECK(told(t1.begin(command)) == "00200300ca00");
  CHECK(told(t1.hear({})) == "008200");
  CHECK(hear(t1, "009000") == "0040020102");  // it had been heard
  CHECK(told(t1.hear({})) == "008200");
  CHECK(hear(t1, "009000") == "0040020102");  // it had not
  CHECK(hear(t1, "00200141") == "009000");
  CHECK(hear(t1, "009000") == "009000");  // our R was lost
  CHECK(hear(t1, "0040029000") == "done 419000");
}

TEST_CASE("T=1: the card gives up its chain, or never ends it") {
  T1 t1;
  CHECK(told(t1.begin(command)) == "00000500ca000102");
  CHECK(hear(t1, "00200141") == "009000");
  CHECK(hear(t1, "00c200") == "00c000");
  CHECK(hear(t1, "00e000") == "broken");

  std::string last = told(t1.begin(command));
  const std::string part(2 * 254, '4');
  int parts = 0;
  bool odd = false;
  while (last.substr(0, 2) == "00") {
    REQUIRE(++parts < 1000);
    last = hear(t1, (odd ? "0060fe" : "0020fe") + part);
    odd = !odd;
  }
  CHECK(last == "too long");

  last = told(t1.begin(command));
  CHECK(last == "00c000");
  last = hear(t1, "00e000");
  int favours = 0;
  while (last.substr(0, 2) == "00") {
    REQUIRE(++favours < 5000);
    last = hear(t1, "00c30101");
  }
  CHECK(last == "broken");
}

TEST_CASE("T=1: our buffer's size is told, and repeated if nothing right comes back") {
  T1 t1;
  CHECK(told(t1.begin_buffer_size(254)) == "00c101fe");
  CHECK(told(t1.hear({})) == "00c101fe");
  CHECK(hear(t1, "00e10120") == "00c101fe");
  CHECK(hear(t1, "00e101fe") == "done ");
  CHECK(told(t1.begin(command)) == "00000500ca000102");
}

TEST_CASE("T=1: the cyclic check, and every truncation of a block") {
  CHECK(block_crc(as_bytes("123456789")) == 0x6F91);
  T1 t1({.check = BlockCheck::Crc});
  const auto first = std::get<T1::Send>(t1.begin(command));
  CHECK(first.block.size() == 3 + 5 + 2);
  Bytes right = hex("000003019000");
  ByteWriter(right).be16(block_crc(right));
  for (std::size_t length = 0; length < right.size(); ++length) {
    T1 other({.check = BlockCheck::Crc});
    static_cast<void>(other.begin(command));
    CHECK(std::holds_alternative<T1::Send>(other.hear(ByteView(right).first(length))));
  }
  CHECK(std::get<T1::Done>(t1.hear(right)).answer == hex("019000"));
}

TEST_CASE("T=1: hostile blocks end in an answer or a fault, and soon") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    SeededRandom random(seed);
    T1 t1({.card_buffer_bytes = 1 + random.below(254)});
    Bytes long_command(1 + random.below(600));
    random.fill(long_command);
    T1::Step step = t1.begin(long_command);
    int steps = 0;
    while (std::holds_alternative<T1::Send>(step)) {
      REQUIRE(++steps < 20'000);
      Bytes heard(random.below(10));
      random.fill(heard);
      if (heard.size() >= 3 && random.below(8) != 0) {
        constexpr std::uint8_t controls[] = {0x00, 0x40, 0x20, 0x60, 0x80, 0x90, 0x81, 0xC3, 0xC1, 0xE0};
        heard[0] = 0;
        heard[1] = controls[random.below(sizeof controls)];
        heard[2] = static_cast<std::uint8_t>(heard.size() - 3);
        heard.push_back(block_lrc(heard));
      }
      step = t1.hear(heard);
    }
    if (const auto* done = std::get_if<T1::Done>(&step)) CHECK(done->answer.size() <= 65'538);
  }
}

}  // namespace pishkhan::card
