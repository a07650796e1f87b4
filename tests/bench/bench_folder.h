#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace pishkhan::bench {

/// A folder on the file system of the current folder, as all that is measured here; gone at the end. `path` is
/// empty if it could not be made.
struct BenchFolder {
  BenchFolder() {
    std::string pattern = (std::filesystem::current_path() / "pishkhan-bench-XXXXXX").string();
    if (const char* made = ::mkdtemp(pattern.data()); made != nullptr) path = made;
  }
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  ~BenchFolder() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
  std::filesystem::path path;
};

}  // namespace pishkhan::bench
