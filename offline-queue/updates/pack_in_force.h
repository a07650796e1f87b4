#pragma once

#include "base/services/catalogue.h"
#include "offline-queue/updates/pack_shelf.h"
#include "offline-queue/updates/update_book.h"

#include <optional>
#include <string>
#include <vector>

namespace pishkhan::updates {

/// What a start found on the shelf.
struct PackInForce {
  std::optional<services::Catalogue> catalogue;  ///< nothing: the kiosk shows the pack that it came with
  std::vector<std::string> faults;  ///< of packs that could not be used, as PackShelf::load() says; for staff
  std::optional<store::FileFault> disk;  ///< the book could not be written: open it again
};

/// The active pack; if its file is gone, damaged or refused by this version of the program, the one before it.
/// What is gone or damaged is fetched again by the Updater, what is refused is not. Thread: the book's owner.
[[nodiscard]] PackInForce pack_in_force(UpdateBook& book, PackShelf& shelf);

}  // namespace pishkhan::updates
