#pragma once

#include "offline-queue/reference-backend/ingest_store.h"
#include "offline-queue/reference-backend/kiosk_book.h"

#include <optional>
#include <variant>
#include <vector>

namespace pishkhan::backend {

/// Ingest's tables of enrolment: its copy of the book of kiosks, the codes, and of each code and each renewing
/// epoch one request with its answer. So their size is bounded by what staff did, whatever strangers send.
/// Within the caller's transaction. Thread: the writer's.
class IngestEnrolments {
 public:
  /// Makes the tables if they are not there.
  static bool prepare(Database& database);
  explicit IngestEnrolments(IngestStore& store) : store_(store) {}

  std::vector<EnrolledEpoch> entries();
  std::vector<protocol::BookCode> codes();
  /// True: the book was changed by it.
  bool merge_entries(const std::vector<EnrolledEpoch>& entries);
  protocol::BookTaken take(const protocol::BookReport& report);

  /// So that cases gives its book anew.
  void forget_digest();
  void count_try(const protocol::BookCode& code);

  struct Question {
    int kiosk = 0;
    int epoch = 0;  ///< 0: by code
    protocol::Hash verifier{};
    protocol::PublicPoint key{};
    Bytes certificate_request;
    protocol::Hash proof{};
    WallTime expires_at{};       ///< of the code
    std::string present_serial;  ///< of the certificate that a renewing kiosk showed
    WallTime present_since{};    ///< and when that begins
    WallTime now{};
  };
  struct StillWaiting {};
  using Reply = std::variant<StillWaiting, protocol::ProblemType, protocol::EnrolmentAnswer>;
  /// The answer, if it is there; else the question waits for cases (once).
  Reply ask(const Question& question);

  protocol::EnrolmentsPage waiting();
  /// How many waiting requests were answered.
  int answer(const protocol::EnrolmentAnswers& answers);

 private:
  Statement prepare(const char* sql) { return store_.database().prepare(sql); }
  void step(Statement& statement);
  void put(const Question& question);
  std::optional<EnrolledEpoch> entry(int kiosk, int epoch);

  IngestStore& store_;
};

}  // namespace pishkhan::backend
