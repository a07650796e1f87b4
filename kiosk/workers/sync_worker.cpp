#include "kiosk/workers/sync_worker.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "base/services/stages.h"
#include "offline-queue/sync/store_outbox.h"

#include <algorithm>
#include <future>
#include <utility>

namespace pishkhan::workers {

namespace {

/// The queue's thread answers the pump's four questions; this one waits for each (it is not the screen's).
class QueueOutbox final : public sync::Outbox {
 public:
  QueueOutbox(QueueWorker& queue, Mailbox<visit::Event>& events) : queue_(queue), events_(events) {}

  std::optional<protocol::Batch> next_batch(int limit) override {
    return ask<std::optional<protocol::Batch>>(
        [limit](sync::StoreOutbox& outbox) { return outbox.next_batch(limit); });
  }
  bool awaits_opening() override {
    return ask<bool>([](sync::StoreOutbox& outbox) { return outbox.awaits_opening(); });
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

 private:
  template <class Answer, class Question>
  Answer ask(Question question) {
    std::promise<Answer> promise;
    std::future<Answer> answer = promise.get_future();
    queue_.post([&promise, &question](store::Store* store) {
      if (store == nullptr) {
        promise.set_value(Answer{});
        return;
      }
      sync::StoreOutbox outbox(*store);
      promise.set_value(question(outbox));
    });
    return answer.get();
  }

  QueueWorker& queue_;
  Mailbox<visit::Event>& events_;
};

constexpr std::chrono::milliseconds reopen_interval{10'000};

}  // namespace

SyncWorker::SyncWorker(Setup setup)
    : setup_(std::move(setup)),
      trusted_(setup_.folder, *files_, *setup_.clock),
      pump_(setup_.identity->enrolment.epoch, random_, setup_.limits, setup_.periods),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void SyncWorker::run(const std::stop_token& stop) {
  SteadyTime due = setup_.clock->steady();
  setup_.endpoint.certainly_passed = [this] { return trusted_.certainly_passed(); };
  if (const auto told = trusted_.last()) setup_.queue->server_said(*told);
  while (!stop.stop_requested()) {
    if (!client_) {
      auto client = sync::Client::open(setup_.endpoint, stop);
      if (client) {
        client_.emplace(std::move(*client));
      } else {
        log::error("sync.no-client", {{"fault", log::PublicText{sync::name(client.error().kind)}}});
        tell_network(false);
        due = setup_.clock->steady() + reopen_interval;
      }
    }
    auto job = setup_.jobs->take(stop, std::max(SteadyTime{0}, due - setup_.clock->steady()));
    if (!job) {
      if (client_) due = setup_.clock->steady() + pump_once();
      continue;
    }
    if (auto* question = std::get_if<visit::effect::LookUp>(&*job)) {
      answer(*question);
    } else if (std::holds_alternative<Hurry>(*job)) {
      due = setup_.clock->steady();
    }
    job.reset();
    wipe_dead_stack();
  }
}

std::chrono::milliseconds SyncWorker::pump_once() {
  QueueOutbox outbox(*setup_.queue, *setup_.events);
  const sync::PumpReport report = pump_.step(outbox, *client_);
  if (report.server_time) heard(*report.server_time);
  if (report.fault)
    log::warning("sync.fault", {{"fault", log::PublicText{sync::name(report.fault->kind)}},
                                {"detail", log::PublicText{sync::name(report.fault->detail)}}});
  else if (report.sent > 0 || report.opened > 0)
    log::info("sync.moved", {{"sent", report.sent}, {"opened", report.opened}});
  if (report.fault || report.server_time) {
    tell_network(!report.fault);
  } else {  // nothing waited, so nobody was asked: is the backend there?
    const auto time = client_->time();
    tell_network(time.has_value());
    if (time) heard(time->now);
  }
  return report.wait;
}

void SyncWorker::heard(WallTime server_time) {
  setup_.queue->server_said(server_time);
  if (!trusted_.heard(server_time)) log::warning("sync.trusted-time-not-written");
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
  if (!client_) {
    setup_.events->post(visit::event::LookUpFailed{job.visit, job.code, visit::LookUpFault::Unreachable});
    return;
  }
  const auto shown = client_->look_up(protocol::LookUp{*code, job.secret});
  if (!shown) {
    const bool busy = shown.error().kind == sync::SyncFaultKind::Busy;
    setup_.events->post(visit::event::LookUpFailed{
        job.visit, job.code, busy ? visit::LookUpFault::TooOften : visit::LookUpFault::Unreachable});
    return;
  }
  tell_network(true);
  setup_.events->post(visit::event::LookedUp{job.visit, told(job, *shown)});
}

/// The backend names the stage by its id; its words and those of the stages before and after it come from
/// the catalogue that this visit began with.
screens::view::TrackResult SyncWorker::told(const visit::effect::LookUp& job,
                                            const protocol::CaseView& shown) const {
  screens::view::TrackResult result;
  result.tracking_code = job.code;
  result.found = shown.state != protocol::CaseState::Unknown;
  result.filed_at = shown.received_at;
  switch (shown.state) {
    case protocol::CaseState::Unknown:
    case protocol::CaseState::Received:
      result.state = screens::view::CaseState::Received;
      break;
    case protocol::CaseState::Opened:
      result.state = screens::view::CaseState::Opened;
      break;
    case protocol::CaseState::Joined:
      result.state = screens::view::CaseState::Joined;
      break;
    case protocol::CaseState::Invalid:
    case protocol::CaseState::Missing:
      result.state = screens::view::CaseState::Invalid;
      break;
  }
  if (!result.found || shown.stage.empty()) return result;
  for (const auto& service : job.catalogue->services) {
    const auto here = std::find_if(service.stages.begin(), service.stages.end(),
                                   [&shown](const services::Stage& stage) { return stage.id == shown.stage; });
    if (here == service.stages.end()) continue;
    result.service_name = std::string(service.name.in(job.language));
    std::vector<std::optional<services::SolarDay>> due(service.stages.size());
    if (shown.received_at) due = services::due_days(service, job.catalogue->city, *shown.received_at);
    for (auto stage = service.stages.begin(); stage != service.stages.end(); ++stage)
      result.stages.push_back({std::string(stage->name.in(job.language)),
                               std::string(stage->unit.in(job.language)), stage < here,
                               due[static_cast<std::size_t>(stage - service.stages.begin())]});
    break;
  }
  return result;
}

}  // namespace pishkhan::workers
