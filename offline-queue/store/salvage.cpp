#include "offline-queue/store/salvage.h"

#include "base/core/log.h"
#include "offline-queue/store/carver.h"
#include "offline-queue/store/database.h"
#include "offline-queue/store/head_anchor.h"

#include <algorithm>
#include <array>
#include <map>
#include <system_error>
#include <vector>

namespace pishkhan::store {

using protocol::Hash;

namespace {

constexpr const char* new_file = "queue.salvage";
constexpr const char* new_journal = "queue.salvage-journal";
struct Moved {
  const char* from;
  const char* to;
};
/// The WAL first: an old one beside the new database would be folded into it.
constexpr std::array<Moved, 2> moved{Moved{"queue.db-wal", "queue.db-wal.damaged"},
                                     Moved{"queue.db", "queue.db.damaged"}};

using Candidates = std::map<int, std::vector<Carver::Found>>;
using Chosen = std::map<int, const Carver::Found*>;

/// The best of those for one place that have the hash which the chain has there, where that is known.
const Carver::Found* best(const Candidates& candidates, int sequence, const std::optional<Hash>& wanted) {
  const auto at = candidates.find(sequence);
  if (at == candidates.end()) return nullptr;
  const Carver::Found* result = nullptr;
  for (const Carver::Found& one : at->second) {
    if (wanted && one.record.hash != *wanted) continue;
    if (result == nullptr || one.payload < result->payload) result = &one;
  }
  return result;
}

/// One that follows this very record.
const Carver::Found* best_after(const Candidates& candidates, const Carver::Found& one) {
  const auto at = candidates.find(one.record.header.sequence + 1);
  if (at == candidates.end()) return nullptr;
  const auto next = std::ranges::find_if(at->second, [&one](const Carver::Found& other) {
    return protocol::chain_hash(one.record.hash, other.record.header) == other.record.hash;
  });
  return next == at->second.end() ? nullptr : &*next;
}

/// A commit that failed may have left another record in a place than the one that was filed there later. What
/// is told apart is told by the links: back from the anchored head, then on from it.
Chosen choose(const Candidates& candidates, const std::optional<HeadAnchor::Head>& head) {
  Chosen chosen;
  if (candidates.empty()) return chosen;
  const int last = candidates.rbegin()->first;
  const int middle = head ? std::min(head->sequence, last) : last;
  std::optional<Hash> wanted;
  if (head && head->sequence == middle) wanted = head->hash;
  for (int sequence = middle; sequence >= 1; --sequence) {
    const Carver::Found* found = best(candidates, sequence, wanted);
    wanted = found == nullptr ? std::nullopt : found->previous;
    if (found != nullptr) chosen[sequence] = found;
  }
  std::optional<Hash> before;
  if (head && head->sequence == middle) before = head->hash;
  for (int sequence = middle + 1; sequence <= last; ++sequence) {
    const auto at = candidates.find(sequence);
    const Carver::Found* next = nullptr;
    if (at != candidates.end()) {
      bool goes_on = false;
      for (const Carver::Found& one : at->second) {
        if (before && protocol::chain_hash(*before, one.record.header) != one.record.hash) continue;
        const bool joined = best_after(candidates, one) != nullptr;
        // The one that the chain went on from, and not what a failed commit left in its place.
        if (next == nullptr || (joined && !goes_on) || (joined == goes_on && one.payload < next->payload)) {
          next = &one;
          goes_on = joined;
        }
      }
    }
    before = next == nullptr ? std::nullopt : std::optional(next->record.hash);
    if (next != nullptr) chosen[sequence] = next;
  }
  return chosen;
}

Result<void, StoreFault> insert(Database& database, const Chosen& chosen, WallTime now) {
  for (const auto& [sequence, found] : chosen) {
    const auto row = database.prepare(
        "INSERT INTO entry(seq, header, payload, hash, signature, previous) VALUES(?, ?, ?, ?, ?, ?)");
    if (!row) return fail(row.error());
    const protocol::Record& record = found->record;
    const auto header = record.header.encode();
    (*row)->bind(sequence).bind(ByteView(header));
    if (record.payload) {
      (*row)->bind(ByteView(*record.payload));
    } else {
      (*row)->bind_null();
    }
    (*row)->bind(ByteView(record.hash)).bind(ByteView(record.signature));
    if (found->previous) {
      (*row)->bind(ByteView(*found->previous));
    } else {
      (*row)->bind_null();
    }
    if (const auto done = (*row)->run(); !done) return fail(done.error());
  }
  // Remembered until it is in the chain.
  const auto note = database.prepare("INSERT INTO damage(seq, found_ms) VALUES(0, ?)");
  if (!note) return fail(note.error());
  return (*note)->bind(now.time_since_epoch().count()).run();
}

}  // namespace

bool is_queue_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / new_file, ignored) ||
         std::any_of(moved.begin(), moved.end(), [&](const Moved& one) {
           return std::filesystem::exists(folder / one.from, ignored) ||
                  std::filesystem::exists(folder / one.to, ignored);
         });
}

Result<bool, StoreFault> Salvage::exists(const char* name) {
  const auto size = files_.size(options_.folder / name);
  if (!size) return fail(fault_of(size.error()));
  return size->has_value();
}

Result<bool, StoreFault> Salvage::unfinished() {
  const auto is_made = exists(new_file);
  if (!is_made || *is_made) return is_made;
  const auto database = exists(moved[1].from);
  if (!database) return fail(database.error());
  if (*database) return false;
  for (const Moved& one : moved) {
    const auto aside = exists(one.to);
    if (!aside || *aside) return aside;
  }
  return false;
}

Result<int, StoreFault> Salvage::run() {
  const auto is_made = exists(new_file);
  if (!is_made) return fail(is_made.error());
  std::optional<int> records = *is_made ? Database::records_of_made(options_, new_file) : std::nullopt;
  if (!records) {
    const auto made = make();
    if (!made) return fail(made.error());
    records = *made;
  }
  if (const auto done = swap_in(); !done) return fail(done.error());
  log::warning("store.salvaged", {{"records", *records}});
  return *records;
}

Result<int, StoreFault> Salvage::make() {
  std::vector<Bytes> bytes;
  Carver carver(options_.kiosk, options_.epoch, key_);
  // Older first; of the two, the WAL has the newer pages.
  for (const char* name : {moved[1].to, moved[1].from, moved[0].to, moved[0].from}) {
    auto file = files_.read(options_.folder / name);
    if (!file) return fail(fault_of(file.error()));
    bytes.push_back(*file ? std::move(**file) : Bytes());
  }
  for (const std::size_t database : {0U, 1U}) carver.add_database(bytes[database]);
  for (const std::size_t wal : {2U, 3U}) carver.add_wal(bytes[wal]);
  Candidates candidates;
  carver.each([&candidates](Carver::Found&& found) {
    auto& here = candidates[found.record.header.sequence];
    const auto same = std::find_if(here.begin(), here.end(), [&found](const Carver::Found& one) {
      return one.record.hash == found.record.hash;
    });
    if (same == here.end()) {
      here.push_back(std::move(found));
    } else if (found.payload < same->payload) {
      *same = std::move(found);
    }
  });
  bytes.clear();
  const auto anchor = HeadAnchor(options_.folder, files_).read();
  if (!anchor) return fail(anchor.error());
  std::optional<HeadAnchor::Head> head = anchor->head;
  const bool ours = head && head->sequence > 0 && head->kiosk == options_.kiosk &&
                    head->epoch == options_.epoch && key_.verify(head->hash, head->signature);
  if (!ours) head = std::nullopt;
  const Chosen chosen = choose(candidates, head);
  if (chosen.empty()) return fail(StoreFault::Damaged);
  const auto fill = [&](Database& database) { return insert(database, chosen, options_.clock->wall()); };
  for (const char* name : {new_file, new_journal}) {
    if (const auto gone = files_.remove(options_.folder / name); !gone) return fail(fault_of(gone.error()));
  }
  if (const auto made = Database::make(options_, files_, new_file, fill); !made) {
    for (const char* name : {new_file, new_journal}) {
      if (!files_.remove(options_.folder / name)) break;
    }
    return fail(made.error());
  }
  return static_cast<int>(chosen.size());
}

Result<void, StoreFault> Salvage::swap_in() {
  const auto& folder = options_.folder;
  const auto sync = [&]() -> Result<void, StoreFault> {
    if (const auto synced = files_.sync_folder(folder); !synced) return fail(fault_of(synced.error()));
    return {};
  };
  // One of its making would be rolled back into the new one.
  if (const auto gone = files_.remove(folder / "queue.db-journal"); !gone) return fail(fault_of(gone.error()));
  for (const Moved& one : moved) {
    const auto there = exists(one.from);
    if (!there) return fail(there.error());
    if (!*there) continue;
    if (const auto done = files_.rename(folder / one.from, folder / one.to); !done) {
      return fail(fault_of(done.error()));
    }
  }
  if (const auto done = sync(); !done) return fail(done.error());
  if (const auto done = files_.rename(folder / new_file, folder / moved[1].from); !done) {
    return fail(fault_of(done.error()));
  }
  return sync();
}

Result<void, StoreFault> Salvage::discard() {
  constexpr std::size_t block_bytes = std::size_t{1} << 20;
  bool any = false;
  for (const Moved& one : moved) {
    const auto file = options_.folder / one.to;
    const auto size = files_.size(file);
    if (!size) return fail(fault_of(size.error()));
    if (!*size) continue;
    any = true;
    for (std::size_t done = 0; done < **size; done += block_bytes) {
      const Bytes zeros(std::min(block_bytes, **size - done));
      if (const auto wiped = files_.write_synced(file, done, zeros); !wiped)
        return fail(fault_of(wiped.error()));
    }
    if (const auto gone = files_.remove(file); !gone) return fail(fault_of(gone.error()));
  }
  if (!any) return {};
  if (const auto synced = files_.sync_folder(options_.folder); !synced) return fail(fault_of(synced.error()));
  return {};
}

}  // namespace pishkhan::store
