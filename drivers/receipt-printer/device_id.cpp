#include "drivers/receipt-printer/device_id.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace pishkhan::printer {

namespace {

constexpr std::size_t most_characters = 64;
constexpr std::size_t length_bytes = 2;
constexpr std::uint16_t most_answer_bytes = 1024;
constexpr std::chrono::milliseconds patience{300};

bool same_key(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) == std::toupper(static_cast<unsigned char>(b));
  });
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string printable(std::string_view text) {
  std::string kept;
  for (const char character : trimmed(text)) {
    if (character >= 0x20 && character < 0x7F && kept.size() < most_characters) kept += character;
  }
  return kept;
}

void take(DeviceId& id, std::string_view entry) {
  const auto colon = entry.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view key = trimmed(entry.substr(0, colon));
  std::string* field = nullptr;
  if (same_key(key, "MFG") || same_key(key, "MANUFACTURER")) field = &id.manufacturer;
  if (same_key(key, "MDL") || same_key(key, "MODEL")) field = &id.model;
  if (same_key(key, "CMD") || same_key(key, "COMMAND SET")) field = &id.commands;
  // The first of two wins: what follows may be the rest of an older, longer answer in the printer's buffer.
  if (field != nullptr && field->empty()) *field = printable(entry.substr(colon + 1));
}

}  // namespace

std::optional<DeviceId> parse_device_id(ByteView answer) {
  if (answer.size() < length_bytes) return std::nullopt;
  std::string_view text = as_text(answer.subspan(length_bytes));
  DeviceId id;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    take(id, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return id;
}

DeviceId read_device_id(usb::Transport& transport) {
  // wValue is the configuration's index, wIndex the interface in its high byte and the alternate setting below.
  const auto interface_number = static_cast<std::uint16_t>(transport.identity().interface_number);
  const usb::ControlSetup get_device_id{.request_type = 0xA1,
                                        .request = 0x00,
                                        .value = 0,
                                        .index = static_cast<std::uint16_t>(interface_number << 8)};
  const auto answer = transport.control_in(get_device_id, most_answer_bytes, patience);
  if (!answer) return {};
  return parse_device_id(*answer).value_or(DeviceId{});
}

}  // namespace pishkhan::printer
