#include "offline-queue/sync/pump.h"

#include <doctest/doctest.h>

#include <algorithm>
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
  bool unreadable = false;
  std::vector<int> limits;
  std::vector<int> again_from;
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
  std::optional<protocol::Batch> batch_from(int sequence, int limit) override {
    again_from.push_back(sequence);
    if (unreadable) return std::nullopt;
    protocol::Batch batch{1042, 1, {}, {}, {}};
    for (int place = sequence; place <= std::min(sent + unsent, sequence + limit - 1); ++place) {
      batch.entries.emplace_back();
      batch.entries.back().record.header.sequence = place;
    }
    return batch;
  }
  bool awaits_opening() override { return unopened > 0; }
  bool anything_stored() override { return sent > 0; }
  Kept stored(const protocol::StoredWord& word) override {
    if (forked) return Kept::Forked;
    if (refuses) return Kept::No;
    if (word.sequence < sent) return Kept::Behind;
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
  // With nothing to wait for it is asked now and then: it may have been put back itself.
  const auto asked = backend.asked_after.size();
  int quiet = 0;
  for (; backend.asked_after.size() == asked && quiet < 1'000; ++quiet) static_cast<void>(pump.step(outbox, backend));
  CHECK(quiet >= 50);
  CHECK(quiet <= 70);
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
  CHECK_FALSE(pump.may_be_cut_short());

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

TEST_CASE("what does not get through a slow line in time is sent in smaller batches, and all of it arrives") {
  SeededRandom random(9);
  // In its deadline this line takes ten records.
  struct SlowLine final : Backend {
    ScriptedBackend behind;
    int lost = 0;
    Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch& batch) override {
      if (batch.entries.size() <= 10) return behind.send(batch);
      ++lost;
      return fail(fault(SyncFaultKind::Timeout));
    }
    Result<protocol::Opened, SyncFault> opened_since(int epoch, std::string_view cursor) override {
      return behind.opened_since(epoch, cursor);
    }
  } line;
  ListOutbox outbox;
  Pump pump(1, random, {}, {});
  outbox.unsent = 1000;
  int steps = 0;
  for (; outbox.unsent > 0 && steps < 300; ++steps) {
    const PumpReport report = pump.step(outbox, line);
    if (report.fault) CHECK(report.wait > milliseconds(0));
  }
  CHECK(outbox.unsent == 0);
  CHECK(line.lost <= steps / 10);
}

TEST_CASE("a batch that gave way to a citizen's question goes on at once, as large as it was") {
  SeededRandom random(15);
  Pump pump(1, random, {}, {});
  ListOutbox outbox;
  ScriptedBackend backend;
  outbox.unsent = 64;
  backend.faults = {fault(SyncFaultKind::Stopped)};
  const PumpReport gave_way = pump.step(outbox, backend);
  REQUIRE(gave_way.fault.has_value());
  CHECK(gave_way.wait == milliseconds(0));
  CHECK(pump.may_be_cut_short());
  CHECK(backend.asked_after.empty());
  CHECK(pump.failures() == 0);
  CHECK(pump.step(outbox, backend).sent == 64);
  CHECK(outbox.limits == std::vector<int>{64, 64});
}

TEST_CASE("a page of words that is empty and promises more is not asked for without a pause") {
  SeededRandom random(10);
  struct Promises final : Backend {
    Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch&) override {
      return fail(fault(SyncFaultKind::Unreachable));
    }
    Result<protocol::Opened, SyncFault> opened_since(int, std::string_view) override {
      return protocol::Opened{{}, "x", true, std::nullopt, {}};
    }
  } backend;
  ListOutbox outbox;
  Pump pump(1, random, {}, {});
  outbox.unopened = 1;
  CHECK(pump.step(outbox, backend).wait > milliseconds(0));
}

TEST_CASE("a backend that was put back gets what it lost again, once") {
  SeededRandom random(7);
  ScriptedBackend backend;
  ListOutbox outbox;
  Pump pump(1, random, {}, {});
  outbox.unsent = 200;
  while (outbox.unsent > 0) CHECK_FALSE(pump.step(outbox, backend).fault);
  // It has 100 of them now, and says so: by its signed word, or of a batch that does not join.
  for (const bool by_word : {true, false}) {
    CAPTURE(by_word);
    backend.head.sequence = 100;
    outbox.again_from.clear();
    outbox.unsent = by_word ? 0 : 5;
    outbox.unopened = by_word ? 1 : 0;
    if (!by_word) {
      SyncFault gap = fault(SyncFaultKind::Refused);
      gap.problem = protocol::Problem::of(protocol::ProblemType::Gap);
      gap.problem->expected_sequence = 101;
      backend.faults.push_back(gap);
    }
    for (int step = 0; step < 6; ++step) CHECK_FALSE(pump.step(outbox, backend).fault);
    CHECK(outbox.again_from == std::vector<int>{101, 165});
    CHECK(outbox.unsent == 0);
  }
}

TEST_CASE("a backend that gets no further with what it lost is not asked without a pause") {
  SeededRandom random(7);
  ScriptedBackend backend;
  ListOutbox outbox;
  Pump pump(1, random, {}, {});
  outbox.sent = 200;
  outbox.unopened = 100;
  backend.head.sequence = 100;
  outbox.unreadable = true;
  int faults = 0;
  for (int step = 0; step < 6; ++step) {
    const PumpReport report = pump.step(outbox, backend);
    faults += report.fault ? 1 : 0;
    if (report.fault) CHECK(report.wait > milliseconds(0));
  }
  CHECK(faults >= 3);
  // A gap at the very place from which was sent says nothing new.
  outbox.unreadable = false;
  SyncFault gap = fault(SyncFaultKind::Refused);
  gap.problem = protocol::Problem::of(protocol::ProblemType::Gap);
  gap.problem->expected_sequence = 101;
  backend.faults.assign(2, gap);
  outbox.unopened = 0;
  outbox.unsent = 1;
  CHECK_FALSE(pump.step(outbox, backend).fault);
  CHECK(pump.step(outbox, backend).fault);
}

TEST_CASE("a backend that has nothing of the chain any more gets it from the first place on, with no new record") {
  SeededRandom random(7);
  ScriptedBackend backend;
  ListOutbox outbox;
  Pump pump(1, random, {}, {});
  // Nothing was stored there yet: nothing was lost.
  CHECK(pump.step(outbox, backend).wait > milliseconds(0));
  outbox.sent = 200;
  outbox.unopened = 100;
  for (int step = 0; step < 8; ++step) CHECK_FALSE(pump.step(outbox, backend).fault);
  CHECK(outbox.again_from == std::vector<int>{1, 65, 129, 193});
  CHECK(backend.head.sequence == 200);
}

TEST_CASE("a backend that always says it has nothing is not sent everything without a pause") {
  SeededRandom random(7);
  struct Forgetful final : Backend {
    ScriptedBackend behind;
    Result<protocol::BatchAnswer, SyncFault> send(const protocol::Batch& batch) override {
      return behind.send(batch);
    }
    Result<protocol::Opened, SyncFault> opened_since(int, std::string_view) override { return protocol::Opened{}; }
  } backend;
  ListOutbox outbox;
  Pump pump(1, random, {}, {});
  outbox.sent = 200;
  outbox.unopened = 100;
  int pauses = 0;
  for (int step = 0; step < 30; ++step) pauses += pump.step(outbox, backend).wait > milliseconds(0) ? 1 : 0;
  CHECK(pauses >= 4);
  // What it cannot be given now it is given later.
  outbox.again_from.clear();
  outbox.unreadable = true;
  for (int step = 0; step < 6; ++step) static_cast<void>(pump.step(outbox, backend));
  CHECK(pump.failures() >= 2);
  outbox.unreadable = false;
  outbox.again_from.clear();
  for (int step = 0; step < 6; ++step) static_cast<void>(pump.step(outbox, backend));
  CHECK(std::count(outbox.again_from.begin(), outbox.again_from.end(), 193) >= 1);
}
