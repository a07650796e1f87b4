#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace pishkhan::card::pkcs15 {

/// The file identifier of EF.ODF in its application (ISO 7816-15, 7.5).
inline constexpr std::uint16_t object_directory = 0x5031;
/// Where things lie is told in paths of at most so many bytes.
inline constexpr std::size_t longest_path_bytes = 16;
inline constexpr std::size_t most_entries = 16;

/// EF.ODF: the directories that matter here. Each list has at most most_entries.
struct Directories {
  std::vector<Bytes> private_keys;  ///< paths
  std::vector<Bytes> certificates;
};
/// EF.PrKDF (ISO 7816-15, 8.4).
struct KeyEntry {
  Bytes id;
  std::uint8_t reference = 0;
  bool needs_pin = false;
};
/// EF.CDF (8.6).
struct CertificateEntry {
  Bytes id;
  Bytes path;
};

enum class Fault : std::uint8_t { Malformed };

/// Pure; hostile bytes give Malformed. Bytes 00 and FF between and behind the entries are padding.
[[nodiscard]] Result<Directories, Fault> parse_directories(ByteView file);
[[nodiscard]] Result<std::vector<KeyEntry>, Fault> parse_keys(ByteView file);
[[nodiscard]] Result<std::vector<CertificateEntry>, Fault> parse_certificates(ByteView file);

/// The first certificate whose key signs without a PIN.
struct Usable {
  Bytes certificate_path;
  std::uint8_t key_reference = 0;
};
[[nodiscard]] std::optional<Usable> usable(const std::vector<KeyEntry>& keys,
                                           const std::vector<CertificateEntry>& certificates);

}  // namespace pishkhan::card::pkcs15
