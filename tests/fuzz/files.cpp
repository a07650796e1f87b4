// The small files that a kiosk finds on its disk at start, and raw pages in which it looks for records. The
// first byte chooses.
#include "base/core/clock.h"
#include "offline-queue/store/carver.h"
#include "offline-queue/store/head_anchor.h"
#include "offline-queue/store/trusted_time.h"
#include "offline-queue/updates/pack_shelf.h"
#include "offline-queue/updates/update_book.h"
#include "tests/fuzz/target.h"
#include "tests/power-cut/model_vfs.h"

using namespace pishkhan;
using power_cut::ModelDisk;
using power_cut::ModelFiles;

namespace {

class NoTime final : public Clock {
 public:
  WallTime wall() const override { return WallTime{}; }
  SteadyTime steady() const override { return {}; }
};

struct Disk {
  ModelDisk disk{1};
  ModelFiles files{disk};
  explicit Disk(const char* name, ByteView bytes) { disk.put(name, Bytes(bytes.begin(), bytes.end())); }
};

void head(ByteView bytes) {
  Disk disk("/queue.head", bytes);
  store::HeadAnchor anchor("/", disk.files);
  const auto found = anchor.read();
  if (!found || !found->head) return;
  store::HeadAnchor::Head next = *found->head;
  if (next.sequence == protocol::TrackingCode::highest_sequence) return;
  ++next.sequence;
  ENSURE(anchor.write(next).has_value(), "the other slot is written");
  const auto again = store::HeadAnchor("/", disk.files).read();
  ENSURE(again && again->head && again->head->sequence == next.sequence, "the newer slot counts");
}

void time(ByteView bytes) {
  const NoTime clock;
  Disk disk("/trusted.time", bytes);
  const auto last = store::TrustedTime("/", disk.files, clock).last();
  store::TrustedTime trusted("/", disk.files, clock);
  static_cast<void>(trusted.heard(WallTime(std::chrono::hours(500'000))).has_value());
  const auto later = store::TrustedTime("/", disk.files, clock).last();
  ENSURE(later && (!last || *later >= *last), "it never goes back");
}

const protocol::VerifyingKey& city() {
  static const protocol::VerifyingKey key = protocol::SigningKey::generate().verifying_key();
  return key;
}

void book(ByteView bytes) {
  // Both generations, cut where the first byte says.
  const std::size_t first = bytes.empty() ? 0 : std::min<std::size_t>(bytes.size(), std::size_t{bytes[0]} * 8);
  Disk disk("/journal.0", bytes.first(first));
  const ByteView rest = bytes.subspan(first);
  disk.disk.put("/journal.1", Bytes(rest.begin(), rest.end()));
  for (int starts = 0; starts < 2; ++starts) {
    auto one = updates::UpdateBook::open({"/", 1042, 1, &city(), &disk.files, "test"});
    if (!one) continue;
    static_cast<void>(one->settings(WallTime{}));
    static_cast<void>(one->wanted_pack(WallTime{}));
    const auto order = one->next_order(WallTime{});
    ENSURE(!order, "an order that nobody signed is none");
    ENSURE(one->activate({1}).has_value(), "it is written on");
  }
}

void pack(ByteView bytes) {
  const protocol::Hash hash = protocol::blake2b(bytes);
  Disk disk(("/pack-" + to_hex(hash)).c_str(), bytes);
  updates::PackShelf shelf("/", disk.files);
  const auto loaded = shelf.load(hash);
  ENSURE(loaded || loaded.error() != "missing", "the file is where it is looked for");
}

void carve(ByteView bytes, bool wal) {
  store::Carver carver(1042, 1, city());
  if (wal)
    carver.add_wal(bytes);
  else
    carver.add_database(bytes);
  carver.each([](store::Carver::Found&& found) {
    ENSURE(found.previous.has_value(), "without the hash before it a record needs a signature");
    ENSURE(protocol::chain_hash(*found.previous, found.record.header) == found.record.hash, "it joins");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView rest(data + 1, size - 1);
  switch (data[0]) {
    case 'a':
      head(rest);
      break;
    case 'b':
      time(rest);
      break;
    case 'c':
      book(rest);
      break;
    case 'd':
      pack(rest);
      break;
    case 'e':
      carve(rest, false);
      break;
    case 'f':
      carve(rest, true);
      break;
    default:
      break;
  }
  return 0;
}
