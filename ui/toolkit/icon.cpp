#include "ui/toolkit/icon.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <array>

namespace pishkhan::toolkit {
namespace {

enum class Directed { No, Yes };
struct Entry {
  Icon icon;
  std::string_view name;
  char32_t code_point;
  Directed directed;
};

// In the order of the enumeration. Code points are those of Material Icons; icons.json says their names there.
constexpr auto kEntries = std::to_array<Entry>({
    {Icon::Building, "building", 0xE7F1, Directed::No},
    {Icon::Supervision, "supervision", 0xE862, Directed::No},
    {Icon::Store, "store", 0xE8D1, Directed::No},
    {Icon::SplitMerge, "split-merge", 0xEAEB, Directed::No},
    {Icon::Document, "document", 0xE873, Directed::No},
    {Icon::Megaphone, "megaphone", 0xEF49, Directed::Yes},
    {Icon::Payments, "payments", 0xEF63, Directed::No},
    {Icon::Tree, "tree", 0xEA63, Directed::No},
    {Icon::Road, "road", 0xEF4D, Directed::No},
    {Icon::Construction, "construction", 0xEA3C, Directed::No},
    {Icon::Bus, "bus", 0xE530, Directed::No},
    {Icon::Property, "property", 0xE7EE, Directed::No},
    {Icon::Search, "search", 0xE8B6, Directed::No},
    {Icon::Accessible, "accessible", 0xE934, Directed::No},
    {Icon::Translate, "translate", 0xE8E2, Directed::No},
    {Icon::Back, "back", 0xE5CB, Directed::Yes},
    {Icon::Forward, "forward", 0xE5CC, Directed::Yes},
    {Icon::Close, "close", 0xE5CD, Directed::No},
    {Icon::Check, "check", 0xE5CA, Directed::No},
    {Icon::Info, "info", 0xE88E, Directed::No},
    {Icon::Warning, "warning", 0xE002, Directed::No},
    {Icon::Error, "error", 0xE000, Directed::No},
    {Icon::Done, "done", 0xE86C, Directed::No},
    {Icon::Print, "print", 0xE8AD, Directed::No},
    {Icon::Receipt, "receipt", 0xEF6E, Directed::No},
    {Icon::Card, "card", 0xE870, Directed::No},
    {Icon::Phone, "phone", 0xE324, Directed::No},
    {Icon::Keypad, "keypad", 0xE0BC, Directed::No},
    {Icon::Edit, "edit", 0xE3C9, Directed::No},
    {Icon::Hourglass, "hourglass", 0xEA5C, Directed::No},
    {Icon::Person, "person", 0xE7FD, Directed::No},
    {Icon::Home, "home", 0xE88A, Directed::No},
    {Icon::CloudOff, "cloud-off", 0xE2C1, Directed::No},
    {Icon::CloudDone, "cloud-done", 0xE2BF, Directed::No},
    {Icon::Schedule, "schedule", 0xE8B5, Directed::No},
    {Icon::Backspace, "backspace", 0xE14A, Directed::No},
    {Icon::Keyboard, "keyboard", 0xE312, Directed::No},
    {Icon::Message, "message", 0xE625, Directed::No},
    {Icon::Place, "place", 0xE55F, Directed::No},
    {Icon::History, "history", 0xE889, Directed::No},
    {Icon::Help, "help", 0xE887, Directed::No},
    {Icon::Lock, "lock", 0xE897, Directed::No},
    {Icon::Settings, "settings", 0xE8B8, Directed::No},
    {Icon::Network, "network", 0xE63E, Directed::No},
    {Icon::NetworkOff, "network-off", 0xE648, Directed::No},
    {Icon::Power, "power", 0xE8AC, Directed::No},
    {Icon::Shift, "shift", 0xE318, Directed::No},
    {Icon::TextSize, "text-size", 0xE245, Directed::No},
    {Icon::Contrast, "contrast", 0xEB37, Directed::No},
    {Icon::Camera, "camera", 0xE412, Directed::No},
    {Icon::Language, "language", 0xE894, Directed::No},
    {Icon::Hide, "hide-keyboard", 0xE31A, Directed::No},
    {Icon::Calendar, "calendar", 0xEBCC, Directed::No},
    {Icon::Erase, "erase", 0xE92E, Directed::No},
    {Icon::Bullet, "bullet", 0xE061, Directed::No},
    {Icon::End, "end", 0xE9BA, Directed::Yes},
    {Icon::Plug, "plug", 0xF102, Directed::No},
    {Icon::Waste, "waste", 0xE760, Directed::No},
    {Icon::Light, "light", 0xE0F0, Directed::No},
});

consteval bool in_order() {
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    if (static_cast<std::size_t>(kEntries[i].icon) != i) return false;
  }
  return true;
}
static_assert(in_order(), "an icon is found by its number");

constexpr auto kIcons = [] {
  std::array<Icon, kEntries.size()> icons{};
  for (std::size_t i = 0; i < icons.size(); ++i) icons[i] = kEntries[i].icon;
  return icons;
}();

const Entry& entry(Icon icon) {
  const auto index = static_cast<std::size_t>(icon);
  ENSURE(index < kEntries.size(), "an icon is one of the table");
  return kEntries[index];
}

}  // namespace

std::string_view icon_name(Icon icon) {
  return entry(icon).name;
}

std::optional<Icon> icon_by_name(std::string_view name) {
  const auto found =
      std::find_if(kEntries.begin(), kEntries.end(), [&](const Entry& e) { return e.name == name; });
  if (found == kEntries.end()) return std::nullopt;
  return found->icon;
}

char32_t icon_code_point(Icon icon) {
  return entry(icon).code_point;
}

bool icon_is_directed(Icon icon) {
  return entry(icon).directed == Directed::Yes;
}

std::span<const Icon> all_icons() {
  return kIcons;
}

}  // namespace pishkhan::toolkit
