#include "offline-queue/store/chain_check.h"

namespace pishkhan::store {

std::string_view name(PlaceVerdict verdict) {
  switch (verdict) {
    case PlaceVerdict::Sound:
      return "sound";
    case PlaceVerdict::Missing:
      return "missing";
    case PlaceVerdict::Unreadable:
      return "unreadable";
    case PlaceVerdict::BadPayload:
      return "bad-payload";
    case PlaceVerdict::BadLink:
      return "bad-link";
    case PlaceVerdict::BadSignature:
      return "bad-signature";
    case PlaceVerdict::Unproven:
      break;
  }
  return "unproven";
}

std::string_view name(Findings::Anchor anchor) {
  switch (anchor) {
    case Findings::Anchor::Missing:
      return "missing";
    case Findings::Anchor::Matches:
      return "matches";
    case Findings::Anchor::Truncated:
      return "truncated";
    case Findings::Anchor::Forked:
      return "forked";
    case Findings::Anchor::Damaged:
      break;
  }
  return "damaged";
}

PlaceVerdict ChainCheck::next(const RecoveredRow& row) {
  std::optional<protocol::Hash> before = std::exchange(previous_, std::nullopt);
  if (row.state == RecoveredRow::State::NotThere) return PlaceVerdict::Missing;
  if (row.state == RecoveredRow::State::Unreadable) return PlaceVerdict::Unreadable;
  const protocol::Record& record = row.record;
  const bool is_signed = key_ != nullptr && protocol::signed_by(*key_, record);
  // What is signed says itself which hash it follows.
  if (!before && is_signed) before = row.previous;
  const bool joins = before && protocol::chain_hash(*before, record.header) == record.hash;
  // A hash that is signed, or that joins the one before, is the hash of this place, whatever else is wrong.
  if (joins || is_signed) previous_ = record.hash;
  if (!before) return PlaceVerdict::Unproven;
  if (!joins) return PlaceVerdict::BadLink;
  if (record.payload && (record.payload->size() != record.header.payload_size ||
                         protocol::blake2b(*record.payload) != record.header.payload_hash)) {
    return PlaceVerdict::BadPayload;
  }
  return key_ == nullptr || is_signed ? PlaceVerdict::Sound : PlaceVerdict::BadSignature;
}

namespace {

Findings::Anchor compare(const RecoveredQueue& queue, const protocol::VerifyingKey* key, int last,
                         const std::optional<protocol::Hash>& hash_there) {
  using Anchor = Findings::Anchor;
  const auto& contents = queue.anchor();
  if (!contents.head && last == 0) return Anchor::Matches;  // never used
  if (!contents.exists) return Anchor::Missing;
  const auto& head = contents.head;
  if (!head || head->kiosk != queue.kiosk() || head->epoch != queue.epoch() ||
      (key != nullptr && !key->verify(head->hash, head->signature))) {
    return Anchor::Damaged;
  }
  if (head->sequence > last) return Anchor::Truncated;
  // Where the row cannot be read, it is among the broken already.
  return !hash_there || *hash_there == head->hash ? Anchor::Matches : Anchor::Forked;
}

}  // namespace

ChainReport check_chain(RecoveredQueue& queue, const protocol::VerifyingKey* key) {
  ChainReport report;
  ChainCheck check(queue.kiosk(), queue.epoch(), key);
  int last = 0;
  std::optional<protocol::Hash> hash_there;
  queue.each([&](const RecoveredRow& row) {
    const PlaceVerdict verdict = check.next(row);
    if (row.state != RecoveredRow::State::NotThere) last = row.sequence;
    if (queue.anchor().head && queue.anchor().head->sequence == row.sequence) hash_there = check.previous();
    if (verdict != PlaceVerdict::Sound) {
      report.broken.push_back({row.sequence, verdict});
      return;
    }
    ++report.sound;
    if (!row.record.payload) ++report.erased;
  });
  report.anchor = compare(queue, key, last, hash_there);
  return report;
}

}  // namespace pishkhan::store
