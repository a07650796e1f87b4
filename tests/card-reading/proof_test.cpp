// Every kind of card that proves itself, and every copy that cannot.
#include "drivers/simulated/piv_card.h"
#include "drivers/simulated/pkcs15_card.h"
#include "drivers/simulated/strange_cards.h"
#include "offline-queue/protocol/signing_key.h"
#include "tests/card-reading/card_bench.h"

#include <chrono>
#include <optional>
#include <string>

namespace pishkhan::card {
namespace {

using simulated::BankCard;
using simulated::CitizenCard;
using simulated::Forgery;
using simulated::PivCard;
using simulated::Pkcs15Card;
using simulated::StaffCard;

std::string text_of(const CardReading& reading, Meaning meaning) {
  const PersonalText* text = reading.find(meaning);
  return text == nullptr ? "" : std::string(text->reveal());
}

TEST_CASE("a citizen's card is greeted before it proves itself, and let in afterwards") {
  const CardAuthority authority;
  CardBench bench(all_trusting(authority));
  int greeted = 0;
  std::size_t commands_before = 0;
  bench.setup.read_so_far = [&](const CardReading& so_far) {
    ++greeted;
    CHECK_FALSE(so_far.proven);
    CHECK(text_of(so_far, Meaning::Name) == "مریم احمدی");
    commands_before = bench.device.commands();
  };
  const auto reading = bench.read(std::make_unique<CitizenCard>(simulated::CardHolder{}, authority));
  REQUIRE(reading);
  CHECK(reading->kind == CardKind::Citizen);
  CHECK(reading->proven);
  CHECK(text_of(*reading, Meaning::NationalId) == "0499370899");
  CHECK(text_of(*reading, Meaning::Name) == "مریم احمدی");
  CHECK(reading->fields.size() == 2);  // layout and card number are not handed on
  CHECK(greeted == 1);
  CHECK(commands_before + 3 <= bench.device.commands());  // SELECT, READ BINARY, INTERNAL AUTHENTICATE
  CHECK_FALSE(bench.device.view().card_powered);
  CHECK(bench.device.reports().empty());
}

TEST_CASE("staff, PIV and PKCS#15 cards prove themselves") {
  const CardAuthority authority;
  CardBench bench(all_trusting(authority));
  const auto staff = bench.read(std::make_unique<StaffCard>(simulated::StaffMember{}, authority));
  REQUIRE(staff);
  CHECK(staff->kind == CardKind::Staff);
  CHECK(staff->proven);
  CHECK(text_of(*staff, Meaning::StaffNumber) == "20417");
  const auto piv = bench.read(std::make_unique<PivCard>(authority));
  REQUIRE(piv);
  CHECK(piv->profile == "piv");
  CHECK(piv->kind == CardKind::Other);
  CHECK(piv->proven);
  CHECK(piv->fields.empty());
  const auto pkcs15 = bench.read(std::make_unique<Pkcs15Card>(authority));
  REQUIRE(pkcs15);
  CHECK(pkcs15->profile == "pkcs15");
  CHECK(pkcs15->proven);
  CHECK(bench.device.reports().empty());
}

TEST_CASE(
    "a PIV card with RSA keys proves itself by a chained command at every exchange level, and a copy does not") {
  const CardAuthority authority;
  for (const simulated::ExchangeLevel level :
       {simulated::ExchangeLevel::Tpdu, simulated::ExchangeLevel::ShortApdu,
        simulated::ExchangeLevel::ExtendedApdu}) {
    CAPTURE(static_cast<int>(level));
    CardBench bench(all_trusting(authority), {.level = level});
    auto card = std::make_unique<PivCard>(authority, simulated::CardKey::Kind::Rsa2048);
    auto copy = PivCard::forged(*card);
    const auto piv = bench.read(std::move(card));
    REQUIRE(piv);
    CHECK(piv->profile == "piv");
    CHECK(piv->proven);
    CHECK(bench.read(std::move(copy)).error() == CardFault::Copied);
    CHECK(bench.device.reports().empty());
  }
}

TEST_CASE("a key that wants a PIN is used after it was typed on the reader's pad, and only then") {
  const CardAuthority authority;
  // The PIV authentication key (9A) and its certificate, in place of the free one's.
  Profile profile = trusting("piv", authority);
  profile.steps[1] = step::GetData{
      .as = "card-certificate", .object = 0x5FC105, .form = step::GetData::Form::List, .at_most = 2048};
  profile.proof->key = 0x9A;
  CardBench without({profile}, {.pin_pad = true});
  CHECK(without.read(std::make_unique<PivCard>(authority)).error() == CardFault::Copied);  // it may not sign
  profile.steps.push_back(step::VerifyOnPinPad{{.reference = 0x80, .least_digits = 6}});
  CardBench no_pad({profile});
  CHECK(no_pad.read(std::make_unique<PivCard>(authority)).error() == CardFault::NoPinPad);

  CardBench bench({profile}, {.pin_pad = true});
  int asked = 0;
  int taken = 0;
  bench.setup.pin_wanted = [&asked] { ++asked; };
  bench.setup.pin_taken = [&taken] { ++taken; };
  bench.device.set_at_pin_pad(simulated::AtPinPad::Types, "123456");
  const auto reading = bench.read(std::make_unique<PivCard>(authority));
  REQUIRE(reading);
  CHECK(reading->proven);
  CHECK(asked == 1);
  bench.device.set_at_pin_pad(simulated::AtPinPad::Types, "654321");
  CHECK(bench.read(std::make_unique<PivCard>(authority)).error() == CardFault::WrongPin);
  bench.device.set_at_pin_pad(simulated::AtPinPad::Nothing);
  CHECK(bench.read(std::make_unique<PivCard>(authority)).error() == CardFault::PinNotEntered);
  CHECK(asked == 3);
  CHECK(taken == 1);
  // The third wrong one locks the card (63 C0), and it stays locked (69 83).
  bench.device.set_at_pin_pad(simulated::AtPinPad::Types, "654321");
  CHECK(bench.read(std::make_unique<PivCard>(authority)).error() == CardFault::WrongPin);
  CHECK(bench.read_inserted().error() == CardFault::WrongPin);
  CHECK(bench.read_inserted().error() == CardFault::PinBlocked);
  bench.device.set_at_pin_pad(simulated::AtPinPad::Types, "123456");
  CHECK(bench.read_inserted().error() == CardFault::PinBlocked);
  CHECK(bench.device.reports().empty());
}

TEST_CASE("a copy of every kind of card is found out") {
  const CardAuthority authority;
  CardBench bench(all_trusting(authority));
  const CitizenCard citizen({}, authority);
  const StaffCard staff({}, authority);
  for (const Forgery forgery : {Forgery::NoKey, Forgery::OtherKey}) {
    CHECK(bench.read(CitizenCard::forged(citizen, forgery)).error() == CardFault::Copied);
    CHECK(bench.read(StaffCard::forged(staff, forgery)).error() == CardFault::Copied);
  }
  CHECK(bench.read(PivCard::forged(PivCard(authority))).error() == CardFault::Copied);
  CHECK(bench.read(Pkcs15Card::forged(Pkcs15Card(authority))).error() == CardFault::Copied);
}

/// A chip as the municipality's, whatever is written on it.
class MadeUpCard final : public simulated::FileCard {
 public:
  MadeUpCard(Bytes holder, Bytes certificate, simulated::CardKey key)
      : FileCard(chip(std::move(holder), std::move(certificate), std::move(key))) {}

 private:
  static Chip chip(Bytes holder, Bytes certificate, simulated::CardKey key) {
    Chip made;
    made.answer_to_reset = from_hex("3b6800005049534b48414e4b").value();
    made.folders.push_back({.id = 0x3F00, .name = {}, .files = {}});
    made.folders.push_back({.id = 0, .name = from_hex("f0504953484b48414e01").value(), .files = {}});
    made.folders[1].files.push_back({.id = 0x0101, .content = std::move(holder)});
    made.folders[1].files.push_back({.id = 0x0102, .content = std::move(certificate)});
    made.keys.push_back({.reference = 1, .key = std::move(key)});
    return made;
  }
};

TEST_CASE("a genuine key does not vouch for another person's name") {
  const CardAuthority authority;
  CardBench bench(all_trusting(authority));
  const auto make = [&](const Bytes& certified, const Bytes& written) {
    auto key = simulated::CardKey::generate(simulated::CardKey::Kind::EcP256);
    Bytes certificate =
        authority.issue(key, {.common_name = "card", .serial_number = to_hex(sha256(certified))});
    return std::make_unique<MadeUpCard>(written, std::move(certificate), std::move(key));
  };
  simulated::CardHolder other;
  other.name = PersonalText("کس دیگری");
  const Bytes own = CitizenCard::holder_file({});
  const Bytes changed = CitizenCard::holder_file(other);
  CHECK(bench.read(make(own, own)));
  CHECK(bench.read(make(own, changed)).error() == CardFault::Copied);
}

TEST_CASE("RSA keys prove themselves too, and a certificate for something else does not do") {
  const CardAuthority authority;
  CardBench bench(all_trusting(authority));
  const Bytes holder = CitizenCard::holder_file({});
  auto key = simulated::CardKey::generate(simulated::CardKey::Kind::Rsa2048);
  Bytes certificate = authority.issue(key, {.common_name = "card", .serial_number = to_hex(sha256(holder))});
  CHECK(bench.read(std::make_unique<MadeUpCard>(holder, std::move(certificate), std::move(key))));
  // The authority's own certificate on a card: trusted, but for issuing.
  CHECK(bench
            .read(std::make_unique<MadeUpCard>(holder, authority.certificate(),
                                               simulated::CardKey::generate(simulated::CardKey::Kind::EcP256)))
            .error() == CardFault::Untrusted);
  CHECK(bench
            .read(std::make_unique<MadeUpCard>(holder, Bytes{0x30, 0x03, 0x02, 0x01, 0x01},
                                               simulated::CardKey::generate(simulated::CardKey::Kind::EcP256)))
            .error() == CardFault::Unreadable);
}

/// The kiosk's key for cards, as the kiosk has it.
class OwnKey final : public KioskProver {
 public:
  std::optional<Bytes> sign(ByteView message) override {
    const auto signature = key.sign(message);
    return Bytes(signature.begin(), signature.end());
  }
  protocol::SigningKey key = protocol::SigningKey::generate();
};

/// A citizen's card whose files are shown to a kiosk of its city only.
class ShyCard final : public simulated::FileCard {
 public:
  ShyCard(const CardAuthority& authority, const std::string& kiosk_pem)
      : FileCard(chip(authority, kiosk_pem)) {}

 private:
  static Chip chip(const CardAuthority& authority, const std::string& kiosk_pem) {
    const Bytes holder = CitizenCard::holder_file({});
    auto key = simulated::CardKey::generate(simulated::CardKey::Kind::EcP256);
    Bytes certificate = authority.issue(key, {.common_name = "card", .serial_number = to_hex(sha256(holder))});
    Chip made;
    made.answer_to_reset = from_hex("3b6800005049534b48414e4b").value();
    made.folders.push_back({.id = 0x3F00, .name = {}, .files = {}});
    made.folders.push_back({.id = 0, .name = from_hex("f0504953484b48414e01").value(), .files = {}});
    made.folders[1].files.push_back({.id = 0x0101, .content = holder, .access = Access::AfterKiosk});
    made.folders[1].files.push_back(
        {.id = 0x0102, .content = std::move(certificate), .access = Access::AfterKiosk});
    made.keys.push_back({.reference = 1, .key = std::move(key)});
    made.kiosk.emplace(kiosk_pem);
    return made;
  }
};

TEST_CASE("a card that shows nothing to strangers is read by a kiosk that proves itself") {
  const CardAuthority authority;
  OwnKey own;
  OwnKey stranger;
  const std::string pem = own.key.verifying_key().pem();
  Profile profile = trusting("citizen-card", authority);
  CardBench without({profile});
  CHECK(without.read(std::make_unique<ShyCard>(authority, pem)).error() == CardFault::Refused);
  profile.kiosk_first = KioskFirst{.key = 1};
  CardBench bench({profile});
  CHECK(bench.read(std::make_unique<ShyCard>(authority, pem)).error() == CardFault::Refused);  // it has no key
  bench.setup.prover = &stranger;
  CHECK(bench.read(std::make_unique<ShyCard>(authority, pem)).error() == CardFault::Refused);
  bench.setup.prover = &own;
  const auto reading = bench.read(std::make_unique<ShyCard>(authority, pem));
  REQUIRE(reading);
  CHECK(reading->proven);
}

TEST_CASE("another authority's card, or one whose time has not come or is over, is refused") {
  const CardAuthority authority;
  const CardAuthority another("Another Municipality");
  CardBench bench(all_trusting(authority));
  CHECK(bench.read(std::make_unique<CitizenCard>(simulated::CardHolder{}, another)).error() ==
        CardFault::Untrusted);
  // The same name, but another key: what it signed is not the trusted one's.
  const CardAuthority impostor;
  CHECK(bench.read(std::make_unique<CitizenCard>(simulated::CardHolder{}, impostor)).error() ==
        CardFault::Untrusted);
  bench.setup.trusted_time += std::chrono::hours(24 * 365 * 20);
  CHECK(bench.read(std::make_unique<CitizenCard>(simulated::CardHolder{}, authority)).error() ==
        CardFault::OutOfDate);
  bench.setup.trusted_time -= std::chrono::hours(24 * 365 * 21);
  CHECK(bench.read(std::make_unique<StaffCard>(simulated::StaffMember{}, authority)).error() ==
        CardFault::OutOfDate);
}

TEST_CASE("the day on which a card itself says that it ends is kept to") {
  const CardAuthority authority;
  const Profile profile = test::shipped("piv");
  CardBench bench({profile});
  using namespace std::chrono;
  const sys_days last = 2036y / December / 31;  // of the simulated card
  bench.setup.trusted_time = WallTime((last + hours(23)).time_since_epoch());
  CHECK(bench.read(std::make_unique<PivCard>(authority)).has_value());
  bench.setup.trusted_time = WallTime((last + days(2)).time_since_epoch());
  CHECK(bench.read(std::make_unique<PivCard>(authority)).error() == CardFault::OutOfDate);
}

TEST_CASE("as shipped, nobody is trusted: citizens and staff are refused, other cards only recognised") {
  const CardAuthority authority;
  CardBench bench({test::shipped("citizen-card"), test::shipped("staff-card"), test::shipped("piv"),
                   test::shipped("pkcs15"), test::shipped("bank-card")});
  CHECK(bench.read(std::make_unique<CitizenCard>(simulated::CardHolder{}, authority)).error() ==
        CardFault::Untrusted);
  CHECK(bench.read(std::make_unique<StaffCard>(simulated::StaffMember{}, authority)).error() ==
        CardFault::Untrusted);
  const auto piv = bench.read(std::make_unique<PivCard>(authority));
  REQUIRE(piv);
  CHECK_FALSE(piv->proven);
}

TEST_CASE("a bank card is recognised by name, and nothing of it is read") {
  CardBench bench(all_trusting(CardAuthority()));
  auto card = std::make_unique<BankCard>();
  const BankCard& inside = *card;
  const auto reading = bench.read(std::move(card));
  REQUIRE(reading);
  CHECK(reading->kind == CardKind::Bank);
  CHECK(reading->fields.empty());
  CHECK(inside.violations() == 0);
}

TEST_CASE("unknown and broken cards end in a fault, in time") {
  CardBench bench(all_trusting(CardAuthority()));
  CHECK(bench.read(std::make_unique<simulated::UnknownCard>()).error() == CardFault::UnknownCard);
  CHECK(bench.read(std::make_unique<simulated::DeadCard>()).error() == CardFault::CardMute);
  for (const simulated::Breakage breakage : simulated::all_breakages()) {
    CAPTURE(static_cast<int>(breakage));
    const SteadyTime before = bench.clock.steady();
    CHECK_FALSE(bench.read(std::make_unique<simulated::BrokenCard>(breakage)));
    CHECK(bench.clock.steady() - before < std::chrono::seconds(60));
  }
  CHECK(bench.read_inserted().error() != CardFault::NoCard);
  static_cast<void>(bench.device.remove());
  CHECK(bench.read_inserted().error() == CardFault::NoCard);
}

/// Passes commands on, and draws the card out before one of them.
class Pulled final : public simulated::SimulatedCard {
 public:
  Pulled(std::unique_ptr<SimulatedCard> inner, int commands) : inner_(std::move(inner)), left_(commands) {}
  Bytes reset() override { return inner_->reset(); }
  Bytes apdu(ByteView command) override { return left_-- > 0 ? inner_->apdu(command) : Bytes{}; }

 private:
  std::unique_ptr<SimulatedCard> inner_;
  int left_;
};

TEST_CASE("a card that falls silent at any command is never let in") {
  const CardAuthority authority;
  CardBench bench(all_trusting(authority));
  int silent = 0;
  for (int commands = 0; commands < 40; ++commands) {
    CAPTURE(commands);
    const auto reading = bench.read(
        std::make_unique<Pulled>(std::make_unique<CitizenCard>(simulated::CardHolder{}, authority), commands));
    if (reading) {
      CHECK(reading->proven);
      break;
    }
    ++silent;
    CHECK(reading.error() == CardFault::CardMute);
  }
  CHECK(silent >= 6);
  CHECK(silent < 40);
}

}  // namespace
}  // namespace pishkhan::card
