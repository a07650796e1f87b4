#include "tests/end-to-end/memory_scan.h"

#include "base/core/personal.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <span>

namespace pishkhan::e2e {

std::string Canary::reveal() const {
  std::string text;
  text.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) text.push_back(static_cast<char>(byte(i)));
  return text;
}

Canary Canary::wide(std::size_t unit) const {
  Canary made("");
  for (std::size_t i = 0; i < size();) {
    const std::uint8_t lead = byte(i);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) point = point << 6 | (byte(i + k) & 0x3FU);
    for (std::size_t k = 0; k < unit; ++k)
      made.hidden_.push_back(static_cast<std::uint8_t>(static_cast<std::uint8_t>(point >> (8 * k)) ^ pad));
    i += length;
  }
  return made;
}

namespace {

bool stands_at(const Canary& canary, std::span<const std::uint8_t> memory, std::size_t at) {
  if (at + canary.size() > memory.size()) return false;
  for (std::size_t i = 0; i < canary.size(); ++i)
    if (memory[at + i] != canary.byte(i)) return false;
  return true;
}

struct Region {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::string line;
};

std::vector<Region> writable_regions() {
  std::vector<Region> regions;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    Region region;
    std::array<char, 8> rights{};
    unsigned long begin = 0;
    unsigned long end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx %7s", &begin, &end, rights.data()) != 3) continue;
    if (rights[0] != 'r' || rights[1] != 'w') continue;
    regions.push_back({begin, end, line});
  }
  return regions;
}

}  // namespace

std::vector<Hit> scan_own_memory(const std::vector<Canary>& canaries) {
  // Our own copies of the memory lie in one mapping of their own, which is made after the list of regions and
  // so is not in it.
  const auto regions = writable_regions();
  constexpr std::size_t step = 1 << 20;
  constexpr std::size_t overlap = 4096;
  void* mapping = ::mmap(nullptr, step + overlap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  auto* buffer = static_cast<std::uint8_t*>(mapping);
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::vector<Hit> hits;
  for (const Region& region : regions) {
    for (std::uintptr_t at = region.begin; at < region.end; at += step) {
      const std::size_t wanted = std::min<std::size_t>(step + overlap, region.end - at);
      const ssize_t got = ::pread(memory, buffer, wanted, static_cast<off_t>(at));
      if (got <= 0) continue;  // device memory and guard pages
      const std::span<const std::uint8_t> copy(buffer, static_cast<std::size_t>(got));
      for (std::size_t i = 0; i < copy.size() && i < step; ++i)
        for (std::size_t c = 0; c < canaries.size(); ++c)
          if (copy[i] == canaries[c].byte(0) && stands_at(canaries[c], copy, i))
            hits.push_back({region.line, c, at - region.begin + i});
    }
  }
  wipe(buffer, step + overlap);
  ::munmap(mapping, step + overlap);
  ::close(memory);
  return hits;
}

}  // namespace pishkhan::e2e
