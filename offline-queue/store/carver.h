#pragma once

#include "offline-queue/protocol/chain.h"

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace pishkhan::store {

/// Finds records in the raw bytes of a queue's files, whatever state those are in and without SQLite: each page
/// is searched for record headers of this kiosk and epoch, and what lies behind one is put together as SQLite
/// lays out a row (file format, sections 1.5, 1.6 and 2.1). A record proves itself, so nothing else on a page
/// need make sense. Holds views: the bytes outlive it. Thread: one at a time.
class Carver {
 public:
  Carver(int kiosk, int epoch, const protocol::VerifyingKey& key) : kiosk_(kiosk), epoch_(epoch), key_(key) {}

  /// queue.db, of any length and in any state.
  void add_database(ByteView file);
  /// queue.db-wal: every frame counts, also one that its checksum gave up.
  void add_wal(ByteView file);

  enum class Payload { Whole, Erased, Damaged };
  struct Found {
    protocol::Record record;
    std::optional<protocol::Hash> previous;  ///< as written beside it; nothing: by an older version
    Payload payload = Payload::Whole;
  };
  /// What verifies, in no order; the same record may come several times.
  void each(const std::function<void(Found&&)>& take) const;

 private:
  struct Image {
    std::uint32_t number = 0;  ///< of the page, from 1
    ByteView bytes;
  };
  /// How a row may be laid out.
  struct Layout {
    bool has_payload = true;
    enum class Previous { Written, Null, NoColumn } previous = Previous::Written;
  };
  void add(std::uint32_t number, ByteView bytes);
  [[nodiscard]] std::optional<Found> assemble(const Image& image, std::size_t offset) const;
  [[nodiscard]] std::optional<Found> assemble(const Image& image, std::size_t offset,
                                              const protocol::RecordHeader& header, Layout layout) const;
  struct Search {
    int older;   ///< pages on this way that need not be their newest versions
    int& tried;  ///< pages, on all ways
  };
  /// Appends `count` bytes of a chain of overflow pages, of which some may be there in several versions; `done`
  /// says whether they make sense. False: no way through them does.
  [[nodiscard]] bool follow(std::uint32_t page, std::size_t count, Bytes& content, Search search,
                            const std::function<bool()>& done) const;
  [[nodiscard]] std::optional<Found> read(ByteView content, const protocol::RecordHeader& header,
                                          Layout layout) const;

  int kiosk_;
  int epoch_;
  const protocol::VerifyingKey& key_;
  std::vector<Image> images_;
  std::multimap<std::uint32_t, std::size_t> by_number_;
};

}  // namespace pishkhan::store
