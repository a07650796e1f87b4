#include "offline-queue/sync/pump.h"

#include <doctest/doctest.h>

#include <deque>

using namespace pishkhan;
using namespace pishkhan::sync;
using std::chrono::milliseconds;

namespace {

struct ListOutbox final : Outbox {
  int unsent = 0;
  int unopened = 0;
  bool refuses = false;
  std::optional<protocol::Batch> next_batch() override {
    if (unsent == 0) return std::nullopt;
    return protocol::Batch{
        1042, 1, {}, std::vector<protocol::Record>(static_cast<std::size_t>(std::min(unsent, 64)))};
  }
  bool awaits_opening() override { return unopened > 0; }
  bool stored(const protocol::BatchAnswer& answer) override {
    if (refuses) return false;
    unsent -= static_cast<int>(answer.stored.size());
    unopened += static_cast<int>(answer.stored.size());
    return true;
  }
  bool opened(const protocol::Opened& words) override {
    unopened -= static_cast<int>(words.acknowledgements.size());
    return !refuses;
  }
};

struct ScriptedBackend final : Backend {
  std::deque<SyncFault> faults;
  std::vector<std::string> asked_after;
  int sent = 0;
  Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch& batch) override {
    ++sent;
    if (!faults.empty()) {
      const SyncFault fault = faults.front();
      faults.pop_front();
      return fail(fault);
    }
    return protocol::BatchAnswer{std::vector<protocol::Acknowledgement>(batch.entries.size()), {}};
  }
  Result<protocol::Opened, SyncFault> opened_since(int, std::string_view cursor) override {
    asked_after.emplace_back(cursor);
    return protocol::Opened{
        std::vector<protocol::Acknowledgement>(10), std::to_string(asked_after.size()), false, {}};
  }
};

SyncFault fault(SyncFaultKind kind) {
  return {kind, std::nullopt, std::nullopt};
}

}  // namespace

TEST_CASE("the pump empties the queue without waiting, then polls in its periods") {
  SeededRandom random(3);
  Pump pump(1, random, {}, {});
  ListOutbox outbox;
  ScriptedBackend backend;
  outbox.unsent = 130;
  int steps = 0;
  while (outbox.unsent > 0) {
    const PumpReport report = pump.step(outbox, backend);
    CHECK(report.wait == milliseconds(0));
    CHECK(report.sent > 0);
    ++steps;
  }
  CHECK(steps == 3);
  CHECK(backend.asked_after == std::vector<std::string>{"", "1", "2"});
  const PumpReport waiting = pump.step(outbox, backend);
  CHECK(waiting.wait >= milliseconds(2'500));
  CHECK(waiting.wait <= milliseconds(5'000));
  outbox.unopened = 0;
  CHECK(pump.step(outbox, backend).wait >= milliseconds(30'000));
  CHECK(backend.sent == 3);
}

TEST_CASE(
    "faults are waited out with growing patience, a refusal does not stop the words, a bad word moves "
    "nothing") {
  SeededRandom random(4);
  Pump pump(1, random, {}, {});
  ListOutbox outbox;
  ScriptedBackend backend;
  outbox.unsent = 5;
  outbox.unopened = 5;
  backend.faults = {fault(SyncFaultKind::Unreachable),
                    SyncFault{SyncFaultKind::Busy, std::nullopt, milliseconds(7'000)}};
  const PumpReport unreachable = pump.step(outbox, backend);
  CHECK(unreachable.fault->kind == SyncFaultKind::Unreachable);
  CHECK(unreachable.wait >= milliseconds(1));
  CHECK(backend.asked_after.empty());
  CHECK(pump.step(outbox, backend).wait >= milliseconds(7'000));
  CHECK(pump.failures() == 2);

  backend.faults = {fault(SyncFaultKind::Fork)};
  const PumpReport fork = pump.step(outbox, backend);
  CHECK(fork.fault->kind == SyncFaultKind::Fork);
  CHECK(fork.opened == 10);
  CHECK(fork.wait >= milliseconds(150'000));

  outbox.refuses = true;
  const PumpReport bad = pump.step(outbox, backend);
  CHECK(bad.fault->kind == SyncFaultKind::BadAnswer);
  CHECK(bad.sent == 0);
  CHECK(outbox.unsent == 5);
}

TEST_CASE("answers that are no success are named by what can be done about them") {
  const auto problem = [](protocol::ProblemType type) {
    const protocol::Problem p = protocol::Problem::of(type);
    return Answer{p.status, "application/problem+json", p.encode(), std::nullopt};
  };
  CHECK(fault_of(problem(protocol::ProblemType::Fork)).kind == SyncFaultKind::Fork);
  CHECK(fault_of(problem(protocol::ProblemType::RevokedEpoch)).kind == SyncFaultKind::Refused);
  CHECK(fault_of(problem(protocol::ProblemType::Failed)).kind == SyncFaultKind::Busy);
  CHECK(fault_of(problem(protocol::ProblemType::TooManyAttempts)).kind == SyncFaultKind::Busy);
  CHECK(fault_of({404, "application/json", "{}", std::nullopt}).kind == SyncFaultKind::BadAnswer);
}
