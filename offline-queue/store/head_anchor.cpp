#include "offline-queue/store/head_anchor.h"

#include "offline-queue/store/database.h"

#include <algorithm>

namespace pishkhan::store {
namespace {

constexpr std::size_t slot_stride = 512;
constexpr std::size_t slot_count = 2;
constexpr std::size_t check_bytes = 16;
constexpr std::size_t slot_bytes = 4 + 2 + 1 + 4 + 32 + 64 + check_bytes;

Bytes encode(const HeadAnchor::Head& head) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("PKH1"));
  out.be16(static_cast<std::uint16_t>(head.kiosk));
  out.u8(static_cast<std::uint8_t>(head.epoch));
  out.be32(static_cast<std::uint32_t>(head.sequence));
  out.bytes(head.hash);
  out.bytes(head.signature);
  out.bytes(ByteView(protocol::blake2b(bytes)).first(check_bytes));
  return bytes;
}

std::optional<HeadAnchor::Head> decode(ByteView slot) {
  if (slot.size() < slot_bytes) return std::nullopt;
  slot = slot.first(slot_bytes);
  ByteReader in(slot);
  HeadAnchor::Head head;
  const ByteView magic = in.bytes(4);
  head.kiosk = in.be16();
  head.epoch = in.u8();
  const std::uint32_t sequence = in.be32();
  const ByteView hash = in.bytes(head.hash.size());
  const ByteView signature = in.bytes(head.signature.size());
  if (as_text(magic) != "PKH1" || sequence > protocol::TrackingCode::highest_sequence) return std::nullopt;
  head.sequence = static_cast<int>(sequence);
  std::copy(hash.begin(), hash.end(), head.hash.begin());
  std::copy(signature.begin(), signature.end(), head.signature.begin());
  const Bytes again = encode(head);
  if (!std::equal(again.begin(), again.end(), slot.begin(), slot.end())) return std::nullopt;
  return head;
}

}  // namespace

Result<HeadAnchor::Contents, StoreFault> HeadAnchor::read() {
  const auto bytes = files_.read(folder_ / "queue.head");
  if (!bytes) return fail(fault_of(bytes.error()));
  Contents contents;
  if (!*bytes) return contents;
  contents.exists = true;
  exists_ = true;
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    const std::size_t start = std::min(slot * slot_stride, (*bytes)->size());
    const auto head = decode(ByteView(**bytes).subspan(start));
    if (!head || (contents.head && contents.head->sequence >= head->sequence)) continue;
    contents.head = head;
    next_slot_ = (slot + 1) % slot_count;
  }
  return contents;
}

Result<void, StoreFault> HeadAnchor::write(const Head& head) {
  const Bytes bytes = encode(head);
  const auto written = files_.write_synced(folder_ / "queue.head", next_slot_ * slot_stride, bytes);
  if (!written) return fail(fault_of(written.error()));
  if (!exists_) {
    const auto synced = files_.sync_folder(folder_);
    if (!synced) return fail(fault_of(synced.error()));
    exists_ = true;
  }
  next_slot_ = (next_slot_ + 1) % slot_count;
  return {};
}

Result<void, StoreFault> HeadAnchor::start(const Head& head) {
  for (std::size_t slot = 0; slot < slot_count; ++slot) {
    if (const auto written = write(head); !written) return fail(written.error());
  }
  return {};
}

}  // namespace pishkhan::store
