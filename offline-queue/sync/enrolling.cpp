#include "offline-queue/sync/enrolling.h"

#include "base/core/personal.h"
#include "offline-queue/protocol/private_file.h"
#include "offline-queue/sync/backoff.h"

#include <utility>

namespace pishkhan::sync {
namespace {

using namespace protocol;

std::string text_in(const std::filesystem::path& file) {
  const auto content = read_private_file(file, largest_certificate_text);
  return content ? std::string(as_text(content->view())) : std::string();
}

Result<SigningKey, EnrolFault> key_for(const EnrolOptions& options, KeyFolder& folder) {
  if (options.with == EnrolWith::NewKey) {
    auto key = folder.pending_key(options.key_place);
    if (!key) return fail(EnrolFault(key.error()));
    return std::move(*key);
  }
  const auto set = folder.current();
  if (!set) return fail(EnrolFault(set.error()));
  auto key = SigningKey::load(set->signing_key, options.key_place);
  if (!key) return fail(EnrolFault(KeyFolderFault::NoKey));
  return std::move(*key);
}

/// Worth asking again with the technician standing there.
bool may_pass(const SyncFault& fault) {
  return fault.kind == SyncFaultKind::Unreachable || fault.kind == SyncFaultKind::Timeout ||
         fault.kind == SyncFaultKind::Busy;
}

Result<EnrolmentAnswer, EnrolFault> ask_until_answered(
    const EnrolOptions& options, const EnrolRequest& request, const Clock& clock, Random& random,
    const std::function<void(std::chrono::milliseconds)>& wait) {
  auto transport = Transport::open(options.endpoint);
  if (!transport) return fail(EnrolFault(transport.error()));
  Exchange exchange{Method::Post, "/v1/simpleenroll", request.encode(), {}};
  Backoff backoff(
      {std::chrono::milliseconds(500), std::chrono::milliseconds(10'000), std::chrono::seconds(30)});
  const SteadyTime end = clock.steady() + options.patience;
  for (;;) {
    auto reply = ask_enrolment(*transport, exchange, {});
    std::chrono::milliseconds pause{0};
    if (reply && reply->answer) {
      wipe(exchange.body.data(), exchange.body.size());
      return std::move(*reply->answer);
    }
    if (reply) {
      backoff.succeeded();
      pause = reply->wait;
    } else {
      pause = backoff.failed(random, reply.error().retry_after);
    }
    const bool too_late = clock.steady() + pause >= end;
    if (too_late || (!reply && !may_pass(reply.error()))) {
      wipe(exchange.body.data(), exchange.body.size());
      // It waits at the backend, and nobody signs there.
      return fail(EnrolFault(reply ? SyncFault{SyncFaultKind::Timeout, {}, {}} : reply.error()));
    }
    wait(pause);
  }
}

}  // namespace

Result<Enrolled, EnrolFault> enrol(const EnrolOptions& options, const EnrolmentCode& code, KeyFolder& folder,
                                   const Clock& clock, Random& random,
                                   const std::function<void(std::chrono::milliseconds)>& wait) {
  const auto complete = folder.finish_interrupted();
  if (!complete) return fail(EnrolFault(complete.error()));
  if (*complete && options.with == EnrolWith::NewKey) {
    const auto set = folder.current();
    if (!set) return fail(EnrolFault(set.error()));
    const auto enrolment = Enrolment::load(set->enrolment, built_demo_policy());
    if (!enrolment) return fail(EnrolFault(KeyFolderFault::Damaged));
    return Enrolled{*set, enrolment->kiosk, enrolment->epoch, true};
  }
  const auto key = key_for(options, folder);
  if (!key) return fail(key.error());
  auto certificate_request = make_certificate_request(*key, code.kiosk());
  if (!certificate_request) return fail(EnrolFault(KeyFolderFault::NoKey));
  const EnrolmentSecrets secrets = code.derive();
  EnrolRequest request{code.kiosk(), secrets.pass, *certificate_request,
                       request_proof(secrets.proof_key, *certificate_request)};
  const auto answer = ask_until_answered(options, request, clock, random, wait);
  wipe(request.pass.data(), request.pass.size());
  if (!answer) return fail(answer.error());
  Expected expected;
  expected.kiosk = code.kiosk();
  expected.key = key->verifying_key().point();
  expected.authority_pem = text_in(options.endpoint.authority_file);
  expected.proof_key = &secrets.proof_key;
  const auto checked = check_answer(*answer, expected, built_demo_policy());
  if (!checked) return fail(EnrolFault(checked.error()));
  const auto whose = options.with == EnrolWith::NewKey ? KeyFolder::Whose::Pending : KeyFolder::Whose::Current;
  const auto set = folder.take(expected.authority_pem, answer->certificate, answer->enrolment, whose, random);
  if (!set) return fail(EnrolFault(set.error()));
  return Enrolled{*set, checked->enrolment.kiosk, checked->enrolment.epoch, false};
}

}  // namespace pishkhan::sync
