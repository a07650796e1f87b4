#include "offline-queue/sync/queue_folder.h"

#include "offline-queue/store/files.h"

#include <system_error>

namespace pishkhan::sync {

bool make_queue_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::create_directory(folder, error)) return !error;
  return store::system_files()->sync_folder(folder.parent_path()).has_value();
}

}  // namespace pishkhan::sync
