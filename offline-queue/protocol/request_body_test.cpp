#include "offline-queue/protocol/request_body.h"

#include "base/core/random.h"
#include "offline-queue/protocol/envelope.h"
#include "offline-queue/protocol/private_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace pishkhan::protocol {
namespace {

Request complaint() {
  Request request;
  request.request_id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255};
  request.code = {1042, 1, 123};
  request.service_id = "complaint-137";
  request.catalogue_version = "1405.3";
  request.catalogue_fingerprint = "7F2A-91C4";
  request.assurance = services::Assurance::TypedNationalId;
  request.fields["subject"] = PersonalText("چالهٔ خیابان «بهار»");
  request.fields["details"] = PersonalText("line one\nline \"two\" \\ \x01 end");
  request.fields["mobile"] = PersonalText("09121234567");
  request.identity["national_id"] = PersonalText("0012345679");
  request.filed_at = WallTime(std::chrono::milliseconds(1'795'000'000'123));
  request.receipt_secret = PersonalText("12345678");
  request.case_key = PersonalText("complaint-137|09121234567");
  return request;
}

std::string text_of(const Request& request) {
  const auto bytes = encode_request(request);
  REQUIRE(bytes.has_value());
  return std::string(as_text(bytes->view()));
}

TEST_CASE("a request is written one way only and read back the same") {
  const std::string json = text_of(complaint());
  CHECK(json.starts_with("{\"assurance\":\"typed-national-id\",\"case-key\":"));
  CHECK(json.ends_with("\"tracking-code\":\"" + complaint().code.digits() + "\",\"version\":1}"));
  CHECK(parse_request(as_bytes(json)) == complaint());
  Request later = complaint();
  later.last_server_time = WallTime(std::chrono::milliseconds(1'794'999'999'000));
  later.language = Language::English;
  later.assurance = services::Assurance::Card;
  later.fields.clear();
  CHECK(parse_request(as_bytes(text_of(later))) == later);
}

TEST_CASE("every truncation and every other spelling of a request is refused") {
  const std::string json = text_of(complaint());
  for (std::size_t length = 0; length < json.size(); ++length) {
    CHECK_FALSE(parse_request(as_bytes(std::string_view(json).substr(0, length))).has_value());
  }
  CHECK(parse_request(as_bytes(json + " ")).error() == BodyFault::NotCanonical);
  CHECK(parse_request(as_bytes(json + json)).error() == BodyFault::Malformed);
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = json;
    other.replace(other.find(from), from.size(), to);
    return parse_request(as_bytes(other)).error();
  };
  CHECK(changed("\"version\":1", "\"version\":2") == BodyFault::NotCanonical);
  CHECK(changed("\"version\":1", "\"version\":1,\"x\":1") == BodyFault::NotCanonical);
  CHECK(changed("\"language\":\"fa\"", "\"language\":\"fa\",\"language\":\"fa\"") == BodyFault::NotCanonical);
  CHECK(changed("\"language\":\"fa\"", "\"language\":\"de\"") == BodyFault::Malformed);
  CHECK(changed("1795000000123", "1795000000123.0") == BodyFault::Malformed);
  CHECK(changed("1795000000123", "-1") == BodyFault::Malformed);
  CHECK(changed("complaint-137\",\"tracking", "complaint-137\",\"tracking-code\":1,\"tracking") ==
        BodyFault::NotCanonical);
  CHECK(changed("09121234567\"", "0912123456\\u0037\"") == BodyFault::NotCanonical);
  CHECK(changed("\"mobile\":\"09121234567\"", "\"mobile\":5") == BodyFault::Malformed);
}

TEST_CASE("what cannot be written is refused, not mended") {
  Request request = complaint();
  request.fields["subject"] = PersonalText("\xC3\x28");
  CHECK(encode_request(request).error() == BodyFault::NotUtf8);
  request.fields["subject"] = PersonalText("\xED\xA0\x80");  // a surrogate
  CHECK(encode_request(request).error() == BodyFault::NotUtf8);
  request.fields["subject"] = PersonalText(std::string(largest_body_bytes, 'a'));
  CHECK(encode_request(request).error() == BodyFault::TooLarge);
  request = complaint();
  request.code.sequence = 0;
  CHECK(encode_request(request).error() == BodyFault::OutOfRange);
}

TEST_CASE("random texts survive") {
  const std::uint64_t seed = 20261123;
  CAPTURE(seed);
  SeededRandom random(seed);
  const std::vector<std::string> pieces{"ا", "ی", "\u200c", "\"", "\\", "\n", "😀", "a", "\x7f", "۱۲۳", "\x1f"};
  for (int round = 0; round < 300; ++round) {
    Request request = complaint();
    std::string words;
    for (std::uint64_t count = random.below(60); count > 0; --count)
      words += pieces[random.below(pieces.size())];
    request.fields["details"] = PersonalText(words);
    CHECK(parse_request(as_bytes(text_of(request))) == request);
  }
}

struct Keys {
  std::vector<OpeningKey> keys;
  Keys() {
    keys.push_back(OpeningKey::generate(7));
    keys.push_back(OpeningKey::generate(8));
  }
};

TEST_CASE("an envelope opens with its key only, and hides the length") {
  const Keys ring;
  const std::string body = text_of(complaint());
  const auto envelope = seal(as_bytes(body), ring.keys[1].public_part());
  REQUIRE(envelope.has_value());
  CHECK(opening_key_id(*envelope) == 8U);
  const auto opened = open(*envelope, ring.keys);
  REQUIRE(opened.has_value());
  CHECK(as_text(opened->view()) == body);
  CHECK(open(*envelope, std::span(ring.keys).first(1)).error() == EnvelopeFault::OtherKey);
  std::vector<OpeningKey> impostor;
  impostor.push_back(OpeningKey::generate(8));
  CHECK(open(*envelope, impostor).error() == EnvelopeFault::Damaged);
  CHECK(seal(as_bytes("a"), ring.keys[0].public_part())->size() ==
        seal(as_bytes(std::string(1000, 'a')), ring.keys[0].public_part())->size());
  CHECK(seal(Bytes(65536), ring.keys[0].public_part()).error() == EnvelopeFault::TooLarge);
  CHECK(open(*seal({}, ring.keys[0].public_part()), ring.keys)->size() == 0);
  CHECK(open(*seal(Bytes(65526), ring.keys[0].public_part()), ring.keys)->size() == 65526);
}

TEST_CASE("an envelope does not show what was typed") {
  const Keys ring;
  const auto envelope = seal(as_bytes(text_of(complaint())), ring.keys[0].public_part());
  CHECK(as_text(*envelope).find("09121234567") == std::string_view::npos);
}

TEST_CASE("every truncation and every flipped bit of an envelope is refused") {
  const Keys ring;
  const auto envelope = seal(as_bytes("a short body"), ring.keys[0].public_part());
  for (std::size_t length = 0; length < envelope->size(); ++length) {
    if (open(ByteView(*envelope).first(length), ring.keys).has_value()) FAIL("length " << length);
  }
  Bytes longer = *envelope;
  longer.push_back(0);
  CHECK_FALSE(open(longer, ring.keys).has_value());
  for (std::size_t bit = 0; bit < envelope->size() * 8; ++bit) {
    Bytes flipped = *envelope;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    if (open(flipped, ring.keys).has_value()) FAIL("bit " << bit);
  }
}

TEST_CASE("opening keys and secrets are kept in files that only their owner reads and nothing overwrites") {
  const auto folder = std::filesystem::temp_directory_path() / ("pishkhan-keys-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const OpeningKey key = OpeningKey::generate(4'000'000'000U);
  REQUIRE(key.save(folder / "opening.json").has_value());
  CHECK(key.save(folder / "opening.json").error() == EnvelopeFault::KeyFile);
  CHECK((std::filesystem::status(folder / "opening.json").permissions() & std::filesystem::perms::mask) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const auto loaded = OpeningKey::load(folder / "opening.json");
  REQUIRE(loaded.has_value());
  CHECK(loaded->public_part().id == key.public_part().id);
  CHECK(loaded->public_part().public_key == key.public_part().public_key);
  CHECK_FALSE(OpeningKey::load(folder / "missing.json").has_value());
  REQUIRE(write_private_file(folder / "bad.json", as_bytes("{\"algorithm\":\"x25519\"}")).has_value());
  CHECK_FALSE(OpeningKey::load(folder / "bad.json").has_value());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace pishkhan::protocol
