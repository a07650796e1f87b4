// What a profile may say, and how what is wrong in it is named.
#include "drivers/card-reader/profile.h"

#include "drivers/card-reader/field_text.h"
#include "drivers/card-reader/pkcs15.h"
#include "drivers/simulated/pkcs15_card.h"
#include "tests/card-reading/card_bench.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace pishkhan::card {
namespace {

using Json = nlohmann::json;

Json shipped_json(const std::string& id) {
  const auto text = read_data_file("assets/cards/" + id + ".json", Profiles::most_bytes);
  REQUIRE(text);
  return Json::parse(*text);
}

/// The citizen card's profile with one thing changed; what is said about it.
std::string after(const char* pointer, const Json& value) {
  Json changed = shipped_json("citizen-card");
  changed[Json::json_pointer(pointer)] = value;
  const auto profile = parse_profile("x", changed.dump());
  return profile ? "good" : describe(profile.error());
}
std::string without(const char* pointer) {
  const Json::json_pointer place(pointer);
  Json changed = shipped_json("citizen-card");
  Json& parent = changed[place.parent_pointer()];
  if (parent.is_array())
    parent.erase(std::stoul(place.back()));
  else
    parent.erase(place.back());
  const auto profile = parse_profile("x", changed.dump());
  return profile ? "good" : describe(profile.error());
}

TEST_CASE("every shipped profile is read") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("assets/cards")) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    CAPTURE(entry.path().string());
    const auto text = read_data_file(entry.path(), Profiles::most_bytes);
    REQUIRE(text);
    const auto profile = parse_profile(entry.path().stem().string(), *text);
    CHECK_MESSAGE(profile.has_value(), (profile ? "" : describe(profile.error())));
  }
  CHECK(files >= 5);
}

TEST_CASE("what is wrong is named with its place") {
  CHECK(after("/format", 2) == "wrong-value: format: 1 to 1");
  CHECK(after("/colour", "red") == "unknown-field: colour");
  CHECK(after("/kind", "king") == "wrong-value: kind: citizen, staff, bank, other");
  CHECK(after("/match/applications/0", "F0XX") ==
        "wrong-value: match.applications.0: 1 to 16 bytes in hexadecimal digits");
  CHECK(after("/match/atrs", Json::parse(R"([{"value": "3B00", "mask": "FF"}])")) ==
        "wrong-value: match.atrs.0.mask: 2 to 33 bytes in hexadecimal digits");
  CHECK(after("/match/atrs", Json::parse(R"([{"value": "3B0000", "mask": "FFFF"}])")) ==
        "wrong-value: match.atrs.0.mask: as long as the value");
  CHECK(after("/budget/steps", 1000) == "wrong-value: budget.steps: 1 to 128");
  CHECK(after("/steps/0/file", "01") == "wrong-value: steps.0.file: 2 to 2 bytes in hexadecimal digits");
  CHECK(after("/steps/0/path", "0101") == "unknown-field: steps.0.path: only one of them");
  CHECK(after("/steps/3/as", "holder") == "wrong-value: steps.3.as: a name that no other step has");
  CHECK(after("/steps/1/ends", "never") == "wrong-value: steps.1.ends: object, file, length");
  CHECK(after("/fields/1/from", "somewhere") == "wrong-value: fields.1.from: what a step read \"as\"");
  CHECK(after("/fields/1/path/0", "E1C2C3C4") ==
        "wrong-value: fields.1.path.0: 1 to 3 bytes in hexadecimal digits");
  CHECK(after("/fields/2/keep", "ever") == "wrong-value: fields.2.keep: never, visit, request");
  CHECK(after("/proof/authorities", Json::array({"AAAA"})) ==
        "wrong-value: proof.authorities.0: a certificate, DER in base64");
  CHECK(without("/match/applications") == "missing-field: match.applications: a list of 1 to 16");
  CHECK(parse_profile("x", "{").error().kind == DataFault::Kind::Syntax);
  CHECK(parse_profile("x", "[]").error().kind == DataFault::Kind::WrongType);
}

TEST_CASE("no step writes, none loops but over records, and a PIN is asked for on a pad only") {
  const std::string allowed = "select, read-binary, read-record, get-data, verify";
  for (const char* step : {"update-binary", "put-data", "loop", "apdu", "external-authenticate"})
    CHECK(after("/steps/0", Json{{"do", step}}) == "wrong-value: steps.0.do: " + allowed);
  CHECK(after("/steps/0", Json{{"do", "verify"}, {"reference", 1}}) == "missing-field: steps.0.on: pin-pad");
  CHECK(after("/steps/0", Json{{"do", "verify"}, {"reference", 1}, {"on", "screen"}}) ==
        "wrong-value: steps.0.on: pin-pad");
  CHECK(after("/steps/0", Json{{"do", "verify"}, {"reference", 1}, {"on", "pin-pad"}}) == "good");
  const auto verify = [](Json more) {
    more.update({{"do", "verify"}, {"reference", 1}, {"on", "pin-pad"}});
    return after("/steps/0", more);
  };
  CHECK(
      verify({{"encoding", "bcd"}, {"block", 4}, {"least", 6}, {"most", 8}, {"seconds", 20}, {"fill", "00"}}) ==
      "good");
  CHECK(verify({{"block", 16}}) == "wrong-value: steps.0.block: 1 to 15");
  CHECK(verify({{"most", 9}}) == "wrong-value: steps.0.most: 1 to 8");
  CHECK(verify({{"least", 5}, {"most", 4}}) == "wrong-value: steps.0.least: 1 to 4");
  CHECK(verify({{"block", 4}}) == "wrong-value: steps.0.most: 1 to 4, and not below \"least\"");
  CHECK(verify({{"seconds", 31}}) == "wrong-value: steps.0.seconds: 1 to 30");
  CHECK(after("/steps/0", Json{{"do", "read-record"}, {"as", "x"}, {"first", 1}, {"last", 200}}) ==
        "wrong-value: steps.0.last: from the first on, at most 32 records");
}

TEST_CASE("a card that lets somebody in must prove itself, and its certificate vouches for what it says") {
  CHECK(without("/proof") == "missing-field: proof: an object");
  CHECK(without("/proof/binds") == "missing-field: proof.binds: what the certificate vouches for");
  CHECK(without("/fields/1") == "missing-field: fields: one with the meaning \"national-id\"");
  // Somebody's own certificate is bound to itself, and would vouch for the name in a file that anybody can copy.
  const std::string unvouched =
      "what the certificate vouches for (proof.binds: \"certificate\"), or its subject";
  CHECK(after("/proof/binds", "certificate") == "wrong-value: fields.1.from: " + unvouched);
  CHECK(after("/fields/2/from", "certificate") ==
        "wrong-value: fields.2.from: what the certificate vouches for (proof.binds: \"holder\"), or its subject");
  CHECK(after("/kind", "bank") ==
        "wrong-value: kind: \"bank\" only without steps, fields and proof: nothing of it is read");
}

TEST_CASE("a citizen's number and name are part of the request, and the profile says so") {
  for (const char* keep : {"never", "visit"}) {
    const std::string wrong = "request: a citizen's number and name are part of what is filed";
    CHECK(after("/fields/1/keep", keep) == "wrong-value: fields.1.keep: " + wrong);
    CHECK(after("/fields/2/keep", keep) == "wrong-value: fields.2.keep: " + wrong);
    CHECK(after("/fields/3/keep", keep) == "good");
  }
}

TEST_CASE("an ATR narrows what is tried") {
  Profile profile = test::shipped("citizen-card");
  const Bytes own = from_hex("3b6800005049534b48414e4b").value();
  CHECK(profile.may_be(own));
  profile.atrs = {{from_hex("3b68000050").value(), from_hex("ffffffffff").value()}};
  CHECK_FALSE(profile.may_be(own));
  profile.atrs = {{from_hex("3b680000ffffffffffffffff").value(), from_hex("ffff00000000000000000000").value()}};
  CHECK(profile.may_be(own));
  CHECK_FALSE(profile.may_be(from_hex("3b6900005049534b48414e4b").value()));
}

TEST_CASE("bytes become text by their encoding, or not at all") {
  const auto text = [](Encoding encoding, const char* hexadecimal) {
    Field field;
    field.encoding = encoding;
    const auto made = field_text(field, from_hex(hexadecimal).value());
    return made ? std::string(made->reveal()) : std::string("?");
  };
  CHECK(text(Encoding::Digits, "30393a") == "?");
  CHECK(text(Encoding::Digits, "3039") == "09");
  CHECK(text(Encoding::Ascii, "41207e") == "A ~");
  CHECK(text(Encoding::Ascii, "411f") == "?");
  CHECK(text(Encoding::Hex, "00ff") == "00ff");
  CHECK(text(Encoding::Bcd, "1234567f") == "1234567");
  CHECK(text(Encoding::Bcd, "12f4") == "?");
  CHECK(text(Encoding::Bcd, "1a") == "?");
  CHECK(text(Encoding::Utf8, "d985") == "م");
  CHECK(text(Encoding::Utf8, "c080") == "?");
  CHECK(text(Encoding::Utf8, "") == "?");
  Field fixed;
  fixed.equals = "01";
  fixed.encoding = Encoding::Hex;
  CHECK(field_text(fixed, Bytes{0x01}));
  CHECK_FALSE(field_text(fixed, Bytes{0x02}));
}

/// Answers each command from a list, whatever it is.
class ListedChannel final : public CardChannel {
 public:
  explicit ListedChannel(std::vector<std::string> answers) : answers_(std::move(answers)) {}
  Result<Response, ReaderFault> transmit(const Command& command, std::chrono::milliseconds) override {
    sent.push_back(to_hex(encode(command)));
    if (next_ == answers_.size()) return fail(ReaderFault::CardMute);
    const auto bytes = from_hex(answers_[next_++]).value();
    return parse_response(bytes).value();
  }
  std::vector<std::string> sent;

 private:
  std::vector<std::string> answers_;
  std::size_t next_ = 0;
};

Profile with_steps(const char* steps, const char* fields) {
  Json json{{"format", 1},
            {"name", "x"},
            {"kind", "other"},
            {"match", {{"applications", {"A0"}}}},
            {"steps", Json::parse(steps)},
            {"fields", Json::parse(fields)}};
  auto profile = parse_profile("x", json.dump());
  REQUIRE_MESSAGE(profile.has_value(), describe(profile.error()));
  return std::move(*profile);
}

TEST_CASE("records are read one after the other, and end where the card says so") {
  const Profile profile = with_steps(
      R"([{"do": "read-record", "as": "log", "short_file": 2, "first": 1, "last": 5}])",
      R"([{"meaning": "label", "from": "log", "offset": 0, "length": 4, "encoding": "ascii", "keep": "visit"}])");
  SystemClock clock;
  SeededRandom random(1);
  ReadingSetup setup;
  setup.profiles = {&profile, 1};
  setup.clock = &clock;
  setup.random = &random;
  ListedChannel good({"9000", "41429000", "43449000", "6a83"});
  const auto reading = read_powered(good, {}, setup);
  REQUIRE(reading);
  CHECK(reading->find(Meaning::Label)->reveal() == "ABCD");
  CHECK(good.sent == std::vector<std::string>{"00a4040c01a0", "00b2011400", "00b2021400", "00b2031400"});
  ListedChannel none({"9000", "6a83"});
  CHECK(read_powered(none, {}, setup).error() == CardFault::Refused);
}

TEST_CASE("GET DATA by number, files by place, and budgets on bytes") {
  Profile profile = with_steps(
      R"([{"do": "get-data", "as": "d", "object": "0101"},
          {"do": "select", "path": "50154401"},
          {"do": "read-binary", "as": "f", "ends": "length", "at_most": 6, "part": 4, "offset": 256},
          {"do": "read-binary", "as": "g", "ends": "file", "at_most": 64, "part": 4}])",
      R"([{"meaning": "label", "from": "f", "offset": 1, "length": 2, "encoding": "digits", "keep": "visit"},
          {"meaning": "label", "from": "g", "offset": 0, "length": 5, "encoding": "ascii", "keep": "visit"}])");
  SystemClock clock;
  SeededRandom random(1);
  ReadingSetup setup;
  setup.profiles = {&profile, 1};
  setup.clock = &clock;
  setup.random = &random;
  const std::vector<std::string> answers{"9000",     "01029000",     "9000",  "303132339000",
                                         "34359000", "484849499000", "4a6282"};
  ListedChannel card(answers);
  const auto reading = read_powered(card, {}, setup);
  REQUIRE(reading);
  CHECK(reading->fields[0].text.reveal() == "12");
  CHECK(reading->fields[1].text.reveal() == "HHIIJ");
  CHECK(card.sent == std::vector<std::string>{"00a4040c01a0", "00ca010100", "00a4080c0450154401", "00b0010004",
                                              "00b0010402", "00b0000004", "00b0000404"});
  profile.budget.bytes = 8;
  ListedChannel again(answers);
  CHECK(read_powered(again, {}, setup).error() == CardFault::Unreadable);
  profile.budget.bytes = 100;
  profile.budget.steps = 4;
  ListedChannel third(answers);
  CHECK(read_powered(third, {}, setup).error() == CardFault::Unreadable);
}

TEST_CASE("a profile that asks for a PIN ends where the reader has no pad, before any PIN") {
  const Profile profile = with_steps(
      R"([{"do": "verify", "reference": 1, "on": "pin-pad"}, {"do": "get-data", "as": "d", "object": "01"}])",
      R"([{"meaning": "label", "from": "d", "offset": 0, "length": 1, "encoding": "hex", "keep": "never"}])");
  SystemClock clock;
  SeededRandom random(1);
  ReadingSetup setup;
  setup.profiles = {&profile, 1};
  setup.clock = &clock;
  setup.random = &random;
  ListedChannel card({"9000", "9000"});
  CHECK(read_powered(card, {}, setup).error() == CardFault::NoPinPad);
  CHECK(card.sent.size() == 1);
}

TEST_CASE("the directories of a PKCS#15 card are read, cut anywhere and spoilt anywhere") {
  const CardAuthority authority;
  const simulated::Pkcs15Card card(authority);
  const auto directories = pkcs15::parse_directories(card.content(0x5031));
  REQUIRE(directories);
  REQUIRE(directories->private_keys.size() == 1);
  CHECK(to_hex(directories->private_keys[0]) == "3f0050154402");
  const Bytes key_file = card.content(0x4402);
  const Bytes certificate_file = card.content(0x4403);
  const auto keys = pkcs15::parse_keys(key_file);
  const auto certificates = pkcs15::parse_certificates(certificate_file);
  REQUIRE(keys);
  REQUIRE(certificates);
  CHECK(keys->size() == 2);
  CHECK(certificates->size() == 2);
  const auto usable = pkcs15::usable(*keys, *certificates);
  REQUIRE(usable);
  CHECK(usable->key_reference == 2);  // the other one needs the PIN
  CHECK(to_hex(usable->certificate_path) == "3f0050154332");
  SeededRandom random(5);
  for (const Bytes& file : {card.content(0x5031), key_file, certificate_file}) {
    for (std::size_t length = 0; length < file.size(); ++length) {
      const ByteView cut = ByteView(file).first(length);
      static_cast<void>(pkcs15::parse_directories(cut).has_value());
      const auto cut_keys = pkcs15::parse_keys(cut);
      if (cut_keys) CHECK(cut_keys->size() < 2);
      const auto cut_certificates = pkcs15::parse_certificates(cut);
      if (cut_certificates) CHECK(cut_certificates->size() < 2);
    }
    for (int i = 0; i < 2000; ++i) {
      Bytes spoilt = file;
      spoilt[random.below(spoilt.size())] = static_cast<std::uint8_t>(random.next());
      const auto found = pkcs15::parse_certificates(spoilt);
      if (found) CHECK(found->size() <= pkcs15::most_entries);
    }
  }
}

}  // namespace
}  // namespace pishkhan::card
