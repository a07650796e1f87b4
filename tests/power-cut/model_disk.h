#pragma once

#include "base/core/bytes.h"
#include "base/core/random.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::power_cut {

/// A disk in memory that keeps no more than it promises. What was written is visible at once, and certain
/// only after a sync: at a power cut, every 512-byte sector of every unsynced write is kept, dropped or
/// garbage, each unsynced truncation happened or not, and each unsynced name is the old or the new one, all
/// independently (POSIX promises nothing better). Deterministic from its seed. Thread: one.
class ModelDisk {
 public:
  explicit ModelDisk(std::uint64_t seed) : random_(seed) {}

  /// Every changing operation counts down; at zero the power is off, and everything fails until restart().
  void cut_after(int operations) { operations_left_ = operations; }
  [[nodiscard]] bool powered() const { return powered_; }
  /// Writes that would make a file larger than this find the disk full.
  void limit_files_to(std::size_t bytes) { largest_file_ = bytes; }
  /// All files together find it full beyond this.
  void limit_disk_to(std::size_t bytes) { capacity_ = bytes; }
  [[nodiscard]] std::size_t used() const;
  [[nodiscard]] std::size_t room() const { return used() < capacity_ ? capacity_ - used() : 0; }
  /// `end`, or how large this file can become if that is less.
  [[nodiscard]] std::size_t room_until(const std::string& name, std::size_t end) const;
  [[nodiscard]] bool has_room_for(const std::string& name, std::size_t end) const {
    return room_until(name, end) == end;
  }
  /// One of the next syncs fails although the power is on, as with a dying disk.
  void fail_sync_after(int syncs) { syncs_left_ = syncs; }
  void fail_next_sync() { fail_sync_after(1); }
  [[nodiscard]] bool syncs_to_fail() const { return syncs_left_ > 0; }
  /// Once: as with a sector that can be read at the second try. Every: of a disk that is dying.
  enum class ReadFault { Once, Every };
  /// The n-th of the next reads fails although the power is on: of SQLite's, or of a whole file beside it. With
  /// Every, so do all after it, until read_again().
  void fail_read_after(int reads, ReadFault fault = ReadFault::Once) {
    reads_left_ = reads;
    read_fault_ = fault;
  }
  void read_again() { reads_left_ = -1; }
  /// The read that is to fail has not come yet.
  [[nodiscard]] bool reads_to_fail() const { return reads_left_ > 0; }
  /// Mounted again without writing, as the kernel does on its own when a disk fails.
  void refuse_writes_after(int operations) { writable_operations_ = operations; }
  void take_writes_again() { writable_operations_ = -1; }
  void cut_now() { powered_ = false; }
  /// Decides what the disk holds after the cut, and switches on.
  void restart();
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  /// The medium as another machine would copy it, and such a copy put back in its place. Only without a running
  /// process: what it had not synced is on neither.
  using Image = std::map<std::string, Bytes>;
  [[nodiscard]] Image image() const;
  void restore(const Image& image);
  /// One bit turns over, unnoticed. False: the file is not that long.
  bool flip_bit(const std::string& name, std::size_t bit);
  /// What the medium holds of a file is replaced.
  void put(const std::string& name, const Bytes& content);

  // All return false when the power is off; reads of a disk without power are refused by the caller.
  [[nodiscard]] bool exists(const std::string& name) const { return names_.contains(name); }
  bool create(const std::string& name);
  bool remove(const std::string& name);
  /// Each of the two names is the old or the new one after a cut, independently.
  bool rename(const std::string& from, const std::string& to);
  bool write(const std::string& name, std::size_t offset, ByteView bytes);
  bool truncate(const std::string& name, std::size_t size);
  bool sync(const std::string& name);
  /// What a sync failed to write is seen no more: the next reader reads the medium.
  void forget_cached(const std::string& name);
  bool sync_names();
  /// Whoever reads asks first, then looks at content(). False: it is an error.
  [[nodiscard]] bool read();
  /// What a running process sees.
  [[nodiscard]] const Bytes* content(const std::string& name) const;

 private:
  struct Change {
    std::optional<std::size_t> truncated_to;
    std::size_t offset = 0;
    Bytes bytes;
  };
  struct File {
    Bytes durable;
    Bytes current;
    std::vector<Change> pending;
  };
  using Names = std::map<std::string, std::shared_ptr<File>>;

  bool operate();
  void settle(File& file);
  void lose_some_of(const Change& change, Bytes& content);
  static void apply(const Change& change, Bytes& content);

  SeededRandom random_;
  Names names_;
  Names durable_names_;
  int operations_left_ = -1;
  std::uint64_t operations_ = 0;
  std::size_t largest_file_ = std::size_t{1} << 40;
  std::size_t capacity_ = std::size_t{1} << 40;
  int syncs_left_ = -1;
  int reads_left_ = -1;  ///< 0: the one that is to fail has come
  ReadFault read_fault_ = ReadFault::Once;
  int writable_operations_ = -1;
  bool powered_ = true;
};

}  // namespace pishkhan::power_cut
