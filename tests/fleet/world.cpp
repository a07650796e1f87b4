#include "tests/fleet/world.h"

#include "base/core/ensure.h"
#include "base/core/log.h"

#include <algorithm>
#include <set>
#include <utility>

namespace pishkhan::fleet {
namespace {

constexpr SteadyTime hour{3'600'000};
constexpr SteadyTime day_length = 24 * hour;
constexpr int first_kiosk = 1000;

}  // namespace

World::World(const Rules& rules)
    : rules_(rules),
      random_(rules.seed),
      catalogue_(make_city()),
      ledger_(city_public_, [this](int kiosk, const std::string& what) { breach(kiosk, what); }) {
  if (rules_.mutation == Mutation::NewKeyForEachTry) {
    // The queue's own look for duplicates would hide it.
    for (services::Service& service : catalogue_.services) service.case_key.clear();
  }
  log::divert([this](std::string_view line) {
    if (holds_canary(line)) breach(kWorld, "a log line holds what a citizen typed");
  });
  enrol();
}

World::~World() {
  kiosks_.clear();
  log::divert({});
}

void World::breach(int kiosk, const std::string& what) {
  if (!outcome_.breach.empty()) return;
  outcome_.breach = what;
  outcome_.breach_of = kiosk;
  outcome_.last_lines = trace_.last_of(kiosk);
  if (kiosk != kIngest) outcome_.last_lines += trace_.last_of(kIngest);
  if (kiosk != kCases) outcome_.last_lines += trace_.last_of(kCases);
}

void World::enrol() {
  std::vector<backend::EnrolledEpoch> epochs;
  std::vector<protocol::SigningKey> keys;
  for (int i = 0; i < rules_.kiosks; ++i) {
    keys.push_back(protocol::SigningKey::generate());
    epochs.push_back({first_kiosk + i, 1, keys.back().verifying_key().point(), backend::EpochState::Active});
  }
  auto kiosks = backend::KioskRegister::parse(backend::KioskRegister::encode(epochs));
  ENSURE(kiosks.has_value(), "the register reads what it writes");
  backend_ = std::make_unique<Backend>(rules_, timeline_, trace_, std::move(*kiosks));
  const auto on_breach = [this](int kiosk, const std::string& what) { breach(kiosk, what); };
  network_ = std::make_unique<Network>(rules_.seed, timeline_, trace_, *backend_, on_breach);
  street_.reset(new Street{rules_, timeline_, trace_, *network_, ledger_, on_breach, catalogue_, outcome_});
  for (int i = 0; i < rules_.kiosks; ++i) {
    protocol::Enrolment enrolment;
    enrolment.kiosk = first_kiosk + i;
    enrolment.epoch = 1;
    enrolment.opening_key = backend_->opening_key();
    enrolment.certificate.kiosk = enrolment.kiosk;
    enrolment.certificate.epoch = enrolment.epoch;
    enrolment.certificate.public_key = epochs[static_cast<std::size_t>(i)].key;
    enrolment.certificate.not_after =
        std::chrono::floor<std::chrono::seconds>(timeline_.true_time()) + std::chrono::hours(87'600);
    enrolment.certificate.sign(city_);
    auto ingest = protocol::VerifyingKey::from_point(backend_->ingest_key().point());
    auto cases = protocol::VerifyingKey::from_point(backend_->cases_key().point());
    auto updates = protocol::VerifyingKey::from_point(city_public_.point());
    ENSURE(ingest.has_value() && cases.has_value() && updates.has_value(), "points of our own keys");
    std::unique_ptr<workers::Identity> identity(new workers::Identity{
        std::move(enrolment), std::move(keys[static_cast<std::size_t>(i)]),
        protocol::DeviceSecret::generate(random_), std::move(*ingest), std::move(*cases), std::move(*updates)});
    kiosks_.push_back(std::make_unique<Kiosk>(*street_, std::move(identity)));
  }
  matters_.resize(kiosks_.size());
}

void World::plan_kiosk_day(Kiosk& kiosk, std::vector<Matter>& earlier) {
  const auto visits = static_cast<int>(random_.below(static_cast<std::uint64_t>(rules_.visits_a_day) * 2 + 1));
  for (int visit = 0; visit < visits; ++visit) {
    // Somebody comes again with the same matter now and then.
    const bool again = !earlier.empty() && once_in(12);
    Matter matter = again ? earlier.back() : some_matter(random_, ++matters_made_);
    if (!again) earlier.push_back(matter);
    const SteadyTime opens = 7 * hour;
    const SteadyTime at = opens + SteadyTime(static_cast<std::int64_t>(random_.below(14 * 3'600'000)));
    timeline_.after(at, [&kiosk, matter] { kiosk.visit(matter); });
  }
  plan_faults(kiosk);
}

void World::plan_faults(Kiosk& kiosk) {
  const auto at = [&](std::uint64_t times, std::function<void()> what) {
    if (once_in(times)) timeline_.after(some_time(), std::move(what));
  };
  const auto hours = [&](std::uint64_t most) {
    return SteadyTime(60'000 + static_cast<std::int64_t>(random_.below(most * 3'600'000)));
  };
  at(8, [&kiosk, off = hours(once_in(10) ? 48 : 3)] { kiosk.lose_power(off); });
  at(2, [&kiosk] { kiosk.doom(); });
  at(12, [&kiosk] { kiosk.crash(); });
  at(8, [&kiosk] { kiosk.set_clock(); });
  at(25, [&kiosk, full = hours(12)] { kiosk.fill_disk(full); });
  at(15, [&kiosk] { kiosk.fail_sync(); });
  at(12, [this, &kiosk, gone = hours(once_in(4) ? 72 : 6)] { network_->cut(kiosk.number(), gone); });
}

void World::plan_rare_faults() {
  // Before any kiosk's disk is put back: a backend that has just lost its end cannot tell that one did.
  timeline_.after(rules_.days * day_length / 3, [this] { backend_->back_up_ingest(); });
  timeline_.after(rules_.days * day_length / 2, [this] { backend_->put_ingest_back(); });
  // Of fifty kiosks one has a bit flip, and one gets an old image of its disk back.
  for (std::size_t i = 0; i < kiosks_.size(); ++i) {
    Kiosk& kiosk = *kiosks_[i];
    const SteadyTime life = rules_.days * day_length;
    if (once_in(50)) {
      timeline_.after(
          SteadyTime(static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(life.count())))),
          [&kiosk] {
            kiosk.lose_power(SteadyTime{600'000});
            kiosk.flip_bit();
          });
    } else if (once_in(50) || i == kiosks_.size() / 2) {
      timeline_.after(life / 4, [&kiosk] { kiosk.keep_image(); });
      timeline_.after(life * 3 / 4, [&kiosk] { kiosk.restore_image(); });
    }
  }
}

void World::plan_backend_day() {
  for (int i = 0; i < 3; ++i) timeline_.after(some_time(), [this] { backend_->doom_ingest(); });
  for (int i = 0; i < 2; ++i) timeline_.after(some_time(), [this] { backend_->doom_cases(); });
  timeline_.after(some_time(), [this] { backend_->fail_sync(); });
  if (!once_in(3)) return;
  const SteadyTime full(static_cast<std::int64_t>(random_.below(7'200'000)));
  const SteadyTime begins = some_time();
  timeline_.after(begins, [this] { backend_->fill_disks(); });
  timeline_.after(begins + full, [this] { backend_->empty_disks(); });
}

void World::plan_day(int day) {
  for (std::size_t i = 0; i < kiosks_.size(); ++i) plan_kiosk_day(*kiosks_[i], matters_[i]);
  plan_backend_day();
  run_until((day + 1) * day_length);
  outcome_.kiosk_days += rules_.kiosks;
}

void World::run_until(SteadyTime end) {
  timeline_.run_until(end, [this] { return !outcome_.breach.empty(); });
}

void World::run_cases() {
  const SteadyTime wait = backend_->poll_cases();
  ledger_.judge_arrived(backend_->arrived());
  timeline_.after(wait, [this] { run_cases(); });
}

/// Somebody looks at the backend every quarter of an hour and starts what is off.
void World::keep_backend_up() {
  // One start may meet the fault of its disk; then the program ends, and is started again.
  failed_starts_ =
      backend_->start_ingest() && backend_->start_cases(network_->way_of(kCases)) ? 0 : failed_starts_ + 1;
  if (failed_starts_ > 2)
    breach(backend_->ingest_is_up() ? kCases : kIngest, "a database does not open any more");
  timeline_.after(SteadyTime{900'000}, [this] { keep_backend_up(); });
}

void World::end_of_day() {
  if (!outcome_.held()) return;
  const auto known = backend_->cases_is_up() ? Kiosk::Opened::Known : Kiosk::Opened::Unknown;
  if (known == Kiosk::Opened::Known) ledger_.judge_opened(backend_->opened());
  for (const auto& kiosk : kiosks_) kiosk->judge(known);
  for (const auto& [file, bytes] : backend_->ingest_disk().image()) {
    if (holds_canary(as_text(bytes))) breach(kIngest, "ingest's disk holds what a citizen typed");
  }
  ++outcome_.images_searched;
}

void World::drain() {
  network_->calm();
  backend_->calm();
  for (const auto& kiosk : kiosks_) kiosk->calm();
  const SteadyTime began = timeline_.now();
  for (int hours = 1; hours <= drain_hours && outcome_.held(); ++hours) {
    run_until(began + hours * hour);
    if (outcome_.held() && backend_->cases_is_up()) ledger_.judge_opened(backend_->opened());
    if (ledger_.due() > 0) continue;
    outcome_.drained_after_h = hours;
    break;
  }
  // What was restored or damaged has its say, too.
  run_until(began + drain_hours * hour);
}

Outcome World::live() {
  keep_backend_up();
  run_cases();
  for (const auto& kiosk : kiosks_) {
    timeline_.after(SteadyTime(static_cast<std::int64_t>(random_.below(600'000))),
                    [&one = *kiosk] { one.boot(); });
  }
  plan_rare_faults();
  for (int day = 0; day < rules_.days && outcome_.held(); ++day) {
    plan_day(day);
    end_of_day();
  }
  if (outcome_.held()) drain();
  end_of_day();
  if (outcome_.held()) {
    ledger_.judge_drained();
    for (const auto& kiosk : kiosks_) kiosk->judge_drained();
    std::set<int> reported;
    for (const auto& kiosk : kiosks_) {
      if (kiosk->reported_fork()) reported.insert(kiosk->number());
    }
    ledger_.judge_forks(reported);
  }
  outcome_.digest = trace_.digest();
  outcome_.events = trace_.lines();
  outcome_.opened = ledger_.opened();
  outcome_.exchanges = network_->exchanges();
  outcome_.network_faults = network_->faults();
  outcome_.backend_restarts = backend_->restarts();
  return outcome_;
}

Outcome run(const Rules& rules) {
  World world(rules);
  return world.live();
}

const char* name(Mutation mutation) {
  switch (mutation) {
    case Mutation::None:
      return "none";
    case Mutation::NormalDurability:
      return "normal-durability";
    case Mutation::ForgetsAfterSent:
      return "forgets-after-sent";
    case Mutation::StoredBeforeCommit:
      return "stored-before-commit";
    case Mutation::ReceiptBeforeCommit:
      return "receipt-before-commit";
    case Mutation::NewKeyForEachTry:
      return "new-key-for-each-try";
    case Mutation::LogsTheMobile:
      return "logs-the-mobile";
    case Mutation::ForkUnreported:
      return "fork-unreported";
    case Mutation::SpoilsTheReceipt:
      return "spoils-the-receipt";
    case Mutation::SpoilsAnAnswer:
      return "spoils-an-answer";
    case Mutation::SendsTheMobile:
      return "sends-the-mobile";
    case Mutation::WritesTheMobile:
      return "writes-the-mobile";
  }
  return "unknown";
}

}  // namespace pishkhan::fleet
