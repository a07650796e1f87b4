#include "offline-queue/sync/renewal.h"

#include "offline-queue/protocol/private_file.h"

#include <algorithm>
#include <utility>

namespace pishkhan::sync {
namespace {

using namespace protocol;

/// A certificate that ends is looked at this often when nothing else is due.
constexpr std::chrono::hours longest_wait{6};

std::string text_in(const std::filesystem::path& file) {
  const auto content = read_private_file(file, largest_certificate_text);
  return content ? std::string(as_text(content->view())) : std::string();
}

/// Between 60 and 72 hundredths of its life, anew at each start, so that a fleet that was enrolled in one week
/// does not renew in one.
WallTime due_of(const ClientCertificate& certificate, Random& random) {
  const auto life = certificate.not_after - certificate.not_before;
  std::uint64_t drawn = 0;
  for (const std::uint8_t byte : random.bytes<4>()) drawn = drawn << 8 | byte;
  const auto hundredths = 6'000 + static_cast<std::int64_t>(drawn % 1'200);
  return certificate.not_before + life / 10'000 * hundredths;
}

}  // namespace

Renewal::Renewal(Setup setup) : setup_(setup), backoff_(setup.limits) {}

void Renewal::look(WallTime now, Report& report) {
  if (!certificate_) {
    const auto set = setup_.folder->current();
    if (set) set_ = *set;
    if (set) certificate_ = ClientCertificate::parse(text_in(set->certificate));
    if (certificate_) due_ = due_of(*certificate_, *setup_.random);
  }
  if (certificate_) report.left = std::chrono::floor<std::chrono::hours>(certificate_->not_after - now);
}

Renewal::Report Renewal::step(Client& client, WallTime now) {
  Report report;
  look(now, report);
  if (!certificate_ || !set_) {
    report.what = What::NoKeys;
    report.wait = longest_wait;
    return report;
  }
  if (now < due_) {
    report.wait = std::min<std::chrono::milliseconds>(due_ - now, longest_wait);
    return report;
  }
  renew(client, report);
  if (report.what == What::Failed || report.what == What::NoKeys) {
    report.wait = backoff_.failed(*setup_.random, report.sync ? report.sync->retry_after : std::nullopt);
  } else if (report.what == What::Renewed) {
    backoff_.succeeded();
    certificate_.reset();
  }
  return report;
}

void Renewal::renew(Client& client, Report& report) {
  report.what = What::NoKeys;
  // Read for this moment only: the queue's thread has the key of its own.
  const auto key = SigningKey::load(set_->signing_key, setup_.key_place);
  if (!key) return;
  auto request = make_certificate_request(*key, setup_.enrolment->kiosk);
  if (!request) return;
  report.what = What::Failed;
  const auto reply = client.renew({setup_.enrolment->epoch, std::move(*request)});
  if (!reply) {
    report.sync = reply.error();
    return;
  }
  if (!reply->answer) {
    report.what = What::Waiting;
    report.wait = reply->wait;
    return;
  }
  const auto city = VerifyingKey::from_pem(setup_.enrolment->city_key_pem);
  Expected expected;
  expected.kiosk = setup_.enrolment->kiosk;
  expected.epoch = setup_.enrolment->epoch;
  expected.key = key->verifying_key().point();
  expected.authority_pem = text_in(set_->authority);
  expected.city_key = city ? &*city : nullptr;
  expected.present = certificate_;
  const auto checked = check_answer(*reply->answer, expected, built_demo_policy());
  if (!checked) {
    report.answer = checked.error();
    return;
  }
  const auto taken = setup_.folder->take(expected.authority_pem, reply->answer->certificate,
                                         reply->answer->enrolment, KeyFolder::Whose::Current, *setup_.random);
  report.what = taken ? What::Renewed : What::NoKeys;
}

}  // namespace pishkhan::sync
