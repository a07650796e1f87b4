#include "offline-queue/updates/pack_shelf.h"

#include "base/services/loader.h"

#include <algorithm>
#include <system_error>

namespace pishkhan::updates {

namespace fs = std::filesystem;

namespace {
constexpr std::string_view kPrefix = "pack-";
}  // namespace

fs::path PackShelf::file(const protocol::Hash& hash) const {
  return folder_ / (std::string(kPrefix) + to_hex(hash));
}

std::uint32_t PackShelf::resume_at(const protocol::CatalogueUpdate& pack) const {
  std::error_code error;
  const auto size = fs::file_size(file(pack.hash), error);
  if (error) return 0;
  if (size >= pack.size) return pack.size;
  return static_cast<std::uint32_t>(size - size % protocol::pack_part_bytes);
}

Result<void, store::FileFault> PackShelf::put(const protocol::CataloguePart& part) {
  auto written = files_->write_synced(file(part.hash), part.offset, part.bytes);
  if (written && part.offset == 0) written = files_->sync_folder(folder_);
  return written;
}

Result<services::Catalogue, std::string> PackShelf::load(const protocol::Hash& hash) {
  const auto bytes = files_->read(file(hash));
  if (!bytes || !*bytes) return fail(std::string("missing"));
  if (protocol::blake2b(**bytes) != hash) return fail(std::string("damaged"));
  const auto pack = services::pack_of(**bytes);
  if (!pack) return fail(std::string("no-pack"));
  auto catalogue = services::parse_pack(*pack);
  if (!catalogue) return fail(services::describe(catalogue.error()));
  catalogue->fingerprint = services::fingerprint_text(hash);
  return std::move(*catalogue);
}

void PackShelf::remove(const protocol::Hash& hash) {
  std::error_code ignored;
  fs::remove(file(hash), ignored);
}

void PackShelf::keep_only(const std::vector<protocol::Hash>& hashes) {
  std::vector<fs::path> unwanted;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const fs::path& path = entry->path();
    const bool ours = path.filename().string().starts_with(kPrefix);
    const bool kept =
        std::any_of(hashes.begin(), hashes.end(), [&](const auto& hash) { return file(hash) == path; });
    if (ours && !kept) unwanted.push_back(path);
  }
  for (const fs::path& path : unwanted) fs::remove(path, error);
}

}  // namespace pishkhan::updates
