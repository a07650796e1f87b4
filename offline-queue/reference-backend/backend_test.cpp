#include "base/core/random.h"
#include "offline-queue/protocol/request_body.h"
#include "offline-queue/reference-backend/attempts.h"
#include "offline-queue/reference-backend/cases_store.h"
#include "offline-queue/reference-backend/demo_keys.h"
#include "offline-queue/reference-backend/kiosk_register.h"
#include "offline-queue/reference-backend/opener.h"
#include "offline-queue/reference-backend/secret_verifier.h"
#include "offline-queue/sync/demo_authority.h"

#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

using namespace pishkhan;
using namespace pishkhan::backend;

namespace {

services::Catalogue catalogue() {
  services::Field place;
  place.id = "place";
  place.label = {"نشانی", "Address"};
  services::Field mobile;
  mobile.id = "mobile";
  mobile.kind = services::FieldKind::Mobile;
  services::Service service;
  service.id = "complaint";
  service.stages.push_back({"referral", {}, {}, {}, "", false});
  service.steps.push_back({"all", {}, {place, mobile}});
  service.case_key = {"place"};
  services::Catalogue result;
  result.services.push_back(service);
  return result;
}

CatalogueOf always(services::Catalogue one) {
  return [one = std::move(one)](const std::string&) -> const services::Catalogue& { return one; };
}

struct Sealed {
  protocol::OpeningKey key = protocol::OpeningKey::generate(3);
  protocol::Request request;
  Sealed() {
    request.request_id = {1, 2, 3};
    request.code = {1042, 1, 9};
    request.service_id = "complaint";
    request.catalogue_version = "1";
    request.catalogue_fingerprint = "0000-0000";
    request.fields.emplace("place", PersonalText("میدان"));
    request.fields.emplace("mobile", PersonalText("09121234567"));
    request.receipt_secret = PersonalText("12345678");
  }
  protocol::Record record() const {
    protocol::Record record;
    record.header.kiosk = 1042;
    record.header.epoch = 1;
    record.header.sequence = 9;
    record.header.request_id = {1, 2, 3};
    record.payload = protocol::seal(protocol::encode_request(request)->view(), key.public_part()).value();
    return record;
  }
  OpenedRequest open() const { return open_request(record(), {&key, 1}, always(catalogue())); }
};

}  // namespace

TEST_CASE("a sealed request is opened and judged; what is wrong with it has a stable name") {
  const OpenedRequest good = Sealed().open();
  CHECK(good.reason.empty());
  CHECK(good.first_stage == "referral");
  REQUIRE(good.same_matter.has_value());

  Sealed other;
  other.request.fields["mobile"] = PersonalText("09121234568");
  CHECK(other.open().reason.empty());
  CHECK(other.open().same_matter != good.same_matter);
  Sealed copied;
  copied.request.code.sequence = 8;
  CHECK(copied.open().reason == "not-of-this-record");
  Sealed unknown;
  unknown.request.service_id = "no-such";
  CHECK(unknown.open().reason == "unknown-service");
  Sealed mistyped;
  mistyped.request.fields["mobile"] = PersonalText("1");
  CHECK(mistyped.open().reason == "field-breaks-its-rule");

  const Sealed damaged;
  protocol::Record record = damaged.record();
  record.payload->back() ^= 1U;
  CHECK(open_request(record, {&damaged.key, 1}, always(catalogue())).reason == "damaged-envelope");
  const protocol::OpeningKey later = protocol::OpeningKey::generate(4);
  CHECK(open_request(damaged.record(), {&later, 1}, always(catalogue())).reason == "sealed-to-another-key");
  for (std::size_t length = 0; length < record.payload->size(); length += 37) {
    protocol::Record cut = damaged.record();
    cut.payload->resize(length);
    CHECK_FALSE(open_request(cut, {&damaged.key, 1}, always(catalogue())).reason.empty());
  }
}

TEST_CASE("who the person is lies beside the form, and is demanded as the service demands it") {
  services::Catalogue typed = catalogue();
  typed.services.front().assurance = services::Assurance::TypedNationalId;
  const auto judged = [&](const Sealed& sealed) {
    return open_request(sealed.record(), {&sealed.key, 1}, always(typed)).reason;
  };
  Sealed known;
  known.request.assurance = services::Assurance::TypedNationalId;
  CHECK(judged(known) == "field-breaks-its-rule");
  known.request.identity.emplace("national_id", PersonalText("0499370899"));
  CHECK(judged(known).empty());
  Sealed by_card;
  by_card.request.identity = known.request.identity;
  by_card.request.assurance = services::Assurance::Card;
  by_card.request.identity.emplace("name", PersonalText("سارا"));
  CHECK(judged(by_card).empty());
  // A form cannot pass for an identity, nor an identity carry a form's answers.
  Sealed pretended;
  pretended.request.assurance = services::Assurance::TypedNationalId;
  pretended.request.fields.emplace("national_id", PersonalText("0499370899"));
  CHECK(judged(pretended) == "unknown-field");
  Sealed misplaced;
  misplaced.request.identity = known.request.identity;
  misplaced.request.assurance = services::Assurance::TypedNationalId;
  misplaced.request.identity.emplace("place", PersonalText("میدان"));
  CHECK(judged(misplaced) == "unknown-field");
}

TEST_CASE("a receipt secret is recognised by its verifier and by no other") {
  SeededRandom random(8);
  const std::string verifier = make_secret_verifier("12345678", random);
  CHECK(secret_matches("12345678", verifier));
  CHECK_FALSE(secret_matches("12345679", verifier));
  CHECK(make_secret_verifier("12345678", random) != verifier);
  for (std::size_t length = 0; length < verifier.size(); length += 9) {
    CHECK_FALSE(secret_matches("12345678", std::string_view(verifier).substr(0, length)));
  }
}

TEST_CASE("tries are limited per key and window") {
  Attempts attempts(3, std::chrono::minutes(1));
  const SteadyTime start(1'000);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(attempts.attempt("a", start).has_value());
  CHECK(attempts.attempt("a", start + std::chrono::seconds(20)) == std::chrono::seconds(40));
  CHECK_FALSE(attempts.attempt("b", start).has_value());
  CHECK_FALSE(attempts.attempt("a", start + std::chrono::minutes(1)).has_value());
}

TEST_CASE("the register of kiosks is read strictly") {
  const EnrolledEpoch one{1042, 2, {2, 9}, EpochState::Revoked};
  const std::string text = KioskRegister::encode({one});
  const auto parsed = KioskRegister::parse(text);
  REQUIRE(parsed.has_value());
  CHECK(parsed->find(1042, 2)->state == EpochState::Revoked);
  CHECK(parsed->find(1042, 2)->key == one.key);
  CHECK_FALSE(parsed->find(1042, 1).has_value());
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    CHECK_FALSE(KioskRegister::parse(std::string_view(text).substr(0, length)).has_value());
  }
  CHECK_FALSE(KioskRegister::parse(KioskRegister::encode({one, one})).has_value());
}

TEST_CASE("demo keys are made once, private to their owner, and refused by a build for citizens") {
  namespace fs = std::filesystem;
  SystemRandom random;
  const SystemClock clock;
  const fs::path folder = fs::temp_directory_path() / ("pishkhan-keys-" + to_hex(random.bytes<6>()));
  DemoKeysOptions options;
  options.folder = folder;
  REQUIRE(ensure_demo_keys(options, clock, random) == DemoKeysMade::Fresh);
  std::map<std::string, fs::file_time_type> times;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    CHECK((entry.status().permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
    times[entry.path().string()] = entry.last_write_time();
  }
  CHECK(times.size() == 27);
  CHECK(ensure_demo_keys(options, clock, random) == DemoKeysMade::WereThere);
  for (const auto& [path, time] : times) CHECK(fs::last_write_time(path) == time);

  const fs::path enrolment = folder / "kiosk" / "enrolment.json";
  CHECK(protocol::Enrolment::load(enrolment, protocol::DemoPolicy::Accept).has_value());
  const auto refused = protocol::Enrolment::load(enrolment, protocol::DemoPolicy::Refuse);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().fault == protocol::EnrolmentFault::DemoRefused);
  std::ifstream pem(folder / "kiosk" / "authority.pem");
  const std::string authority{std::istreambuf_iterator<char>(pem), {}};
  REQUIRE_FALSE(authority.empty());
  CHECK_FALSE(sync::acceptable_authority(authority, protocol::DemoPolicy::Refuse));
  fs::remove(enrolment);
  CHECK(ensure_demo_keys(options, clock, random).error() == DemoKeysFault::Incomplete);
  fs::remove_all(folder);
}

TEST_CASE("a program and a staff command may open a new database at the same moment") {
  namespace fs = std::filesystem;
  SystemRandom random;
  const fs::path folder = fs::temp_directory_path() / ("pishkhan-open-" + to_hex(random.bytes<6>()));
  REQUIRE(fs::create_directory(folder));
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    const auto file = folder / (std::to_string(round) + ".db");
    std::array<bool, 2> opened{};
    {
      const auto open = [&](std::size_t i) {
        return [&, i] { opened[i] = CasesStore::open(file, Sharing::WithReaders).has_value(); };
      };
      const std::jthread one(open(0));
      const std::jthread other(open(1));
    }
    CHECK(opened[0]);
    CHECK(opened[1]);
  }
  fs::remove_all(folder);
}
