#pragma once

#include "base/core/bytes.h"
#include "base/core/ensure.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pishkhan::fuzz {

/// A file without a disk, for parsers that take a path.
class MemoryFile {
 public:
  explicit MemoryFile(ByteView bytes) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    const auto wrote = ::write(descriptor_, bytes.data(), bytes.size());
    ENSURE(wrote == static_cast<ssize_t>(bytes.size()), "memory takes it");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }
  [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

/// A folder that goes with its owner.
class OwnFolder {
 public:
  OwnFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "pishkhan-fuzz-XXXXXX").string();
    ENSURE(::mkdtemp(name.data()) != nullptr, "there is a place for temporary files");
    path_ = name;
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  ~OwnFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pishkhan::fuzz
