#pragma once

#include "offline-queue/protocol/enrolment_messages.h"
#include "offline-queue/reference-backend/cases_store.h"
#include "offline-queue/reference-backend/city_keys.h"

#include <optional>
#include <string>
#include <vector>

namespace pishkhan::backend {

/// The city's book of kiosks, and the enrolment codes that were given out, in cases' database beside its own
/// tables. This is the original: what ingest holds is a copy, given to it again whenever it has another one (a
/// restored database). Calls that write belong inside a transaction. Thread: the database's owner.
class CasesKiosks {
 public:
  /// Makes the tables if they are not there.
  static bool prepare(Database& database);
  explicit CasesKiosks(Database& database) : database_(database) {}

  /// A new code for a kiosk's number, in the place of an earlier one. Of the code only what scrypt made of it
  /// is kept.
  bool issue_code(int kiosk, const protocol::EnrolmentSecrets& secrets, WallTime now, WallTime expires);

  /// What an epoch signs from now on counts no more. `epoch` 0: every one of that kiosk. How many it was; an
  /// epoch that is not in the book is put there, so that a revocation never has to wait.
  std::optional<int> revoke(int kiosk, int epoch, const std::string& reason, WallTime now);
  /// Since when an epoch is revoked; nothing: it is not.
  std::optional<WallTime> revoked_since(int kiosk, int epoch);

  /// The whole book as ingest gets it. Its digest names the content, so one from a backup is told apart.
  protocol::BookReport book();
  /// Grows with each change of the book by anybody; cheap.
  std::int64_t version();
  /// From an ingest that knows more: an epoch that was never heard of here is taken (or it would be given
  /// twice) but its key is not (or a taken ingest could file for kiosks of its own), a revocation believed, and
  /// another key for a known epoch is only counted. How many of those there were.
  std::optional<int> adopt(const std::vector<protocol::BookEntry>& beyond, WallTime now);
  /// From the city itself: epochs and keys that were given out by hand. A key that is known is never changed.
  bool join(const std::vector<protocol::BookEntry>& entries, WallTime now);
  bool note_tries(const std::vector<protocol::BookCode>& tried);

  /// What records of this epoch must be signed with; nothing: nobody told but perhaps ingest.
  std::optional<protocol::VerifyingKey> key_of(int kiosk, int epoch);
  /// Records without such a proof were passed over, behind this cursor; so were those that no opening key is here
  /// for.
  bool note_unproven(int kiosk, int epoch, const std::string& cursor, int records);
  /// The cursor before the first record that was ever passed over, once the key of any of them has become
  /// known.
  std::optional<std::string> proven_now();
  bool forget_unproven();
  /// At each start: the opening keys in force. With others than before, what was passed over is looked at again.
  bool opens_with(const std::string& key_ids);

  /// Decides about a request that ingest let through, and signs: the code is looked at again here, with the
  /// proof that ingest cannot make. The same code with the same key is answered by the same bytes; a key that
  /// is one of this kiosk's active epochs goes on in it; another one gets the next epoch. Nothing: the database
  /// failed.
  std::optional<protocol::EnrolmentAnswers::Answered> answer(const protocol::EnrolmentsPage::Waiting& waiting,
                                                             const CityKeys& keys, const CityKeys::Terms& terms,
                                                             WallTime now);

  struct Row {
    protocol::BookEntry entry;
    WallTime enrolled_at{};
    std::optional<WallTime> certificate_until;
    std::optional<WallTime> revoked_at;
    std::string reason;
    int records = 0;  ///< that cases took
    int refused = 0;  ///< of them after the revocation: they count no more
    bool key_known = false;
    /// Passed over: their signature is not this epoch's key's, or that or the opening key is not known.
    int unproven = 0;
  };
  std::vector<Row> rows();
  struct CodeRow {
    protocol::BookCode code;
    bool used = false;
  };
  std::vector<CodeRow> codes();

 private:
  struct Code;
  std::optional<Code> code(int kiosk);
  std::vector<protocol::BookEntry> entries();
  bool put(const protocol::BookEntry& entry, WallTime now);
  bool changed();
  std::optional<protocol::EnrolmentAnswers::Answered> answer_renewal(
      const protocol::EnrolmentsPage::Waiting& waiting, const protocol::PublicPoint& key, const CityKeys& keys,
      const CityKeys::Terms& terms, WallTime now);
  std::optional<protocol::EnrolmentAnswers::Answered> answer_code(
      const protocol::EnrolmentsPage::Waiting& waiting, const protocol::PublicPoint& key, const CityKeys& keys,
      const CityKeys::Terms& terms, WallTime now);
  /// The epoch that a key goes on in or begins; 0: there is none left.
  int epoch_for(int kiosk, const protocol::PublicPoint& key);
  bool note_certificate(int kiosk, int epoch, WallTime until);

  Database& database_;
};

}  // namespace pishkhan::backend
