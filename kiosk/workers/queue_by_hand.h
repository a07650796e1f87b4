#pragma once

#include "kiosk/workers/queue_worker.h"
#include "offline-queue/store/test_world.h"

#include <doctest/doctest.h>

namespace pishkhan::workers::testing {

inline services::Catalogue small_city() {
  services::Catalogue city;
  city.version = "1";
  city.fingerprint = "7F2A-91C4";
  services::Service service;
  service.id = "plain";
  services::Field address;
  address.id = "address";
  services::Field mobile;
  mobile.id = "mobile";
  mobile.kind = services::FieldKind::Mobile;
  service.steps = {services::FormStep{"where", {}, {address, mobile}}};
  city.services = {service};
  return city;
}

/// The queue's thread without the thread: each step by hand.
class Queue {
 public:
  explicit Queue(store::testing::World& world,
                 protocol::SigningKey kiosk_key = protocol::SigningKey::generate())
      : world_(world) {
    protocol::Enrolment enrolment;
    enrolment.kiosk = world.options.kiosk;
    enrolment.epoch = world.options.epoch;
    enrolment.opening_key = protocol::OpeningKey::generate(1).public_part();
    enrolment.certificate.kiosk = enrolment.kiosk;
    enrolment.certificate.epoch = enrolment.epoch;
    enrolment.certificate.public_key = world.kiosk.verifying_key().point();
    enrolment.certificate.sign(city_key_);
    identity_.reset(new Identity{std::move(enrolment), std::move(kiosk_key),
                                 protocol::DeviceSecret::generate(world.random), world.ingest.verifying_key(),
                                 world.cases.verifying_key(), city_key_.verifying_key()});
    start();
  }
  void stop() { worker_.reset(); }
  /// As after a power cut: a new program on the same disk.
  void start() {
    stop();
    QueueWorker::Setup setup;
    setup.folder = world_.options.folder;
    setup.least_room_bytes = 1 << 20;
    setup.budget_bytes = budget_bytes;
    setup.identity = identity_.get();
    setup.clock = &world_.clock;
    setup.events = &events_;
    setup.sync = &sync_;
    setup.files = &world_.files;
    setup.random = &world_.random;
    worker_ = std::make_unique<QueueWorker>(std::move(setup));
    worker_->open_store();
    listen();
  }
  /// The answer to a filing.
  visit::Event file(int number, std::size_t length = 6000) {
    screens::FieldValues values;
    // Longer than a page: only then does erasing an envelope give whole pages back.
    values.emplace("address", PersonalText("lane " + std::to_string(number) + std::string(length, 'a')));
    values.emplace("mobile", PersonalText("0912000" + std::to_string(1000 + number)));
    worker_->file({1, &city_, &city_.services.front(), services::Assurance::MobileNumber, Language::Persian,
                   std::move(values)});
    worker_->work_off();
    visit::Event answer = visit::event::Tick{};
    listen([&answer](visit::Event& event) {
      if (std::holds_alternative<visit::event::Filed>(event) ||
          std::holds_alternative<visit::event::FilingFailed>(event))
        answer = std::move(event);
    });
    return answer;
  }
  QueueCondition condition() {
    QueueCondition now;
    worker_->ask_condition([&now](const QueueCondition& told) { now = told; });
    worker_->work_off();
    listen();
    return now;
  }
  QueueWorker::Audited audit(const protocol::AuditEntry& entry, std::vector<protocol::AuditEntry> unless = {}) {
    auto outcome = QueueWorker::Audited::Never;
    worker_->audit(entry, std::move(unless), [&outcome](QueueWorker::Audited told) { outcome = told; });
    worker_->work_off();
    return outcome;
  }
  void with_store(const std::function<void(store::Store&)>& what) {
    worker_->post([&what](store::Store* store) {
      REQUIRE(store != nullptr);
      what(*store);
    });
    worker_->work_off();
    listen();
  }
  /// Recovers the code of filing `number`.
  std::optional<visit::FiledRequest> recover(int number) {
    worker_->recover({1, &city_, PersonalText("0912000" + std::to_string(1000 + number)), {}});
    worker_->work_off();
    std::optional<visit::FiledRequest> found;
    listen([&found](visit::Event& event) {
      if (auto* recovered = std::get_if<visit::event::Recovered>(&event)) found = recovered->request;
    });
    return found;
  }
  void printed(int sequence, visit::PrintOutcome outcome) {
    worker_->record({static_cast<std::uint64_t>(sequence), outcome});
    worker_->work_off();
    listen();
  }
  QueueWorker& worker() { return *worker_; }
  void listen(const std::function<void(visit::Event&)>& also = [](visit::Event&) {}) {
    while (auto event = events_.try_take()) {
      if (const auto* changed = std::get_if<visit::event::QueueChanged>(&*event)) {
        refuses = changed->refuses;
        offers_recovery = changed->recovery_offered;
      }
      also(*event);
    }
    while (sync_.try_take()) {
    }
  }

  std::uint64_t budget_bytes = std::uint64_t{4} << 30;
  std::optional<visit::FilingFault> refuses;
  bool offers_recovery = false;

 private:
  store::testing::World& world_;
  services::Catalogue city_ = small_city();
  protocol::SigningKey city_key_ = protocol::SigningKey::generate();
  Mailbox<visit::Event> events_{64};
  SyncJobs sync_{16};
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<QueueWorker> worker_;
};

inline bool is_filed(const visit::Event& event) {
  return std::holds_alternative<visit::event::Filed>(event);
}

}  // namespace pishkhan::workers::testing
