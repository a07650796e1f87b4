#include "offline-queue/updates/updater.h"

#include <algorithm>
#include <utility>

namespace pishkhan::updates {

namespace {
/// A pack whose bytes were wrong so often in a row is refused, instead of fetched for ever.
constexpr int kMostDamagedDownloads = 3;
}  // namespace

void Updater::poll(UpdateSource& source, UpdateBook& book, UpdateReport& report) {
  const auto page = source.updates_since(epoch_, book.cursor());
  if (!page) {
    report.fault = page.error();
    return;
  }
  report.server_time = page->server_time;
  auto taken = book.take(*page);
  if (!taken) {
    report.disk = taken.error();
    return;
  }
  report.taken = std::move(*taken);
  auto period = period_;
  if (page->poll_after_s > 0)
    period = std::clamp<std::chrono::milliseconds>(std::chrono::seconds(page->poll_after_s), shortest_hint,
                                                   longest_hint);
  report.wait = page->more ? std::chrono::milliseconds(0) : sync::jittered(period, random_);
}

void Updater::fetch(UpdateSource& source, UpdateBook& book, PackShelf& shelf,
                    const protocol::CatalogueUpdate& pack, UpdateReport& report) {
  const std::uint32_t offset = shelf.resume_at(pack);
  if (offset >= pack.size) return finish(book, shelf, pack, report);
  const auto part = source.catalogue_part(pack.hash, offset);
  if (!part) {
    report.fault = part.error();
    return;
  }
  if (part->hash != pack.hash || part->size != pack.size || part->offset != offset ||
      part->bytes.size() != part->expected_bytes()) {
    report.fault = sync::SyncFault{sync::SyncFaultKind::BadAnswer, {}, {}};
    return;
  }
  if (auto kept = shelf.put(*part); !kept) {
    report.disk = kept.error();
    return;
  }
  if (offset + part->bytes.size() >= pack.size) finish(book, shelf, pack, report);
}

void Updater::finish(UpdateBook& book, PackShelf& shelf, const protocol::CatalogueUpdate& pack,
                     UpdateReport& report) {
  auto catalogue = shelf.load(pack.hash);
  if (catalogue) {
    if (auto activated = book.activate(pack.hash); !activated) {
      report.disk = activated.error();
      return;
    }
    damaged_downloads_ = 0;
    report.activated = std::make_unique<services::Catalogue>(std::move(*catalogue));
    std::vector<protocol::Hash> kept{pack.hash};
    if (book.previous_pack()) kept.push_back(*book.previous_pack());
    shelf.keep_only(kept);
    return;
  }
  shelf.remove(pack.hash);
  const bool torn = catalogue.error() == "damaged" || catalogue.error() == "missing";
  if (torn && ++damaged_downloads_ < kMostDamagedDownloads) return;  // fetched again from the beginning
  damaged_downloads_ = 0;
  report.pack_refused = catalogue.error();
  if (auto refused = book.refuse(pack.hash); !refused) report.disk = refused.error();
}

UpdateReport Updater::step(UpdateSource& source, UpdateBook& book, PackShelf& shelf, WallTime now) {
  UpdateReport report;
  const auto pack = book.wanted_pack(now);
  const bool polls = poll_next_ || !pack;
  if (polls)
    poll(source, book, report);
  else
    fetch(source, book, shelf, *pack, report);
  const bool wanted = book.wanted_pack(now).has_value();
  poll_next_ = !polls || !wanted;
  // Gave way to somebody who waits: the same part is asked for right behind them.
  if (report.fault && report.fault->kind == sync::SyncFaultKind::Stopped) {
    poll_next_ = polls;
    return report;
  }
  const bool failed = report.fault || report.disk;
  if (!polls) fetching_fails_ = failed;
  if (failed) {
    report.wait = backoff_.failed(random_, report.fault ? report.fault->retry_after : std::nullopt);
    return report;
  }
  backoff_.succeeded();
  // A pack that the backend cannot give is asked for once a period, not as fast as polls succeed.
  if (wanted && !fetching_fails_) report.wait = std::chrono::milliseconds(0);
  return report;
}

}  // namespace pishkhan::updates
