#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace pishkhan::machine {

/// Where a partition lies on a disk image, in bytes.
struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// The partition of that name in a GUID partition table (UEFI 2.10, 5.3); nothing if there is none.
[[nodiscard]] std::optional<Extent> find_partition(const std::filesystem::path& disk, const std::string& name);

}  // namespace pishkhan::machine
