#include "offline-queue/protocol/json_members.h"
#include "offline-queue/protocol/messages.h"

#include <charconv>

namespace pishkhan::protocol {
namespace {

using nlohmann::json;

std::string words(const ProtocolVersion& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

ProtocolVersion read_version(Members& members) {
  const std::string text = members.text("protocol", 3, 7);
  const char* end = text.data() + text.size();
  ProtocolVersion version{0, -1};
  const char* dot = std::from_chars(text.data(), end, version.major).ptr;
  if (dot != end) std::from_chars(dot + 1, end, version.minor);
  const bool in_range =
      version.major >= 1 && version.major <= 999 && version.minor >= 0 && version.minor <= 999;
  if (!in_range || words(version) != text) members.spoil();
  return version;
}

}  // namespace

std::string ServerTime::encode() const {
  return dump({{"now_ms", milliseconds_of(now)}, {"protocol", words(newest)}});
}

std::optional<ServerTime> ServerTime::parse(std::string_view text) {
  const json parsed = parse_json(text);
  Members members(parsed);
  ServerTime time{members.time("now_ms"), read_version(members)};
  return members.ok() ? std::optional(time) : std::nullopt;
}

}  // namespace pishkhan::protocol
