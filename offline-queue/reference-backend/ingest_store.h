#pragma once

#include "offline-queue/protocol/messages.h"
#include "offline-queue/reference-backend/sqlite.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::backend {

/// Ingest's tables: the chains of all kiosks, sealed, and what cases said about them. It can open nothing. A
/// method that fails leaves `failed()` set until the caller rolls back. Thread: the writer's.
class IngestStore {
 public:
  static Result<IngestStore, DatabaseFault> open(const std::filesystem::path& file,
                                                 const std::string& vfs = {});

  bool begin();
  bool commit();
  void roll_back();
  /// One request's part of the group: undone alone if it fails.
  bool savepoint();
  bool release();
  void roll_back_to_savepoint();
  [[nodiscard]] bool failed() const { return failed_; }
  /// For tables beside these, within the same transaction; note() each statement's end.
  [[nodiscard]] Database& database() { return database_; }
  void note(const Statement& ended) { failed_ = failed_ || ended.failed(); }

  struct Head {
    int sequence = 0;  ///< 0: nothing stored yet
    protocol::Hash hash{};
  };
  Head head(int kiosk, int epoch);
  /// What is stored in this place, without its payload; nothing: it is empty.
  std::optional<protocol::BatchEntry> entry(int kiosk, int epoch, int sequence);
  /// Into an empty place, or over an entry of which less was known.
  void put(const protocol::BatchEntry& entry, const protocol::Hash& previous,
           const protocol::Signature& head_signature, WallTime received);

  protocol::Opened opened_since(int kiosk, int epoch, std::string_view cursor, int limit);
  /// Whole batches, as far as 64 records go.
  protocol::SealedPage sealed_since(std::string_view cursor);
  /// False: no such record, or it was reported before (the first word stands, unless it was Missing).
  bool insert_opened(const protocol::OpenedReport::Case& one);

  struct CaseRow {
    protocol::CaseView view;
    std::string secret_verifier;
    std::string case_number;
  };
  CaseRow look_up(const protocol::TrackingCode& code);

 private:
  /// From this place to the next one under the kiosk's signature, which covers them all; of lost places as many
  /// as follow one another.
  protocol::Batch batch_from(int kiosk, int epoch, int sequence);
  explicit IngestStore(Database database) : database_(std::move(database)) {}
  Statement& statement(const char* sql);

  Database database_;
  std::map<const char*, Statement> statements_;  ///< by the address of the literal
  bool failed_ = false;
};

}  // namespace pishkhan::backend
