// What a profile's file, a transcript, a card's directories and certificate, and a hostile card say to the
// reading of cards. The first byte chooses; the rest is what is read.
#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/card-reader/pkcs15.h"
#include "drivers/card-reader/profile.h"
#include "drivers/card-reader/reading.h"
#include "drivers/card-reader/transcript.h"
#include "drivers/card-reader/trust.h"
#include "tests/fuzz/target.h"

#include <algorithm>
#include <array>
#include <vector>

using namespace pishkhan;

namespace {

/// Each step and each procedure once.
constexpr std::array<const char*, 3> profiles_json{
    R"({"format": 1, "name": "a", "kind": "other", "match": {"applications": ["A0"]},
        "steps": [{"do": "select", "file": "0101"},
                  {"do": "read-binary", "as": "o", "ends": "object"},
                  {"do": "read-record", "as": "r", "first": 1, "last": 4},
                  {"do": "get-data", "as": "d", "form": "list", "object": "5FC102"},
                  {"do": "read-binary", "as": "f", "ends": "file", "at_most": 600, "part": 200}],
        "fields": [{"meaning": "name", "from": "o", "path": ["E1", "C3"], "encoding": "utf-8", "keep": "visit"},
                   {"meaning": "label", "from": "r", "offset": 1, "length": 3, "encoding": "bcd", "required": false,
                    "keep": "visit"}],
        "proof": {"procedure": "internal-authenticate", "certificate": "f", "key": "00", "authorities": []}})",
    R"({"format": 1, "name": "b", "kind": "other", "match": {"applications": ["A1"]},
        "budget": {"steps": 40, "bytes": 8192, "milliseconds": 1000},
        "fields": [{"meaning": "label", "from": "certificate-subject", "subject": "common-name",
                    "encoding": "utf-8", "keep": "visit"}],
        "proof": {"procedure": "pkcs15", "authorities": []}})",
    R"({"format": 1, "name": "c", "kind": "other", "match": {"applications": ["A2"]},
        "kiosk_first": {"key": "01"},
        "steps": [{"do": "get-data", "as": "c", "object": "0101"}],
        "proof": {"procedure": "general-authenticate", "certificate": "c", "inside": ["53", "70"], "key": "9E",
                  "authorities": []}})"};

/// Answers with what is left of the input: a length, so many bytes, two of status.
class HostileCard final : public card::CardChannel {
 public:
  explicit HostileCard(ByteView answers) : answers_(answers) {}
  Result<card::Response, card::ReaderFault> transmit(const card::Command& command,
                                                     std::chrono::milliseconds) override {
    ++asked;
    const std::size_t wanted = command.wanted.value_or(0);
    const std::size_t length = std::min<std::size_t>(answers_.u8(), wanted);
    const ByteView data = answers_.bytes(length);
    const std::uint16_t status = answers_.be16();
    if (!answers_.ok()) return fail(card::ReaderFault::CardMute);
    return card::Response{.data = Bytes(data.begin(), data.end()), .status = status};
  }
  int asked = 0;

 private:
  ByteReader answers_;
};

void read_hostile_card(ByteView bytes) {
  static const std::vector<card::Profile> profiles = [] {
    std::vector<card::Profile> all;
    for (const char* json : profiles_json) {
      auto profile = card::parse_profile("x", json);
      ENSURE(profile.has_value(), "the fuzzer's own profiles are right");
      all.push_back(std::move(*profile));
    }
    return all;
  }();
  const SystemClock clock;
  SeededRandom random(1);
  card::Account account;
  card::ReadingSetup setup;
  setup.profiles = profiles;
  setup.clock = &clock;
  setup.random = &random;
  setup.account = &account;
  HostileCard hostile(bytes);
  card::RecordingChannel recording(hostile);
  const auto reading = card::read_powered(recording, {}, setup);
  if (reading) ENSURE(!reading->proven, "nobody is trusted, so nothing is proven");
  ENSURE(hostile.asked <= 128, "a profile's budget holds");
  const card::Transcript transcript = recording.take(account);
  for (const auto& exchange : transcript.exchanges)
    ENSURE(exchange.masked.size() == exchange.data.size(), "each byte is masked or shown");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  switch (data[0]) {
    case 'p':
      static_cast<void>(card::parse_profile("x", as_text(bytes)).has_value());
      break;
    case 't':
      if (const auto read = card::parse_transcript(as_text(bytes)))
        ENSURE(card::parse_transcript(card::to_text(*read)).has_value(),
               "what was read can be written and read");
      break;
    case 'd':
      static_cast<void>(card::pkcs15::parse_directories(bytes).has_value());
      static_cast<void>(card::pkcs15::parse_keys(bytes).has_value());
      static_cast<void>(card::pkcs15::parse_certificates(bytes).has_value());
      break;
    case 'c':
      if (const auto certificate = card::Certificate::parse(bytes)) {
        const auto name = certificate->subject(card::Certificate::Part::CommonName);
        ENSURE(name.size() <= 256, "a name is bounded");
        const auto trusted = certificate->check({}, SystemClock().wall());
        ENSURE(!trusted, "without authorities nobody is trusted");
      }
      break;
    default:
      read_hostile_card(bytes);
  }
  return 0;
}
