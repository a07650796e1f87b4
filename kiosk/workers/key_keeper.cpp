#include "kiosk/workers/key_keeper.h"

#include "base/core/log.h"
#include "offline-queue/sync/store_outbox.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace pishkhan::workers {
namespace {

using protocol::VerifyingKey;

/// From here on staff are told at each failure; renewal has been tried for weeks by then.
constexpr std::chrono::hours ending{24 * 30};
/// An earlier queue that could not be opened is tried again.
constexpr std::chrono::milliseconds reopen_interval{60'000};

/// What may be otherwise the next time. The rest lies there as it was; pishkhan-queue export takes out of it
/// what verifies.
bool may_pass(store::StoreFault fault) {
  using store::StoreFault;
  return fault == StoreFault::IoError || fault == StoreFault::DiskFull || fault == StoreFault::ReadOnly ||
         fault == StoreFault::Locked;
}

/// All of it is opened, and nothing is left of what could give a citizen the code again: what has served is erased
/// here, as the queue's own thread does it for the present epoch.
bool is_done(store::Store& store) {
  if (!store.purge()) log::warning("keys.earlier-not-purged");
  const auto counts = store.counts();
  return counts && counts->unopened == 0 && !store.keeps_recent();
}

sync::Renewal::Setup renewal_setup(const KeyKeeper::Setup& setup, sync::KeyFolder& folder) {
  sync::Renewal::Setup made;
  made.folder = &folder;
  made.enrolment = &setup.identity->enrolment;
  made.key_place = setup.key_place;
  made.random = setup.random;
  return made;
}

}  // namespace

/// A queue of before, and what it takes to open it.
struct KeyKeeper::Earlier {
  protocol::Enrolment enrolment;
  protocol::SigningKey key;
  VerifyingKey ingest_key;
  VerifyingKey cases_key;
  store::Options options;
  std::unique_ptr<store::Store> store;  ///< nothing: it could not be opened, and is tried again
  sync::Pump pump;
  std::optional<sync::SyncFaultKind> told;
  std::optional<store::StoreFault> told_store;
};

KeyKeeper::KeyKeeper(Setup setup)
    : setup_(std::move(setup)), folder_(setup_.keys), renewal_(renewal_setup(setup_, folder_)) {}

KeyKeeper::~KeyKeeper() = default;

void KeyKeeper::open_earlier() {
  looked_ = true;
  for (const sync::KeySet& set : folder_.earlier(setup_.identity->enrolment)) {
    auto enrolment = protocol::Enrolment::load(set.enrolment, protocol::built_demo_policy());
    if (!enrolment) continue;
    const int epoch = enrolment->epoch;
    store::Options options;
    options.folder = sync::queue_folder(setup_.data, set, *enrolment);
    if (!store::is_queue_folder(options.folder)) continue;
    auto key = protocol::SigningKey::load(set.signing_key, setup_.key_place);
    auto ingest = VerifyingKey::from_pem(enrolment->ingest_key_pem);
    auto cases = VerifyingKey::from_pem(enrolment->cases_key_pem);
    if (!key || !ingest || !cases) {
      log::error("keys.earlier-unusable", {{"epoch", epoch}});
      continue;
    }
    std::unique_ptr<Earlier> one(new Earlier{
        std::move(*enrolment), std::move(*key), std::move(*ingest), std::move(*cases), std::move(options),
        nullptr, sync::Pump(epoch, *setup_.random, setup_.limits, setup_.periods), std::nullopt, std::nullopt});
    one->options.kiosk = one->enrolment.kiosk;
    one->options.epoch = epoch;
    one->options.kiosk_key = &one->key;
    one->options.ingest_key = &one->ingest_key;
    one->options.cases_key = &one->cases_key;
    one->options.clock = setup_.clock;
    if (!open_again(*one)) {
      if (may_pass(*one->told_store)) earlier_.push_back(std::move(one));
      continue;
    }
    const auto counts = one->store->counts();
    if (is_done(*one->store)) continue;
    if (counts)
      log::warning("keys.earlier-queue",
                   {{"epoch", epoch}, {"unsent", counts->unsent}, {"unopened", counts->unopened}});
    earlier_.push_back(std::move(one));
  }
}

/// What a disk that failed holds, and what can be saved of a database that contradicts itself, shows only then.
bool KeyKeeper::open_again(Earlier& one) {
  const auto ails = one.store != nullptr ? one.store->ailment() : one.told_store;
  one.options.look = ails == store::StoreFault::Damaged ? store::Look::AtEveryPage : store::Look::AtTheChain;
  one.store.reset();
  auto opened = store::Store::open(one.options);
  if (opened) {
    one.store = std::move(*opened);
    one.told_store.reset();
    return true;
  }
  if (one.told_store != opened.error())
    log::error("keys.earlier-queue",
               {{"epoch", one.enrolment.epoch}, {"fault", static_cast<int>(opened.error())}});
  one.told_store = opened.error();
  return false;
}

void KeyKeeper::send_earlier(sync::Client& client, Step& step) {
  Earlier& one = *earlier_.front();
  step.wait = reopen_interval;
  if ((one.store != nullptr && !one.store->ailment()) || open_again(one)) {
    sync::StoreOutbox outbox(*one.store);
    sync::PumpReport report = one.pump.step(outbox, client);
    if (outbox.failed()) sync::blame_the_store(report);
    const auto kind = report.fault ? std::optional(report.fault->kind) : std::nullopt;
    const bool gave_way = kind == sync::SyncFaultKind::Stopped;
    if (kind && kind != one.told && !gave_way)
      log::warning("keys.earlier-fault",
                   {{"epoch", one.enrolment.epoch}, {"fault", log::PublicText{sync::name(*kind)}}});
    one.told = kind;
    step.wait = report.wait;
    if (is_done(*one.store)) {
      log::info("keys.earlier-done", {{"epoch", one.enrolment.epoch}});
      earlier_.erase(earlier_.begin());
      return;
    }
  } else if (!may_pass(*one.told_store)) {
    earlier_.erase(earlier_.begin());
    return;
  }
  // The next one's turn.
  std::rotate(earlier_.begin(), earlier_.begin() + 1, earlier_.end());
}

void KeyKeeper::tell(const sync::Renewal::Report& report) {
  using What = sync::Renewal::What;
  if (report.what == What::Renewed) {
    told_ending_ = false;
    log::info("keys.certificate-renewed", {});
    return;
  }
  const bool failed = report.what == What::Failed || report.what == What::NoKeys;
  if (failed) {
    const char* why = report.sync     ? sync::name(report.sync->kind)
                      : report.answer ? sync::name(*report.answer)
                                      : "keys";
    log::warning("keys.renewal-failed", {{"fault", log::PublicText{why}}});
  }
  if (!report.left || *report.left > ending || told_ending_) return;
  told_ending_ = true;
  log::error("keys.certificate-ends", {{"days", report.left->count() / 24}});
}

void KeyKeeper::keep_certificate(sync::Client& client, WallTime now, Step& step) {
  const sync::Renewal::Report report = renewal_.step(client, now);
  step.wait = std::max(report.wait, std::chrono::milliseconds(100));
  tell(report);
  if (report.what != sync::Renewal::What::Renewed) return;
  if (auto set = folder_.current()) step.renewed = std::move(*set);
}

KeyKeeper::Step KeyKeeper::step(sync::Client& client, WallTime now) {
  if (!looked_) open_earlier();
  Step step;
  const SteadyTime here = setup_.clock->steady();
  if (renewal_due_ <= here) {
    keep_certificate(client, now, step);
    renewal_due_ = here + step.wait;
  } else if (!earlier_.empty() && earlier_due_ <= here) {
    send_earlier(client, step);
    earlier_due_ = here + step.wait;
  }
  SteadyTime due = renewal_due_;
  if (!earlier_.empty()) due = std::min(due, earlier_due_);
  step.wait = std::max(SteadyTime{0}, due - setup_.clock->steady());
  return step;
}

}  // namespace pishkhan::workers
