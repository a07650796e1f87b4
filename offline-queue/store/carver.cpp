#include "offline-queue/store/carver.h"

#include "offline-queue/store/schema.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace pishkhan::store {

using protocol::Hash;
using protocol::RecordHeader;

namespace {

constexpr std::size_t wal_header_bytes = 32;    // SQLite file format, section 4.1
constexpr std::size_t frame_header_bytes = 24;  // the page's number first
/// What of a row lies on a table's leaf page, and what on overflow pages: section 1.6, with no bytes reserved.
constexpr std::size_t most_local_bytes = page_bytes - 35;
constexpr std::size_t least_local_bytes = (page_bytes - 12) * 32 / 255 - 23;
constexpr std::size_t overflow_bytes = page_bytes - 4;
/// The type of a column of 32 bytes (section 2.1); one of 64 is 0x81 0x0C, nothing is 0.
constexpr std::uint8_t blob_of_32 = 12 + 2 * 32;
/// An overflow page that was used again and again is in the WAL in several versions. The newest is the right one but
/// where that very one is damaged, or was written for another row: so all newest are tried first, then all but one,
/// then all but two, as long as the budget of pages lasts.
constexpr int most_older = 2;
constexpr int most_pages_tried = 8192;

std::size_t local_bytes(std::size_t row_bytes) {
  if (row_bytes <= most_local_bytes) return row_bytes;
  const std::size_t local = least_local_bytes + (row_bytes - least_local_bytes) % overflow_bytes;
  return local <= most_local_bytes ? local : least_local_bytes;
}

std::size_t varint_bytes(std::uint64_t value) {
  std::size_t bytes = 1;
  while (value >>= 7) ++bytes;
  return bytes;
}

std::uint32_t be32(ByteView bytes) {
  return ByteReader(bytes).be32();
}

template <std::size_t N>
std::array<std::uint8_t, N> exactly(ByteView bytes) {
  std::array<std::uint8_t, N> result{};
  std::copy_n(bytes.begin(), N, result.begin());
  return result;
}

}  // namespace

void Carver::add(std::uint32_t number, ByteView bytes) {
  by_number_.emplace(number, images_.size());
  images_.push_back({number, bytes});
}

void Carver::add_database(ByteView file) {
  for (std::uint32_t number = 1; file.size() >= page_bytes; ++number) {
    add(number, file.first(page_bytes));
    file = file.subspan(page_bytes);
  }
}

void Carver::add_wal(ByteView file) {
  if (file.size() < wal_header_bytes) return;
  file = file.subspan(wal_header_bytes);
  for (; file.size() >= frame_header_bytes + page_bytes; file = file.subspan(frame_header_bytes + page_bytes)) {
    const std::uint32_t number = be32(file);
    if (number != 0) add(number, file.subspan(frame_header_bytes, page_bytes));
  }
}

void Carver::each(const std::function<void(Found&&)>& take) const {
  // Signature algorithm, kiosk and epoch: bytes 2 to 5 of a header.
  const std::array<std::uint8_t, 4> mark{1, static_cast<std::uint8_t>(kiosk_ >> 8),
                                         static_cast<std::uint8_t>(kiosk_), static_cast<std::uint8_t>(epoch_)};
  for (const Image& image : images_) {
    auto at = image.bytes.begin();
    for (;;) {
      at = std::search(at, image.bytes.end(), mark.begin(), mark.end());
      if (at == image.bytes.end()) break;
      const auto position = static_cast<std::size_t>(at - image.bytes.begin());
      ++at;
      if (position < 2) continue;
      if (auto found = assemble(image, position - 2)) take(std::move(*found));
    }
  }
}

std::optional<Carver::Found> Carver::assemble(const Image& image, std::size_t offset) const {
  const ByteView rest = image.bytes.subspan(offset);
  if (rest.size() < RecordHeader::encoded_bytes) return std::nullopt;
  const auto header = RecordHeader::parse(rest.first(RecordHeader::encoded_bytes));
  if (!header || header->kiosk != kiosk_ || header->epoch != epoch_ || header->sequence < 1)
    return std::nullopt;
  using Previous = Layout::Previous;
  // What an older version wrote without the hash before it must say so: else a damaged header of a newer row
  // would pass, beside a hash that is signed.
  const auto ends_with = [&](std::initializer_list<std::uint8_t> types) {
    if (offset < types.size()) return false;
    const ByteView before = image.bytes.subspan(offset - types.size(), types.size());
    return std::equal(before.begin(), before.end(), types.begin(), types.end());
  };
  Previous previous = Previous::Written;
  if (ends_with({blob_of_32, 0x81, 0x0C})) previous = Previous::NoColumn;
  if (ends_with({blob_of_32, 0x81, 0x0C, 0})) previous = Previous::Null;
  for (const bool has_payload : {true, false}) {
    if (auto found = assemble(image, offset, *header, {has_payload, previous})) return found;
  }
  return std::nullopt;
}

std::optional<Carver::Found> Carver::assemble(const Image& image, std::size_t offset,
                                              const RecordHeader& header, Layout layout) const {
  const std::size_t payload = layout.has_payload ? header.payload_size : 0;
  const bool has_previous = layout.previous == Layout::Previous::Written;
  const std::size_t content_bytes = RecordHeader::encoded_bytes + payload + 32 + 64 + (has_previous ? 32 : 0);
  // The row's own header: its size, then a type for each column (section 2.1): seq lies in the row's number.
  const std::size_t row_header = 1 + 1 + 2 + varint_bytes(layout.has_payload ? 12 + 2 * payload : 0) + 1 + 2 +
                                 (layout.previous == Layout::Previous::NoColumn ? 0 : 1);
  const std::size_t local = local_bytes(row_header + content_bytes) - row_header;
  const ByteView rest = image.bytes.subspan(offset);
  if (local > rest.size()) return std::nullopt;
  Bytes content(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(local));
  std::optional<Found> found;
  const auto done = [&] {
    auto record = read(content, header, layout);
    // Another version of an overflow page may have it whole.
    if (record && (!found || found->payload == Payload::Damaged)) found = std::move(record);
    return found && found->payload != Payload::Damaged;
  };
  if (local == content_bytes) {
    done();
  } else if (rest.size() >= local + 4) {
    int tried = 0;
    for (int older = 0; older <= most_older; ++older) {
      if (follow(be32(rest.subspan(local)), content_bytes - local, content, Search{older, tried}, done)) break;
    }
  }
  return found;
}

bool Carver::follow(std::uint32_t page, std::size_t count, Bytes& content, Search search,
                    const std::function<bool()>& done) const {
  const auto [first, end] = by_number_.equal_range(page);
  // The WAL was added last and holds the newer ones.
  for (auto one = end; one != first && search.older >= 0 && search.tried < most_pages_tried;) {
    --one;
    ++search.tried;
    const ByteView bytes = images_[one->second].bytes;
    const std::size_t part = std::min(count, overflow_bytes);
    const std::size_t before = content.size();
    const ByteView here = bytes.subspan(4, part);
    content.insert(content.end(), here.begin(), here.end());
    if (part == count ? done() : follow(be32(bytes), count - part, content, search, done)) return true;
    content.resize(before);
    --search.older;
  }
  return false;
}

std::optional<Carver::Found> Carver::read(ByteView content, const RecordHeader& header, Layout layout) const {
  Found found;
  found.record.header = header;
  content = content.subspan(RecordHeader::encoded_bytes);
  found.payload = Payload::Erased;
  if (layout.has_payload) {
    const ByteView payload = content.first(header.payload_size);
    found.record.payload.emplace(payload.begin(), payload.end());
    found.payload = protocol::blake2b(payload) == header.payload_hash ? Payload::Whole : Payload::Damaged;
    content = content.subspan(header.payload_size);
  }
  found.record.hash = exactly<32>(content);
  found.record.signature = exactly<64>(content.subspan(32));
  if (layout.previous == Layout::Previous::Written) {
    found.previous = exactly<32>(content.subspan(96));
    // Cheap, and enough: the chain's head is signed, and is looked at when the new file is opened.
    const bool joins = protocol::chain_hash(*found.previous, header) == found.record.hash;
    return joins ? std::optional(std::move(found)) : std::nullopt;
  }
  return protocol::signed_by(key_, found.record) ? std::optional(std::move(found)) : std::nullopt;
}

}  // namespace pishkhan::store
