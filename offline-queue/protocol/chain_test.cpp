#include "offline-queue/protocol/chain.h"

#include "base/core/random.h"
#include "offline-queue/protocol/acknowledgement.h"
#include "offline-queue/protocol/base45.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/keyed_hash.h"
#include "offline-queue/protocol/receipt_secret.h"
#include "offline-queue/protocol/receipt_statement.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

namespace pishkhan::protocol {
namespace {

Record make_record(const Hash& previous, int sequence, ByteView payload, const SigningKey& key) {
  Record record;
  record.header.kiosk = 1042;
  record.header.epoch = 1;
  record.header.sequence = sequence;
  record.header.created_at = WallTime(std::chrono::milliseconds(1'795'000'000'500));
  record.header.request_id.fill(static_cast<std::uint8_t>(sequence));
  record.header.payload_size = static_cast<std::uint32_t>(payload.size());
  record.header.payload_hash = blake2b(payload);
  record.payload = Bytes(payload.begin(), payload.end());
  record.hash = chain_hash(previous, record.header);
  record.signature = key.sign(record.hash);
  return record;
}

TEST_CASE("BLAKE2b-256 is the one everybody knows") {
  CHECK(to_hex(blake2b(as_bytes(""))) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

TEST_CASE("a chain verifies, and no record of it can be changed, left out or exchanged") {
  const SigningKey key = SigningKey::generate();
  const VerifyingKey verifying = key.verifying_key();
  const Hash start = chain_start(1042, 1);
  CHECK(start != chain_start(1042, 2));
  const Record first = make_record(start, 1, as_bytes("one"), key);
  const Record second = make_record(first.hash, 2, as_bytes("two"), key);
  CHECK(follows(start, first));
  CHECK(follows(first.hash, second));
  CHECK_FALSE(follows(start, second));
  CHECK(signed_by(verifying, second));
  CHECK_FALSE(signed_by(SigningKey::generate().verifying_key(), second));
  Record erased = second;
  erased.payload = std::nullopt;
  CHECK(follows(first.hash, erased));
  Record other = second;
  other.payload = Bytes{'t', 'w', 'O'};
  CHECK_FALSE(follows(first.hash, other));
  other.payload = Bytes{};
  CHECK_FALSE(follows(first.hash, other));
}

TEST_CASE("every bit of a header counts, and every truncation is refused") {
  const SigningKey key = SigningKey::generate();
  const Record record = make_record(chain_start(1042, 1), 1, as_bytes("one"), key);
  const auto bytes = record.header.encode();
  CHECK(RecordHeader::parse(bytes) == record.header);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(RecordHeader::parse(ByteView(bytes).first(length)).has_value());
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    const auto header = RecordHeader::parse(flipped);
    if (!header) continue;
    Record changed = record;
    changed.header = *header;
    if (follows(chain_start(1042, 1), changed)) FAIL("bit " << bit);
  }
}

TEST_CASE("every flipped bit of a signature is refused") {
  const SigningKey key = SigningKey::generate();
  const VerifyingKey verifying = key.verifying_key();
  const Signature signature = key.sign(as_bytes("words"));
  CHECK(verifying.verify(as_bytes("words"), signature));
  CHECK_FALSE(verifying.verify(as_bytes("word"), signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Signature flipped = signature;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    if (verifying.verify(as_bytes("words"), flipped)) FAIL("bit " << bit);
  }
  CHECK_FALSE(verifying.verify(as_bytes("words"), Signature{}));
}

TEST_CASE("keys travel as PEM, as a point and as a file") {
  const auto folder = std::filesystem::temp_directory_path() / ("pishkhan-chain-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const SigningKey key = SigningKey::generate();
  const Signature signature = key.sign(as_bytes("words"));
  const auto from_pem = VerifyingKey::from_pem(key.verifying_key().pem());
  const auto from_point = VerifyingKey::from_point(key.verifying_key().point());
  REQUIRE((from_pem.has_value() && from_point.has_value()));
  CHECK(from_pem->verify(as_bytes("words"), signature));
  CHECK(from_point->verify(as_bytes("words"), signature));
  CHECK(from_point->point() == key.verifying_key().point());
  REQUIRE(key.save(folder / "kiosk.pem").has_value());
  CHECK(key.save(folder / "kiosk.pem").error() == KeyFault::AlreadyThere);
  const auto loaded = SigningKey::load(folder / "kiosk.pem");
  REQUIRE(loaded.has_value());
  CHECK(loaded->verifying_key().point() == key.verifying_key().point());
  CHECK(SigningKey::load(folder / "none.pem").error() == KeyFault::Missing);
  CHECK(VerifyingKey::from_pem("no key").error() == KeyFault::Unreadable);
  PublicPoint nonsense{};
  nonsense.fill(9);
  CHECK_FALSE(VerifyingKey::from_point(nonsense).has_value());
  SeededRandom random(5);
  const DeviceSecret secret = DeviceSecret::generate(random);
  REQUIRE(secret.save(folder / "secret").has_value());
  CHECK(secret.save(folder / "secret").error() == SecretFault::AlreadyThere);
  CHECK(to_hex(DeviceSecret::load(folder / "secret")->view()) == to_hex(secret.view()));
  std::filesystem::resize_file(folder / "secret", 31);
  CHECK(DeviceSecret::load(folder / "secret").error() == SecretFault::WrongSize);
  std::filesystem::remove_all(folder);
}

TEST_CASE("print reports are read back; other bytes are none") {
  const PrintReport report{123, PrintOutcome::Failed};
  const Bytes bytes = report.encode();
  CHECK(PrintReport::parse(bytes) == report);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CHECK_FALSE(PrintReport::parse(ByteView(bytes).first(length)).has_value());
  }
  CHECK_FALSE(PrintReport::parse(Bytes{0, 0, 0, 1, 9}).has_value());
}

TEST_CASE("the receipt secret and keyed hashes depend on the device, the request, the salt and the purpose") {
  SeededRandom random(6);
  const DeviceSecret secret = DeviceSecret::generate(random);
  const DeviceSecret other = DeviceSecret::generate(random);
  const RequestId id{1};
  const RequestId next{2};
  const ReceiptSalt salt{3};
  CHECK(receipt_secret(secret, id, salt) == receipt_secret(secret, id, salt));
  CHECK(receipt_secret(secret, id, salt).reveal().size() == 8);
  CHECK_FALSE(receipt_secret(secret, id, salt) == receipt_secret(secret, next, salt));
  CHECK_FALSE(receipt_secret(secret, id, salt) == receipt_secret(other, id, salt));
  CHECK_FALSE(receipt_secret(secret, id, salt) == receipt_secret(secret, id, ReceiptSalt{4}));
  const auto words = as_bytes("09121234567");
  CHECK(keyed_hash(secret, HashPurpose::Duplicate, words) == keyed_hash(secret, HashPurpose::Duplicate, words));
  CHECK(keyed_hash(secret, HashPurpose::Duplicate, words) != keyed_hash(secret, HashPurpose::Recovery, words));
  CHECK(keyed_hash(secret, HashPurpose::Duplicate, words) != keyed_hash(other, HashPurpose::Duplicate, words));
}

TEST_CASE("base45 as in RFC 9285") {
  CHECK(to_base45(as_bytes("AB")) == "BB8");
  CHECK(to_base45(as_bytes("Hello!!")) == "%69 VD92EX0");
  CHECK(as_text(*from_base45("QED8WEX0")) == "ietf!");
  CHECK_FALSE(from_base45("GGW1").has_value());
  CHECK_FALSE(from_base45(":::").has_value());
  CHECK_FALSE(from_base45("ab8").has_value());
}

struct Town {
  SigningKey city = SigningKey::generate();
  SigningKey kiosk = SigningKey::generate();
  KioskCertificate certificate;
  Town() {
    certificate.kiosk = 1042;
    certificate.epoch = 1;
    certificate.public_key = kiosk.verifying_key().point();
    certificate.not_after = WallTime(std::chrono::seconds(1'900'000'000));
    certificate.sign(city);
  }
};

TEST_CASE("a receipt's statement verifies with the city's key alone, and no character of it can be changed") {
  const Town town;
  const Record record = make_record(chain_start(1042, 1), 1, as_bytes("sealed"), town.kiosk);
  const auto statement = *ReceiptStatement::make(
      town.certificate, record, WallTime(std::chrono::seconds(1'794'999'000)), "7F2A-91C4", town.kiosk);
  const std::string text = statement.qr_text();
  CHECK(text.size() < 500);
  const VerifyingKey city = town.city.verifying_key();
  const auto parsed = ReceiptStatement::parse(text);
  REQUIRE(parsed.has_value());
  CHECK(*parsed == statement);
  CHECK(parsed->verify(city).has_value());
  CHECK(parsed->verify(town.kiosk.verifying_key()).error() == StatementFault::NotOfThisCity);
  for (std::size_t length = 0; length < text.size(); ++length) {
    if (ReceiptStatement::parse(std::string_view(text).substr(0, length)).has_value())
      FAIL("length " << length);
  }
  for (std::size_t position = 0; position < text.size(); ++position) {
    std::string changed = text;
    changed[position] = changed[position] == '0' ? '1' : '0';
    const auto other = ReceiptStatement::parse(changed);
    if (other.has_value() && other->verify(city).has_value()) FAIL("position " << position);
  }
  ReceiptStatement late = statement;
  KioskCertificate ended = town.certificate;
  ended.not_after = WallTime(std::chrono::seconds(1'700'000'000));
  ended.sign(town.city);
  late = *ReceiptStatement::make(ended, record, std::nullopt, "7F2A-91C4", town.kiosk);
  CHECK(late.verify(city).error() == StatementFault::Expired);
}

TEST_CASE("acknowledgements verify with their signer's key, and every field of them counts") {
  const SigningKey cases = SigningKey::generate();
  const VerifyingKey key = cases.verifying_key();
  Acknowledgement word;
  word.verdict = Verdict::Accepted;
  word.kiosk = 1042;
  word.epoch = 1;
  word.sequence = 5;
  word.case_number = "1405-000123";
  word.sign(cases);
  CHECK(word.verify(key));
  CHECK_FALSE(word.verify(SigningKey::generate().verifying_key()));
  const auto spoilt = [&](auto change) {
    Acknowledgement other = word;
    change(other);
    return !other.verify(key);
  };
  CHECK(spoilt([](Acknowledgement& a) { a.verdict = Verdict::Joined; }));
  CHECK(spoilt([](Acknowledgement& a) { a.kiosk = 1043; }));
  CHECK(spoilt([](Acknowledgement& a) { a.kiosk = 1042 + 65536; }));
  CHECK(spoilt([](Acknowledgement& a) { a.epoch = 2; }));
  CHECK(spoilt([](Acknowledgement& a) { a.sequence = 6; }));
  CHECK(spoilt([](Acknowledgement& a) { a.request_id[3] = 1; }));
  CHECK(spoilt([](Acknowledgement& a) { a.hash[31] = 1; }));
  CHECK(spoilt([](Acknowledgement& a) { a.at += std::chrono::milliseconds(1); }));
  CHECK(spoilt([](Acknowledgement& a) { a.case_number = "1405-000124"; }));
}

TEST_CASE(
    "a word that an epoch is stored up to a place verifies with ingest's key, and every field of it counts") {
  const SigningKey ingest = SigningKey::generate();
  const VerifyingKey key = ingest.verifying_key();
  StoredWord word{1042, 1, 5, {}, {}, {}};
  word.sign(ingest);
  CHECK(word.verify(key));
  CHECK_FALSE(word.verify(SigningKey::generate().verifying_key()));
  const auto spoilt = [&](auto change) {
    StoredWord other = word;
    change(other);
    return !other.verify(key);
  };
  CHECK(spoilt([](StoredWord& w) { w.kiosk = 1043; }));
  CHECK(spoilt([](StoredWord& w) { w.kiosk = 1042 + 65536; }));
  CHECK(spoilt([](StoredWord& w) { w.epoch = 2; }));
  CHECK(spoilt([](StoredWord& w) { w.sequence = 6; }));
  CHECK(spoilt([](StoredWord& w) { w.sequence = 0; }));
  CHECK(spoilt([](StoredWord& w) { w.hash[0] = 1; }));
  CHECK(spoilt([](StoredWord& w) { w.at += std::chrono::milliseconds(1); }));
}

Enrolment enrolment_of(const Town& town) {
  Enrolment enrolment;
  enrolment.kiosk = 1042;
  enrolment.epoch = 1;
  enrolment.demo = true;
  enrolment.backend_url = "https://127.0.0.1:8443";
  enrolment.opening_key = OpeningKey::generate(3).public_part();
  enrolment.city_key_pem = town.city.verifying_key().pem();
  enrolment.ingest_key_pem = SigningKey::generate().verifying_key().pem();
  enrolment.cases_key_pem = SigningKey::generate().verifying_key().pem();
  enrolment.update_key_pem = SigningKey::generate().verifying_key().pem();
  enrolment.certificate = town.certificate;
  return enrolment;
}

TEST_CASE("an enrolment is read back; a shipped build refuses a demonstration's") {
  const Town town;
  const std::string json = enrolment_of(town).encode();
  const auto parsed = Enrolment::parse(json, DemoPolicy::Accept);
  REQUIRE(parsed.has_value());
  CHECK(parsed->encode() == json);
  CHECK(Enrolment::parse(json, DemoPolicy::Refuse).error().fault == EnrolmentFault::DemoRefused);
  for (std::size_t length = 0; length + 2 < json.size(); ++length) {
    CHECK_FALSE(Enrolment::parse(std::string_view(json).substr(0, length), DemoPolicy::Accept).has_value());
  }
}

TEST_CASE("a wrong enrolment says what is wrong") {
  const Town town;
  const std::string json = enrolment_of(town).encode();
  const auto changed = [&](std::string_view from, std::string_view to) {
    std::string other = json;
    other.replace(other.find(from), from.size(), to);
    const auto parsed = Enrolment::parse(other, DemoPolicy::Accept);
    REQUIRE_FALSE(parsed.has_value());
    return parsed.error();
  };
  CHECK(changed("\"epoch\": 1", "\"epoch\": 1, \"colour\": 1").fault == EnrolmentFault::UnknownKey);
  CHECK(changed("\"epoch\": 1", "\"epoch\": 1, \"colour\": 1").key == "colour");
  CHECK(changed("\"epoch\": 1", "\"epoch\": \"1\"").fault == EnrolmentFault::WrongType);
  CHECK(changed("\"epoch\": 1", "\"epoch\": 100").fault == EnrolmentFault::BadValue);
  CHECK(changed("\"demo\": true,", "").fault == EnrolmentFault::MissingKey);
  CHECK(changed("https://", "http://").key == "backend-url");
  // The certificate is another kiosk's then.
  CHECK(changed("\"epoch\": 1", "\"epoch\": 2").key == "kiosk-certificate");
  CHECK(Enrolment::load("/nonexistent/enrolment.json", DemoPolicy::Accept).error().fault ==
        EnrolmentFault::Missing);
}

TEST_CASE("an audit entry has one spelling, and no cut or changed one is read") {
  for (int number_of_kind = 1; number_of_kind <= static_cast<int>(AuditKind::CardForgotten);
       ++number_of_kind) {
    const auto kind = static_cast<AuditKind>(number_of_kind);
    for (const std::int64_t number : {std::int64_t{0}, std::int64_t{7}, AuditEntry::highest_number}) {
      const AuditEntry entry{kind, number};
      const Bytes bytes = entry.encode();
      CHECK(AuditEntry::parse(bytes) == entry);
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto cut = AuditEntry::parse(ByteView(bytes).first(length));
        CHECK((!cut || cut->number != number));
      }
    }
  }
  for (const char* text : {"record-damaged 07", "record-damaged 9007199254740992", "record-damaged -1",
                           "record-damaged 1 ", "somebody 1", "record-damaged"}) {
    CHECK_FALSE(AuditEntry::parse(as_bytes(text)));
  }
}

}  // namespace
}  // namespace pishkhan::protocol
