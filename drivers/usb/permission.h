#pragma once

#include <optional>
#include <string>

namespace pishkhan::usb {

/// What the file system says of a device node, and who asks.
struct NodeState {
  std::string node;  ///< "/dev/bus/usb/001/004"
  bool there = false;
  bool usable = false;  ///< the asking process may read and write it
  unsigned mode = 0;    ///< permission bits
  std::string owner;
  std::string group;
  std::string asker;
};
[[nodiscard]] NodeState read_node(const std::string& node);
/// What is wrong and what mends it, in English, for technicians; nothing if nothing is wrong.
[[nodiscard]] std::optional<std::string> explain_permission(const NodeState& state);

}  // namespace pishkhan::usb
