#include "offline-queue/protocol/enrolment_code.h"

#include "offline-queue/protocol/certificates.h"

#include <doctest/doctest.h>

using namespace pishkhan;
using namespace pishkhan::protocol;

TEST_CASE("a code is typed with any digits and dashes; every wrong digit and every swap is found") {
  SeededRandom random(3);
  const EnrolmentCode code = EnrolmentCode::generate(1042, random);
  const std::string typed = code.grouped();
  CHECK(typed.size() == 19);
  CHECK(typed.substr(0, 5) == "1042-");
  CHECK(EnrolmentCode::parse(typed)->grouped() == typed);
  CHECK(EnrolmentCode::parse("۱۰۴۲").error() == TrackingCodeFault::TooShort);
  std::string persian;
  for (const char c : typed) {
    if (c == '-') continue;
    persian += "\xDB";
    persian += static_cast<char>(0xB0 + (c - '0'));  // U+06F0 is DB B0
  }
  CHECK(EnrolmentCode::parse(persian)->grouped() == typed);
  int refused = 0;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    if (typed[i] == '-') continue;
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string wrong = typed;
      wrong[i] = digit;
      if (digit == typed[i]) continue;
      CHECK_FALSE(EnrolmentCode::parse(wrong).has_value());
      ++refused;
    }
    const std::size_t next = i + 1 < typed.size() && typed[i + 1] == '-' ? i + 2 : i + 1;
    if (next >= typed.size() || typed[next] == typed[i]) continue;
    std::string swapped = typed;
    std::swap(swapped[i], swapped[next]);
    CHECK_FALSE(EnrolmentCode::parse(swapped).has_value());
  }
  CHECK(refused == 16 * 9);
  CHECK(EnrolmentCode::parse(typed + "0").error() == TrackingCodeFault::TooLong);
  CHECK(EnrolmentCode::parse("1042-x").error() == TrackingCodeFault::ForeignCharacter);
  CHECK_FALSE(EnrolmentCode::generate(1042, random).grouped() == typed);
}

TEST_CASE("what is derived from a code is the same on both sides, and as RFC 7914 has it") {
  const auto code = EnrolmentCode::parse("1042-0000-0000-0184");
  REQUIRE(code.has_value());
  const EnrolmentSecrets one = code->derive();
  const EnrolmentSecrets other = code->derive();
  // hashlib.scrypt(b"1042000000000184", salt=b"pishkhan enrolment 1", n=32768, r=8, p=1, dklen=64) and blake2b.
  CHECK(to_hex(one.pass) == "0e3df351e985d8c3d61c5efadf6ad5f77ac3e71bdf7915eaec98468d2a096cef");
  CHECK(to_hex(one.proof_key) == "78aaa46464ebdc9a9dd6d9293e8ad4573ff915e845aa0c131fa807c7a5f72030");
  CHECK(to_hex(one.verifier()) == "86931c57df3c433fdf3bb4c5207f98ad98e8e09a4e2a20a936193768dda221cc");
  CHECK(to_hex(request_proof(one.proof_key, as_bytes("request"))) ==
        "fddc491b678c5da7c764d1277811de22f936fdf7e2ebb6f608eb350c40a6bf0c");
  CHECK(same_secret(one.pass, other.pass));
  CHECK_FALSE(same_secret(one.pass, one.proof_key));
  CHECK(request_proof(one.proof_key, as_bytes("x")) != answer_proof(one.proof_key, as_bytes("x")));
}

TEST_CASE("a certificate request proves its key; nothing that was cut, spoilt or added to is one") {
  const SigningKey key = SigningKey::generate();
  const auto request = make_certificate_request(key, 1042);
  REQUIRE(request.has_value());
  CHECK(request->size() < 400);
  CHECK(key_in_request(*request) == key.verifying_key().point());
  for (std::size_t length = 0; length < request->size(); ++length) {
    CHECK_FALSE(key_in_request(ByteView(*request).first(length)).has_value());
  }
  Bytes longer = *request;
  longer.push_back(0);
  CHECK_FALSE(key_in_request(longer).has_value());
  for (std::size_t at = 0; at < request->size(); ++at) {
    Bytes wrong = *request;
    wrong[at] ^= 0x01U;
    const auto found = key_in_request(wrong);
    // The signature covers all that matters; only an equal meaning could pass.
    CHECK_FALSE(found.has_value());
  }
}

TEST_CASE("names in certificates have one spelling") {
  CHECK(kiosk_in_name("kiosk-1042") == 1042);
  CHECK(epoch_in_name("epoch-2") == 2);
  for (const char* wrong : {"kiosk-0042", "kiosk-999", "kiosk-10000", "kiosk-", "kiosk--1042", "kiosk-1042x",
                            "", "Kiosk-1042", "kiosk-+1042"}) {
    CHECK(kiosk_in_name(wrong) == 0);
  }
  for (const char* wrong : {"epoch-0", "epoch-02", "epoch-100", "epoch-", "2"})
    CHECK(epoch_in_name(wrong) == 0);
}
