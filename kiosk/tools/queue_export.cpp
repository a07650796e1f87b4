#include "kiosk/tools/queue_export.h"

#include "offline-queue/protocol/batch.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace pishkhan::tools {
namespace {

using protocol::BatchEntry;
using store::PlaceVerdict;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Collects places that follow one another, and writes them as batches whose last entry is signed.
class BatchFile {
 public:
  BatchFile(std::FILE* file, const store::RecoveredQueue& queue, const protocol::VerifyingKey& key)
      : file_(file), kiosk_(queue.kiosk()), epoch_(queue.epoch()), key_(key) {
    Bytes head;
    ByteWriter(head).bytes(as_bytes("PKX1"));
    write(head);
  }
  void add(const protocol::Hash& before, const protocol::Record& record, PlaceVerdict verdict) {
    if (entries_.empty()) before_ = before;
    BatchEntry entry{protocol::EntryKind::Whole, record};
    if (verdict == PlaceVerdict::BadPayload) entry.record.payload = std::nullopt;
    if (!entry.record.payload) entry.kind = protocol::EntryKind::NoPayload;
    entries_.push_back(std::move(entry));
    if (entries_.size() == protocol::largest_batch_entries) write_signed_part();
    // That many without a signature cannot come to be a batch any more.
    if (entries_.size() == protocol::largest_batch_entries) leave_out_rest();
  }
  /// A place that does not verify: the next one begins a batch of its own.
  void interrupt() {
    end_run();
    ++told_.left_out;
  }
  void end_run() {
    if (!entries_.empty()) write_signed_part();
    leave_out_rest();
  }
  [[nodiscard]] const Exported& told() const { return told_; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  void leave_out_rest() {
    told_.left_out += static_cast<int>(entries_.size());
    entries_.clear();
  }
  void write_signed_part() {
    std::size_t length = entries_.size();
    while (length > 0 && !protocol::signed_by(key_, entries_[length - 1].record)) --length;
    if (length == 0) return;
    const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(length);
    protocol::Batch batch{
        kiosk_, epoch_, before_, {entries_.begin(), end}, entries_[length - 1].record.signature};
    for (const BatchEntry& entry : batch.entries) {
      ++(entry.kind == protocol::EntryKind::Whole ? told_.whole : told_.links);
    }
    const Bytes body = batch.encode();
    Bytes size;
    ByteWriter(size).be32(static_cast<std::uint32_t>(body.size()));
    write(size);
    write(body);
    ++told_.batches;
    before_ = entries_[length - 1].record.hash;
    entries_.erase(entries_.begin(), end);
  }
  void write(ByteView bytes) {
    good_ = good_ && std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
  }

  std::FILE* file_;
  int kiosk_;
  int epoch_;
  const protocol::VerifyingKey& key_;
  protocol::Hash before_{};  ///< the hash that the first of `entries_` joins
  std::vector<BatchEntry> entries_;
  Exported told_;
  bool good_ = true;
};

}  // namespace

Result<Exported, ExportFault> export_batches(store::RecoveredQueue& queue, const protocol::VerifyingKey& key,
                                             const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wbx"));
  if (!file) return fail(errno == EEXIST ? ExportFault::AlreadyThere : ExportFault::CannotWrite);
  BatchFile batches(file.get(), queue, key);
  store::ChainCheck check(queue.kiosk(), queue.epoch(), &key);
  queue.each([&](const store::RecoveredRow& row) {
    const auto before = check.previous();
    const PlaceVerdict verdict = check.next(row);
    // A missing signature of its own does not matter where a later one covers it.
    const bool joins = verdict == PlaceVerdict::Sound || verdict == PlaceVerdict::BadPayload ||
                       verdict == PlaceVerdict::BadSignature;
    if (joins && before)
      batches.add(*before, row.record, verdict);
    else
      batches.interrupt();
  });
  batches.end_run();
  if (!batches.good() || std::fflush(file.get()) != 0 || ::fsync(::fileno(file.get())) != 0) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);  // half of one would be taken for all there is
    return fail(ExportFault::CannotWrite);
  }
  return batches.told();
}

}  // namespace pishkhan::tools
