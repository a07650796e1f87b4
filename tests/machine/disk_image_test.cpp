#include "tests/machine/disk_image.h"

#include "base/core/bytes.h"
#include "tests/machine/fake_qemu_test.h"

#include <algorithm>
#include <fstream>
#include <string_view>

using namespace pishkhan;
using machine::find_partition;

namespace {

void put(Bytes& bytes, std::size_t at, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) bytes.at(at + static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(value >> (8 * i));
}

/// A GPT (UEFI 2.10, 5.3) with two partitions, "a" and "data".
Bytes disk() {
  Bytes bytes(1024 + 2 * 128);
  const std::string_view signature = "EFI PART";
  std::copy(signature.begin(), signature.end(), bytes.begin() + 512);
  put(bytes, 512 + 72, 2, 8);  // the entries' first block
  put(bytes, 512 + 80, 2, 4);  // entries
  put(bytes, 512 + 84, 128, 4);
  std::size_t at = 1024;
  std::uint64_t first = 64;
  for (const std::string_view label : {"a", "data"}) {
    put(bytes, at + 32, first, 8);
    put(bytes, at + 40, first + 9, 8);
    for (std::size_t i = 0; i < label.size(); ++i) put(bytes, at + 56 + 2 * i, static_cast<unsigned char>(label[i]), 2);
    at += 128;
    first += 10;
  }
  return bytes;
}

}  // namespace

TEST_CASE("a partition is found by its name, and nothing in what is no partition table") {
  const machine::FakeQemu folder;  // for its folder
  const auto file = folder.socket_path().parent_path() / "disk";
  const auto write = [&file](const Bytes& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << as_text(bytes);
  };
  write(disk());
  const auto data = find_partition(file, "data");
  REQUIRE(data.has_value());
  CHECK(data->offset == 74 * 512);
  CHECK(data->length == 10 * 512);
  CHECK(find_partition(file, "a")->offset == 64 * 512);
  CHECK_FALSE(find_partition(file, "b").has_value());
  Bytes cut = disk();
  cut.resize(1024 + 100);
  write(cut);
  CHECK_FALSE(find_partition(file, "data").has_value());
  write(Bytes(4096));
  CHECK_FALSE(find_partition(file, "a").has_value());
}
