#include "base/core/log.h"
#include "offline-queue/store/queue_store.h"

#include <algorithm>

namespace pishkhan::store {

using protocol::Acknowledgement;
using protocol::AcknowledgementKind;
using protocol::Verdict;

Result<std::optional<protocol::Record>, StoreFault> QueueStore::record(int sequence) {
  const auto rows = database_->prepare("SELECT seq, header, payload, hash, signature FROM entry WHERE seq = ?");
  if (!rows) return fail(rows.error());
  const auto row = (*rows)->bind(sequence).step();
  if (!row) return fail(row.error());
  if (!*row) return std::optional<protocol::Record>();
  return read_record(**rows);
}

Result<std::vector<protocol::Record>, StoreFault> QueueStore::unsent(int limit) {
  const auto rows = database_->prepare(
      "SELECT seq, header, payload, hash, signature FROM entry WHERE seq >= ? AND NOT EXISTS"
      "(SELECT 1 FROM progress WHERE progress.seq = entry.seq) ORDER BY seq");
  if (!rows) return fail(rows.error());
  (*rows)->bind(first_unsent_);
  std::vector<protocol::Record> records;
  const auto most = static_cast<std::size_t>(std::clamp(limit, 0, largest_batch));
  int passed = last_sequence_;
  while (records.size() < most) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    if (damaged_.contains(static_cast<int>((*rows)->integer(0)))) continue;
    auto record = read_record(**rows);
    if (!record) continue;
    if (records.empty()) passed = record->header.sequence - 1;
    records.push_back(std::move(*record));
  }
  // Remembered so that a long, acknowledged past is not searched again each time.
  if (most > 0) first_unsent_ = passed + 1;
  return records;
}

Result<std::vector<int>, StoreFault> QueueStore::unopened(int after, int limit) {
  const auto rows =
      database_->prepare("SELECT seq FROM progress WHERE seq > ? AND opened_ms IS NULL ORDER BY seq LIMIT ?");
  if (!rows) return fail(rows.error());
  (*rows)->bind(after).bind(std::max(limit, 0));
  std::vector<int> sequences;
  for (;;) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row) return sequences;
    sequences.push_back(static_cast<int>((*rows)->integer(0)));
  }
}

Result<bool, StoreFault> QueueStore::is_ours(const Acknowledgement& acknowledgement,
                                             const protocol::VerifyingKey* key) {
  const auto refuse = [&](log::Literal why) {
    log::warning("store.acknowledgement-refused", {{"why", why}, {"sequence", acknowledgement.sequence}});
    return false;
  };
  if (key == nullptr || !acknowledgement.verify(*key)) return refuse("signature");
  if (acknowledgement.kiosk != options_.kiosk || acknowledgement.epoch != options_.epoch)
    return refuse("kiosk");
  const auto found = record(acknowledgement.sequence);
  if (!found) return fail(found.error());
  if (!*found) return refuse("unknown");
  if ((*found)->hash != acknowledgement.hash || (*found)->header.request_id != acknowledgement.request_id) {
    return refuse("another record");
  }
  return true;
}

Result<int, StoreFault> QueueStore::mark_stored(std::span<const Acknowledgement> acknowledgements) {
  int taken = 0;
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  for (const Acknowledgement& acknowledgement : acknowledgements) {
    if (acknowledgement.kind != AcknowledgementKind::Stored) continue;
    const auto ours = is_ours(acknowledgement, options_.ingest_key);
    if (!ours) return fail(ours.error());
    if (!*ours) continue;
    const auto insert = database_->prepare(
        "INSERT INTO progress(seq, stored_ms, verdict) VALUES(?, ?, 0) ON CONFLICT(seq) DO NOTHING");
    if (!insert) return fail(insert.error());
    const std::int64_t at = acknowledgement.at.time_since_epoch().count();
    if (const auto done = (*insert)->bind(acknowledgement.sequence).bind(at).run(); !done) {
      return fail(done.error());
    }
    ++taken;
  }
  if (const auto done = transaction->commit(); !done) return fail(done.error());
  return taken;
}

Result<int, StoreFault> QueueStore::mark_opened(std::span<const Acknowledgement> acknowledgements) {
  int taken = 0;
  bool erased = false;
  {
    auto transaction = Transaction::begin(*database_);
    if (!transaction) return fail(transaction.error());
    for (const Acknowledgement& acknowledgement : acknowledgements) {
      if (acknowledgement.kind != AcknowledgementKind::Opened) continue;
      const auto ours = is_ours(acknowledgement, options_.cases_key);
      if (!ours) return fail(ours.error());
      if (!*ours) continue;
      // A record found invalid may be understood later; one that was accepted stays so, its payload is gone.
      const auto upsert = database_->prepare(
          "INSERT INTO progress(seq, stored_ms, opened_ms, verdict, case_number) VALUES(?1, ?2, ?2, ?3, ?4)"
          " ON CONFLICT(seq) DO UPDATE SET opened_ms = ?2, verdict = ?3, case_number = ?4"
          " WHERE progress.opened_ms IS NULL OR progress.verdict = 3");
      if (!upsert) return fail(upsert.error());
      (*upsert)->bind(acknowledgement.sequence).bind(acknowledgement.at.time_since_epoch().count());
      (*upsert)->bind(static_cast<int>(acknowledgement.verdict)).bind_text(acknowledgement.case_number);
      if (const auto done = (*upsert)->run(); !done) return fail(done.error());
      ++taken;
      if (acknowledgement.verdict == Verdict::Invalid) continue;
      const auto erase =
          database_->prepare("UPDATE entry SET payload = NULL WHERE seq = ? AND payload IS NOT NULL");
      if (!erase) return fail(erase.error());
      if (const auto done = (*erase)->bind(acknowledgement.sequence).run(); !done) return fail(done.error());
      erased = true;
    }
    if (const auto done = forget_served_hashes(); !done) return fail(done.error());
    if (const auto done = transaction->commit(); !done) return fail(done.error());
  }
  if (erased) {
    if (const auto done = database_->renew_wal(); !done) return fail(done.error());
  }
  return taken;
}

Result<void, StoreFault> QueueStore::forget_served_hashes() {
  const std::int64_t now = now_ms();
  const std::int64_t window = std::chrono::milliseconds(recovery_window).count();
  // An expiry further away than the window means that the clock was set back; then it has expired, too.
  for (const char* sql :
       {"DELETE FROM pending WHERE (printed = 1 OR expires_ms <= ?1 OR expires_ms > ?1 + ?2) AND EXISTS"
        "(SELECT 1 FROM progress WHERE progress.seq = pending.seq AND opened_ms IS NOT NULL)",
        "UPDATE pending SET recovery = NULL WHERE recovery IS NOT NULL AND"
        " (printed = 1 OR expires_ms <= ?1 OR expires_ms > ?1 + ?2)"}) {
    const auto statement = database_->prepare(sql);
    if (!statement) return fail(statement.error());
    if (const auto done = (*statement)->bind(now).bind(window).run(); !done) return fail(done.error());
  }
  return {};
}

Result<void, StoreFault> QueueStore::purge() {
  const std::int64_t before = database_->changes();
  {
    auto transaction = Transaction::begin(*database_);
    if (!transaction) return fail(transaction.error());
    if (const auto done = forget_served_hashes(); !done) return fail(done.error());
    if (const auto done = transaction->commit(); !done) return fail(done.error());
  }
  if (database_->changes() == before) return {};
  return database_->renew_wal();
}

Result<std::optional<Waiting>, StoreFault> QueueStore::waiting_at(int sequence) {
  const auto found = record(sequence);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<Waiting>();
  const protocol::RecordHeader& header = (*found)->header;
  return std::optional(
      Waiting{{header.kiosk, header.epoch, header.sequence}, header.request_id, header.created_at});
}

Result<std::optional<Waiting>, StoreFault> QueueStore::find_duplicate(const protocol::Hash& duplicate) {
  const auto rows = database_->prepare(
      "SELECT seq FROM pending WHERE duplicate = ? AND NOT EXISTS"
      "(SELECT 1 FROM progress WHERE progress.seq = pending.seq AND opened_ms IS NOT NULL) ORDER BY seq DESC "
      "LIMIT 1");
  if (!rows) return fail(rows.error());
  const auto row = (*rows)->bind(ByteView(duplicate)).step();
  if (!row) return fail(row.error());
  if (!*row) return std::optional<Waiting>();
  return waiting_at(static_cast<int>((*rows)->integer(0)));
}

Result<std::optional<Waiting>, StoreFault> QueueStore::find_unprinted(const protocol::Hash& recovery) {
  const auto rows = database_->prepare(
      "SELECT seq FROM pending WHERE recovery = ?1 AND printed = 0 AND expires_ms > ?2 AND expires_ms <= ?2 + "
      "?3"
      " ORDER BY seq DESC LIMIT 1");
  if (!rows) return fail(rows.error());
  const std::int64_t window = std::chrono::milliseconds(recovery_window).count();
  const auto row = (*rows)->bind(ByteView(recovery)).bind(now_ms()).bind(window).step();
  if (!row) return fail(row.error());
  if (!*row) return std::optional<Waiting>();
  return waiting_at(static_cast<int>((*rows)->integer(0)));
}

Result<Counts, StoreFault> QueueStore::counts() {
  const auto rows = database_->prepare(
      "SELECT (SELECT count(*) FROM entry), count(*), count(opened_ms), count(*) FILTER (WHERE verdict = 3)"
      " FROM progress");
  if (!rows) return fail(rows.error());
  const auto row = (*rows)->step();
  if (!row) return fail(row.error());
  Counts counts;
  counts.unsent = static_cast<int>((*rows)->integer(0) - (*rows)->integer(1));
  counts.unopened = static_cast<int>((*rows)->integer(0) - (*rows)->integer(2));
  counts.invalid = static_cast<int>((*rows)->integer(3));
  const auto oldest = unsent(1);
  if (!oldest) return fail(oldest.error());
  if (!oldest->empty()) counts.oldest_unsent = oldest->front().header.created_at;
  return counts;
}

Room QueueStore::room() {
  const auto free = files_.free_bytes(options_.folder);
  if (!free || *free < options_.least_room_bytes) return Room::TooLittle;
  return *free < options_.low_room_bytes ? Room::Low : Room::Enough;
}

}  // namespace pishkhan::store
