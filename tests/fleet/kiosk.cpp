// The machine: its power, its disk, its clock, its way to the backend.
#include "tests/fleet/kiosk.h"

#include "offline-queue/sync/store_outbox.h"
#include "tests/fleet/network.h"

#include <string_view>
#include <utility>

namespace pishkhan::fleet {
namespace {

constexpr const char* folder = "/disk";
constexpr std::uint64_t least_room_bytes = 256 << 10;
/// Fifty times rarer than a kiosk's, so that a virtual day costs little; how long nothing arrives is the sum of
/// it.
constexpr sync::Pump::Periods periods{SteadyTime{3'600'000}, SteadyTime{300'000}, SteadyTime{1'800'000}};

}  // namespace

/// As the sync thread's, with one thread for both sides.
class Kiosk::Outbox final : public sync::Outbox {
 public:
  explicit Outbox(Kiosk& kiosk) : kiosk_(kiosk) {}
  std::optional<protocol::Batch> next_batch(int limit) override {
    auto batch = ask<std::optional<protocol::Batch>>(
        [limit](sync::StoreOutbox& outbox) { return outbox.next_batch(limit); });
    if (batch && kiosk_.street_.rules.mutation == Mutation::ForgetsAfterSent) {
      const int last = batch->last_sequence();
      if (last <= kiosk_.sent_up_to_) return std::nullopt;
      kiosk_.sent_up_to_ = last;
    }
    return batch;
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
    return ask<std::optional<Kept>>([&word](sync::StoreOutbox& outbox) { return outbox.stored(word); })
        .value_or(Kept::No);
  }
  bool opened(const protocol::Opened& opened) override {
    return ask<bool>([&opened](sync::StoreOutbox& outbox) { return outbox.opened(opened); });
  }

 private:
  template <class Answer, class Question>
  Answer ask(Question question) {
    Answer answer{};
    kiosk_.with_store([&](store::Store* queue) {
      if (queue == nullptr) return;
      sync::StoreOutbox outbox(*queue);
      answer = question(outbox);
    });
    return answer;
  }
  Kiosk& kiosk_;
};

Kiosk::Kiosk(Street& street, std::unique_ptr<workers::Identity> identity)
    : street_(street),
      identity_(std::move(identity)),
      number_(identity_->enrolment.kiosk),
      random_(street.rules.seed * 7919 + static_cast<std::uint64_t>(number_)),
      clock_(street.timeline),
      disk_(street.rules.seed * 104729 + static_cast<std::uint64_t>(number_)),
      vfs_(disk_, "fleet-" + std::to_string(number_)),
      files_(disk_) {
  clock_.set(SteadyTime(static_cast<std::int64_t>(random_.below(600'000)) - 300'000));
  clock_.drift(static_cast<std::int64_t>(random_.below(400)) - 200);
}

Kiosk::~Kiosk() = default;

void Kiosk::later(SteadyTime delay, std::function<void()> what) {
  street_.timeline.after(delay, [this, life = life_, what = std::move(what)] {
    if (life == life_ && is_on()) what();
  });
}

void Kiosk::boot() {
  if (is_on()) return;
  ++life_;
  clock_.switch_on();
  state_ = {};
  planned_tick_ = SteadyTime{-1};
  workers::QueueWorker::Setup setup;
  setup.folder = folder;
  setup.least_room_bytes = least_room_bytes;
  setup.identity = identity_.get();
  setup.clock = &clock_;
  setup.events = &events_;
  setup.sync = &sync_jobs_;
  if (street_.rules.mutation == Mutation::NormalDurability)
    setup.durability = store::Durability::NormalForTheRigOnly;
  setup.files = &files_;
  setup.vfs = vfs_.name();
  setup.wal_pages = 16;
  setup.random = &random_;
  worker_ = std::make_unique<workers::QueueWorker>(std::move(setup));
  pump_.emplace(identity_->enrolment.epoch, random_, sync::Backoff::Limits{}, periods);
  client_.emplace(sync::Transport(street_.network.way_of(number_)));
  happen(visit::event::CatalogueLoaded{&street_.catalogue});
  happen(visit::event::PrinterChanged{true});
  happen(visit::event::ReaderChanged{true});
  worker_->open_store();
  if (!disk_.powered()) return work();
  with_store([this](store::Store* queue) {
    note("boots, records", queue == nullptr ? -1 : queue->findings().records);
    if (queue != nullptr) street_.ledger.judge_disk(number_, *queue);
  });
  work();
  plan_sync(SteadyTime(static_cast<std::int64_t>(random_.below(60'000))));
  plan_housekeeping(SteadyTime{15'000});
}

void Kiosk::with_store(const std::function<void(store::Store*)>& what) {
  worker_->post(what);
  worker_->work_off();
}

void Kiosk::switch_off() {
  ++life_;
  client_.reset();
  pump_.reset();
  worker_.reset();
  while (events_.try_take()) {
  }
  while (sync_jobs_.try_take()) {
  }
  citizen_.reset();
}

void Kiosk::lose_power(SteadyTime how_long) {
  if (!is_on()) return;
  note("power cut");
  ++street_.outcome.power_cuts;
  disk_.cut_now();
  // What append() returned before the power went is filed, whether its screen was still drawn or not.
  while (auto event = events_.try_take()) {
    if (std::holds_alternative<visit::event::Filed>(*event)) heard(*event);
  }
  street_.ledger.lose_power(number_);
  switch_off();
  disk_.restart();
  street_.timeline.after(how_long, [this] { boot(); });
}

void Kiosk::crash() {
  if (!is_on()) return;
  note("process dies");
  ++street_.outcome.crashes;
  while (auto event = events_.try_take()) heard(*event);
  street_.ledger.lose_power(number_);
  switch_off();
  street_.timeline.after(SteadyTime{4'000}, [this] { boot(); });
}

void Kiosk::set_clock() {
  constexpr std::int64_t day = 86'400'000;
  std::int64_t offset = static_cast<std::int64_t>(random_.below(2000)) - 1000;  // somebody set it right
  const std::uint64_t kind = random_.below(4);
  if (kind == 0) offset = -static_cast<std::int64_t>(random_.below(3)) * day - 7'000;  // set back
  if (kind == 1) offset = static_cast<std::int64_t>(random_.below(2 * day));           // ahead
  if (kind == 2) offset = -400 * day - static_cast<std::int64_t>(random_.below(day));  // its battery is empty
  clock_.set(SteadyTime(offset));
  ++street_.outcome.clock_changes;
  note("clock set by s", offset / 1000);
}

void Kiosk::fill_disk(SteadyTime how_long) {
  // Half of the time so little is left that not even one more record fits.
  const std::size_t left = random_.below(2) == 0 ? 4'000 : 100'000;
  disk_.limit_disk_to(disk_.used() + left);
  ++street_.outcome.disk_faults;
  note("disk full, left", static_cast<std::int64_t>(left));
  if (random_.below(2) == 0) later(SteadyTime{1'000}, [this] { housekeeping(); });
  street_.timeline.after(how_long, [this] {
    disk_.limit_disk_to(std::size_t{1} << 40);
    note("disk has room");
  });
}

void Kiosk::flip_bit() {
  if (is_on()) return;
  const char* file = random_.below(2) == 0 ? "/disk/queue.db" : "/disk/queue.db-wal";
  const Bytes* content = disk_.content(file);
  if (content == nullptr || content->empty()) return;
  disk_.flip_bit(file, random_.below(content->size() * 8));
  street_.ledger.damage(number_);
  ++street_.outcome.disk_faults;
  note("a bit flips");
}

void Kiosk::keep_image() {
  if (!is_on()) return;
  with_store([this](store::Store* queue) {
    if (queue == nullptr) return;
    const auto counts = queue->counts();
    if (!counts) return;
    image_ = disk_.image();
    image_ends_at_ = queue->findings().records;
    note("image of the disk kept, records at start", image_ends_at_);
  });
}

void Kiosk::restore_image() {
  if (!image_ || !is_on()) return;
  ++street_.outcome.power_cuts;
  disk_.cut_now();
  street_.ledger.lose_power(number_);
  switch_off();
  disk_.restart();
  disk_.restore(*image_);
  image_.reset();
  // What this image ends at is read from it by a look of its own, before anybody judges.
  store::Options options;
  options.folder = folder;
  options.kiosk = number_;
  options.epoch = identity_->enrolment.epoch;
  options.kiosk_key = &identity_->kiosk_key;
  options.clock = &clock_;
  options.files = &files_;
  options.vfs = vfs_.name();
  options.wal_pages = 16;
  auto opened = store::Store::open(options);
  // A failing sync may have been waiting for this very moment.
  if (!opened) opened = store::Store::open(options);
  const int last = opened ? (*opened)->findings().records : 0;
  street_.ledger.restore(number_, last);
  ++street_.outcome.restored_disks;
  note("an old image of the disk is restored, records", last);
  street_.timeline.after(SteadyTime{600'000}, [this] { boot(); });
}

void Kiosk::calm() {
  calm_ = true;
  disk_.limit_disk_to(std::size_t{1} << 40);
  disk_.cut_after(-1);
  boot();
}

void Kiosk::work() {
  while (is_on()) {
    worker_->work_off();
    if (!disk_.powered()) {
      ++street_.outcome.cuts_in_commit;
      return lose_power(SteadyTime(60'000 + static_cast<std::int64_t>(random_.below(3'600'000))));
    }
    auto event = events_.try_take();
    if (!event) break;
    heard(*event);
    happen(std::move(*event));
  }
  if (!is_on()) return;
  while (auto job = sync_jobs_.try_take()) {
    if (std::holds_alternative<workers::Hurry>(*job)) plan_sync(SteadyTime{50});
  }
  plan_tick();
}

void Kiosk::housekeeping() {
  worker_->housekeeping();
  work();
}

void Kiosk::plan_housekeeping(SteadyTime delay) {
  later(delay, [this] {
    housekeeping();
    plan_housekeeping(SteadyTime{1'800'000});
  });
}

void Kiosk::plan_sync(SteadyTime delay) {
  later(delay, [this, mine = ++planned_sync_] {
    if (mine == planned_sync_) synchronise();
  });
}

void Kiosk::synchronise() {
  Outbox outbox(*this);
  const sync::PumpReport report = pump_->step(outbox, *client_);
  if (report.server_time) worker_->server_said(*report.server_time);
  // As the sync worker does: nothing waited, so nobody was asked yet whether the backend is there.
  if (!report.fault && !report.server_time) static_cast<void>(client_->time().has_value());
  const int fault = report.fault ? 1 + static_cast<int>(report.fault->kind) : 0;
  if (fault != 0) note("sync fault", fault);
  if (report.sent + report.opened > 0) note("synchronised, sent and opened", report.sent, report.opened);
  if (report.fault && report.fault->kind == sync::SyncFaultKind::Fork &&
      street_.rules.mutation != Mutation::ForkUnreported) {
    if (!reported_fork_) ++street_.outcome.forks_reported;
    reported_fork_ = true;
  }
  const bool unanswered = report.fault && report.fault->kind == sync::SyncFaultKind::Timeout;
  if (street_.rules.mutation == Mutation::NewKeyForEachTry && unanswered && last_job_) {
    visit::effect::File again = *last_job_;
    again.visit = 0;
    worker_->file(std::move(again));
  }
  const SteadyTime wait = report.wait + street_.network.took();
  work();
  if (is_on()) plan_sync(wait);
}

void Kiosk::judge(Opened opened) {
  for (const auto& [file, bytes] : disk_.image()) {
    if (holds_canary(as_text(bytes))) street_.breach(number_, "the disk holds what a citizen typed: " + file);
  }
  ++street_.outcome.images_searched;
  if (!is_on() || !disk_.powered()) return;
  bool open = false;
  with_store([&](store::Store* queue) {
    open = queue != nullptr;
    if (queue == nullptr) return;
    street_.ledger.judge_disk(number_, *queue);
    if (opened == Opened::Known) street_.ledger.judge_erased(number_, *queue);
  });
  if (calm_ && !open && !street_.ledger.is_damaged(number_)) {
    street_.breach(number_, "the store does not open although its disk is well");
  }
}

void Kiosk::judge_drained() {
  if (street_.ledger.is_damaged(number_) || street_.ledger.is_restored(number_)) return;
  with_store([this](store::Store* queue) {
    const auto counts = queue == nullptr ? fail(store::StoreFault::IoError) : queue->counts();
    if (!counts || counts->unsent > 0 || counts->unopened > 0 || counts->invalid > 0) {
      street_.breach(number_, "all was opened, and the kiosk does not know it");
    }
  });
}

}  // namespace pishkhan::fleet
