#include "offline-queue/reference-backend/cases_updates.h"

#include "offline-queue/protocol/json_members.h"

#include <algorithm>
#include <utility>

namespace pishkhan::backend {

using namespace protocol;

namespace {

/// Beside the cases' schema and never a change of it, so a database of an earlier version is used on.
constexpr const char* kSchema = R"sql(
CREATE TABLE IF NOT EXISTS update_item(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL, kiosk INTEGER NOT NULL, number INTEGER NOT NULL,
  item BLOB NOT NULL, signature BLOB NOT NULL, relayed INTEGER NOT NULL,
  UNIQUE(kind, kiosk, number)) STRICT;
CREATE INDEX IF NOT EXISTS update_unrelayed ON update_item(id) WHERE relayed = 0;
CREATE TABLE IF NOT EXISTS pack(
  fingerprint TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL,
  state INTEGER NOT NULL) STRICT;  -- 0 kept, 1 to be given to ingest, 2 given
)sql";

CaseUpdate::State state_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Accepted:
      return CaseUpdate::State::Opened;
    case Verdict::Joined:
      return CaseUpdate::State::Joined;
    default:
      return CaseUpdate::State::Invalid;
  }
}

}  // namespace

bool CasesUpdates::prepare(Database& database) {
  return database.run(kSchema);
}

std::optional<std::uint64_t> CasesUpdates::add(UpdateKind kind, int kiosk, Bytes payload, WallTime now,
                                               std::optional<WallTime> expires_at,
                                               const SigningKey& update_key) {
  UpdateItem item;
  item.kind = static_cast<std::uint16_t>(kind);
  item.kiosk = kiosk;
  {
    // Not the next one, but the time: a database from a backup would give numbers anew that kiosks have heard, and
    // pass over.
    Statement query = database_.prepare(
        "SELECT MAX(COALESCE(MAX(number), 0) + 1, ?3) FROM update_item WHERE kind=?1 AND kiosk=?2");
    query.bind(1, item.kind).bind(2, kiosk).bind(3, milliseconds_of(now));
    if (!query.step()) return std::nullopt;
    item.number = static_cast<std::uint64_t>(query.integer(0));
  }
  item.issued_at = now;
  item.expires_at = expires_at;
  item.payload = std::move(payload);
  const SignedUpdate made = SignedUpdate::make(item, update_key);
  Statement query = database_.prepare(
      "INSERT INTO update_item(kind, kiosk, number, item, signature, relayed) VALUES(?,?,?,?,?,0)");
  query.bind(1, item.kind).bind(2, kiosk).bind(3, static_cast<std::int64_t>(item.number));
  query.bind_blob(4, made.item).bind_blob(5, made.signature);
  static_cast<void>(query.step());
  if (query.failed()) return std::nullopt;
  return item.number;
}

bool CasesUpdates::add_case(const OpenedReport::Case& one, WallTime received_at, WallTime now,
                            const SigningKey& update_key) {
  const Acknowledgement& word = one.acknowledgement;
  const CaseUpdate update{word.epoch, word.sequence, state_of(word.verdict), received_at, word.at, one.stage};
  return add(UpdateKind::Case, word.kiosk, update.encode(), now, std::nullopt, update_key).has_value();
}

CasesUpdates::Waiting CasesUpdates::unrelayed(std::size_t limit) {
  Statement query =
      database_.prepare("SELECT id, item, signature FROM update_item WHERE relayed=0 ORDER BY id LIMIT ?");
  query.bind(1, static_cast<std::int64_t>(limit));
  Waiting waiting;
  while (query.step()) {
    waiting.last = query.integer(0);
    SignedUpdate update{query.blob(1), {}};
    const Bytes signature = query.blob(2);
    std::copy_n(signature.begin(), std::min(signature.size(), update.signature.size()),
                update.signature.begin());
    waiting.items.push_back(std::move(update));
  }
  return waiting;
}

bool CasesUpdates::mark_relayed(std::int64_t last) {
  Statement query = database_.prepare("UPDATE update_item SET relayed=1 WHERE relayed=0 AND id<=?");
  static_cast<void>(query.bind(1, last).step());
  return !query.failed();
}

bool CasesUpdates::insert_pack(const Hash& hash, const std::string& fingerprint, ByteView bytes, PackUse use) {
  Statement query = database_.prepare(
      "INSERT INTO pack(fingerprint, hash, bytes, state) VALUES(?1,?2,?3,?4)"
      " ON CONFLICT(fingerprint) DO UPDATE SET state=MAX(state, ?4) WHERE hash=?2");
  query.bind(1, fingerprint).bind_blob(2, hash).bind_blob(3, bytes).bind(4, use == PackUse::Announce ? 1 : 0);
  static_cast<void>(query.step());
  return !query.failed();
}

std::optional<Bytes> CasesUpdates::pack(const std::string& fingerprint) {
  Statement query = database_.prepare("SELECT bytes FROM pack WHERE fingerprint=?");
  if (!query.bind(1, fingerprint).step()) return std::nullopt;
  return query.blob(0);
}

std::vector<std::string> CasesUpdates::pack_fingerprints() {
  Statement query = database_.prepare("SELECT fingerprint FROM pack ORDER BY rowid");
  std::vector<std::string> all;
  while (query.step()) all.push_back(query.text(0));
  return all;
}

std::optional<CasesUpdates::KeptPack> CasesUpdates::unrelayed_pack() {
  Statement query = database_.prepare("SELECT hash, bytes FROM pack WHERE state=1 LIMIT 1");
  if (!query.step()) return std::nullopt;
  KeptPack pack{{}, query.blob(1)};
  const Bytes hash = query.blob(0);
  std::copy_n(hash.begin(), std::min(hash.size(), pack.hash.size()), pack.hash.begin());
  return pack;
}

bool CasesUpdates::mark_pack_relayed(const Hash& hash) {
  Statement query = database_.prepare("UPDATE pack SET state=2 WHERE hash=?");
  static_cast<void>(query.bind_blob(1, hash).step());
  return !query.failed();
}

PackKept keep_pack(CasesStore& store, const services::Pack& pack, CasesUpdates::PackUse use) {
  const Bytes bytes = services::canonical_bytes(pack);
  const Hash hash = blake2b(bytes);
  const std::string fingerprint = services::fingerprint_text(hash);
  CasesUpdates updates(store.database());
  const auto there = updates.pack(fingerprint);
  if (there && *there != bytes) return PackKept::FingerprintTaken;
  if (!store.begin()) return PackKept::Failed;
  if (updates.insert_pack(hash, fingerprint, bytes, use) && store.commit()) return PackKept::Kept;
  store.roll_back();
  return PackKept::Failed;
}

}  // namespace pishkhan::backend
