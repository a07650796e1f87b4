#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/sync/backoff.h"
#include "offline-queue/sync/fault.h"
#include "offline-queue/updates/pack_shelf.h"
#include "offline-queue/updates/update_book.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace pishkhan::updates {

/// What the updater asks of the backend; sync::Client answers it, or a test. Thread: the sync thread; calls
/// block.
class UpdateSource {
 public:
  virtual ~UpdateSource() = default;
  virtual Result<protocol::UpdatesPage, sync::SyncFault> updates_since(int epoch, std::string_view cursor) = 0;
  virtual Result<protocol::CataloguePart, sync::SyncFault> catalogue_part(const protocol::Hash& hash,
                                                                          std::uint32_t offset) = 0;
};

/// What a step did, for the log and for health.
struct UpdateReport {
  UpdateBook::Taken taken;
  std::optional<sync::SyncFault> fault;
  std::optional<store::FileFault> disk;  ///< the book or shelf could not be written: open the book again
  std::string pack_refused;              ///< why a pack was refused, for good; empty: none was
  /// A pack that is now the active one.
  std::unique_ptr<services::Catalogue> activated;
  std::optional<WallTime> server_time;
  std::chrono::milliseconds wait{0};  ///< until the next step
};

/// Fetches what the city says, by polls with jitter, and the wanted pack piece by piece. A step is one question
/// at most; it never sleeps. Stopping between any two steps, or in one by a power cut, loses nothing: the
/// cursor and every piece are durable, and a pack is active only once it is whole, is what was signed for, and
/// has passed the validator. Thread: one owner.
class Updater {
 public:
  /// The backend's hint is followed within these bounds.
  static constexpr std::chrono::seconds shortest_hint{5};
  static constexpr std::chrono::seconds longest_hint{3600};

  Updater(int epoch, Random& random, sync::Backoff::Limits limits, std::chrono::milliseconds period)
      : epoch_(epoch), random_(random), backoff_(limits), period_(period) {}
  void set_period(std::chrono::milliseconds period) { period_ = period; }
  /// `now` is a time that has certainly passed.
  UpdateReport step(UpdateSource& source, UpdateBook& book, PackShelf& shelf, WallTime now);

 private:
  void poll(UpdateSource& source, UpdateBook& book, UpdateReport& report);
  void fetch(UpdateSource& source, UpdateBook& book, PackShelf& shelf, const protocol::CatalogueUpdate& pack,
             UpdateReport& report);
  void finish(UpdateBook& book, PackShelf& shelf, const protocol::CatalogueUpdate& pack, UpdateReport& report);

  int epoch_;
  Random& random_;
  sync::Backoff backoff_;
  std::chrono::milliseconds period_;
  bool poll_next_ = true;  ///< polls and pieces take turns, so that a large pack delays no order
  bool fetching_fails_ = false;
  int damaged_downloads_ = 0;
};

}  // namespace pishkhan::updates
