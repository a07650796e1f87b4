#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace pishkhan::toolkit {

/// The pictures of assets/icons/icons.ttf. Chevrons and arrows are named by where they lead in reading order;
/// Ui turns the directed ones round when the page is read from the right.
enum class Icon {
  Building,
  Supervision,
  Store,
  SplitMerge,
  Document,
  Megaphone,
  Payments,
  Tree,
  Road,
  Construction,
  Bus,
  Property,
  Search,
  Accessible,
  Translate,
  Back,
  Forward,
  Close,
  Check,
  Info,
  Warning,
  Error,
  Done,
  Print,
  Receipt,
  Card,
  Phone,
  Keypad,
  Edit,
  Hourglass,
  Person,
  Home,
  CloudOff,
  CloudDone,
  Schedule,
  Backspace,
  Keyboard,
  Message,
  Place,
  History,
  Help,
  Lock,
  Settings,
  Network,
  NetworkOff,
  Power,
  Shift,
  TextSize,
  Contrast,
  Camera,
  Language,
  Hide,
  Calendar,
  Erase,
  Bullet,
  End,
  Plug,
  Waste,
  Light,
};

/// "building", "megaphone", ...: the names in catalogues and in assets/icons/icons.json.
[[nodiscard]] std::string_view icon_name(Icon icon);
[[nodiscard]] std::optional<Icon> icon_by_name(std::string_view name);
/// Code point in icons.ttf (the Material Icons' own).
[[nodiscard]] char32_t icon_code_point(Icon icon);
/// Whether it is turned round on a page that is read from the right.
[[nodiscard]] bool icon_is_directed(Icon icon);
[[nodiscard]] std::span<const Icon> all_icons();

}  // namespace pishkhan::toolkit
