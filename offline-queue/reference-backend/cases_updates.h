#pragma once

#include "base/services/loader.h"
#include "offline-queue/protocol/updates.h"
#include "offline-queue/reference-backend/cases_store.h"

#include <optional>
#include <string>
#include <vector>

namespace pishkhan::backend {

/// What the city has said to its kiosks and what of it ingest has not got yet, and every pack that requests may
/// have been filed under. In cases' database, beside its own tables. Thread: the database's owner.
class CasesUpdates {
 public:
  /// Makes the tables if they are not there.
  static bool prepare(Database& database);
  explicit CasesUpdates(Database& database) : database_(database) {}

  /// Numbers, signs and keeps an item; its number, or nothing if the database failed. The number is the time in
  /// milliseconds, or the next one if that is given already. Call it inside a transaction, so that two processes
  /// never give the same number.
  std::optional<std::uint64_t> add(protocol::UpdateKind kind, int kiosk, Bytes payload, WallTime now,
                                   std::optional<WallTime> expires_at, const protocol::SigningKey& update_key);
  /// Where a request stands, for the kiosk that it was filed at.
  bool add_case(const protocol::OpenedReport::Case& one, WallTime received_at, WallTime now,
                const protocol::SigningKey& update_key);

  struct Waiting {
    std::vector<protocol::SignedUpdate> items;
    std::int64_t last = 0;  ///< id of the last one
  };
  /// In the order in which they were given.
  Waiting unrelayed(std::size_t limit);
  /// All that was unrelayed as far as this one.
  bool mark_relayed(std::int64_t last);

  enum class PackUse { Keep, Announce };
  /// False: failed. A pack that is kept already may still become one that is announced.
  bool insert_pack(const protocol::Hash& hash, const std::string& fingerprint, ByteView bytes, PackUse use);
  /// The bytes of the pack with this fingerprint.
  std::optional<Bytes> pack(const std::string& fingerprint);
  std::vector<std::string> pack_fingerprints();
  struct KeptPack {
    protocol::Hash hash{};
    Bytes bytes;
  };
  std::optional<KeptPack> unrelayed_pack();
  /// Ingest was put back from a backup.
  bool relay_everything_again() {
    return database_.run("UPDATE update_item SET relayed=0; UPDATE pack SET state=1 WHERE state=2");
  }
  bool mark_pack_relayed(const protocol::Hash& hash);

 private:
  Database& database_;
};

enum class PackKept {
  Kept,
  FingerprintTaken,  ///< another pack is shown by the same eight digits: change a word and publish that
  Failed,
};
/// Keeps a pack by its fingerprint, in a transaction of its own.
PackKept keep_pack(CasesStore& store, const services::Pack& pack,
                   CasesUpdates::PackUse use = CasesUpdates::PackUse::Keep);

}  // namespace pishkhan::backend
