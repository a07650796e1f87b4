#pragma once

#include "base/services/catalogue.h"
#include "offline-queue/protocol/updates.h"
#include "offline-queue/store/files.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::updates {

/// The packs that came from the city, one file each, named by their hash. A file counts only by its hash, which
/// is looked at every time that it is loaded; so a piece that a power cut tore is found whenever that is.
/// Thread: one owner at a time; calls block on the disk.
class PackShelf {
 public:
  /// `folder` exists. `files` outlives the shelf.
  PackShelf(std::filesystem::path folder, store::Files& files) : folder_(std::move(folder)), files_(&files) {}

  /// From where a download goes on, a multiple of protocol::pack_part_bytes; `pack.size` if nothing is missing.
  [[nodiscard]] std::uint32_t resume_at(const protocol::CatalogueUpdate& pack) const;
  /// Durable when it returns.
  Result<void, store::FileFault> put(const protocol::CataloguePart& part);
  /// The catalogue, whole and by the rules of base/services, its fingerprint set; or why not: "missing",
  /// "damaged" (not the bytes of that hash), or what services::describe() says of it.
  [[nodiscard]] Result<services::Catalogue, std::string> load(const protocol::Hash& hash);
  /// Forgets a file, so that it is fetched from the beginning.
  void remove(const protocol::Hash& hash);
  /// Forgets all files but these.
  void keep_only(const std::vector<protocol::Hash>& hashes);

 private:
  [[nodiscard]] std::filesystem::path file(const protocol::Hash& hash) const;
  std::filesystem::path folder_;
  store::Files* files_;
};

}  // namespace pishkhan::updates
