#include "offline-queue/protocol/update_item.h"

#include "base/core/ensure.h"

#include <algorithm>
#include <array>
#include <utility>

namespace pishkhan::protocol {
namespace {

constexpr std::uint64_t kLargestTimeMs = 253'402'300'799'999;  // 9999-12-31

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

void put_time(ByteWriter& out, WallTime time) {
  out.be64(static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

/// A time, or nothing if it is beyond the year 9999.
std::optional<WallTime> time_in(ByteReader& in) {
  const std::uint64_t milliseconds = in.be64();
  if (milliseconds > kLargestTimeMs) return std::nullopt;
  return WallTime(std::chrono::milliseconds(milliseconds));
}

void put_text(ByteWriter& out, std::string_view text) {
  ENSURE(text.size() <= 255 && is_plain(text), "an update's text is short printable ASCII");
  out.u8(static_cast<std::uint8_t>(text.size()));
  out.bytes(as_bytes(text));
}

std::optional<std::string> text_in(ByteReader& in, std::size_t longest) {
  const std::size_t length = in.u8();
  const std::string text(as_text(in.bytes(length)));
  if (!in.ok() || length > longest || !is_plain(text)) return std::nullopt;
  return text;
}

bool is_kiosk_or_all(int kiosk) {
  return kiosk == UpdateItem::all_kiosks ||
         (kiosk >= TrackingCode::lowest_kiosk && kiosk <= TrackingCode::highest_kiosk);
}

constexpr std::array<std::pair<Command, std::string_view>, 5> kCommands{{
    {Command::OutOfService, "out-of-service"},
    {Command::InService, "in-service"},
    {Command::Restart, "restart"},
    {Command::SyncNow, "sync-now"},
    {Command::SendHealth, "send-health"},
}};

}  // namespace

Bytes UpdateItem::encode() const {
  ENSURE(payload.size() <= largest_update_payload_bytes, "an update's payload is small");
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(as_bytes("PKU"));
  out.u8(1);
  out.be16(kind);
  out.be16(static_cast<std::uint16_t>(kiosk));
  out.be64(number);
  put_time(out, issued_at);
  put_time(out, expires_at.value_or(WallTime{}));
  out.be32(static_cast<std::uint32_t>(payload.size()));
  out.bytes(payload);
  return bytes;
}

std::optional<UpdateItem> UpdateItem::parse(ByteView bytes) {
  ByteReader in(bytes);
  if (as_text(in.bytes(3)) != "PKU" || in.u8() != 1) return std::nullopt;
  UpdateItem item;
  item.kind = in.be16();
  item.kiosk = in.be16();
  item.number = in.be64();
  const auto issued = time_in(in);
  const auto expires = time_in(in);
  const std::size_t length = in.be32();
  if (!in.ok() || !issued || !expires || length > largest_update_payload_bytes || length != in.remaining())
    return std::nullopt;
  const ByteView payload = in.bytes(length);
  item.payload.assign(payload.begin(), payload.end());
  item.issued_at = *issued;
  if (*expires != WallTime{}) item.expires_at = *expires;
  const bool numbered = item.number >= 1 && item.number <= static_cast<std::uint64_t>(INT64_MAX);
  if (item.kind == 0 || !numbered || !is_kiosk_or_all(item.kiosk)) return std::nullopt;
  return item;
}

SignedUpdate SignedUpdate::make(const UpdateItem& item, const SigningKey& update_key) {
  SignedUpdate made;
  made.item = item.encode();
  made.signature = update_key.sign(made.item);
  return made;
}

std::optional<UpdateItem> SignedUpdate::verified(const VerifyingKey& update_key) const {
  if (!update_key.verify(item, signature)) return std::nullopt;
  return UpdateItem::parse(item);
}

Bytes CaseUpdate::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(epoch));
  out.be32(static_cast<std::uint32_t>(sequence));
  out.u8(static_cast<std::uint8_t>(state));
  put_time(out, received_at);
  put_time(out, opened_at);
  put_text(out, stage);
  return bytes;
}

std::optional<CaseUpdate> CaseUpdate::parse(ByteView bytes) {
  ByteReader in(bytes);
  CaseUpdate update;
  update.epoch = in.u8();
  const std::uint32_t sequence = in.be32();
  const std::uint8_t state = in.u8();
  const auto received = time_in(in);
  const auto opened = time_in(in);
  const auto stage = text_in(in, 64);
  if (!in.ok() || !in.at_end() || !received || !opened || !stage) return std::nullopt;
  if (update.epoch < 1 || update.epoch > TrackingCode::highest_epoch || sequence < 1 ||
      sequence > static_cast<std::uint32_t>(TrackingCode::highest_sequence) || state < 1 || state > 3)
    return std::nullopt;
  update.sequence = static_cast<int>(sequence);
  update.state = static_cast<State>(state);
  update.received_at = *received;
  update.opened_at = *opened;
  update.stage = *stage;
  return update;
}

Bytes CatalogueUpdate::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.bytes(hash);
  out.be32(size);
  put_text(out, version);
  return bytes;
}

std::optional<CatalogueUpdate> CatalogueUpdate::parse(ByteView bytes) {
  ByteReader in(bytes);
  CatalogueUpdate update;
  const ByteView hash = in.bytes(update.hash.size());
  update.size = in.be32();
  const auto version = text_in(in, 64);
  if (!in.ok() || !in.at_end() || !version || version->empty()) return std::nullopt;
  if (update.size == 0 || update.size > largest_pack_bytes) return std::nullopt;
  std::copy(hash.begin(), hash.end(), update.hash.begin());
  update.version = *version;
  return update;
}

std::string_view name(Command command) {
  for (const auto& [known, word] : kCommands)
    if (known == command) return word;
  return {};
}

std::optional<Command> command_named(std::string_view name) {
  for (const auto& [known, word] : kCommands)
    if (word == name) return known;
  return std::nullopt;
}

Bytes CommandUpdate::encode() const {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u8(static_cast<std::uint8_t>(command));
  put_text(out, reason);
  return bytes;
}

std::optional<CommandUpdate> CommandUpdate::parse(ByteView bytes) {
  ByteReader in(bytes);
  const auto command = static_cast<Command>(in.u8());
  const auto reason = text_in(in, 200);
  if (!in.ok() || !in.at_end() || !reason || name(command).empty()) return std::nullopt;
  if (command == Command::OutOfService && reason->empty()) return std::nullopt;
  return CommandUpdate{command, *reason};
}

}  // namespace pishkhan::protocol
