#pragma once

#include "base/core/ensure.h"
#include "offline-queue/store/schema.h"
#include "tests/power-cut/queue_world.h"

#include <algorithm>
#include <string>

namespace pishkhan::fuzz {

/// A real queue's three files, made once: whole and erased payloads, in leaves and on overflow pages, in the
/// database and in the WAL, prints, audits and words of the backend. What is fuzzed are changes to them,
/// because random bytes never get past SQLite's first page. Thread: one.
class PatchedQueue {
 public:
  static constexpr std::array names{"/disk/queue.db", "/disk/queue.db-wal", "/disk/queue.head"};

  static const PatchedQueue& one() {
    static const PatchedQueue queue;
    return queue;
  }
  [[nodiscard]] const power_cut::Keys& keys() const { return keys_; }

  /// Six bytes a change: which file and what is done (1), where (3), with what (2). The first also says whether the
  /// WAL was folded back before: where it holds the first page, changes to the database's own go unseen.
  [[nodiscard]] power_cut::ModelDisk::Image changed(ByteView changes) const {
    const bool folded = changes.size() >= 6 && changes.front() / 15 % 2 == 1;
    power_cut::ModelDisk::Image image = folded ? folded_ : open_;
    for (; changes.size() >= 6; changes = changes.subspan(6)) {
      ByteReader in(changes);
      const std::uint8_t which = in.u8();
      const std::size_t high = in.u8();
      const std::size_t where = high * 65'536 + in.be16();
      change(image.at(names.at(which % names.size())), which / 3 % 5, where, in.be16());
    }
    return image;
  }

 private:
  static constexpr std::size_t page_bytes = store::page_bytes;

  PatchedQueue() {
    power_cut::QueueWorld world(keys_, 1);
    auto queue = store::Store::open(world.options);
    ENSURE(queue.has_value(), "an empty disk takes a queue");
    world.work(**queue);
    for (const std::size_t size : {std::size_t{9000}, std::size_t{100}}) {
      const auto filed = (*queue)->append(protocol::RecordType::Request, {7}, [&](const store::Place&) {
        return std::optional(store::Draft{Bytes(size, 7), protocol::Hash{7}, protocol::Hash{7}});
      });
      ENSURE(filed.has_value(), "it takes a filing");
    }
    const auto audited = (*queue)->record_audit({protocol::AuditKind::HeadFileMissing, 3});
    ENSURE(audited && (*queue)->anchor_head(), "and an audit entry");
    // While it is open: opening folds the WAL back.
    open_ = world.disk.image();
    queue->reset();
    queue = store::Store::open(world.options);
    ENSURE(queue.has_value(), "and opens again");
    folded_ = world.disk.image();
  }

  static void change(Bytes& file, int what, std::size_t where, unsigned with) {
    if (file.empty()) return;
    where %= file.size();
    const auto at = file.begin() + static_cast<std::ptrdiff_t>(where);
    const std::size_t page = where / page_bytes * page_bytes;
    const std::size_t count = std::min(page_bytes, file.size() - page);
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(page);
    switch (what) {
      case 0:  // some bits turn over
        *at ^= static_cast<std::uint8_t>(with);
        break;
      case 1:  // another number
        *at = static_cast<std::uint8_t>(with >> 8);
        if (where + 1 < file.size()) *(at + 1) = static_cast<std::uint8_t>(with);
        break;
      case 2:  // a page is gone
        std::fill_n(begin, count, static_cast<std::uint8_t>(with));
        break;
      case 3: {  // another page stands in its place
        const std::size_t other = with * page_bytes % file.size() / page_bytes * page_bytes;
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(other), std::min(count, file.size() - other),
                    begin);
        break;
      }
      default:  // cut off
        file.resize(where);
    }
  }

  power_cut::Keys keys_;
  power_cut::ModelDisk::Image open_;
  power_cut::ModelDisk::Image folded_;
};

}  // namespace pishkhan::fuzz
