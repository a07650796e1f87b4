#pragma once

#include "base/core/bytes.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pishkhan::protocol {

/// A number that the city may set from afar, and its range, which is also that of the configuration file.
struct RemoteSetting {
  std::string_view key;  ///< as in the configuration file, "queue.keep_free_mebibytes"
  int smallest = 0;
  int largest = 0;
};

/// All of them. They are what a fleet needs tuned without a visit: how much disk stays free, and how often the
/// kiosks ask and report, so that a backend can be relieved. Never keys, addresses, anchors of trust or paths,
/// with which a stolen update key could take the kiosks away; never what describes the machine (screen, paper),
/// which only somebody in front of it can know.
[[nodiscard]] std::span<const RemoteSetting> remote_settings();
/// The range of a key that is in the set; a mistake of ours otherwise.
[[nodiscard]] const RemoteSetting& remote_setting(std::string_view key);

/// Values for some of them; the others stay as the kiosk's file says. Plain value.
struct RemoteSettings {
  std::map<std::string, int, std::less<>> values;
  /// One line each, "key=value\n", sorted by key.
  [[nodiscard]] Bytes encode() const;
  /// Nothing if a key is unknown or repeated, a value is out of range, or the bytes are not what encode()
  /// writes. The whole set is refused then, as a configuration file would be.
  [[nodiscard]] static std::optional<RemoteSettings> parse(ByteView bytes);
  friend bool operator==(const RemoteSettings&, const RemoteSettings&) = default;
};

}  // namespace pishkhan::protocol
