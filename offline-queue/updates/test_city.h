#pragma once

#include "base/core/random.h"
#include "base/services/loader.h"
#include "offline-queue/store/cutting_files.h"
#include "offline-queue/updates/updater.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pishkhan::updates::testing {

inline WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(1'795'000'000 + seconds));
}

using store::testing::CuttingFiles;

/// The city's side: what it has said, and the packs it gives. Also the network to it.
class City final : public UpdateSource {
 public:
  protocol::SigningKey key = protocol::SigningKey::generate();
  protocol::VerifyingKey verifying = key.verifying_key();
  std::vector<protocol::SignedUpdate> said;
  std::map<std::string, Bytes> packs;  ///< by hash in hex
  int page_size = 64;
  int hint_s = 0;
  WallTime time = at(1000);
  int parts_given = 0;
  bool spoils_parts = false;
  bool gives_way_once = false;

  protocol::SignedUpdate say(protocol::UpdateKind kind, int kiosk, std::uint64_t number, Bytes payload,
                             std::optional<WallTime> expires = {}) {
    const protocol::UpdateItem item{static_cast<std::uint16_t>(kind), kiosk,   number,
                                    at(static_cast<int>(number)),     expires, std::move(payload)};
    said.push_back(protocol::SignedUpdate::make(item, key));
    return said.back();
  }
  protocol::Hash publish(std::uint64_t number, const services::Pack& pack) {
    const Bytes bytes = services::canonical_bytes(pack);
    return publish_bytes(number, bytes);
  }
  protocol::Hash publish_bytes(std::uint64_t number, const Bytes& bytes) {
    const protocol::Hash hash = protocol::blake2b(bytes);
    packs[to_hex(hash)] = bytes;
    say(protocol::UpdateKind::Catalogue, 0, number,
        protocol::CatalogueUpdate{hash, static_cast<std::uint32_t>(bytes.size()),
                                  "1405." + std::to_string(number)}
            .encode());
    return hash;
  }

  Result<protocol::UpdatesPage, sync::SyncFault> updates_since(int, std::string_view cursor) override {
    protocol::UpdatesPage page;
    std::size_t next = cursor.empty() ? 0 : static_cast<std::size_t>(std::stoul(std::string(cursor)));
    for (; next < said.size() && static_cast<int>(page.items.size()) < page_size; ++next)
      page.items.push_back(said[next]);
    page.cursor = std::to_string(next);
    page.more = next < said.size();
    page.server_time = time;
    page.poll_after_s = hint_s;
    return page;
  }
  Result<protocol::CataloguePart, sync::SyncFault> catalogue_part(const protocol::Hash& hash,
                                                                  std::uint32_t offset) override {
    if (std::exchange(gives_way_once, false))
      return fail(sync::SyncFault{sync::SyncFaultKind::Stopped, {}, {}});
    const auto found = packs.find(to_hex(hash));
    if (found == packs.end()) return fail(sync::SyncFault{sync::SyncFaultKind::Refused, {}, {}});
    const Bytes& bytes = found->second;
    protocol::CataloguePart part{hash, static_cast<std::uint32_t>(bytes.size()), offset, {}};
    const auto begin = bytes.begin() + offset;
    part.bytes.assign(begin, begin + static_cast<std::ptrdiff_t>(part.expected_bytes()));
    if (spoils_parts) part.bytes.front() ^= 1U;
    ++parts_given;
    return part;
  }
};

/// A folder of its own, with a kiosk's book on it.
struct Kiosk {
  CuttingFiles files;
  std::filesystem::path folder;
  std::string version = "1.0";
  SeededRandom random{7};

  Kiosk() {
    std::string name = (std::filesystem::temp_directory_path() / "pishkhan-updates-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  Kiosk(const Kiosk&) = delete;
  Kiosk& operator=(const Kiosk&) = delete;
  ~Kiosk() { std::filesystem::remove_all(folder); }

  [[nodiscard]] Result<UpdateBook, store::FileFault> open(const City& city) {
    return UpdateBook::open({folder, 1042, 1, &city.verifying, &files, version});
  }
  [[nodiscard]] PackShelf shelf() { return {folder, files}; }
  [[nodiscard]] Updater updater() { return {1, random, {}, std::chrono::milliseconds(60'000)}; }
};

inline services::Pack sample_pack(const std::string& version) {
  auto pack = services::read_pack("assets/cities/shahr-e-nemuneh").value();
  for (services::PackFile& file : pack) {
    const auto place = file.bytes.find("\"version\": \"");
    if (file.name != "city.json" || place == std::string::npos) continue;
    const auto begin = place + std::string("\"version\": \"").size();
    file.bytes.replace(begin, file.bytes.find('"', begin) - begin, version);
  }
  return pack;
}

}  // namespace pishkhan::updates::testing
