#pragma once

#include "offline-queue/store/store.h"
#include "tests/power-cut/model_vfs.h"

#include <map>
#include <vector>

namespace pishkhan::power_cut {

class FixedClock final : public Clock {
 public:
  int seconds = 1'795'000'000;  ///< until somebody sets it on
  WallTime wall() const override { return WallTime(std::chrono::seconds(seconds)); }
  SteadyTime steady() const override { return {}; }
};

/// Made once: keys are slow to make and do not matter here.
struct Keys {
  protocol::SigningKey kiosk = protocol::SigningKey::generate();
  protocol::SigningKey office = protocol::SigningKey::generate();
  protocol::VerifyingKey office_public = office.verifying_key();
};

/// A store on a model disk, and what it promised.
class QueueWorld {
 public:
  QueueWorld(const Keys& keys, std::uint64_t seed)
      : keys_(keys), disk(seed), vfs_(disk, "fault-" + std::to_string(seed)), files_(disk) {
    options.folder = "/disk";
    options.kiosk = 1042;
    options.epoch = 1;
    options.kiosk_key = &keys.kiosk;
    options.ingest_key = &keys.office_public;
    options.cases_key = &keys.office_public;
    options.clock = &clock;
    options.files = &files_;
    options.vfs = vfs_.name();
    options.wal_pages = 12;
  }

  /// Filings, receipts, anchors, acknowledgements and erasures; stops where the store says that the disk
  /// failed.
  void work(store::Store& queue) {
    for (int round = 0; round < 4; ++round) {
      if (!file(queue) || !file(queue)) return;
      const int last = promised.rbegin()->first;
      if (!queue.record_print(last, protocol::PrintOutcome::Printed) || !queue.anchor_head()) return;
      const auto batch = queue.next_batch(2);
      if (!batch || !*batch) return;
      const auto stored = stored_up_to((*batch)->last_sequence(), (*batch)->entries.back().record.hash);
      std::vector<protocol::Acknowledgement> opened;
      for (const auto& entry : (*batch)->entries) opened.push_back(accepted(entry.record));
      if (!queue.mark_stored(stored) || !queue.mark_opened(opened) || !queue.purge()) return;
    }
  }

  bool file(store::Store& queue, std::size_t payload_bytes = 1500) {
    return try_file(queue, payload_bytes).has_value();
  }
  Result<store::Filed, store::StoreFault> try_file(store::Store& queue, std::size_t payload_bytes) {
    auto filed = queue.append(protocol::RecordType::Request, {++id_}, [&](const store::Place&) {
      return std::optional(store::Draft{Bytes(payload_bytes, id_), protocol::Hash{id_}, protocol::Hash{id_}});
    });
    if (filed) promised[filed->code.sequence] = filed->record.hash;
    return filed;
  }

  void cut() {
    disk.cut_now();
    disk.restart();
  }

  /// A copy of another's disk, as if that had been switched off, and what was promised on it.
  void continue_from(const QueueWorld& other) {
    disk.restore(other.disk.image());
    promised = other.promised;
    clock = other.clock;
    id_ = other.id_;
  }

  [[nodiscard]] protocol::StoredWord stored_up_to(int sequence, const protocol::Hash& hash) const {
    protocol::StoredWord word{options.kiosk, options.epoch, sequence, hash, clock.wall(), {}};
    word.sign(keys_.office);
    return word;
  }
  [[nodiscard]] protocol::Acknowledgement accepted(const protocol::Record& record) const {
    const protocol::RecordHeader& header = record.header;
    protocol::Acknowledgement word{protocol::Verdict::Accepted,
                                   header.kiosk,
                                   header.epoch,
                                   header.sequence,
                                   header.request_id,
                                   record.hash,
                                   clock.wall(),
                                   {},
                                   {}};
    word.sign(keys_.office);
    return word;
  }

 private:
  const Keys& keys_;
  std::uint8_t id_ = 0;

 public:
  FixedClock clock;
  ModelDisk disk;

 private:
  ModelVfs vfs_;
  ModelFiles files_;

 public:
  store::Options options;
  std::map<int, protocol::Hash> promised;
};

}  // namespace pishkhan::power_cut
