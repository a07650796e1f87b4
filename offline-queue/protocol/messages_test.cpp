#include "offline-queue/protocol/messages.h"

#include "base/core/random.h"

#include <doctest/doctest.h>

#include <string>

using namespace pishkhan;
using namespace pishkhan::protocol;

namespace {

WallTime at(std::int64_t ms) {
  return WallTime(std::chrono::milliseconds(ms));
}

Record record(SeededRandom& random, int sequence, const Hash& previous) {
  Record r;
  r.header.kiosk = 1042;
  r.header.epoch = 7;
  r.header.sequence = sequence;
  r.header.created_at = at(1'795'467'600'123 + sequence);
  random.fill(r.header.request_id);
  Bytes payload(40 + random.below(60));
  random.fill(payload);
  r.header.payload_size = static_cast<std::uint32_t>(payload.size());
  r.header.payload_hash = blake2b(payload);
  r.payload = std::move(payload);
  r.hash = chain_hash(previous, r.header);
  return r;
}

Batch batch(int entries) {
  SeededRandom random(99);
  Batch b{1042, 7, chain_start(1042, 7), {}};
  Hash previous = b.previous_hash;
  for (int i = 1; i <= entries; ++i) {
    b.entries.push_back(record(random, i, previous));
    previous = b.entries.back().hash;
  }
  random.fill(b.entries.back().signature);
  return b;
}

Acknowledgement acknowledgement(AcknowledgementKind kind, Verdict verdict) {
  SeededRandom random(5);
  Acknowledgement a{kind, verdict, 1042, 7, 31, {}, {}, at(1'795'467'600'999), "", {}};
  random.fill(a.request_id);
  random.fill(a.hash);
  random.fill(a.signature);
  if (kind == AcknowledgementKind::Opened) a.case_number = "1405-000031";
  return a;
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
  round_trip(batch(1));
  round_trip(batch(3));
  round_trip(BatchAnswer{{acknowledgement(AcknowledgementKind::Stored, Verdict::None)}, at(17)});
  round_trip(Opened{{acknowledgement(AcknowledgementKind::Opened, Verdict::Accepted),
                     acknowledgement(AcknowledgementKind::Opened, Verdict::Invalid)},
                    "c-12",
                    true,
                    at(99)});
  round_trip(CaseView{CaseState::Opened, "district", at(1), at(2), "1405-1", true});
  round_trip(CaseView{});
  round_trip(ServerTime{at(1'795'467'600'000)});
  SealedPage page{{{batch(1).entries[0], chain_start(1042, 7), at(5)}}, "88", false};
  page.entries[0].record.signature = {};
  round_trip(page);
  round_trip(
      OpenedReport{{{acknowledgement(AcknowledgementKind::Opened, Verdict::Joined), "received", "v$1"}}});
  round_trip(OpenedTaken{3});
  round_trip(Problem::of(ProblemType::Fork));
}

TEST_CASE("a full batch is within the size that the server takes") {
  SeededRandom random(1);
  Batch b = batch(static_cast<int>(largest_batch_entries));
  CHECK(Batch::parse(b.encode()) == b);
  for (Record& entry : b.entries) entry.payload = Bytes(largest_payload_bytes, 0xff);
  CHECK(b.encode().size() < largest_request_bytes);
  b.entries.push_back(b.entries.back());
  CHECK_FALSE(Batch::parse(b.encode()).has_value());
  CHECK_FALSE(Batch::parse(Batch{1042, 7, {}, {}}.encode()).has_value());
}

TEST_CASE("wrong types, ranges and spellings are refused") {
  const std::string text = batch(1).encode();
  CHECK_FALSE(Batch::parse(replaced(text, "\"kiosk\":1042", "\"kiosk\":999")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"kiosk\":1042", "\"kiosk\":\"1042\"")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"kiosk\":1042", "\"kiosk\":1042.0")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"kiosk\":1042", "\"kiosk\":18446744073709551615")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"epoch\":7", "\"epoch\":100")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"sequence\":1", "\"sequence\":0")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"type\":\"request\"", "\"type\":\"wish\"")));
  CHECK_FALSE(Batch::parse(replaced(text, "ecdsa-p256-sha256", "none")));
  CHECK_FALSE(Batch::parse(replaced(text, "\"head\":{", "\"head\":null,\"x\":{")));
  CHECK_FALSE(Batch::parse("[" + text + "]"));
  CHECK_FALSE(Batch::parse(text + " 1"));
  CHECK(Batch::parse(replaced(text, "\"kiosk\":1042", "\"kiosk\":1042,\"later\":{}")));

  const std::string answer =
      BatchAnswer{{acknowledgement(AcknowledgementKind::Stored, Verdict::None)}, {}}.encode();
  CHECK_FALSE(BatchAnswer::parse(replaced(answer, "\"none\"", "\"accepted\"")));
  CHECK_FALSE(Opened::parse(R"({"acknowledgements":[],"cursor":"../x","more":false,"server_time_ms":1})"));
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
  const Problem gap{ProblemType::Gap, 409, "Records before these are missing", 12};
  CHECK(Problem::parse(gap.encode()) == gap);
  CHECK(name(ProblemType::Fork) == "fork");
  const auto later = Problem::parse(R"({"type":"urn:pishkhan:problem:moved","title":"","status":410})");
  REQUIRE(later.has_value());
  CHECK(later->type == ProblemType::Other);
  CHECK_FALSE(Problem::parse(R"({"error":"no"})"));
}
