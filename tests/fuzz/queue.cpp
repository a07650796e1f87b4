// The queue's files as a damaged or prepared disk may give them: opened, salvaged, sent, acknowledged, written
// on. Whatever was done to them, only what this kiosk signed goes out.
#include "tests/fuzz/patched_queue.h"
#include "tests/fuzz/target.h"

using namespace pishkhan;
using namespace pishkhan::store;

namespace {

protocol::StoredWord stored_up_to(const protocol::Batch& batch, const power_cut::Keys& keys) {
  protocol::StoredWord word{batch.kiosk, batch.epoch, batch.last_sequence(), batch.entries.back().record.hash,
                            WallTime{},  {}};
  word.sign(keys.office);
  return word;
}

std::vector<protocol::Acknowledgement> opened(const protocol::Batch& batch, const power_cut::Keys& keys) {
  std::vector<protocol::Acknowledgement> words;
  for (const protocol::BatchEntry& entry : batch.entries) {
    const protocol::RecordHeader& header = entry.record.header;
    const bool whole = entry.kind == protocol::EntryKind::Whole;
    words.push_back({whole ? protocol::Verdict::Accepted : protocol::Verdict::Missing,
                     batch.kiosk,
                     batch.epoch,
                     header.sequence,
                     header.request_id,
                     entry.record.hash,
                     WallTime{},
                     {},
                     {}});
    words.back().sign(keys.office);
  }
  return words;
}

void use(Store& queue, const power_cut::Keys& keys, power_cut::QueueWorld& world) {
  static_cast<void>(queue.room());
  static_cast<void>(queue.record_findings().has_value());
  static_cast<void>(queue.find_duplicate({7}).has_value());
  static_cast<void>(queue.find_unprinted({7}).has_value());
  for (int sequence = 0; sequence <= queue.findings().last_sequence + 1 && sequence < 40; ++sequence) {
    static_cast<void>(queue.record(sequence).has_value());
    static_cast<void>(queue.receipt_salt(sequence).has_value());
  }
  world.file(queue);
  for (int batches = 0; batches < 40; ++batches) {
    const auto batch = queue.next_batch(7);
    if (!batch || !*batch) break;
    ENSURE((*batch)->signed_by(keys.kiosk.verifying_key()), "only what is signed is sent");
    const auto arrived = protocol::Batch::parse((*batch)->encode());
    ENSURE(arrived && *arrived == **batch, "what is sent is a batch");
    ENSURE(arrived->payloads_match(), "a payload goes only with its own head");
    if (!queue.mark_stored(stored_up_to(**batch, keys))) break;
    if (batches % 2 == 0) static_cast<void>(queue.mark_opened(opened(**batch, keys)).has_value());
    static_cast<void>(queue.batch_from((*batch)->first_sequence(), 3).has_value());
  }
  static_cast<void>(queue.anchor_head().has_value());
  static_cast<void>(queue.purge().has_value());
  static_cast<void>(queue.unopened(0, 64).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 600) return 0;
  const auto& base = fuzz::PatchedQueue::one();
  power_cut::QueueWorld world(base.keys(), 2);
  world.disk.restore(base.changed({data + 1, size - 1}));
  world.options.look = data[0] % 2 == 0 ? Look::AtTheChain : Look::AtEveryPage;
  for (int starts = 0; starts < 2; ++starts) {
    const auto queue = Store::open(world.options);
    if (queue) use(**queue, base.keys(), world);
  }
  return 0;
}
