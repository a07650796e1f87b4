#include "base/core/data_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace pishkhan {

namespace fs = std::filesystem;

std::vector<fs::path> data_files(const fs::path& folder, std::size_t most_files) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (entry->path().extension() == ".json" && files.size() < most_files) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

Result<std::string, DataFault> read_data_file(const fs::path& file, std::size_t most_bytes) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return fail(DataFault{DataFault::Kind::CannotRead, "", "a readable file"});
  if (size > most_bytes)
    return fail(DataFault{DataFault::Kind::TooLarge, "", "at most " + std::to_string(most_bytes) + " bytes"});
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream.good() && !stream.eof())
    return fail(DataFault{DataFault::Kind::CannotRead, "", "a readable file"});
  return text;
}

}  // namespace pishkhan
