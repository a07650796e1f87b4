// What a technician may send away: nothing in it says who holds the card.
#include "drivers/card-reader/transcript.h"

#include "drivers/simulated/piv_card.h"
#include "tests/card-reading/card_bench.h"

#include <string>
#include <utility>

namespace pishkhan::card {
namespace {

using simulated::CitizenCard;

/// A simulated card without a reader: the follow-ups that the reader's driver makes are made here.
class DirectChannel final : public CardChannel {
 public:
  explicit DirectChannel(simulated::SimulatedCard& card) : card_(card) { card_.reset(); }
  Result<Response, ReaderFault> transmit(const Command& command, std::chrono::milliseconds) override {
    Response whole;
    Command now = command;
    for (int i = 0; i < 20; ++i) {
      const auto part = parse_response(card_.apdu(encode(now)));
      if (!part) return fail(ReaderFault::CardMute);
      if (part->sw1() == 0x6C) {
        now.wanted = part->sw2() == 0 ? 256 : part->sw2();
        continue;
      }
      whole.data.insert(whole.data.end(), part->data.begin(), part->data.end());
      whole.status = part->status;
      if (part->sw1() != 0x61) return whole;
      now = {.ins = 0xC0, .data = {}, .wanted = part->sw2() == 0 ? std::size_t{256} : part->sw2()};
    }
    return fail(ReaderFault::CardFailed);
  }

 private:
  simulated::SimulatedCard& card_;
};

struct Recorded {
  Transcript transcript;
  Result<CardReading, CardFault> reading = fail(CardFault::NoCard);
};

Recorded record(simulated::SimulatedCard& card, const std::vector<Profile>& profiles) {
  SystemClock clock;
  SeededRandom random(3);
  Account account;
  ReadingSetup setup;
  setup.profiles = profiles;
  setup.clock = &clock;
  setup.random = &random;
  setup.trusted_time = clock.wall();
  setup.account = &account;
  DirectChannel direct(card);
  RecordingChannel recording(direct);
  Recorded result;
  result.reading = read_powered(recording, {}, setup);
  result.transcript = recording.take(account);
  result.transcript.outcome = result.reading ? "read" : std::string(name_of(result.reading.error()));
  return result;
}

TEST_CASE("a transcript of a citizen's card has its skeleton and nothing of its holder") {
  const CardAuthority authority;
  CitizenCard card({}, authority);
  const Recorded recorded = record(card, all_trusting(authority));
  REQUIRE(recorded.reading);
  const std::string text = to_text(recorded.transcript);
  for (const std::string_view personal : {"0499370899", "مریم احمدی", "6000000000000001"})
    CHECK(text.find(to_hex(as_bytes(personal))) == std::string::npos);
  // Not even where they are spread over two answers, and nothing of certificate or signature.
  const Bytes certificate = card.content(0x0102);
  CHECK(text.find(to_hex(ByteView(certificate).first(16))) == std::string::npos);
  CHECK(text.find(to_hex(ByteView(certificate).last(16))) == std::string::npos);
  // What helps whoever mends a profile: tags, lengths, the layout.
  CHECK(text.find("e136c10101c20a30303030303030303030c313787878") != std::string::npos);
  CHECK(text.find("\"outcome\":\"read\"") != std::string::npos);
}

TEST_CASE("what no profile knows is masked whole") {
  CitizenCard card;
  Profile lost = test::shipped("citizen-card");
  lost.fields.clear();
  lost.proof.reset();
  const Recorded recorded = record(card, {lost});
  REQUIRE(recorded.reading.error() == CardFault::Refused);  // it has no certificate
  for (const auto& exchange : recorded.transcript.exchanges) {
    for (std::size_t i = 0; i < exchange.data.size(); ++i) {
      CHECK(exchange.masked[i]);
      CHECK(exchange.data[i] == 0);
    }
  }
}

TEST_CASE("a transcript is read again as it was written, and replays") {
  const CardAuthority authority;
  CitizenCard card({}, authority);
  const auto profiles = all_trusting(authority);
  const Recorded recorded = record(card, profiles);
  const std::string text = to_text(recorded.transcript);
  const auto again = parse_transcript(text);
  REQUIRE(again);
  CHECK(to_text(*again) == text);
  SystemClock clock;
  SeededRandom random(3);
  ReadingSetup setup;
  setup.profiles = profiles;
  setup.clock = &clock;
  setup.random = &random;
  setup.trusted_time = clock.wall();
  std::string greeted;
  setup.read_so_far = [&](const CardReading& so_far) { greeted = so_far.find(Meaning::Name)->reveal(); };
  ReplayChannel replay(*again);
  // The certificate was masked: as far as that the reading goes, with stand-ins for the holder's words.
  CHECK(read_powered(replay, {}, setup).error() == CardFault::Unreadable);
  CHECK(greeted == std::string(19, 'x'));
}

TEST_CASE("a command as long as any APDU is read back, and a longer one is not") {
  // GENERAL AUTHENTICATE with an RSA key of 2048 bits has 266 bytes of data, which only extended length holds.
  for (const std::size_t size : {266U, 65'535U}) {
    Transcript transcript;
    transcript.answer_to_reset = {0x3B, 0x00};
    transcript.outcome = "read";
    const Command command{.ins = 0x87, .data = Bytes(size), .wanted = 65'536};
    transcript.exchanges.push_back({encode(command), Bytes(5000), 0x9000, std::vector<bool>(5000, false)});
    const auto again = parse_transcript(to_text(transcript));
    REQUIRE(again);
    CHECK(again->exchanges[0].command == encode(command));
    CHECK(again->exchanges[0].data.size() == 5000);
    transcript.exchanges[0].command.resize(65'545);
    CHECK_FALSE(parse_transcript(to_text(transcript)));
  }
}

TEST_CASE("transcripts of every card are strict to read") {
  const CardAuthority authority;
  simulated::PivCard piv(authority);
  const Recorded recorded = record(piv, all_trusting(authority));
  REQUIRE(recorded.reading);
  const std::string text = to_text(recorded.transcript);
  REQUIRE(parse_transcript(text));
  for (std::size_t length = 0; length + 1 < text.size(); ++length)
    CHECK_FALSE(parse_transcript(std::string_view(text).substr(0, length)));
  CHECK(parse_transcript(text + text).error().kind == DataFault::Kind::Syntax);
  SeededRandom random(8);
  for (int i = 0; i < 2000; ++i) {
    std::string spoilt = text;
    spoilt[random.below(spoilt.size())] = static_cast<char>(random.next());
    const auto read = parse_transcript(spoilt);
    if (!read) continue;
    for (const auto& exchange : read->exchanges) CHECK(exchange.masked.size() == exchange.data.size());
  }
}

}  // namespace
}  // namespace pishkhan::card
