#include "drivers/usb/permission.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace pishkhan::usb {

namespace {

constexpr std::size_t entry_bytes = 4096;

std::string user_name(uid_t id) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, entry_bytes> memory{};
  ::getpwuid_r(id, &entry, memory.data(), memory.size(), &found);
  return found != nullptr ? found->pw_name : std::to_string(id);
}

std::string group_name(gid_t id) {
  group entry{};
  group* found = nullptr;
  std::array<char, entry_bytes> memory{};
  ::getgrgid_r(id, &entry, memory.data(), memory.size(), &found);
  return found != nullptr ? found->gr_name : std::to_string(id);
}

}  // namespace

NodeState read_node(const std::string& node) {
  NodeState state{.node = node, .owner = {}, .group = {}, .asker = user_name(::geteuid())};
  struct stat status {};
  if (::stat(node.c_str(), &status) != 0) return state;
  state.there = true;
  state.usable = ::access(node.c_str(), R_OK | W_OK) == 0;
  state.mode = status.st_mode & 07777U;
  state.owner = user_name(status.st_uid);
  state.group = group_name(status.st_gid);
  return state;
}

std::optional<std::string> explain_permission(const NodeState& state) {
  if (!state.there) {
    return state.node +
           " is not there: /dev is not kept by udev, or a container does not see the machine's devices";
  }
  if (state.usable) return std::nullopt;
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", state.mode);
  return state.node + " belongs to " + state.owner + ":" + state.group + " with mode " + mode + ", and " +
         state.asker +
         " may not write to it. Put 70-pishkhan.rules into /etc/udev/rules.d, create the group pishkhan, add " +
         state.asker + " to it, then: udevadm control --reload; udevadm trigger --subsystem-match=usb";
}

}  // namespace pishkhan::usb
