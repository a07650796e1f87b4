#pragma once

#include "base/core/random.h"
#include "offline-queue/store/store.h"

#include <sys/types.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace pishkhan::store::testing {

class HandClock final : public Clock {
 public:
  WallTime now{std::chrono::milliseconds(1'795'000'000'000)};
  WallTime wall() const override { return now; }
  SteadyTime steady() const override { return now.time_since_epoch(); }
};

/// The real files, with a disk whose fullness can be set, and that can take no new names.
class TestFiles final : public Files {
 public:
  std::uint64_t free = std::uint64_t{1} << 40;
  std::optional<FileFault> folder_fault;  ///< of each sync of a folder
  Result<std::optional<Bytes>, FileFault> read(const std::filesystem::path& file) override {
    return files_->read(file);
  }
  Result<void, FileFault> write_synced(const std::filesystem::path& file, std::size_t offset,
                                       ByteView bytes) override {
    return files_->write_synced(file, offset, bytes);
  }
  void forget_cached(const std::filesystem::path& file) override { files_->forget_cached(file); }
  Result<std::optional<std::size_t>, FileFault> size(const std::filesystem::path& file) override {
    return files_->size(file);
  }
  Result<void, FileFault> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return files_->rename(from, to);
  }
  Result<void, FileFault> remove(const std::filesystem::path& file) override { return files_->remove(file); }
  Result<void, FileFault> sync_folder(const std::filesystem::path& folder) override {
    if (folder_fault) return fail(*folder_fault);
    return files_->sync_folder(folder);
  }
  Result<std::uint64_t, FileFault> free_bytes(const std::filesystem::path&) override { return free; }

 private:
  std::unique_ptr<Files> files_ = system_files();
};

/// A folder of its own and the keys of a small town.
struct World {
  HandClock clock;
  TestFiles files;
  SeededRandom random{42};
  protocol::SigningKey kiosk = protocol::SigningKey::generate();
  protocol::SigningKey ingest = protocol::SigningKey::generate();
  protocol::SigningKey cases = protocol::SigningKey::generate();
  protocol::VerifyingKey ingest_public = ingest.verifying_key();
  protocol::VerifyingKey cases_public = cases.verifying_key();
  Options options;

  World() {
    std::string name = (std::filesystem::temp_directory_path() / "pishkhan-store-XXXXXX").string();
    options.folder = ::mkdtemp(name.data());
    options.kiosk = 1042;
    options.epoch = 1;
    options.kiosk_key = &kiosk;
    options.ingest_key = &ingest_public;
    options.cases_key = &cases_public;
    options.clock = &clock;
    options.files = &files;
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { std::filesystem::remove_all(options.folder); }

  [[nodiscard]] std::unique_ptr<Store> open() const {
    auto store = Store::open(options);
    return store ? std::move(*store) : nullptr;
  }
  [[nodiscard]] static Result<Filed, StoreFault> file(Store& store, std::string_view payload, int id,
                                                      std::optional<protocol::Hash> duplicate = {},
                                                      std::optional<protocol::Hash> recovery = {}) {
    protocol::RequestId request_id{};
    request_id[0] = static_cast<std::uint8_t>(id);
    request_id[1] = static_cast<std::uint8_t>(id >> 8);
    return store.append(protocol::RecordType::Request, request_id, [&](const Place&) {
      return std::optional(Draft{Bytes(payload.begin(), payload.end()), duplicate, recovery});
    });
  }
  [[nodiscard]] protocol::Acknowledgement word(const protocol::Record& record,
                                               protocol::Verdict verdict) const {
    protocol::Acknowledgement word;
    word.verdict = verdict;
    word.kiosk = record.header.kiosk;
    word.epoch = record.header.epoch;
    word.sequence = record.header.sequence;
    word.request_id = record.header.request_id;
    word.hash = record.hash;
    word.at = clock.now;
    word.sign(cases);
    return word;
  }
  /// Ingest's, that all up to `record` is stored.
  [[nodiscard]] protocol::StoredWord stored_up_to(const protocol::Record& record) const {
    protocol::StoredWord word{record.header.kiosk, record.header.epoch, record.header.sequence,
                              record.hash,         clock.now,           {}};
    word.sign(ingest);
    return word;
  }
  /// Sends all that can be sent, as ingest would take it: a letter for each place, w whole, n without payload,
  /// h hash only, l lost; a dash between batches.
  [[nodiscard]] std::string send_all(Store& store, int limit = largest_batch) const {
    std::string letters;
    for (;;) {
      const auto batch = store.next_batch(limit);
      if (!batch || !*batch || !(*batch)->signed_by(kiosk.verifying_key())) return letters;
      // Over the wire and back: what the store hands out must be a batch that ingest takes.
      const auto arrived = protocol::Batch::parse((*batch)->encode());
      if (!arrived || *arrived != **batch || !arrived->payloads_match()) return letters + "?";
      if (!letters.empty()) letters += '-';
      for (const auto& entry : arrived->entries) letters += protocol::name(entry.kind).front();
      protocol::Record head = arrived->entries.back().record;
      const auto marked = store.mark_stored(stored_up_to(head));
      if (!marked || *marked != static_cast<int>(arrived->entries.size())) return letters + "!";
    }
  }
  /// All the bytes of a file of the queue.
  [[nodiscard]] std::string raw(const char* name) const {
    std::ifstream in(options.folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put_raw(const char* name, const std::string& bytes) const {
    std::ofstream(options.folder / name, std::ios::binary | std::ios::trunc) << bytes;
  }
};

}  // namespace pishkhan::store::testing
