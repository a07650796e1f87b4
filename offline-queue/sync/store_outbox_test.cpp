#include "offline-queue/sync/store_outbox.h"

#include <doctest/doctest.h>

#include <array>

using namespace pishkhan;
using namespace pishkhan::sync;
using store::StoreFault;

namespace {

/// A store whose disk says no to everything.
class FailingStore final : public store::Store {
 public:
  StoreFault fault = StoreFault::IoError;
  [[nodiscard]] const store::Findings& findings() const override { return findings_; }
  Result<store::Filed, StoreFault> append(protocol::RecordType, const protocol::RequestId&,
                                          const Write&) override {
    return fail(fault);
  }
  Result<void, StoreFault> record_print(int, protocol::PrintOutcome) override { return fail(fault); }
  Result<void, StoreFault> record_audit(const protocol::AuditEntry&) override { return fail(fault); }
  Result<void, StoreFault> together(const All&) override { return fail(fault); }
  Result<void, StoreFault> record_findings() override { return fail(fault); }
  Result<void, StoreFault> anchor_head() override { return fail(fault); }
  Result<std::optional<store::Waiting>, StoreFault> find_duplicate(const protocol::Hash&) override {
    return fail(fault);
  }
  Result<std::optional<store::Waiting>, StoreFault> find_unprinted(const protocol::Hash&) override {
    return fail(fault);
  }
  Result<std::optional<protocol::ReceiptSalt>, StoreFault> receipt_salt(int) override { return fail(fault); }
  [[nodiscard]] std::vector<store::Unprinted> unprinted() const override { return {}; }
  Result<void, StoreFault> purge() override { return fail(fault); }
  [[nodiscard]] bool keeps_recent() const override { return false; }
  [[nodiscard]] int last_sequence() const override { return 0; }
  Result<int, StoreFault> first_unsent() override { return fail(fault); }
  Result<std::optional<protocol::Batch>, StoreFault> next_batch(int) override { return fail(fault); }
  Result<std::optional<protocol::Batch>, StoreFault> batch_from(int, int) override { return fail(fault); }
  Result<std::vector<int>, StoreFault> unopened(int, int) override { return fail(fault); }
  Result<std::optional<protocol::Record>, StoreFault> record(int) override { return fail(fault); }
  Result<int, StoreFault> mark_stored(const protocol::StoredWord&) override { return fail(fault); }
  Result<int, StoreFault> mark_opened(std::span<const protocol::Acknowledgement>) override {
    return fail(fault);
  }
  Result<store::Counts, StoreFault> counts() override { return fail(fault); }
  store::Room room() override { return store::Room::TooLittle; }
  std::optional<store::Usage> usage() override { return std::nullopt; }
  void set_limits(const store::RoomLimits&) override {}
  [[nodiscard]] std::optional<StoreFault> ailment() const override { return fault; }

 private:
  store::Findings findings_;
};

/// All is well there.
struct PatientBackend final : Backend {
  Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch&) override {
    return protocol::BatchAnswer{};
  }
  Result<protocol::Opened, SyncFault> opened_since(int, std::string_view) override {
    return protocol::Opened{};
  }
};

}  // namespace

TEST_CASE("a store that fails is neither an empty queue nor a bad answer of the backend") {
  FailingStore store;
  StoreOutbox outbox(store);
  CHECK_FALSE(outbox.failed().has_value());
  PatientBackend backend;
  SeededRandom random(1);
  Pump pump(1, random, {}, {});
  PumpReport report = pump.step(outbox, backend);
  REQUIRE(outbox.failed() == StoreFault::IoError);
  blame_the_store(report);
  REQUIRE(report.fault.has_value());
  CHECK(report.fault->kind == SyncFaultKind::OwnQueue);
  CHECK_FALSE(is_answer(*report.fault));
}

TEST_CASE("each of the store's five answers is heard as its fault, but for a word that it refuses") {
  const std::array<std::function<void(StoreOutbox&)>, 5> questions{
      [](StoreOutbox& outbox) { CHECK_FALSE(outbox.next_batch(64).has_value()); },
      [](StoreOutbox& outbox) { CHECK_FALSE(outbox.awaits_opening()); },
      [](StoreOutbox& outbox) { CHECK_FALSE(outbox.anything_stored()); },
      [](StoreOutbox& outbox) { CHECK(outbox.stored({}) == Outbox::Kept::No); },
      [](StoreOutbox& outbox) { CHECK_FALSE(outbox.opened({})); }};
  for (const auto& question : questions) {
    FailingStore store;
    StoreOutbox outbox(store);
    question(outbox);
    CHECK(outbox.failed() == StoreFault::IoError);
  }
  FailingStore store;
  StoreOutbox outbox(store);
  store.fault = StoreFault::Refused;
  CHECK(outbox.stored({}) == Outbox::Kept::No);
  store.fault = StoreFault::Forked;
  CHECK(outbox.stored({}) == Outbox::Kept::Forked);
  CHECK_FALSE(outbox.failed().has_value());
}

TEST_CASE("the network's fault stays, whatever the store says; a refusal shows that the network is there") {
  PumpReport report;
  report.fault = SyncFault{SyncFaultKind::Unreachable, {}, {}};
  blame_the_store(report);
  CHECK(report.fault->kind == SyncFaultKind::Unreachable);
  for (const SyncFaultKind kind : {SyncFaultKind::Refused, SyncFaultKind::Fork, SyncFaultKind::Busy})
    CHECK(is_answer({kind, {}, {}}));
  for (const SyncFaultKind kind : {SyncFaultKind::Unreachable, SyncFaultKind::Timeout, SyncFaultKind::Proxy,
                                   SyncFaultKind::CaptivePortal, SyncFaultKind::WrongCertificate})
    CHECK_FALSE(is_answer({kind, {}, {}}));
}
