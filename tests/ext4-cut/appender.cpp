// The process under test of the store's rig.
#include "base/core/log.h"
#include "base/core/random.h"
#include "offline-queue/protocol/enrolment.h"
#include "tests/ext4-cut/store_rig.h"
#include "tests/ext4-cut/store_setup.h"
#include "tests/ext4-cut/witness.h"

#include <string>
#include <utility>
#include <vector>

namespace pishkhan::ext4_cut {

namespace {

class Appender {
 public:
  Appender(store::Store& queue, const StoreSetup& setup, const BackendKeys& backend, std::uint64_t seed)
      : queue_(queue), setup_(setup), backend_(backend), random_(seed) {}

  /// False: the disk does not take it any more.
  bool act() {
    const std::uint64_t choice = random_.below(20);
    if (choice < 14) return file();
    if (choice < 16) return print();
    if (choice < 18) return queue_.anchor_head().has_value();
    return acknowledge();
  }

 private:
  bool file() {
    const auto id = random_.bytes<16>();
    const auto filed = queue_.append(protocol::RecordType::Request, id, [this](const store::Place&) {
      store::Draft draft;
      draft.payload.resize(200 + random_.below(6000));
      random_.fill(draft.payload);
      draft.duplicate = random_.bytes<32>();
      draft.recovery = random_.bytes<32>();
      return std::optional(draft);
    });
    if (!filed) return false;
    last_ = filed->code.sequence;
    tell("ack " + std::to_string(last_) + " " + to_hex(filed->record.hash));
    return true;
  }

  bool print() { return last_ == 0 || queue_.record_print(last_, protocol::PrintOutcome::Printed).has_value(); }

  protocol::Acknowledgement opened_word(const protocol::Record& record) const {
    protocol::Acknowledgement word;
    word.verdict = protocol::Verdict::Accepted;
    word.kiosk = record.header.kiosk;
    word.epoch = record.header.epoch;
    word.sequence = record.header.sequence;
    word.request_id = record.header.request_id;
    word.hash = record.hash;
    word.at = setup_.clock.wall();
    word.sign(backend_.cases);
    return word;
  }

  bool acknowledge() {
    const auto batch = queue_.next_batch(3);
    if (!batch) return false;
    if (!*batch) return true;
    const protocol::Record& head = (*batch)->entries.back().record;
    protocol::StoredWord stored{head.header.kiosk, head.header.epoch,   head.header.sequence,
                                head.hash,         setup_.clock.wall(), {}};
    stored.sign(backend_.ingest);
    std::vector<protocol::Acknowledgement> opened;
    for (const auto& entry : (*batch)->entries)
      if (random_.below(2) == 0) opened.push_back(opened_word(entry.record));
    if (!queue_.mark_stored(stored)) return false;
    for (const auto& word : opened) tell("erase " + std::to_string(word.sequence));
    return queue_.mark_opened(opened).has_value();
  }

  store::Store& queue_;
  const StoreSetup& setup_;
  const BackendKeys& backend_;
  SeededRandom random_;
  int last_ = 0;
};

}  // namespace

int run_appender(const std::filesystem::path& disk, const std::filesystem::path& keys, std::uint64_t seed,
                 store::Durability durability) {
  log::mute();
  const auto setup = StoreSetup::load(keys / "kiosk");
  const auto backend = BackendKeys::load(keys);
  if (!setup || !backend) return 1;
  tell("opening");
  const auto queue = store::Store::open((*setup)->options(disk, durability));
  if (!queue) return 1;
  tell("open");
  Appender appender(**queue, **setup, *backend, seed);
  while (appender.act()) continue;
  return 0;
}

}  // namespace pishkhan::ext4_cut
