#include "base/core/log.h"
#include "offline-queue/store/queue_store.h"

#include <algorithm>
#include <set>

namespace pishkhan::store {

using protocol::Acknowledgement;
using protocol::Verdict;

Result<std::optional<protocol::Record>, StoreFault> QueueStore::record(int sequence) {
  const auto rows = database_->prepare("SELECT seq, header, payload, hash, signature FROM entry WHERE seq = ?");
  if (!rows) return fail(rows.error());
  const auto row = (*rows)->bind(sequence).step();
  if (!row) return fail(row.error());
  if (!*row) return std::optional<protocol::Record>();
  return read_record(**rows);
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

Result<bool, StoreFault> QueueStore::is_ours(const Acknowledgement& acknowledgement) {
  const auto refuse = [&](log::Literal why) {
    log::warning("store.acknowledgement-refused", {{"why", why}, {"sequence", acknowledgement.sequence}});
    return false;
  };
  if (options_.cases_key == nullptr || !acknowledgement.verify(*options_.cases_key)) return refuse("signature");
  if (acknowledgement.kiosk != options_.kiosk || acknowledgement.epoch != options_.epoch)
    return refuse("kiosk");
  if (acknowledgement.sequence > last_sequence_) return refuse("unknown");
  const auto found = provable(acknowledgement.sequence, acknowledgement.sequence);
  if (!found) return fail(found.error());
  const protocol::BatchEntry& entry = found->entries.front();
  // What is lost here contradicts nothing that cases has, be it from a copy of this disk.
  if (entry.kind != protocol::EntryKind::Lost && entry.record.hash != acknowledgement.hash)
    return refuse("another record");
  // Where only the hash is left, the hash says it all: it covers the request id.
  const bool has_header =
      entry.kind == protocol::EntryKind::Whole || entry.kind == protocol::EntryKind::NoPayload;
  if (has_header && entry.record.header.request_id != acknowledgement.request_id)
    return refuse("another request");
  return true;
}

Result<int, StoreFault> QueueStore::mark_stored(const protocol::StoredWord& word) {
  const auto refuse = [&](log::Literal why, StoreFault fault) {
    log::warning("store.stored-word-refused", {{"why", why}, {"sequence", word.sequence}});
    return fail(fault);
  };
  if (options_.ingest_key == nullptr || !word.verify(*options_.ingest_key))
    return refuse("signature", StoreFault::Refused);
  if (word.kiosk != options_.kiosk || word.epoch != options_.epoch) return refuse("kiosk", StoreFault::Refused);
  if (word.sequence > last_sequence_) return refuse("longer chain", StoreFault::Forked);
  const auto found = provable(word.sequence, word.sequence);
  if (!found) return fail(found.error());
  const protocol::BatchEntry& entry = found->entries.front();
  // What is lost here contradicts nothing that the backend has. And a link that could not be proven to anybody
  // was given up as lost (next_batch), over our own signature.
  const bool given_up = word.hash == protocol::lost_hash(word.kiosk, word.epoch, word.sequence);
  if (entry.kind != protocol::EntryKind::Lost && !given_up && entry.record.hash != word.hash)
    return refuse("another chain", StoreFault::Forked);
  const auto first = first_unsent();
  if (!first) return fail(first.error());
  if (*first > word.sequence) return 0;
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  const std::int64_t before = database_->changes();
  {
    const auto insert = database_->prepare(
        "WITH RECURSIVE place(seq) AS (SELECT ?1 UNION ALL SELECT seq + 1 FROM place WHERE seq < ?2)"
        " INSERT INTO progress(seq, stored_ms, verdict) SELECT seq, ?3, 0 FROM place WHERE true"
        " ON CONFLICT(seq) DO NOTHING");
    if (!insert) return fail(insert.error());
    (*insert)->bind(*first).bind(word.sequence).bind(word.at.time_since_epoch().count());
    if (const auto done = (*insert)->run(); !done) return fail(done.error());
  }
  const auto marked = static_cast<int>(database_->changes() - before);
  tally_ = std::nullopt;
  if (const auto done = transaction->commit(); !done) return fail(done.error());
  return marked;
}

Result<int, StoreFault> QueueStore::mark_opened(std::span<const Acknowledgement> acknowledgements) {
  int taken = 0;
  bool erased = false;
  std::set<int> opened;
  {
    auto transaction = Transaction::begin(*database_);
    if (!transaction) return fail(transaction.error());
    tally_ = std::nullopt;
    for (const Acknowledgement& acknowledgement : acknowledgements) {
      const auto ours = is_ours(acknowledgement);
      if (!ours) return fail(ours.error());
      if (!*ours) continue;
      // A record found invalid or missing may be understood later; one that was accepted stays so, its payload
      // is gone.
      const auto upsert = database_->prepare(
          "INSERT INTO progress(seq, stored_ms, opened_ms, verdict, case_number) VALUES(?1, ?2, ?2, ?3, ?4)"
          " ON CONFLICT(seq) DO UPDATE SET opened_ms = ?2, verdict = ?3, case_number = ?4"
          " WHERE progress.opened_ms IS NULL OR progress.verdict > 2");
      if (!upsert) return fail(upsert.error());
      (*upsert)->bind(acknowledgement.sequence).bind(acknowledgement.at.time_since_epoch().count());
      (*upsert)->bind(static_cast<int>(acknowledgement.verdict)).bind_text(acknowledgement.case_number);
      if (const auto done = (*upsert)->run(); !done) return fail(done.error());
      ++taken;
      opened.insert(acknowledgement.sequence);
      if (acknowledgement.verdict != Verdict::Accepted && acknowledgement.verdict != Verdict::Joined) continue;
      const auto erase =
          database_->prepare("UPDATE entry SET payload = NULL WHERE seq = ? AND payload IS NOT NULL");
      if (!erase) return fail(erase.error());
      if (const auto done = (*erase)->bind(acknowledgement.sequence).run(); !done) return fail(done.error());
      erased = true;
    }
    if (const auto done = forget_served_hashes(); !done) return fail(done.error());
    if (const auto done = transaction->commit(); !done) return fail(done.error());
  }
  for (auto one = duplicates_.begin(); one != duplicates_.end();) {
    one = opened.contains(one->second) ? duplicates_.erase(one) : std::next(one);
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

Result<void, StoreFault> QueueStore::learn_duplicates() {
  duplicates_.clear();
  const auto rows = database_->prepare("SELECT seq, duplicate FROM pending WHERE duplicate IS NOT NULL");
  if (!rows) return fail(rows.error());
  for (;;) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row) return {};
    const ByteView stored = (*rows)->blob(1);
    protocol::Hash hash{};
    if (stored.size() != hash.size()) continue;  // damaged: it finds nothing
    std::copy(stored.begin(), stored.end(), hash.begin());
    duplicates_.emplace(hash, static_cast<int>((*rows)->integer(0)));
  }
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
  int newest = 0;
  const auto [first, end] = duplicates_.equal_range(duplicate);
  for (auto one = first; one != end; ++one) {
    const auto rows = database_->prepare(
        "SELECT 1 FROM pending WHERE seq = ?1 AND duplicate = ?2 AND NOT EXISTS"
        "(SELECT 1 FROM progress WHERE progress.seq = ?1 AND opened_ms IS NOT NULL)");
    if (!rows) return fail(rows.error());
    const auto row = (*rows)->bind(one->second).bind(ByteView(duplicate)).step();
    if (!row) return fail(row.error());
    if (*row) newest = std::max(newest, one->second);
  }
  if (newest == 0) return std::optional<Waiting>();
  return waiting_at(newest);
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
  if (!tally_) {
    const auto rows = database_->prepare(
        "SELECT count(*), count(opened_ms), count(*) FILTER (WHERE verdict = 3),"
        " count(*) FILTER (WHERE verdict = 4) FROM progress");
    if (!rows) return fail(rows.error());
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    const auto column = [&rows](int number) { return static_cast<int>((*rows)->integer(number)); };
    tally_ = Tally{column(0), column(1), column(2), column(3)};
  }
  Counts counts;
  counts.unsent = last_sequence_ - tally_->stored;
  counts.unopened = last_sequence_ - tally_->opened;
  counts.invalid = tally_->invalid;
  counts.missing = tally_->missing;
  const auto oldest = first_unsent();
  if (!oldest) return fail(oldest.error());
  const auto first = record(*oldest);
  if (!first) return fail(first.error());
  if (*first) counts.oldest_unsent = (*first)->header.created_at;
  return counts;
}

Room QueueStore::room() {
  const auto free = files_.free_bytes(options_.folder);
  if (!free || *free < options_.least_room_bytes) return Room::TooLittle;
  return *free < options_.low_room_bytes ? Room::Low : Room::Enough;
}

}  // namespace pishkhan::store
