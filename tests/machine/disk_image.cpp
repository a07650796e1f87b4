#include "tests/machine/disk_image.h"

#include "base/core/bytes.h"

#include <fstream>

namespace pishkhan::machine {

namespace {

constexpr std::uint64_t sector = 512;

std::uint64_t le64(ByteReader& reader) {
  const std::uint64_t low = reader.le32();
  return low | static_cast<std::uint64_t>(reader.le32()) << 32;
}

Bytes read_at(std::ifstream& file, std::uint64_t offset, std::size_t count) {
  Bytes bytes(count);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
  return bytes;
}

}  // namespace

std::optional<Extent> find_partition(const std::filesystem::path& disk, const std::string& name) {
  std::ifstream file(disk, std::ios::binary);
  const Bytes header = read_at(file, sector, sector);
  if (as_text(header).substr(0, 8) != "EFI PART") return std::nullopt;
  ByteReader fields(ByteView(header).subspan(72));
  const std::uint64_t entries = le64(fields) * sector;
  const std::uint32_t count = fields.le32();
  const std::uint32_t size = fields.le32();
  for (std::uint32_t i = 0; i < count && size >= 128 && file; ++i) {
    const Bytes bytes = read_at(file, entries + std::uint64_t{i} * size, size);
    ByteReader entry(ByteView(bytes).subspan(32));
    const std::uint64_t first = le64(entry);
    const std::uint64_t last = le64(entry);
    entry.bytes(8);  // attributes
    std::string label;
    for (int at = 0; at < 36; ++at)
      if (const std::uint16_t unit = entry.le16(); unit != 0) label += static_cast<char>(unit);
    if (label == name && last >= first) return Extent{first * sector, (last - first + 1) * sector};
  }
  return std::nullopt;
}

}  // namespace pishkhan::machine
