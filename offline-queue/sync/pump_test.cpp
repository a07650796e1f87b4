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
  int sent = 0;
  bool refuses = false;
  bool forked = false;
  std::vector<int> limits;
  std::optional<protocol::Batch> next_batch(int limit) override {
    limits.push_back(limit);
    if (unsent == 0) return std::nullopt;
    protocol::Batch batch{1042, 1, {}, {}, {}};
    for (int i = 1; i <= std::min(unsent, limit); ++i) {
      batch.entries.emplace_back();
      batch.entries.back().record.header.sequence = sent + i;
    }
    return batch;
  }
  bool awaits_opening() override { return unopened > 0; }
  Kept stored(const protocol::StoredWord& word) override {
    if (forked) return Kept::Forked;
    if (refuses) return Kept::No;
    const int more = std::max(0, word.sequence - sent);
    sent += more;
    unsent -= more;
    unopened += more;
    return Kept::Yes;
  }
  bool opened(const protocol::Opened& words) override {
    unopened -= static_cast<int>(words.acknowledgements.size());
    return !refuses;
  }
};

struct ScriptedBackend final : Backend {
  std::deque<SyncFault> faults;
  std::vector<std::string> asked_after;
  protocol::StoredWord head;
  int sent = 0;
  Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch& batch) override {
    ++sent;
    if (!faults.empty()) {
      const SyncFault fault = faults.front();
      faults.pop_front();
      return fail(fault);
    }
    head.sequence = batch.last_sequence();
    return protocol::BatchAnswer{head};
  }
  Result<protocol::Opened, SyncFault> opened_since(int, std::string_view cursor) override {
    asked_after.emplace_back(cursor);
    return protocol::Opened{std::vector<protocol::Acknowledgement>(10),
                            std::to_string(asked_after.size()),
                            false,
                            head.sequence == 0 ? std::nullopt : std::optional(head),
                            {}};
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

  backend.faults = {fault(SyncFaultKind::Refused)};
  const PumpReport refused = pump.step(outbox, backend);
  CHECK(refused.fault->kind == SyncFaultKind::Refused);
  CHECK(refused.opened == 10);
  CHECK(refused.wait >= milliseconds(150'000));

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

TEST_CASE("after a fork nothing is sent until somebody asks for it; words are still fetched") {
  SeededRandom random(5);
  Pump pump(1, random, {}, {});
  ListOutbox outbox;
  ScriptedBackend backend;
  outbox.unsent = 5;
  outbox.unopened = 50;
  backend.faults = {fault(SyncFaultKind::Fork)};
  for (int i = 0; i < 3; ++i) {
    const PumpReport report = pump.step(outbox, backend);
    CHECK(report.fault->kind == SyncFaultKind::Fork);
    CHECK(report.opened == 10);
    CHECK(report.wait >= milliseconds(150'000));
  }
  CHECK(backend.sent == 1);
  CHECK(outbox.unsent == 5);
  pump.hurry();
  CHECK(pump.step(outbox, backend).sent == 5);
}

TEST_CASE("a disk that was put back is found out at the start, before anything is sent") {
  SeededRandom random(6);
  Pump pump(1, random, {}, {});
  ListOutbox outbox;
  ScriptedBackend backend;
  backend.head.sequence = 50;
  outbox.forked = true;
  const PumpReport report = pump.step(outbox, backend);
  REQUIRE(report.fault.has_value());
  CHECK(report.fault->kind == SyncFaultKind::Fork);
  CHECK(report.fault->detail == SyncDetail::RestoredDisk);
  outbox.unsent = 3;
  CHECK(pump.step(outbox, backend).fault->kind == SyncFaultKind::Fork);
  CHECK(backend.sent == 0);
}

TEST_CASE("a batch that is too large for the backend is halved until it fits, then grows again") {
  SeededRandom random(7);
  Pump pump(1, random, {}, {});
  ListOutbox outbox;
  ScriptedBackend backend;
  outbox.unsent = 64;
  const SyncFault too_large{SyncFaultKind::Refused, protocol::Problem::of(protocol::ProblemType::TooLarge), {}};
  backend.faults = {too_large, too_large};
  for (int i = 0; i < 2; ++i) CHECK(pump.step(outbox, backend).wait == milliseconds(0));
  CHECK(pump.step(outbox, backend).sent == 16);
  CHECK(pump.step(outbox, backend).sent == 32);
  CHECK(pump.step(outbox, backend).sent == 16);
  CHECK(outbox.limits == std::vector{64, 32, 16, 32, 64});
  // One that is too large alone is told; it cannot be halved.
  outbox.unsent = 1;
  backend.faults = {too_large};
  CHECK(pump.step(outbox, backend).fault->kind == SyncFaultKind::Refused);
}
