#include "offline-queue/store/trusted_time.h"

#include "base/core/log.h"
#include "offline-queue/protocol/chain.h"

#include <algorithm>

namespace pishkhan::store {
namespace {

constexpr std::size_t kSlotDistance = 512;
constexpr std::size_t kTimeAt = 4;
constexpr std::size_t kBodyBytes = 12;
constexpr std::size_t kSlotBytes = kBodyBytes + 16;

Bytes slot_of(std::uint64_t milliseconds) {
  Bytes slot;
  ByteWriter out(slot);
  out.bytes(as_bytes("PKT1"));
  out.be64(milliseconds);
  const protocol::Hash hash = protocol::blake2b(slot);
  out.bytes(ByteView(hash).first(kSlotBytes - kBodyBytes));
  return slot;
}

std::optional<WallTime> time_in(ByteView bytes, std::size_t at) {
  if (bytes.size() < at + kSlotBytes) return std::nullopt;
  const ByteView slot = bytes.subspan(at, kSlotBytes);
  const std::uint64_t milliseconds = ByteReader(slot.subspan(kTimeAt)).be64();
  const Bytes right = slot_of(milliseconds);
  if (!std::equal(slot.begin(), slot.end(), right.begin(), right.end())) return std::nullopt;
  return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(milliseconds)));
}

}  // namespace

TrustedTime::TrustedTime(const std::filesystem::path& folder, Files& files, const Clock& clock)
    : file_(folder / "trusted.time"), files_(files), clock_(clock), heard_at_(clock.steady()) {
  const auto bytes = files_.read(file_);
  if (!bytes || !*bytes) return;
  const std::optional<WallTime> first = time_in(**bytes, 0);
  const std::optional<WallTime> second = time_in(**bytes, kSlotDistance);
  if (!first && !second) log::warning("store.trusted-time-damaged");
  last_ = std::max(first, second);
  written_ = last_;
  // The older one, or a damaged one, is written next.
  next_slot_ = second == last_ ? 0 : 1;
}

Result<void, FileFault> TrustedTime::heard(WallTime server_time) {
  if (server_time.time_since_epoch().count() < 0) return {};
  if (last_ && server_time <= *last_) return {};
  last_ = server_time;
  heard_at_ = clock_.steady();
  if (written_ && server_time - *written_ < write_interval) return {};
  const Bytes slot = slot_of(static_cast<std::uint64_t>(server_time.time_since_epoch().count()));
  const bool fresh = !written_;
  if (const auto done = files_.write_synced(file_, next_slot_ * kSlotDistance, slot); !done)
    return fail(done.error());
  if (fresh) {
    if (const auto done = files_.sync_folder(file_.parent_path()); !done) return fail(done.error());
  }
  written_ = server_time;
  next_slot_ = 1 - next_slot_;
  return {};
}

std::optional<WallTime> TrustedTime::certainly_passed() const {
  if (!last_) return std::nullopt;
  return *last_ + std::max(SteadyTime{0}, clock_.steady() - heard_at_);
}

}  // namespace pishkhan::store
