#include "offline-queue/updates/journal.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <string>

namespace pishkhan::updates {
namespace {

// An entry: length 4 · kind 1 · bytes · check 16, big-endian. The check is BLAKE2b over the whole hash of the
// entry before it and this entry, so that bytes of an older use of the file never continue a newer one. The
// first entry is of kind 0: "PKJ" · version 1 · generation 8 · how many entries were written with it 4.
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kLargestEntryBytes = 8192;
constexpr std::uint8_t kStart = 0;

protocol::Hash chained(const protocol::Hash& before, std::uint8_t kind, ByteView bytes) {
  Bytes run;
  ByteWriter out(run);
  out.bytes(before);
  out.u8(kind);
  out.bytes(bytes);
  return protocol::blake2b(run);
}

void put(Bytes& target, protocol::Hash& last, std::uint8_t kind, ByteView bytes) {
  ENSURE(bytes.size() <= kLargestEntryBytes, "a journal's entry is small");
  ByteWriter out(target);
  out.be32(static_cast<std::uint32_t>(bytes.size()));
  out.u8(kind);
  out.bytes(bytes);
  last = chained(last, kind, bytes);
  out.bytes(ByteView(last).first(kCheckBytes));
}

/// The next entry if it is whole.
std::optional<Journal::Entry> next(ByteReader& in, protocol::Hash& last) {
  const std::size_t length = in.be32();
  Journal::Entry entry;
  entry.kind = in.u8();
  if (!in.ok() || length > kLargestEntryBytes || length + kCheckBytes > in.remaining()) return std::nullopt;
  const ByteView bytes = in.bytes(length);
  const ByteView check = in.bytes(kCheckBytes);
  const protocol::Hash hash = chained(last, entry.kind, bytes);
  if (!std::equal(check.begin(), check.end(), hash.begin())) return std::nullopt;
  last = hash;
  entry.bytes.assign(bytes.begin(), bytes.end());
  return entry;
}

}  // namespace

std::filesystem::path Journal::file(std::uint64_t generation) const {
  return folder_ / ("journal." + std::to_string(generation % 2));
}

Journal::Read Journal::read(ByteView bytes) {
  Read found;
  ByteReader in(bytes);
  const auto start = next(in, found.last);
  if (!start || start->kind != kStart) return {};
  ByteReader head(start->bytes);
  const bool ours = as_text(head.bytes(3)) == "PKJ" && head.u8() == 1;
  const std::uint64_t generation = head.be64();
  const std::uint32_t with_it = head.be32();
  if (!ours || !head.ok() || !head.at_end()) return {};
  found.end = bytes.size() - in.remaining();
  for (;;) {
    protocol::Hash last = found.last;
    auto entry = next(in, last);
    if (!entry) break;
    found.last = last;
    found.entries.push_back(std::move(*entry));
    found.end = bytes.size() - in.remaining();
  }
  if (found.entries.size() < with_it) return {};  // the rewrite was interrupted: the other file counts
  found.generation = generation;
  return found;
}

Result<Journal, store::FileFault> Journal::open(const std::filesystem::path& folder, store::Files& files) {
  Journal journal(folder, files);
  Read newest;
  for (const std::uint64_t which : {0U, 1U}) {
    files.forget_cached(journal.file(which));  // after a sync that failed, only the disk tells the truth
    auto bytes = files.read(journal.file(which));
    if (!bytes) return fail(bytes.error());
    if (!*bytes) continue;
    Read found = read(**bytes);
    if (found.generation > newest.generation) newest = std::move(found);
  }
  if (newest.generation == 0) {
    if (auto made = journal.rewrite({}); !made) return fail(made.error());
    return journal;
  }
  journal.generation_ = newest.generation;
  journal.end_ = newest.end;
  journal.last_ = newest.last;
  journal.entries_ = std::move(newest.entries);
  return journal;
}

Result<void, store::FileFault> Journal::append(std::span<const Entry> entries) {
  if (failed_) return fail(store::FileFault::IoError);
  if (entries.empty()) return {};
  Bytes run;
  protocol::Hash last = last_;
  for (const Entry& entry : entries) put(run, last, entry.kind, entry.bytes);
  if (auto written = files_->write_synced(file(generation_), end_, run); !written) {
    failed_ = true;
    return written;
  }
  end_ += run.size();
  last_ = last;
  return {};
}

Result<void, store::FileFault> Journal::rewrite(std::span<const Entry> entries) {
  if (failed_) return fail(store::FileFault::IoError);
  Bytes head;
  ByteWriter out(head);
  out.bytes(as_bytes("PKJ"));
  out.u8(1);
  out.be64(generation_ + 1);
  out.be32(static_cast<std::uint32_t>(entries.size()));
  Bytes run;
  protocol::Hash last{};
  put(run, last, kStart, head);
  for (const Entry& entry : entries) put(run, last, entry.kind, entry.bytes);
  const auto target = file(generation_ + 1);
  auto written = files_->write_synced(target, 0, run);
  // The name of a new file must be durable before the old one is forgotten.
  if (written) written = files_->sync_folder(folder_);
  if (!written) {
    failed_ = true;
    return written;
  }
  ++generation_;
  end_ = run.size();
  last_ = last;
  return {};
}

}  // namespace pishkhan::updates
