#pragma once

#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/secret_bytes.h"
#include "offline-queue/reference-backend/sqlite.h"

#include <optional>
#include <string>
#include <vector>

namespace pishkhan::backend {

/// What cases keeps: every record that it took, with its verdict, and the cases. The bodies are readable here,
/// so the file is the municipality's most private one (mode 0600). Thread: one owner; a ReadOnly one may look
/// on.
class CasesStore {
 public:
  static Result<CasesStore, DatabaseFault> open(const std::filesystem::path& file, Sharing sharing,
                                                const std::string& vfs = {});

  /// For tables beside these, within the same transactions (cases_updates.h).
  [[nodiscard]] Database& database() { return database_; }
  bool begin() { return database_.begin(); }
  bool commit() { return database_.commit(); }
  void roll_back() { database_.roll_back(); }

  /// Empty: from the beginning. Nothing: the database failed.
  std::optional<std::string> cursor();
  bool set_cursor(const std::string& cursor);
  struct Said {
    protocol::Verdict verdict = protocol::Verdict::Missing;
    protocol::Hash hash{};
  };
  /// What was said about a record; nothing: it was never taken.
  std::optional<Said> said(int kiosk, int epoch, int sequence);
  /// Makes room for a record whose content came after all.
  bool forget_missing(int kiosk, int epoch, int sequence);
  /// The case that a request id, or the same matter, already has.
  std::optional<std::string> case_of_request(const protocol::RequestId& request_id);
  /// Where the case stands now.
  std::optional<std::string> stage_of_case(const std::string& case_number);
  std::optional<std::string> open_case_of_matter(const protocol::Hash& same_matter);
  /// A new case; its number is "<solar year>-<six digits>". Nothing: the database failed.
  std::optional<std::string> new_case(int solar_year, const std::string& service_id,
                                      const std::optional<protocol::Hash>& same_matter, WallTime at);
  struct Taken {
    protocol::OpenedReport::Case report;
    protocol::RecordType type = protocol::RecordType::Request;
    WallTime received_at{};
    std::string reason;
    ByteView body;  ///< canonical request, print report or audit text; the sealed bytes if they do not open
  };
  bool insert(const Taken& taken);

  struct Unreported {
    std::vector<protocol::OpenedReport::Case> cases;
    std::int64_t last = 0;  ///< arrival of the last one
  };
  /// In the order of their arrival.
  Unreported unreported(std::size_t limit);
  /// Ingest has to be told (again) what was said about a record, or about all.
  bool report_again(int kiosk, int epoch, int sequence);
  bool report_everything_again() { return database_.run("UPDATE record SET reported=0"); }
  /// All that was unreported as far as this arrival.
  bool mark_reported(std::int64_t last);
  /// Words under a key that is not in force: ingest would not take them, so they wait until it is again.
  bool set_aside(const std::vector<protocol::OpenedReport::Case>& cases);
  /// Something that is the same at each start, as a rule. True: it is not what it was at the last one, or there was
  /// none; from now on it is. Nothing: the database failed.
  static std::optional<bool> differs_now(Database& database, const std::string& name, const std::string& value);
  /// At each start: the key in force. Words that were set aside under another one are looked at again.
  bool signs_with(const protocol::PublicPoint& key);

  struct Row {
    protocol::OpenedReport::Case report;
    WallTime received_at{};
    std::string reason;
    Bytes body;
  };
  /// The audit entries of kiosks, in order of arrival: `body` is their text.
  std::vector<Row> audits();
  /// The requests of a case that are no Invalid ones. Gives them another stage, too.
  std::vector<Row> move_case(const std::string& case_number, const std::string& stage);
  /// The matter is settled: who files the same again gets a case of its own.
  bool close_case(const std::string& case_number);
  /// The service of a case; nothing if there is no such case.
  std::optional<std::string> service_of_case(const std::string& case_number);
  /// The requests, in order of arrival; only of one case if a number is given.
  std::vector<Row> requests(const std::string& case_number);
  /// Those that arrived after `arrival` (0: all), which becomes the last one's.
  std::vector<Row> requests_since(std::int64_t& arrival);

 private:
  explicit CasesStore(Database database) : database_(std::move(database)) {}
  static std::vector<Row> rows(Statement& query);
  Database database_;
};

}  // namespace pishkhan::backend
