#include "tests/power-cut/rig.h"

#include "base/core/ensure.h"
#include "tests/power-cut/model_vfs.h"

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace pishkhan::power_cut {
namespace {

constexpr int restarts_per_world = 4;
constexpr int kiosk = 1042;
constexpr int epoch = 1;

/// Time that passes one second a look.
class StepClock final : public Clock {
 public:
  WallTime wall() const override { return WallTime(std::chrono::seconds(1'795'000'000 + ++seconds_)); }
  SteadyTime steady() const override { return std::chrono::seconds(++seconds_); }

 private:
  mutable std::int64_t seconds_ = 0;
};

/// Made once a run: keys are slow to make and do not matter here.
struct Keys {
  protocol::SigningKey kiosk_key = protocol::SigningKey::generate();
  protocol::SigningKey ingest = protocol::SigningKey::generate();
  protocol::SigningKey cases = protocol::SigningKey::generate();
  protocol::VerifyingKey ingest_public = ingest.verifying_key();
  protocol::VerifyingKey cases_public = cases.verifying_key();
};

class World {
 public:
  World(std::uint64_t seed, store::Durability durability, Asking asking, const Keys& keys, Tally& tally)
      : random_(seed),
        disk_(seed * 31 + 7),
        vfs_(disk_, "model-" + std::to_string(seed)),
        files_(disk_),
        keys_(keys),
        tally_(tally),
        asking_(asking) {
    options_.folder = "/disk";
    options_.kiosk = kiosk;
    options_.epoch = epoch;
    options_.kiosk_key = &keys.kiosk_key;
    options_.ingest_key = &keys.ingest_public;
    options_.cases_key = &keys.cases_public;
    options_.clock = &clock_;
    options_.files = &files_;
    options_.vfs = vfs_.name();
    options_.durability = durability;
    options_.wal_pages = 6 + static_cast<int>(random_.below(40));
  }

  /// One life: from switching on to the cut, and the look at what is left. False: this world is over.
  bool live_once() {
    // Half of the cuts come early, where the files are being made, folded back or opened.
    disk_.cut_after(1 + static_cast<int>(random_.below(random_.below(2) == 0 ? 60 : 400)));
    if (auto opened = store::Store::open(options_)) {
      file_again(**opened);
      const int steps = 1 + static_cast<int>(random_.below(30));
      for (int step = 0; step < steps && disk_.powered(); ++step) act(**opened);
    }
    disk_.cut_now();
    disk_.restart();
    ++tally_.crashes;
    return inspect();
  }

 private:
  void act(store::Store& queue) {
    const std::uint64_t choice = random_.below(10);
    if (choice < 6) return file(queue);
    if (choice == 6) return print(queue);
    if (choice == 7) return static_cast<void>(queue.anchor_head().has_value());
    acknowledge(queue);
  }

  struct Matter {
    protocol::RequestId id{};
    protocol::Hash duplicate{};
  };

  void file(store::Store& queue) {
    const Matter matter{random_.bytes<16>(), random_.bytes<32>()};
    file(queue, matter);
  }

  void file(store::Store& queue, const Matter& matter) {
    untold_ = matter;
    const auto filed = queue.append(protocol::RecordType::Request, matter.id, [&](const store::Place&) {
      store::Draft draft;
      draft.payload.resize(200 + random_.below(6000));
      random_.fill(draft.payload);
      draft.duplicate = matter.duplicate;
      draft.recovery = random_.bytes<32>();
      return std::optional(draft);
    });
    if (filed && disk_.powered()) {
      untold_.reset();
      ++tally_.acknowledged;
      promised_[filed->code.sequence] = filed->record.hash;
    }
  }

  /// Whoever was told nothing when the power went files the same again, as soon as there is power. The kiosk asks
  /// first whether it is there.
  void file_again(store::Store& queue) {
    if (!untold_) return;
    if (asking_ == Asking::First) {
      const auto waiting = queue.find_duplicate(untold_->duplicate);
      if (!waiting) return;
      if (*waiting) return untold_.reset();
    }
    ++tally_.filed_again;
    file(queue, Matter(*untold_));
  }

  void print(store::Store& queue) {
    if (promised_.empty()) return;
    static_cast<void>(
        queue.record_print(promised_.begin()->first, protocol::PrintOutcome::Printed).has_value());
  }

  void acknowledge(store::Store& queue) {
    const auto batch = queue.next_batch(3);
    if (!batch || !*batch) return;
    protocol::StoredWord stored{
        kiosk, epoch, (*batch)->last_sequence(), (*batch)->entries.back().record.hash, clock_.wall(), {}};
    stored.sign(keys_.ingest);
    std::vector<protocol::Acknowledgement> opened;
    for (const auto& entry : (*batch)->entries) {
      if (random_.below(2) == 0) continue;
      const protocol::RecordHeader& header = entry.record.header;
      opened.push_back({protocol::Verdict::Accepted,
                        kiosk,
                        epoch,
                        header.sequence,
                        header.request_id,
                        entry.record.hash,
                        clock_.wall(),
                        {},
                        {}});
      opened.back().sign(keys_.cases);
    }
    if (!queue.mark_stored(stored) || opened.empty()) return;
    for (const auto& word : opened) may_be_erased_.insert(word.sequence);
    static_cast<void>(queue.mark_opened(opened).has_value());
  }

  bool inspect() {
    const auto opened = store::Store::open(options_);
    if (!opened) {
      ++tally_.not_opened;
      tally_.lost += static_cast<int>(promised_.size());
      return false;
    }
    store::Store& queue = **opened;
    const auto& findings = queue.findings();
    tally_.unverified += static_cast<int>(findings.damaged.size()) + (findings.head_verifies ? 0 : 1);
    const bool sound = findings.anchor == store::Findings::Anchor::Matches;
    tally_.false_alarms += sound ? 0 : 1;
    std::set<protocol::RequestId> seen;
    for (int sequence = 1; sequence <= findings.records; ++sequence) look_at(queue, sequence, seen);
    int lost = 0;
    for (const auto& [sequence, hash] : promised_) lost += sequence > findings.records ? 1 : 0;
    tally_.lost += lost;
    return sound && lost == 0;
  }

  void look_at(store::Store& queue, int sequence, std::set<protocol::RequestId>& seen) {
    const auto record = queue.record(sequence);
    ENSURE(record.has_value(), "a disk with power can be read");
    const auto promise = promised_.find(sequence);
    if (!*record) {
      tally_.lost += promise == promised_.end() ? 0 : 1;
      return;
    }
    if (promise != promised_.end() && (*record)->hash != promise->second) ++tally_.changed;
    if (!(*record)->payload && !may_be_erased_.contains(sequence)) ++tally_.half_erased;
    if ((*record)->header.type != protocol::RecordType::Request) return;
    if (!seen.insert((*record)->header.request_id).second) ++tally_.duplicated;
    if (promise == promised_.end()) {
      // It was under way when the power went. Now it is there, so from now on it must stay.
      ++tally_.unacknowledged;
      promised_[sequence] = (*record)->hash;
    }
  }

  SeededRandom random_;
  ModelDisk disk_;
  ModelVfs vfs_;
  ModelFiles files_;
  StepClock clock_;
  const Keys& keys_;
  Tally& tally_;
  store::Options options_;
  Asking asking_;
  std::optional<Matter> untold_;  ///< the last filing, if nobody was told what became of it
  std::map<int, protocol::Hash> promised_;
  std::set<int> may_be_erased_;
};

}  // namespace

Tally run(int crashes, std::uint64_t first_seed, store::Durability durability, Asking asking) {
  const Keys keys;
  Tally tally;
  for (std::uint64_t seed = first_seed; tally.crashes < crashes; ++seed) {
    World world(seed, durability, asking, keys, tally);
    for (int life = 0; life < restarts_per_world && tally.crashes < crashes; ++life) {
      if (!world.live_once()) break;
    }
    if (tally.first_bad_seed == 0 && !tally.flawless()) tally.first_bad_seed = seed;
  }
  return tally;
}

std::string describe(const Tally& tally) {
  std::array<char, 320> text{};
  std::snprintf(
      text.data(), text.size(),
      "%d crashes, %d acknowledged, %d lost, %d changed, %d duplicated, %d unverified, %d not opened, "
      "%d false alarms, %d erased too early; %d under way and kept, %d filed again",
      tally.crashes, tally.acknowledged, tally.lost, tally.changed, tally.duplicated, tally.unverified,
      tally.not_opened, tally.false_alarms, tally.half_erased, tally.unacknowledged,
      tally.filed_again);
  return text.data();
}

}  // namespace pishkhan::power_cut
