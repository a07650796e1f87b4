#include "base/core/log.h"
#include "offline-queue/store/queue_store.h"
#include "offline-queue/store/salvage.h"

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

bool QueueStore::was_given_up(const protocol::Hash& said, int sequence) const {
  return said == protocol::lost_hash(options_.kiosk, options_.epoch, sequence);
}

bool QueueStore::contradicts(const protocol::BatchEntry& entry, const protocol::Hash& said, int sequence) const {
  // What is lost here contradicts nothing that the backend has, be it from a copy of this disk.
  return entry.kind != protocol::EntryKind::Lost && !was_given_up(said, sequence) && entry.record.hash != said;
}

Result<QueueStore::Whose, StoreFault> QueueStore::whose(const Acknowledgement& acknowledgement) {
  const auto refuse = [&](log::Literal why, Whose whose = Whose::Nobodys) {
    log::warning("store.acknowledgement-refused", {{"why", why}, {"sequence", acknowledgement.sequence}});
    return whose;
  };
  if (options_.cases_key == nullptr || !acknowledgement.verify(*options_.cases_key)) return refuse("signature");
  if (acknowledgement.kiosk != options_.kiosk || acknowledgement.epoch != options_.epoch)
    return refuse("kiosk");
  if (acknowledgement.sequence > last_sequence_) return refuse("longer chain", Whose::AnotherChains);
  const auto found = provable(acknowledgement.sequence, acknowledgement.sequence);
  if (!found) return fail(found.error());
  const protocol::BatchEntry& entry = found->entries.front();
  if (contradicts(entry, acknowledgement.hash, acknowledgement.sequence))
    return refuse("another record", Whose::AnotherChains);
  // Where only the hash is left, the hash says it all: it covers the request id.
  const bool has_header =
      entry.kind == protocol::EntryKind::Whole || entry.kind == protocol::EntryKind::NoPayload;
  if (was_given_up(acknowledgement.hash, acknowledgement.sequence))
    return acknowledgement.verdict == Verdict::Missing ? Whose::Ours : refuse("given up");
  if (has_header && entry.record.header.request_id != acknowledgement.request_id)
    return refuse("another request");
  return Whose::Ours;
}

Result<int, StoreFault> QueueStore::mark_stored(const protocol::StoredWord& word) {
  const auto refuse = [&](log::Literal why, StoreFault fault) {
    log::warning("store.stored-word-refused", {{"why", why}, {"sequence", word.sequence}});
    return fail(fault);
  };
  if (options_.ingest_key == nullptr || !word.verify(*options_.ingest_key))
    return refuse("signature", StoreFault::Refused);
  if (word.kiosk != options_.kiosk || word.epoch != options_.epoch) return refuse("kiosk", StoreFault::Refused);
  const auto fork = [&](log::Literal why) -> Result<int, StoreFault> {
    if (const auto closed = close_as_restored(); !closed) log::error("store.fork-not-noted", {});
    return refuse(why, StoreFault::Forked);
  };
  if (word.sequence > last_sequence_) return fork("longer chain");
  const auto found = provable(word.sequence, word.sequence);
  if (!found) return fail(found.error());
  if (contradicts(found->entries.front(), word.hash, word.sequence)) return fork("another chain");
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
  if (const auto done = transaction->commit(); !done) return fail(done.error());
  if (tally_) tally_->stored += marked;
  return marked;
}

Result<void, StoreFault> QueueStore::close_as_restored() {
  if (closed_kept_) return {};
  findings_.restored = true;
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return fail(transaction.error());
  {
    const auto close = database_->prepare("UPDATE identity SET closed = ?");
    if (!close) return fail(close.error());
    if (const auto done = (*close)->bind(closed_restored).run(); !done) return fail(done.error());
  }
  if (const auto done = transaction->commit(); !done) return fail(done.error());
  closed_kept_ = true;
  return {};
}

Result<QueueStore::Fate, StoreFault> QueueStore::fate_of(int sequence) {
  const auto rows = database_->prepare("SELECT opened_ms IS NOT NULL, verdict FROM progress WHERE seq = ?");
  if (!rows) return fail(rows.error());
  const auto row = (*rows)->bind(sequence).step();
  if (!row) return fail(row.error());
  if (!*row) return Fate{};
  return Fate{true, (*rows)->integer(0) != 0, static_cast<int>((*rows)->integer(1))};
}

Result<bool, StoreFault> QueueStore::take_word(const Acknowledgement& acknowledgement, Tally& tally) {
  const auto before = fate_of(acknowledgement.sequence);
  if (!before) return fail(before.error());
  const auto verdict = static_cast<int>(acknowledgement.verdict);
  // A record found invalid or missing may be understood later; one that was accepted stays so, its payload is
  // gone.
  if (!before->opened || before->verdict > static_cast<int>(Verdict::Joined)) {
    const auto upsert = database_->prepare(
        "INSERT INTO progress(seq, stored_ms, opened_ms, verdict, case_number) VALUES(?1, ?2, ?2, ?3, ?4)"
        " ON CONFLICT(seq) DO UPDATE SET opened_ms = ?2, verdict = ?3, case_number = ?4");
    if (!upsert) return fail(upsert.error());
    (*upsert)->bind(acknowledgement.sequence).bind(acknowledgement.at.time_since_epoch().count());
    (*upsert)->bind(verdict).bind_text(acknowledgement.case_number);
    if (const auto done = (*upsert)->run(); !done) return fail(done.error());
    if (acknowledgement.verdict == Verdict::Invalid && before->verdict != verdict) {
      log::warning("store.found-invalid", {{"sequence", acknowledgement.sequence}});
    }
    tally.stored += before->known ? 0 : 1;
    tally.opened += before->opened ? 0 : 1;
    const auto count = [&tally](int which, int change) {
      if (which == static_cast<int>(Verdict::Invalid)) tally.invalid += change;
      if (which == static_cast<int>(Verdict::Missing)) tally.missing += change;
    };
    count(before->verdict, -1);
    count(verdict, 1);
  }
  if (acknowledgement.verdict != Verdict::Accepted && acknowledgement.verdict != Verdict::Joined) return false;
  const auto erase =
      database_->prepare("UPDATE entry SET payload = NULL WHERE seq = ? AND payload IS NOT NULL");
  if (!erase) return fail(erase.error());
  if (const auto done = (*erase)->bind(acknowledgement.sequence).run(); !done) return fail(done.error());
  return true;
}

Result<int, StoreFault> QueueStore::mark_opened(std::span<const Acknowledgement> acknowledgements) {
  if (const auto counted = counts(); !counted) return fail(counted.error());
  Tally tally = *tally_;
  int taken = 0;
  bool erased = false;
  bool forked = false;
  std::set<int> opened;
  std::set<int> served;
  {
    auto transaction = Transaction::begin(*database_);
    if (!transaction) return fail(transaction.error());
    for (const Acknowledgement& acknowledgement : acknowledgements) {
      const auto whose = this->whose(acknowledgement);
      if (!whose) return fail(whose.error());
      forked = forked || *whose == Whose::AnotherChains;
      if (*whose != Whose::Ours) continue;
      const auto erases = take_word(acknowledgement, tally);
      if (!erases) return fail(erases.error());
      erased = erased || *erases;
      ++taken;
      opened.insert(acknowledgement.sequence);
    }
    for (const int sequence : opened) {
      const auto recent = recent_.find(sequence);
      if (recent != recent_.end() && !has_served(recent->second)) continue;  // purge() comes to it
      if (const auto done = forget(sequence, Forget::Row); !done) return fail(done.error());
      served.insert(sequence);
    }
    if (const auto done = transaction->commit(); !done) return fail(done.error());
  }
  tally_ = tally;
  for (const int sequence : served) recent_.erase(sequence);
  for (auto one = duplicates_.begin(); one != duplicates_.end();) {
    one = opened.contains(one->second) ? duplicates_.erase(one) : std::next(one);
  }
  if (erased) {
    if (const auto done = database_->renew_wal(); !done) return fail(done.error());
  }
  // Ingest may have been put back from a backup together with this disk; cases remembers.
  if (forked) {
    if (const auto closed = close_as_restored(); !closed) log::error("store.fork-not-noted", {});
  }
  return taken;
}

bool QueueStore::has_served(const Recent& recent) const {
  return recent.printed || recovery_is_over(recent.until, options_.clock->wall());
}

Result<void, StoreFault> QueueStore::forget(int sequence, Forget what) {
  const auto statement =
      database_->prepare(what == Forget::Row ? "DELETE FROM pending WHERE seq = ?"
                                             : "UPDATE pending SET recovery = NULL, receipt_salt = NULL"
                                               " WHERE seq = ?");
  if (!statement) return fail(statement.error());
  return (*statement)->bind(sequence).run();
}

Result<void, StoreFault> QueueStore::purge() {
  std::vector<int> served;
  for (const auto& [sequence, recent] : recent_) {
    if (has_served(recent)) served.push_back(sequence);
  }
  if (!served.empty()) {
    {
      auto transaction = Transaction::begin(*database_);
      if (!transaction) return fail(transaction.error());
      for (const int sequence : served) {
        const auto fate = fate_of(sequence);
        if (!fate) return fail(fate.error());
        if (const auto done = forget(sequence, fate->opened ? Forget::Row : Forget::Recovery); !done) {
          return fail(done.error());
        }
      }
      if (const auto done = transaction->commit(); !done) return fail(done.error());
    }
    for (const int sequence : served) recent_.erase(sequence);
    if (const auto done = database_->renew_wal(); !done) return fail(done.error());
  }
  return discard_damaged_files();
}

Result<void, StoreFault> QueueStore::discard_damaged_files() {
  if (damaged_files_discarded_) return {};
  const auto now = counts();
  if (!now) return fail(now.error());
  if (now->unopened > 0) return {};
  if (const auto done = Salvage(options_, files_, own_key_).discard(); !done) return fail(done.error());
  damaged_files_discarded_ = true;
  return {};
}

Result<void, StoreFault> QueueStore::learn_pending() {
  const auto rows = database_->prepare(
      "SELECT pending.seq, duplicate, recovery, expires_ms, printed, opened_ms IS NOT NULL, receipt_salt"
      " FROM pending LEFT JOIN progress ON progress.seq = pending.seq");
  if (!rows) return fail(rows.error());
  for (;;) {
    const auto row = (*rows)->step();
    if (!row) return fail(row.error());
    if (!*row) return {};
    const int sequence = static_cast<int>((*rows)->integer(0));
    const bool opened = (*rows)->integer(5) != 0;
    // A damaged hash finds nothing.
    if (const auto hash = read_hash((*rows)->blob(1)); hash && !opened) duplicates_.emplace(*hash, sequence);
    Recent recent{read_hash((*rows)->blob(2)), WallTime(std::chrono::milliseconds((*rows)->integer(3))),
                  (*rows)->integer(4) != 0};
    // The others have served and wait to be opened.
    const bool has_served_already = (*rows)->is_null(2) && (*rows)->is_null(6);
    if (opened || !has_served_already) recent_.emplace(sequence, std::move(recent));
  }
}

Result<std::optional<Waiting>, StoreFault> QueueStore::waiting_at(int sequence, WallTime until) {
  const auto found = record(sequence);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<Waiting>();
  const protocol::RecordHeader& header = (*found)->header;
  if (header.created_at + recovery_window != until) return std::optional<Waiting>();
  return std::optional(
      Waiting{{header.kiosk, header.epoch, header.sequence}, header.request_id, header.created_at});
}

Result<std::optional<Waiting>, StoreFault> QueueStore::find_duplicate(const protocol::Hash& duplicate) {
  int newest = 0;
  WallTime until{};
  const auto [first, end] = duplicates_.equal_range(duplicate);
  for (auto one = first; one != end; ++one) {
    const auto rows = database_->prepare(
        "SELECT expires_ms FROM pending WHERE seq = ?1 AND duplicate = ?2 AND NOT EXISTS"
        "(SELECT 1 FROM progress WHERE progress.seq = ?1 AND opened_ms IS NOT NULL)");
    if (!rows) return fail(rows.error());
    const auto row = (*rows)->bind(one->second).bind(ByteView(duplicate)).step();
    if (!row) return fail(row.error());
    if (!*row || one->second < newest) continue;
    newest = one->second;
    until = WallTime(std::chrono::milliseconds((*rows)->integer(0)));
  }
  if (newest == 0) return std::optional<Waiting>();
  return waiting_at(newest, until);
}

Result<std::optional<Waiting>, StoreFault> QueueStore::find_unprinted(const protocol::Hash& recovery) {
  for (auto one = recent_.rbegin(); one != recent_.rend(); ++one) {
    if (one->second.recovery == recovery && !has_served(one->second))
      return waiting_at(one->first, one->second.until);
  }
  return std::optional<Waiting>();
}

Result<std::optional<protocol::ReceiptSalt>, StoreFault> QueueStore::receipt_salt(int sequence) {
  using Salt = std::optional<protocol::ReceiptSalt>;
  const auto recent = recent_.find(sequence);
  if (recent == recent_.end() || has_served(recent->second)) return Salt();
  const auto rows = database_->prepare("SELECT receipt_salt FROM pending WHERE seq = ?");
  if (!rows) return fail(rows.error());
  const auto row = (*rows)->bind(sequence).step();
  if (!row) return fail(row.error());
  protocol::ReceiptSalt salt{};
  const ByteView bytes = *row ? (*rows)->blob(0) : ByteView();
  if (bytes.size() != salt.size()) return Salt();
  std::copy(bytes.begin(), bytes.end(), salt.begin());
  return Salt(salt);
}

std::vector<Unprinted> QueueStore::unprinted() const {
  std::vector<Unprinted> result;
  for (const auto& [sequence, recent] : recent_) {
    if (recent.recovery && !has_served(recent)) result.push_back({sequence, recent.until});
  }
  return result;
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

std::optional<Usage> QueueStore::usage() {
  const auto free = files_.free_bytes(options_.folder);
  const auto used = database_->used_bytes();
  if (!free || !used) return std::nullopt;
  return Usage{*used, options_.budget_bytes, *free};
}

Room QueueStore::room() {
  const auto now = usage();
  if (!now || now->free_bytes < options_.least_room_bytes || now->queue_bytes >= now->budget_bytes) {
    return Room::TooLittle;
  }
  // A salvage makes a second database beside the damaged one.
  const bool is_low = now->free_bytes < options_.low_room_bytes + now->queue_bytes ||
                      now->queue_bytes >= now->budget_bytes / 5 * 4;
  return is_low ? Room::Low : Room::Enough;
}

void QueueStore::set_limits(const RoomLimits& limits) {
  options_.low_room_bytes = limits.low_room_bytes;
  options_.least_room_bytes = limits.least_room_bytes;
  options_.budget_bytes = limits.budget_bytes;
}

}  // namespace pishkhan::store
