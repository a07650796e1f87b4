#pragma once

#include "base/services/place.h"

#include <set>
#include <string>
#include <string_view>

namespace pishkhan::services {

/// One services/<id>.json. `stem` is the file's name without folder and ending. Whether its area exists is
/// checked by parse_pack(). Faults go to the place's FirstFault.
[[nodiscard]] Service parse_service(const Place& place, std::string_view stem);

/// Reports the later of two places that carry the same id.
class UniqueIds {
 public:
  void add(const Place& place, const std::string& id) {
    if (!seen_.insert(id).second) {
      place.report(CatalogueFault::Kind::DuplicateId, "an id that no other of the list has");
    }
  }

 private:
  std::set<std::string> seen_;
};

}  // namespace pishkhan::services
