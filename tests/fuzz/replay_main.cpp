// Stands in for libFuzzer: runs a target over the files of its corpus, and over every beginning of each (of
// large ones, over some hundreds of them).
#include "tests/fuzz/target.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

constexpr std::size_t most_beginnings = 600;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: TARGET CORPUS-FOLDER\n", stderr);
    return 2;
  }
  int files = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1], error)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::vector<char> text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    const std::size_t step = text.size() / most_beginnings + 1;
    for (std::size_t left = 0; left <= text.size(); left += step) {
      const std::size_t size = text.size() - left;  // the whole first
      // A copy of its own, so that a sanitizer sees a read past the end.
      const pishkhan::Bytes bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
      LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    ++files;
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
