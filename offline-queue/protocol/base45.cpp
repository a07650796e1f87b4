#include "offline-queue/protocol/base45.h"

namespace pishkhan::protocol {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

}  // namespace

std::string to_base45(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() / 2 * 3 + 2);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const bool pair = i + 1 < bytes.size();
    unsigned value = pair ? bytes[i] * 256U + bytes[i + 1] : bytes[i];
    for (int digit = 0; digit < (pair ? 3 : 2); ++digit) {
      text.push_back(alphabet[value % 45]);
      value /= 45;
    }
  }
  return text;
}

std::optional<Bytes> from_base45(std::string_view text) {
  if (text.size() % 3 == 1) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 3 * 2 + 1);
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const std::string_view group = text.substr(i, 3);
    unsigned value = 0;
    unsigned weight = 1;
    for (const char character : group) {
      const std::size_t digit = alphabet.find(character);
      if (digit == std::string_view::npos) return std::nullopt;
      value += static_cast<unsigned>(digit) * weight;
      weight *= 45;
    }
    if (value > (group.size() == 3 ? 0xFFFFU : 0xFFU)) return std::nullopt;
    if (group.size() == 3) bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return bytes;
}

}  // namespace pishkhan::protocol
