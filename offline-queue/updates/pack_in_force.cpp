#include "offline-queue/updates/pack_in_force.h"

#include <utility>

namespace pishkhan::updates {

PackInForce pack_in_force(UpdateBook& book, PackShelf& shelf) {
  PackInForce found;
  // The active one, then the one before it: two looks at most, since what failed is no longer active.
  for (int look = 0; look < 2 && book.active_pack(); ++look) {
    const protocol::Hash hash = *book.active_pack();
    const auto before = look == 0 ? book.previous_pack() : std::nullopt;
    auto catalogue = shelf.load(hash);
    if (catalogue) {
      found.catalogue = std::move(*catalogue);
      return found;
    }
    found.faults.push_back(catalogue.error());
    const bool fetched_again = catalogue.error() == "missing" || catalogue.error() == "damaged";
    Result<void, store::FileFault> noted = fetched_again ? Result<void, store::FileFault>{} : book.refuse(hash);
    if (noted) noted = before ? book.activate(*before) : book.deactivate();
    if (!noted) {
      found.disk = noted.error();
      return found;
    }
    shelf.remove(hash);
  }
  return found;
}

}  // namespace pishkhan::updates
