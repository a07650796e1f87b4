#pragma once

#include "base/core/result.h"
#include "base/core/strict_json.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pishkhan {

/// Every *.json of a folder, by name; of more than `most_files` the folder decides which. None if there is no
/// such folder.
[[nodiscard]] std::vector<std::filesystem::path> data_files(const std::filesystem::path& folder,
                                                            std::size_t most_files);
/// The text of a file of at most so many bytes; one that is larger is not read.
[[nodiscard]] Result<std::string, DataFault> read_data_file(const std::filesystem::path& file,
                                                            std::size_t most_bytes);

}  // namespace pishkhan
