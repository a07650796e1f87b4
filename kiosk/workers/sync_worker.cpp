#include "kiosk/workers/sync_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "kiosk/workers/most_overdue.h"
#include "kiosk/workers/tracking_answer.h"
#include "offline-queue/protocol/certificates.h"
#include "offline-queue/sync/store_outbox.h"
#include "offline-queue/updates/client_source.h"

#include <algorithm>
#include <future>
#include <utility>
#include <vector>

namespace pishkhan::workers {

namespace {

/// The queue's thread answers the pump's questions; this one waits for each (it is not the screen's).
class QueueOutbox final : public sync::Outbox {
 public:
  QueueOutbox(QueueWorker& queue, Mailbox<visit::Event>& events) : queue_(queue), events_(events) {}

  std::optional<protocol::Batch> next_batch(int limit) override {
    return ask<std::optional<protocol::Batch>>(
        [limit](sync::StoreOutbox& outbox) { return outbox.next_batch(limit); });
  }
  std::optional<protocol::Batch> batch_from(int sequence, int limit) override {
    return ask<std::optional<protocol::Batch>>(
        [sequence, limit](sync::StoreOutbox& outbox) { return outbox.batch_from(sequence, limit); });
  }
  bool awaits_opening() override {
    return ask<bool>([](sync::StoreOutbox& outbox) { return outbox.awaits_opening(); });
  }
  bool anything_stored() override {
    return ask<bool>([](sync::StoreOutbox& outbox) { return outbox.anything_stored(); });
  }
  Kept stored(const protocol::StoredWord& word) override {
    const Kept kept = ask<std::optional<Kept>>([&word](sync::StoreOutbox& outbox) {
                        return outbox.stored(word);
                      }).value_or(Kept::No);
    // Only after the store has verified the word is the citizen told that the request has arrived.
    if (kept == Kept::Yes)
      events_.replace_or_post(
          visit::event::Sent{static_cast<std::uint64_t>(word.sequence)},
          [](const visit::Event& event) { return std::holds_alternative<visit::event::Sent>(event); });
    return kept;
  }
  bool opened(const protocol::Opened& opened) override {
    return ask<bool>([&opened](sync::StoreOutbox& outbox) { return outbox.opened(opened); });
  }
  /// There is no store, or it could not do what it was asked for.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  template <class Answer, class Question>
  Answer ask(Question question) {
    std::promise<Answer> promise;
    std::future<Answer> answer = promise.get_future();
    // This thread waits, so nobody else looks at failed_ meanwhile.
    queue_.post([this, &promise, &question](store::Store* store) {
      if (store == nullptr) {
        failed_ = true;
        promise.set_value(Answer{});
        return;
      }
      sync::StoreOutbox outbox(*store);
      Answer given = question(outbox);
      failed_ = failed_ || outbox.failed();
      promise.set_value(std::move(given));
    });
    return answer.get();
  }

  QueueWorker& queue_;
  Mailbox<visit::Event>& events_;
  bool failed_ = false;
};

constexpr std::chrono::milliseconds reopen_interval{10'000};

}  // namespace

SyncWorker::SyncWorker(Setup setup)
    : setup_(std::move(setup)),
      trusted_(setup_.folder, *files_, *setup_.clock),
      pump_(setup_.identity->enrolment.epoch, random_, setup_.limits, setup_.periods),
      health_(
          {setup_.identity->enrolment.epoch, setup_.program_version, setup_.clock, &random_, setup_.limits}),
      keeper_({setup_.keys, setup_.folder, setup_.endpoint.key_place, setup_.identity, setup_.clock, &random_,
               setup_.limits, setup_.periods}),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SyncWorker::run(const std::stop_token& stop) {
  pump_due_ = city_due_ = keys_due_ = setup_.clock->steady();
  setup_.endpoint.certainly_passed = [this] { return trusted_.certainly_passed(); };
  setup_.endpoint.somebody_waits = [this] { return setup_.jobs->holds(is_look_up); };
  if (const auto told = trusted_.last()) setup_.queue->server_said(*told);
  // What the book holds is in force before anybody was asked.
  setup_.news->act(*this, certainly_passed());
  while (!stop.stop_requested()) {
    if (!client_) open_client(stop);
    const SteadyTime wait = next_due() - setup_.clock->steady();
    if (auto job = setup_.jobs->take(stop, std::max(SteadyTime{0}, wait))) {
      take(*job);
      job.reset();
      wipe_dead_stack();
      continue;
    }
    if (stop.stop_requested()) return;
    do_most_overdue();
  }
}

/// One question each, so that a citizen's own never waits for more than one; and the one that has waited longest,
/// so that a queue which takes hours to empty keeps back neither staff's orders nor the word of how full it is. What
/// was filed goes first where two are due alike.
void SyncWorker::do_most_overdue() {
  std::vector<Duty<void (SyncWorker::*)()>> duties;
  if (client_) duties = {{pump_due_, &SyncWorker::pump_once}, {keys_due_, &SyncWorker::keep_keys}};
  duties.push_back({city_due_, &SyncWorker::ask_city});
  if (client_) duties.push_back({health_.next_due(), &SyncWorker::report_health});
  if (const auto work = most_overdue(duties, setup_.clock->steady())) (this->**work)();
}

void SyncWorker::open_client(const std::stop_token& stop) {
  auto client = sync::Client::open(setup_.endpoint, stop);
  if (client) {
    client_.emplace(std::move(*client));
    const auto bytes = files_->read(setup_.endpoint.certificate_file);
    const auto own = bytes && *bytes ? protocol::ClientCertificate::parse(as_text(**bytes)) : std::nullopt;
    health_.certificate_ends(own ? std::optional(own->not_after) : std::nullopt);
    return;
  }
  log::error("sync.no-client", {{"fault", log::PublicText{sync::name(client.error().kind)}}});
  tell_network(false);
}

SteadyTime SyncWorker::next_due() const {
  if (!client_) return std::min(city_due_, setup_.clock->steady() + reopen_interval);
  return std::min({pump_due_, keys_due_, city_due_, health_.next_due()});
}

void SyncWorker::take(SyncJob& job) {
  if (auto* question = std::get_if<visit::effect::LookUp>(&job))
    answer(*question);
  else if (auto* machine = std::get_if<MachineCondition>(&job))
    health_.machine_is(std::move(*machine));
  else if (std::holds_alternative<Hurry>(job) && pump_.may_be_cut_short())
    pump_due_ = setup_.clock->steady();
}

void SyncWorker::pump_once() {
  QueueOutbox outbox(*setup_.queue, *setup_.events);
  sync::PumpReport report = pump_.step(outbox, *client_);
  if (outbox.failed()) sync::blame_the_store(report);
  const bool own_queue = report.fault && report.fault->kind == sync::SyncFaultKind::OwnQueue;
  if (report.server_time) heard(*report.server_time);
  pump_due_ = setup_.clock->steady() + report.wait;
  // Broken off for a citizen's question, which is next: that says nothing about the line.
  if (report.fault && report.fault->kind == sync::SyncFaultKind::Stopped) return;
  if (report.fault)
    log::warning("sync.fault", {{"fault", log::PublicText{sync::name(report.fault->kind)}},
                                {"detail", log::PublicText{sync::name(report.fault->detail)}}});
  else if (report.sent > 0 || report.opened > 0)
    log::info("sync.moved", {{"sent", report.sent}, {"opened", report.opened}});
  if (report.server_time || (report.fault && !own_queue)) {
    // Whoever says no is there.
    tell_network(!report.fault || own_queue || sync::is_answer(*report.fault));
    tell_revoked(report.fault);
  } else {  // nothing waited, so nobody was asked: is the backend there?
    const auto time = client_->time();
    tell_network(time.has_value());
    if (time) heard(time->now);
    tell_revoked(time ? std::nullopt : std::optional(time.error()));
  }
  if (report.fault)
    health_.sync_failed(*report.fault);
  else
    health_.sync_succeeded();
  if (report.opened > 0 || report.fault) health_.look_now();
}

/// What a revoked epoch signs counts no more: no citizen must file into it. Any other fault says nothing of it.
void SyncWorker::tell_revoked(const std::optional<sync::SyncFault>& fault) {
  const bool revoked = fault && fault->problem && fault->problem->type == protocol::ProblemType::RevokedEpoch;
  if (revoked == told_revoked_ || (fault && !revoked)) return;
  told_revoked_ = revoked;
  if (revoked) log::error("sync.epoch-revoked", {{"epoch", setup_.identity->enrolment.epoch}});
  setup_.queue->epoch_revoked(revoked);
}

void SyncWorker::ask_city() {
  if (!client_) {  // orders that came before are carried out, and settings end, without a network
    setup_.news->act(*this, certainly_passed());
    city_due_ = setup_.clock->steady() + reopen_interval;
    return;
  }
  updates::ClientSource source(*client_);
  const auto wait = setup_.news->ask(source, *this, certainly_passed());
  if (const auto said = setup_.news->server_time()) heard(*said);
  city_due_ = setup_.clock->steady() + wait;
}

void SyncWorker::report_health() {
  std::promise<QueueCondition> promise;
  auto queue = promise.get_future();
  setup_.queue->ask_condition([&promise](const QueueCondition& now) { promise.set_value(now); });
  const protocol::Health now = health_.health(queue.get(), *setup_.news);
  if (!health_.wants(now)) return;
  const auto answer = client_->send_health(now);
  if (answer) {
    health_.sent(now);
    heard(answer->now);
    return;
  }
  log::warning("sync.health-not-sent", {{"fault", log::PublicText{sync::name(answer.error().kind)}}});
  health_.not_sent(answer.error());
}

/// One exchange at most, so that a citizen's question never waits for more.
void SyncWorker::keep_keys() {
  const WallTime passed = trusted_.certainly_passed().value_or(WallTime{});
  const KeyKeeper::Step step = keeper_.step(*client_, std::max(passed, setup_.clock->wall()));
  keys_due_ = setup_.clock->steady() + step.wait;
  if (!step.renewed) return;
  setup_.endpoint.certificate_file = step.renewed->certificate;
  setup_.endpoint.key_file = step.renewed->tls_key;
  setup_.endpoint.authority_file = step.renewed->authority;
  client_.reset();
}

void SyncWorker::heard(WallTime server_time) {
  setup_.queue->server_said(server_time);
  health_.server_said(server_time);
  if (!trusted_.heard(server_time)) log::warning("sync.trusted-time-not-written");
}

WallTime SyncWorker::certainly_passed() const {
  return trusted_.certainly_passed().value_or(WallTime{});
}

void SyncWorker::tell_network(bool reachable) {
  if (told_reachable_ == reachable) return;
  told_reachable_ = reachable;
  setup_.events->post(visit::event::NetworkChanged{reachable});
}

void SyncWorker::answer(visit::effect::LookUp& job) {
  const auto code = protocol::TrackingCode::parse(job.code);
  if (!code) {  // no such code can exist: the answer is the same as for one that nobody knows
    screens::view::TrackResult unknown;
    unknown.tracking_code = job.code;
    setup_.events->post(visit::event::LookedUp{job.visit, std::move(unknown)});
    return;
  }
  // While the network is known to be gone nobody is kept waiting for it.
  const bool gone = !client_ || told_reachable_ == false;
  if (gone && answer_from_book(job, *code)) return;
  if (!client_) {
    setup_.events->post(visit::event::LookUpFailed{job.visit, job.code, visit::LookUpFault::Unreachable});
    return;
  }
  const auto shown = client_->look_up(protocol::LookUp{*code, job.secret});
  if (!shown) {
    const auto& problem = shown.error().problem;
    const bool too_often = problem && problem->type == protocol::ProblemType::TooManyAttempts;
    if (!too_often && answer_from_book(job, *code)) return;
    setup_.events->post(visit::event::LookUpFailed{
        job.visit, job.code, too_often ? visit::LookUpFault::TooOften : visit::LookUpFault::Unreachable});
    return;
  }
  tell_network(true);
  setup_.events->post(visit::event::LookedUp{job.visit, tracking_answer(job, *shown)});
}

/// What the city said last about a request of this kiosk; its signature is verified now.
bool SyncWorker::answer_from_book(const visit::effect::LookUp& job, const protocol::TrackingCode& code) {
  const protocol::Enrolment& here = setup_.identity->enrolment;
  if (code.kiosk != here.kiosk || code.epoch != here.epoch) return false;
  const auto known = setup_.news->case_at(code.sequence);
  if (!known) return false;
  setup_.events->post(visit::event::LookedUp{job.visit, tracking_answer(job, *known)});
  return true;
}

CityNews::Audited SyncWorker::audit(const protocol::AuditEntry& entry,
                                    const std::vector<protocol::AuditEntry>& unless) {
  std::promise<QueueWorker::Audited> promise;
  auto audited = promise.get_future();
  setup_.queue->audit(entry, unless, [&promise](QueueWorker::Audited outcome) { promise.set_value(outcome); });
  switch (audited.get()) {
    case QueueWorker::Audited::Durable:
      return CityNews::Audited::Durable;
    case QueueWorker::Audited::NotNow:
      return CityNews::Audited::NotNow;
    case QueueWorker::Audited::Never:
      break;
  }
  return CityNews::Audited::Never;
}

void SyncWorker::close_counter(const std::optional<std::string>& reason) {
  setup_.events->post(visit::event::ClosedByCity{reason});
  health_.look_now();
}

void SyncWorker::show(std::unique_ptr<const services::Catalogue> pack) {
  setup_.packs->replace_or_post(std::move(pack), [](const auto&) { return true; });
}

void SyncWorker::apply(const protocol::RemoteSettings& settings) {
  const auto mebibytes = static_cast<std::uint64_t>(settings.values.at("queue.keep_free_mebibytes"));
  setup_.queue->keep_free(mebibytes << 20);
  health_.set_period(setup_.health_period_of_a_rig.count() > 0
                         ? setup_.health_period_of_a_rig
                         : std::chrono::seconds(settings.values.at("sync.health_seconds")));
}

void SyncWorker::restart() {
  setup_.events->post(visit::event::RestartOrdered{});
}

void SyncWorker::sync_now() {
  pump_.hurry();
  pump_due_ = setup_.clock->steady();
}

void SyncWorker::send_health() {
  health_.send_now();
}

}  // namespace pishkhan::workers
