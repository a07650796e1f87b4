// The cards with keys: what they say, and that only the original can sign.
#include "base/core/random.h"
#include "drivers/simulated/citizen_card.h"
#include "drivers/simulated/piv_card.h"
#include "drivers/simulated/pkcs15_card.h"
#include "drivers/simulated/strange_cards.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <array>
#include <string>

using namespace pishkhan;
using namespace pishkhan::simulated;

namespace {

Bytes ask(SimulatedCard& card, const std::string& hexadecimal) {
  return card.apdu(from_hex(hexadecimal).value());
}
std::string hex(SimulatedCard& card, const std::string& hexadecimal) {
  return to_hex(ask(card, hexadecimal));
}
/// With GET RESPONSE until there is no more; the status word is taken off and has to be 9000.
Bytes whole(SimulatedCard& card, const std::string& hexadecimal) {
  Bytes answer = ask(card, hexadecimal);
  while (answer.size() >= 2 && answer[answer.size() - 2] == 0x61) {
    answer.resize(answer.size() - 2);
    const Bytes more = ask(card, "00c0000000");
    answer.insert(answer.end(), more.begin(), more.end());
  }
  CHECK(to_hex(ByteView(answer).last(2)) == "9000");
  answer.resize(answer.size() - 2);
  return answer;
}
/// Reads the current file to its end.
Bytes read_file(SimulatedCard& card) {
  Bytes file;
  for (;;) {
    std::array<char, 16> command{};
    std::snprintf(command.data(), command.size(), "00b0%04x00", static_cast<unsigned>(file.size()));
    Bytes part = ask(card, command.data());
    if (part.size() <= 2) return file;
    file.insert(file.end(), part.begin(), part.end() - 2);
  }
}

struct PublicKey {
  explicit PublicKey(const Bytes& certificate) {
    const unsigned char* at = certificate.data();
    X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(certificate.size()));
    REQUIRE(parsed != nullptr);
    key = X509_get_pubkey(parsed);
    X509_free(parsed);
  }
  ~PublicKey() { EVP_PKEY_free(key); }
  PublicKey(const PublicKey&) = delete;
  PublicKey& operator=(const PublicKey&) = delete;
  [[nodiscard]] bool verifies(ByteView digest, ByteView signature) const {
    EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
    EVP_PKEY_verify_init(context);
    if (EVP_PKEY_is_a(key, "RSA") == 1) EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
    const int good = EVP_PKEY_verify(context, signature.data(), signature.size(), digest.data(), digest.size());
    EVP_PKEY_CTX_free(context);
    return good == 1;
  }
  EVP_PKEY* key;
};

Bytes challenge(std::uint64_t seed) {
  Bytes bytes(32);
  SeededRandom(seed).fill(bytes);
  return bytes;
}
std::string authenticate(const Bytes& digest) {
  return "0088000020" + to_hex(digest) + "00";
}

const std::string select_citizen = "00a4040c0af0504953484b48414e01";
const std::string select_staff = "00a4040c0af0504953484b48414e02";
const std::string select_certificate = "00a4020c020102";

}  // namespace

TEST_CASE("municipal cards sign with the key of their certificate; a copy cannot") {
  const CardAuthority authority;
  CitizenCard citizen({}, authority);
  StaffCard staff({}, authority);
  const auto try_card = [&](SimulatedCard& card, const std::string& select) {
    card.reset();
    CHECK(hex(card, select) == "9000");
    CHECK(hex(card, select_certificate) == "9000");
    const Bytes certificate = read_file(card);
    const Bytes digest = challenge(1);
    const Bytes answer = ask(card, authenticate(digest));
    if (answer.size() == 2) return false;
    return PublicKey(certificate).verifies(digest, ByteView(answer).first(answer.size() - 2));
  };
  CHECK(try_card(citizen, select_citizen));
  CHECK(try_card(staff, select_staff));
  for (const Forgery forgery : {Forgery::NoKey, Forgery::OtherKey}) {
    CHECK_FALSE(try_card(*CitizenCard::forged(citizen, forgery), select_citizen));
    CHECK_FALSE(try_card(*StaffCard::forged(staff, forgery), select_staff));
  }
  const auto copy = CitizenCard::forged(citizen, Forgery::NoKey);
  CHECK(copy->content(0x0101) == citizen.content(0x0101));
  CHECK(copy->content(0x0102) == citizen.content(0x0102));
  CHECK(hex(citizen, "008800001f" + std::string(62, '0') + "00") == "6a80");
}

TEST_CASE(
    "a certificate of a municipal card names the bytes of the holder's file, and its authority signed it") {
  const CardAuthority authority;
  CitizenCard citizen({}, authority);
  const Bytes certificate = citizen.content(0x0102);
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  const Bytes file = citizen.content(0x0101);
  SHA256(file.data(), file.size(), digest.data());
  const std::string text(as_text(certificate));
  CHECK(text.find(to_hex(digest)) != std::string::npos);
  const unsigned char* at = certificate.data();
  X509* parsed = d2i_X509(nullptr, &at, static_cast<long>(certificate.size()));
  CHECK(X509_verify(parsed, PublicKey(authority.certificate()).key) == 1);
  CHECK(X509_verify(parsed, PublicKey(CardAuthority("Another").certificate()).key) != 1);
  X509_free(parsed);
}

TEST_CASE("PIV: objects, PIN, GENERAL AUTHENTICATE") {
  const CardAuthority authority;
  PivCard card(authority);
  card.reset();
  CHECK(hex(card, "00cb3fff055c035fc102") == "6d00");  // the application comes first
  CHECK(hex(card, "00a4040009a00000030800001000").substr(0, 2) == "61");
  CHECK(to_hex(whole(card, "00cb3fff055c035fc10200")).substr(0, 2) == "53");
  CHECK(hex(card, "00cb3fff055c035fc10300") == "6a82");
  CHECK(to_hex(whole(card, "00cb3fff035c017e00")).substr(0, 2) == "7e");
  const Bytes object = whole(card, "00cb3fff055c035fc10100");
  CHECK(object == card.object(0x5FC101));
  REQUIRE(object.size() > 300);
  // 53 82 xx xx 70 82 yy yy, then the certificate
  const std::size_t length = static_cast<std::size_t>(object[6]) << 8 | object[7];
  const Bytes certificate(object.begin() + 8, object.begin() + 8 + static_cast<std::ptrdiff_t>(length));
  const Bytes digest = challenge(2);
  const std::string request = "7c2482008120" + to_hex(digest);
  const Bytes answer = whole(card, "0087119e26" + request + "00");
  CHECK(to_hex(ByteView(answer).first(1)) == "7c");
  CHECK(PublicKey(certificate).verifies(digest, ByteView(answer).subspan(4)));
  const auto forged = PivCard::forged(card);
  forged->reset();
  CHECK(hex(*forged, "00a4040c09a00000030800001000").substr(0, 2) == "61");
  CHECK_FALSE(PublicKey(certificate)
                  .verifies(digest, ByteView(whole(*forged, "0087119e26" + request + "00")).subspan(4)));
  CHECK(hex(card, "0087119a26" + request + "00") == "6982");
  CHECK(hex(card,
            "0020008008"
            "3132333435370000") == "63c2");
  CHECK(hex(card,
            "0020008008"
            "313233343536ffff") == "9000");
  CHECK(to_hex(whole(card, "0087119a26" + request + "00")).substr(0, 2) == "7c");
  CHECK(hex(card, "0087079e26" + request + "00") == "6a86");
  // The same by command chaining.
  CHECK(hex(card, "1087119e10" + request.substr(0, 32)) == "9000");
  CHECK(to_hex(whole(card, "0087119e16" + request.substr(32) + "00")).substr(0, 2) == "7c");
}

TEST_CASE("PKCS#15: files by path, keys by reference, the PIN") {
  const CardAuthority authority;
  Pkcs15Card card(authority);
  card.reset();
  CHECK(hex(card, "00a4080c042f005015") == "6a82");
  CHECK(hex(card, "00a4080c022f00") == "9000");
  CHECK(to_hex(read_file(card)).substr(0, 2) == "61");
  CHECK(hex(card, "00a4040c0ca000000063504b43532d3135") == "9000");
  CHECK(hex(card, "00a4020c024332") == "9000");
  const PublicKey free_key(read_file(card));
  const Bytes digest = challenge(3);
  const Bytes answer = whole(card, "0088000220" + to_hex(digest) + "00");
  CHECK(free_key.verifies(digest, answer));
  CHECK(hex(card, "00a4080c0450154331") == "9000");
  const PublicKey signing(read_file(card));
  const std::string digest_info = "3031300d060960864801650304020105000420" + to_hex(digest);
  const std::string sign = "002a9e9a33" + digest_info + "00";
  CHECK(hex(card, sign) == "6985");
  CHECK(hex(card, "002241b603840107") == "6a88");
  CHECK(hex(card, "002241b603840101") == "9000");
  CHECK(hex(card, sign) == "6982");
  CHECK(hex(card, "00200001") == "63c3");
  CHECK(hex(card,
            "0020000106"
            "313233343536") == "9000");
  CHECK(signing.verifies(digest, whole(card, sign)));
  const auto forged = Pkcs15Card::forged(card);
  CHECK(forged->content(0x4332) == card.content(0x4332));
  forged->reset();
  CHECK_FALSE(free_key.verifies(digest, whole(*forged, "0088000220" + to_hex(digest) + "00")));
}

TEST_CASE("whoever reads a record of a bank card is counted") {
  BankCard card;
  card.reset();
  CHECK(hex(card, "00a404000e315041592e5359532e444446303100").substr(0, 2) == "6f");
  CHECK(hex(card, "00a4040007a000000003101000").substr(0, 2) == "6f");
  CHECK(hex(card, "00a4040c07a0000000041010") == "6a82");
  CHECK(card.violations() == 0);
  CHECK(hex(card, "00b2010c00") == "6d00");
  CHECK(hex(card, "80a8000002830000") == "6d00");
  CHECK(card.violations() == 2);
}

TEST_CASE("every truncation and random commands are answered by every card") {
  const CardAuthority authority;
  CitizenCard citizen({}, authority);
  PivCard piv(authority);
  Pkcs15Card pkcs15(authority);
  SeededRandom random(9);
  for (SimulatedCard* card : {static_cast<SimulatedCard*>(&citizen), static_cast<SimulatedCard*>(&piv),
                              static_cast<SimulatedCard*>(&pkcs15)}) {
    card->reset();
    const Bytes command = from_hex(authenticate(challenge(4))).value();
    for (std::size_t length = 0; length <= command.size(); ++length) {
      CHECK(card->apdu(ByteView(command).first(length)).size() >= 2);
    }
    constexpr std::uint8_t instructions[] = {0xA4, 0xB0, 0x20, 0x22, 0x2A, 0x84, 0x87, 0x88, 0xC0, 0xCB};
    for (int i = 0; i < 4000; ++i) {
      Bytes bytes(4 + random.below(30));
      random.fill(bytes);
      bytes[0] = random.below(4) == 0 ? 0x10 : 0x00;
      bytes[1] = instructions[random.below(std::size(instructions))];
      if (random.below(2) == 0 && bytes.size() > 5) bytes[4] = static_cast<std::uint8_t>(bytes.size() - 5);
      CHECK(card->apdu(bytes).size() >= 2);
    }
  }
  for (const Breakage breakage : all_breakages()) {
    BrokenCard card(breakage);
    CHECK_FALSE(card.reset().empty());
    CHECK(card.apdu(Bytes{0x00, 0xB0, 0x00, 0x00, 0x10}).size() < 400);
  }
}
