#include "base/services/catalogue.h"

#include <algorithm>

namespace pishkhan::services {
namespace {

template <class Item>
const Item* find_id(const std::vector<Item>& items, std::string_view id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
  return found == items.end() ? nullptr : &*found;
}

}  // namespace

const Field* Service::field(std::string_view wanted) const {
  for (const FormStep& step : steps) {
    if (const Field* const found = find_id(step.fields, wanted)) return found;
  }
  return nullptr;
}

const Service* Catalogue::service(std::string_view id) const {
  return find_id(services, id);
}
const Area* Catalogue::area(std::string_view id) const {
  return find_id(areas, id);
}

}  // namespace pishkhan::services
