// Enrolment from the code to the first record that counts, over real connections.
#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/sync/enrolling.h"
#include "offline-queue/sync/renewal.h"
#include "offline-queue/sync/store_outbox.h"
#include "tests/network/new_kiosk.h"

#include <doctest/doctest.h>

#include <thread>

using namespace pishkhan;
using namespace pishkhan::network_test;
using namespace pishkhan::protocol;

namespace {

std::optional<ProblemType> problem_in(const Result<sync::Enrolled, sync::EnrolFault>& result) {
  if (result) return std::nullopt;
  const auto* fault = std::get_if<sync::SyncFault>(&result.error());
  return fault != nullptr && fault->problem ? std::optional(fault->problem->type) : std::nullopt;
}

std::optional<ProblemType> problem_in(const sync::PumpReport& report) {
  return report.fault && report.fault->problem ? std::optional(report.fault->problem->type) : std::nullopt;
}

}  // namespace

TEST_CASE("a kiosk is enrolled with a code, files, renews, is revoked, and begins a new epoch") {
  Counter city("enrolment");
  NewKiosk kiosk(city, "enrolment-kiosk");
  const auto first = kiosk.enrol(kiosk.code(1043));
  REQUIRE(first.has_value());
  CHECK(first->kiosk == 1043);
  CHECK(first->epoch == 1);
  CHECK(first->set.number == 1);

  kiosk.start();
  kiosk.file(1);
  CHECK(kiosk.pump().sent == 1);
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(kiosk.pump().opened == 1);
  CHECK(kiosk.store().counts()->unopened == 0);

  // Not before its time; then with the same key, and the next one under the new certificate.
  const auto before = kiosk.certificate();
  const auto early = kiosk.renew(before.not_before + std::chrono::hours(24 * 100));
  CHECK(early.what == sync::Renewal::What::NotYet);
  CHECK(early.left->count() > 24 * 250);
  CHECK(kiosk.renew_until_done(before.not_after - std::chrono::hours(1)) == sync::Renewal::What::Renewed);
  const auto after = kiosk.certificate();
  CHECK(after.serial != before.serial);
  CHECK(after.key == before.key);
  CHECK(after.epoch == 1);
  kiosk.start();
  kiosk.file(2);
  CHECK(kiosk.pump().sent == 1);
  CHECK(kiosk.renew_until_done(after.not_after - std::chrono::hours(1)) == sync::Renewal::What::Renewed);
  CHECK(kiosk.certificate().serial != after.serial);

  // A revocation holds at once at cases, from its next poll on at ingest, and over a restart.
  kiosk.start();
  kiosk.file(3);
  kiosk.revoke(1043, 1);
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(problem_in(kiosk.pump()) == ProblemType::RevokedEpoch);
  city.restart_ingest();
  CHECK(problem_in(kiosk.pump()) == ProblemType::RevokedEpoch);
  CHECK(kiosk.client().time().error().problem->type == ProblemType::RevokedEpoch);
  const auto refused = kiosk.renew(after.not_after);
  CHECK(refused.sync->problem->type == ProblemType::RevokedEpoch);

  // The same number again: a new key, a new chain; of the old one nothing is sent, and nothing is lost.
  const auto second = kiosk.enrol(kiosk.code(1043));
  REQUIRE(second.has_value());
  CHECK(second->epoch == 2);
  kiosk.start();
  kiosk.file(4);
  CHECK(kiosk.pump().sent == 1);
  REQUIRE(city.cases().poll_once({}).has_value());
  sync::KeyFolder folder(kiosk.keys());
  const auto earlier = folder.earlier(kiosk.enrolment());
  REQUIRE(earlier.size() == 1);
  kiosk.start_earlier(earlier.front());
  CHECK(kiosk.enrolment().epoch == 1);
  CHECK(kiosk.store().counts()->unsent == 1);
  CHECK(problem_in(kiosk.pump()) == ProblemType::RevokedEpoch);
}

TEST_CASE("what an epoch that was only replaced had not sent is sent under the new certificate, once") {
  Counter city("replaced");
  NewKiosk kiosk(city, "replaced-kiosk");
  REQUIRE(kiosk.enrol(kiosk.code(1043)).has_value());
  kiosk.start();
  kiosk.file(1);
  kiosk.file(2);
  REQUIRE(kiosk.enrol(kiosk.code(1043))->epoch == 2);
  kiosk.start();
  kiosk.file(3);
  CHECK(kiosk.pump().sent == 1);
  sync::KeyFolder folder(kiosk.keys());
  kiosk.start_earlier(folder.earlier(kiosk.enrolment()).front());
  CHECK(kiosk.pump().sent == 2);
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(kiosk.pump().opened == 2);
  CHECK(kiosk.store().counts()->unopened == 0);
  CHECK(city.look_into_cases().requests("").size() == 3);
}

TEST_CASE("an epoch that kiosks.json had is never given again") {
  Counter city("register");
  NewKiosk kiosk(city, "register-kiosk");
  const auto enrolled = kiosk.enrol(kiosk.code(city.enrolment().kiosk));
  REQUIRE(enrolled.has_value());
  CHECK(enrolled->epoch == city.enrolment().epoch + 1);
}

TEST_CASE("wrong, expired, used and spoilt codes give nothing, and a flood of them leaves nothing behind") {
  Counter city("codes");
  NewKiosk kiosk(city, "codes-kiosk");
  CHECK(problem_in(kiosk.enrol(kiosk.foreign_code(1043))) == ProblemType::BadCode);

  const auto code = kiosk.code(1043);
  NewKiosk thief(city, "codes-thief");
  for (int i = 0; i < 3; ++i) CHECK(problem_in(thief.enrol(kiosk.foreign_code(1043))) == ProblemType::BadCode);
  REQUIRE(kiosk.enrol(code).has_value());
  CHECK(problem_in(thief.enrol(code)) == ProblemType::CodeUsed);

  const auto expired = kiosk.code(1044, std::chrono::hours(-1));
  CHECK(problem_in(thief.enrol(expired)) == ProblemType::CodeExpired);

  // Ten wrong ones and the right one is dead, too, also after a restart.
  const auto spoilt = kiosk.code(1045);
  REQUIRE(city.cases().poll_once({}).has_value());
  Flood flood(city);
  CHECK(flood.guess(1045, 10) == 10);
  const auto size = flood.disk_bytes();
  CHECK(flood.guess(1045, 200) == 200);
  CHECK(flood.guess(1046, 100) == 100);
  CHECK(flood.garbage(100) == 100);
  CHECK(flood.disk_bytes() == size);
  city.restart_ingest();
  CHECK(problem_in(thief.enrol(spoilt)) == ProblemType::BadCode);
  REQUIRE(city.cases().poll_once({}).has_value());
  bool told = false;
  for (const auto& row : kiosk.codes()) told = told || (row.code.kiosk == 1045 && row.code.tries == 10);
  CHECK(told);
  // A stranger's port answers nothing else, and the others open to nobody without a certificate.
  CHECK(flood.asks("/v1/time") == 404);
  CHECK(flood.asks("/internal/v1/enrolments") == 404);
}

TEST_CASE("an answer that was lost is given again, byte for byte; so is one that cases kept and ingest lost") {
  Counter city("lost");
  NewKiosk kiosk(city, "lost-kiosk");
  const auto code = kiosk.code(1043);
  REQUIRE(city.cases().poll_once({}).has_value());
  // Ingest takes the request, and nobody hears of it; then it goes off.
  const EnrolRequest request = kiosk.request(code);
  CHECK_FALSE(kiosk.ask(request)->answer.has_value());
  city.restart_ingest();
  CHECK_FALSE(kiosk.ask(kiosk.request(code))->answer.has_value());
  REQUIRE(city.cases().poll_once({}).has_value());
  const auto once = kiosk.ask(request);
  REQUIRE(once->answer.has_value());
  const auto again = kiosk.ask(kiosk.request(code));  // the same key, another signature over it
  REQUIRE(again->answer.has_value());
  CHECK(*again->answer == *once->answer);
  // An ingest from before all this: the code comes back to it, and with it the very same answer.
  city.restart_ingest_empty();
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK_FALSE(kiosk.ask(request)->answer.has_value());
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(*kiosk.ask(request)->answer == *once->answer);
  CHECK(kiosk.enrol(code)->epoch == 1);
}

TEST_CASE("a renewal's answer is given again if it was lost, and never to a kiosk that has a later certificate") {
  Counter city("late-renewal");
  NewKiosk kiosk(city, "late-renewal-kiosk");
  REQUIRE(kiosk.enrol(kiosk.code(1043)).has_value());
  kiosk.start();
  const auto renew = [&] { return kiosk.renew_until_done(kiosk.certificate().not_after - std::chrono::hours(1)); };
  // Certificates tell their ends to the second.
  const auto later = [] { std::this_thread::sleep_for(std::chrono::milliseconds(1'100)); };
  REQUIRE(renew() == sync::Renewal::What::Renewed);
  later();

  SUBCASE("it came by a code") {
    const auto before = kiosk.certificate();
    REQUIRE(kiosk.enrol(kiosk.code(1043), sync::EnrolWith::PresentKey)->epoch == 1);
    REQUIRE(kiosk.certificate().not_after > before.not_after);
  }
  SUBCASE("ingest was put back to before the last renewal") {
    city.keep_ingest_database();
    REQUIRE(renew() == sync::Renewal::What::Renewed);
    city.restore_ingest_database();
  }
  later();
  const auto present = kiosk.certificate();
  kiosk.connect();
  sync::KeyFolder folder(kiosk.keys());
  const auto key = SigningKey::load(folder.current()->signing_key).value();
  const auto ask = [&] { return kiosk.client().renew({1, make_certificate_request(key, 1043).value()})->answer; };
  CHECK_FALSE(ask().has_value());
  REQUIRE(city.cases().poll_once({}).has_value());
  const auto lost = ask();
  REQUIRE(lost.has_value());
  CHECK(ask() == lost);
  CHECK(renew() == sync::Renewal::What::Renewed);
  CHECK(kiosk.certificate() == ClientCertificate::parse(lost->certificate));
  CHECK(kiosk.certificate().not_after > present.not_after);
}

TEST_CASE(
    "an ingest that was put back to before a revocation learns it again, and what slipped in counts not") {
  Counter city("restored");
  NewKiosk kiosk(city, "restored-kiosk");
  REQUIRE(kiosk.enrol(kiosk.code(1043)).has_value());
  kiosk.start();
  kiosk.file(1);
  CHECK(kiosk.pump().sent == 1);
  REQUIRE(city.cases().poll_once({}).has_value());
  city.keep_ingest_database();
  kiosk.revoke(1043, 1);
  REQUIRE(city.cases().poll_once({}).has_value());
  kiosk.file(2);
  CHECK(problem_in(kiosk.pump()) == ProblemType::RevokedEpoch);
  city.restore_ingest_database();
  CHECK(kiosk.pump().sent == 1);  // until cases comes
  REQUIRE(city.cases().poll_once({}).has_value());
  kiosk.file(3);
  CHECK(problem_in(kiosk.pump()) == ProblemType::RevokedEpoch);
  const auto rows = city.look_into_cases().requests("");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].report.acknowledgement.verdict == Verdict::Accepted);
  CHECK(rows[1].report.acknowledgement.verdict == Verdict::Invalid);
  CHECK(rows[1].reason == "revoked-epoch");
}

TEST_CASE("a taken ingest gets no key of its own certified, and cannot make a kiosk believe its answer") {
  Counter city("taken");
  NewKiosk kiosk(city, "taken-kiosk");
  const auto code = kiosk.code(1043);
  REQUIRE(city.cases().poll_once({}).has_value());
  // It has seen the pass, and puts its own request in the kiosk's place.
  EnrolRequest request = kiosk.request(code);
  const SigningKey own = SigningKey::generate();
  request.certificate_request = make_certificate_request(own, 1043).value();
  CHECK_FALSE(kiosk.ask(request)->answer.has_value());
  REQUIRE(city.cases().poll_once({}).has_value());
  CHECK(kiosk.ask(request).error().problem->type == ProblemType::BadCode);

  const auto other = kiosk.code(1044);
  const auto enrolled = kiosk.enrol(other);
  REQUIRE(enrolled.has_value());
  EnrolmentAnswer answer = *kiosk.ask(kiosk.request_again(other))->answer;
  const EnrolmentSecrets secrets = other.derive();
  sync::Expected expected;
  expected.kiosk = 1044;
  expected.key = kiosk.certificate().key;
  expected.authority_pem = kiosk.authority_pem();
  expected.proof_key = &secrets.proof_key;
  CHECK(sync::check_answer(answer, expected, DemoPolicy::Accept).has_value());
  CHECK(sync::check_answer(answer, expected, DemoPolicy::Refuse).error() == sync::AnswerFault::DemoRefused);
  answer.enrolment.replace(answer.enrolment.find("\"id\": 1"), 7, "\"id\": 2");
  CHECK(sync::check_answer(answer, expected, DemoPolicy::Accept).error() == sync::AnswerFault::NotProven);
}
