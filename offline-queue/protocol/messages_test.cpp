#include "offline-queue/protocol/messages.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

WallTime at(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

StoredWord stored_word() {
  SeededRandom random(6);
  StoredWord word{1042, 7, 31, {}, at(1'795'467'600'999), {}};
  random.fill(word.hash);
  random.fill(word.signature);
  return word;
}

Acknowledgement acknowledgement(Verdict verdict) {
  SeededRandom random(5);
  Acknowledgement a{verdict, 1042, 7, 31, {}, {}, at(1'795'467'600'999), "1405-000031", {}};
  random.fill(a.request_id);
  random.fill(a.hash);
  random.fill(a.signature);
  return a;
}

SealedPage page_of_two() {
  return {{{{1, 2, 3}, at(5)}, {{}, at(1'795'467'600'000)}}, "88", false, true};
}

/// Back and forth, and every truncation of the bytes is refused.
template <class Message>
void round_trip(const Message& message) {
  const std::string text = message.encode();
  CAPTURE(text);
  const std::optional<Message> back = Message::parse(text);
  REQUIRE(back.has_value());
  CHECK(*back == message);
  for (std::size_t length = 0; length < text.size(); ++length) {
    REQUIRE_FALSE(Message::parse(std::string_view(text).substr(0, length)).has_value());
  }
  // Nothing of the message crashes the parser when any byte of it is another.
  SeededRandom random(text.size());
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string other = text;
    other[place] = static_cast<char>(random.below(256));
    static_cast<void>(Message::parse(other).has_value());
  }
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t place = text.find(what);
  REQUIRE(place != std::string::npos);
  return text.replace(place, what.size(), with);
}

}  // namespace

TEST_CASE("every message survives its way there, and no truncation of it does") {
  round_trip(BatchAnswer{stored_word()});
  round_trip(Opened{{acknowledgement(Verdict::Accepted), acknowledgement(Verdict::Missing)},
                    "c-12",
                    true,
                    stored_word(),
                    at(99)});
  round_trip(Opened{});
  round_trip(CaseView{CaseState::Opened, "district", at(1), at(2), "1405-1", true});
  round_trip(CaseView{});
  round_trip(ServerTime{at(1'795'467'600'000), {1, 0}});
  round_trip(ServerTime{at(1'795'467'600'000), {12, 345}});
  round_trip(page_of_two());
  round_trip(OpenedReport{{{acknowledgement(Verdict::Joined), "received", "v$1"}}});
  round_trip(OpenedTaken{3});
  round_trip(Problem::of(ProblemType::Fork));
}

TEST_CASE("wrong types, ranges and spellings are refused; later members are passed over") {
  const std::string text = BatchAnswer{stored_word()}.encode();
  for (const auto& spoil : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"\"kiosk\":1042", "\"kiosk\":999"},
           {"\"kiosk\":1042", "\"kiosk\":\"1042\""},
           {"\"kiosk\":1042", "\"kiosk\":1042.0"},
           {"\"kiosk\":1042", "\"kiosk\":18446744073709551615"},
           {"\"epoch\":7", "\"epoch\":100"},
           {"\"sequence\":31", "\"sequence\":0"},
           {"\"stored\":{", "\"stored\":null,\"x\":{"}}) {
    CAPTURE(spoil.second);
    CHECK_FALSE(BatchAnswer::parse(replaced(text, spoil.first, spoil.second)));
  }
  CHECK_FALSE(BatchAnswer::parse("[" + text + "]"));
  CHECK_FALSE(BatchAnswer::parse(text + " 1"));
  CHECK(BatchAnswer::parse(replaced(text, "\"kiosk\":1042", "\"kiosk\":1042,\"later\":{}")));
  CHECK_FALSE(Opened::parse(
      R"({"acknowledgements":[],"cursor":"../x","more":false,"stored":null,"server_time_ms":1})"));
  const std::string report = OpenedReport{{{acknowledgement(Verdict::Joined), "", ""}}}.encode();
  CHECK_FALSE(OpenedReport::parse(replaced(report, "\"joined\"", "\"none\"")));

  const std::string page = page_of_two().encode();
  CHECK_FALSE(SealedPage::parse(replaced(page, "\"AQID\"", "\"AQI\"")));
  CHECK_FALSE(SealedPage::parse(replaced(page, "\"received_ms\":5", "\"received_ms\":-5")));
}

TEST_CASE("a version is two plain numbers") {
  const std::string text = ServerTime{at(1), {1, 0}}.encode();
  for (const char* other :
       {"1", "1.", ".0", "0.1", "1.0.0", "01.0", "1.00", "+1.0", "1.-1", "1000.1", "1.x", "1,0"}) {
    CAPTURE(other);
    CHECK_FALSE(ServerTime::parse(replaced(text, "\"1.0\"", "\"" + std::string(other) + "\"")));
  }
}

TEST_CASE("a look-up carries the code and the secret, and nothing of another shape") {
  const LookUp with{{1042, 1, 123}, PersonalText("00123456")};
  const std::string text = with.encode();
  const auto back = LookUp::parse(text);
  REQUIRE(back.has_value());
  CHECK(back->code == with.code);
  CHECK(back->receipt_secret == with.receipt_secret);
  for (std::size_t length = 0; length < text.size(); ++length) {
    REQUIRE_FALSE(LookUp::parse(std::string_view(text).substr(0, length)).has_value());
  }
  CHECK(LookUp::parse(LookUp{{1042, 1, 123}, {}}.encode())->receipt_secret.empty());
  CHECK_FALSE(LookUp::parse(replaced(text, "00123456", "0012345x")));
  CHECK_FALSE(LookUp::parse(replaced(text, with.code.digits(), "10420100012300")));
}

TEST_CASE("problems have the types of the document; a later type is Other") {
  const Problem gap{ProblemType::Gap, 409, "Records before these are missing", 12, Problem::Head{11, {7}}};
  CHECK(Problem::parse(gap.encode()) == gap);
  CHECK_FALSE(Problem::parse(replaced(gap.encode(), "\"stored_sequence\":11,", "")));
  CHECK(name(ProblemType::Fork) == "fork");
  const auto later = Problem::parse(R"({"type":"urn:pishkhan:problem:moved","title":"","status":410})");
  REQUIRE(later.has_value());
  CHECK(later->type == ProblemType::Other);
  CHECK_FALSE(Problem::parse(R"({"error":"no"})"));
}
