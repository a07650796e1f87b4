#include "drivers/simulated/citizen_card.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <string>

using namespace pishkhan;
using namespace pishkhan::simulated;

namespace {

std::string ask(SimulatedCard& card, const char* hexadecimal) {
  return to_hex(card.apdu(from_hex(hexadecimal).value()));
}

constexpr const char* select_application = "00a4040c0af0504953484b48414e01";
constexpr const char* select_holder_file = "00a4020c020101";
// The example of drivers/card-reader/README.md.
constexpr const char* example =
    "e136c10101c20a30343939333730383939c313d985d8b1db8cd98520d8a7d8add985d8afdb8cc41036303030303030303030303030"
    "303031";

}  // namespace

TEST_CASE("the card is read as its table says") {
  CitizenCard card;
  card.reset();
  CHECK(ask(card, select_holder_file) == "6a82");  // The application comes first.
  CHECK(ask(card, select_application) == "9000");
  CHECK(ask(card, "00b0000010") == "6986");
  CHECK(ask(card, select_holder_file) == "9000");
  CHECK(ask(card, "00b0000080") == "6c38");
  CHECK(ask(card, "00b0000038") == std::string(example) + "9000");
  CHECK(ask(card, "00b0000000") == std::string(example) + "9000");
  CHECK(ask(card, "00b0000101") == "369000");
  CHECK(ask(card, "00b0003780") == "6c01");
  CHECK(ask(card, "00b0003880") == "6b00");
  CHECK(ask(card, "00b07fff80") == "6b00");
  card.reset();
  CHECK(ask(card, "00b0000038") == "6986");
}

TEST_CASE("the other way to say that the file ends") {
  const auto card = CitizenCard::with_file({1, 2, 3}, CitizenCard::EndOfFile::Warning);
  card->reset();
  CHECK(ask(*card, select_application) == "9000");
  CHECK(ask(*card, select_holder_file) == "9000");
  CHECK(ask(*card, "00b0000080") == "0102036282");
  CHECK(ask(*card, "00b0000003") == "0102039000");
}

TEST_CASE("file control information is offered with 61 xx and fetched with GET RESPONSE") {
  CitizenCard card;
  card.reset();
  CHECK(ask(card, "00c0000000") == "6985");
  CHECK(ask(card, "00a404000af0504953484b48414e01") == "610e");
  CHECK(ask(card, "00c00000ff") == "6c0e");
  CHECK(ask(card, "00c0000004") ==
        "6f0c840a"
        "610a");
  CHECK(ask(card, "00c000000a") ==
        "f0504953484b48414e01"
        "9000");
  CHECK(ask(card, "00c0000000") == "6985");
  CHECK(ask(card, "00a404000af0504953484b48414e0100") ==
        "6f0c840af0504953484b48414e01"
        "9000");
}

TEST_CASE("what the card does not know has its status word") {
  CitizenCard card;
  card.reset();
  CHECK(ask(card, "00a4040c07a0000000031010") == "6a82");
  CHECK(ask(card, "00a40a0c020101") == "6a86");
  CHECK(ask(card, "00a40403020101") == "6a86");
  CHECK(ask(card, "00ee0001") == "6d00");
  CHECK(ask(card, "80a4040c0af0504953484b48414e01") == "6e00");
  CHECK(ask(card, "00b0810010") == "6a82");
  CHECK(ask(card, "00a404") == "6700");
  CHECK(ask(card, "00a4040c0af050") == "6700");
  CHECK(ask(card, "00a4040c00000af0") == "6700");
}

TEST_CASE("a long name takes a length of two bytes") {
  CardHolder holder;
  std::string name;
  while (name.size() < 160) name += "ی";
  holder.name = PersonalText(name);
  const Bytes file = CitizenCard::holder_file(holder);
  CHECK(to_hex(ByteView(file).first(3)) == "e181c4");
  CHECK(file.size() == 3 + 0xC4);
  CHECK(to_hex(ByteView(file).subspan(3 + 3 + 12, 3)) == "c381a0");
}

TEST_CASE("every truncation and random bytes are answered with a status word") {
  CitizenCard card;
  card.reset();
  for (const char* hexadecimal : {select_application, select_holder_file, "00b0000080", "00c0000000"}) {
    const Bytes whole = from_hex(hexadecimal).value();
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CHECK(card.apdu(ByteView(whole).first(length)).size() >= 2);
    }
  }
  SeededRandom random(5);
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes(random.below(20));
    random.fill(bytes);
    if (bytes.size() > 1 && random.below(2) == 0) bytes[0] = 0, bytes[1] = i % 2 == 0 ? 0xA4 : 0xB0;
    CHECK(card.apdu(bytes).size() >= 2);
  }
}
