#include "offline-queue/sync/enrolment_check.h"

#include <utility>

namespace pishkhan::sync {
namespace {

using namespace protocol;

bool proven(const EnrolmentAnswer& answer, const Expected& expected) {
  const Bytes statement = answer.statement();
  if (expected.proof_key != nullptr)
    return same_secret(answer_proof(*expected.proof_key, statement), answer.proof);
  return expected.city_key != nullptr && expected.city_key->verify(statement, answer.city_signature);
}

}  // namespace

Result<CheckedAnswer, AnswerFault> check_answer(const EnrolmentAnswer& answer, const Expected& expected,
                                                DemoPolicy policy) {
  if (!proven(answer, expected)) return fail(AnswerFault::NotProven);
  auto enrolment = Enrolment::parse(answer.enrolment, policy);
  if (!enrolment) {
    const bool demo = enrolment.error().fault == EnrolmentFault::DemoRefused;
    return fail(demo ? AnswerFault::DemoRefused : AnswerFault::BadDocument);
  }
  auto certificate = ClientCertificate::parse(answer.certificate);
  if (!certificate) return fail(AnswerFault::BadDocument);
  if (certificate->key != expected.key || enrolment->certificate.public_key != expected.key)
    return fail(AnswerFault::WrongKey);
  const bool same_kiosk = enrolment->kiosk == expected.kiosk && certificate->kiosk == expected.kiosk &&
                          certificate->epoch == enrolment->epoch &&
                          (expected.epoch == 0 || expected.epoch == enrolment->epoch);
  if (!same_kiosk) return fail(AnswerFault::WrongKiosk);
  if (!issued_by(answer.certificate, expected.authority_pem)) return fail(AnswerFault::ForeignAuthority);
  const bool repeated = expected.present && (certificate->not_after < expected.present->not_after ||
                                             certificate->serial == expected.present->serial);
  if (repeated) return fail(AnswerFault::NotNewer);
  return CheckedAnswer{std::move(*enrolment), std::move(*certificate)};
}

const char* name(AnswerFault fault) {
  switch (fault) {
    case AnswerFault::NotProven:
      return "not-proven";
    case AnswerFault::BadDocument:
      return "bad-document";
    case AnswerFault::DemoRefused:
      return "demo-refused";
    case AnswerFault::WrongKey:
      return "wrong-key";
    case AnswerFault::WrongKiosk:
      return "wrong-kiosk";
    case AnswerFault::ForeignAuthority:
      return "foreign-authority";
    case AnswerFault::NotNewer:
      return "not-newer";
  }
  return "unknown";
}

}  // namespace pishkhan::sync
