#include "offline-queue/protocol/remote_settings.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pishkhan::protocol {
namespace {

constexpr std::array<RemoteSetting, 3> kSettings{{
    {"queue.keep_free_mebibytes", 1, 1 << 20},
    {"sync.health_seconds", 10, 86'400},
    {"sync.updates_seconds", 5, 86'400},
}};

const RemoteSetting* find(std::string_view key) {
  const auto* found = std::find_if(kSettings.begin(), kSettings.end(),
                                   [key](const RemoteSetting& setting) { return setting.key == key; });
  return found == kSettings.end() ? nullptr : found;
}

}  // namespace

std::span<const RemoteSetting> remote_settings() {
  return kSettings;
}

const RemoteSetting& remote_setting(std::string_view key) {
  const RemoteSetting* found = find(key);
  ENSURE(found != nullptr, "no such remote setting");
  return *found;
}

Bytes RemoteSettings::encode() const {
  std::string text;
  for (const auto& [key, value] : values) text += key + "=" + std::to_string(value) + "\n";
  return {text.begin(), text.end()};
}

std::optional<RemoteSettings> RemoteSettings::parse(ByteView bytes) {
  RemoteSettings settings;
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const RemoteSetting* setting = find(line.substr(0, equals));
    const std::string_view digits = line.substr(equals + 1);
    int value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (setting == nullptr || error != std::errc() || rest != digits.data() + digits.size())
      return std::nullopt;
    if (value < setting->smallest || value > setting->largest) return std::nullopt;
    if (!settings.values.emplace(setting->key, value).second) return std::nullopt;
  }
  // One spelling only: no leading zeros, no other order.
  const Bytes again = settings.encode();
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) return std::nullopt;
  return settings;
}

}  // namespace pishkhan::protocol
