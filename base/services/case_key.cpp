#include "base/services/case_key.h"

#include "base/formats/digits.h"

#include <string>

namespace pishkhan::services {

std::optional<PersonalText> case_key(const Service& service, const Values& values) {
  if (service.case_key.empty()) return std::nullopt;
  // Folded texts hold no line break, and ids none either, so lines cannot be confused with one another.
  constexpr std::string_view head = "pishkhan case 1\n";
  std::size_t room = head.size() + service.id.size() + 1;
  for (const std::string& id : service.case_key) {
    const auto value = values.find(id);
    room += id.size() + 2 + (value == values.end() ? 0 : 3 * value->second.reveal().size());
  }
  std::string key;
  key.reserve(room);
  key += head;
  key += service.id;
  key += '\n';
  for (const std::string& id : service.case_key) {
    key += id;
    key += '=';
    const auto value = values.find(id);
    if (value != values.end()) key += formats::fold(value->second.reveal()).reveal();
    key += '\n';
  }
  PersonalText result{std::string_view(key)};
  wipe(key.data(), key.capacity());
  return result;
}

}  // namespace pishkhan::services
