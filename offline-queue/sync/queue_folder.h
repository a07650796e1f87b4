#pragma once

#include <filesystem>

namespace pishkhan::sync {

/// Makes the folder of a queue (queue_folder(), key_folder.h) if it is not there, so that its name survives a
/// power cut. False: the disk says no; opening the queue will say why.
bool make_queue_folder(const std::filesystem::path& folder);

}  // namespace pishkhan::sync
