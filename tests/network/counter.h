#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/request_body.h"
#include "offline-queue/reference-backend/cases.h"
#include "offline-queue/reference-backend/ingest_server.h"
#include "offline-queue/store/store.h"
#include "offline-queue/sync/client.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pishkhan::network_test {

/// A temporary folder with demo keys, a real ingest on loopback, a real cases beside it, and a kiosk's store.
/// Thread: the test's.
class Counter {
 public:
  /// `name` of the test, for what is captured between cases and ingest.
  explicit Counter(const std::string& name);
  ~Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  /// A valid complaint that no other number's joins. Returns its request id.
  protocol::RequestId file(int number);
  /// The same, after something in it was changed.
  protocol::RequestId file_changed(int number, const std::function<void(protocol::Request&)>& change);
  /// A record with this instead of a sealed request.
  protocol::RequestId file_raw(const Bytes& payload);
  /// Switches the kiosk's queue off, lets `sql` damage what lies there, and switches it on again.
  void damage(const char* sql);
  /// The kiosk's own way to a port on loopback.
  [[nodiscard]] sync::Endpoint endpoint(std::uint16_t port) const;
  [[nodiscard]] sync::Endpoint cases_endpoint() const;
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }
  backend::IngestServer& ingest() { return *ingest_; }
  backend::Cases& cases() { return *cases_; }
  store::Store& store() { return *store_; }
  backend::CasesStore look_into_cases() const;
  /// As staff's commands do, beside a cases that serves.
  backend::CasesStore write_into_cases() const;
  /// While ingest is off: one transaction in its database.
  void with_ingest_database(const std::function<void(backend::IngestStore&)>& change);
  [[nodiscard]] const protocol::Enrolment& enrolment() const { return *enrolment_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  Random& random() { return random_; }
  /// Stops ingest and starts it again on another port, over the same database.
  void restart_ingest();
  /// Gives cases this opening key, too, and starts both again.
  void retire_opening_key(const std::filesystem::path& file);
  /// The same over none, or over the one that was kept.
  void restart_ingest_empty();
  void keep_ingest_database();
  /// The same of an ingest that goes on running, and is at rest.
  void copy_ingest_database();
  void restore_ingest_database();
  /// Puts cases.kept in the place of cases.db.
  void restore_cases_database();
  /// A valid complaint into any store, under its own enrolment. False: it could not be filed.
  bool file_at(store::Store& store, const protocol::Enrolment& enrolment, int number);

 private:
  void restart_cases();
  SystemClock clock_;
  SystemRandom random_;
  std::filesystem::path folder_;
  std::function<void(const sync::Exchange&, const sync::Answer&)> cases_observer_;
  std::vector<std::filesystem::path> retired_keys_;
  std::unique_ptr<protocol::Enrolment> enrolment_;
  std::unique_ptr<protocol::SigningKey> kiosk_key_;
  std::unique_ptr<protocol::VerifyingKey> ingest_key_;
  std::unique_ptr<protocol::VerifyingKey> cases_key_;
  std::unique_ptr<backend::IngestServer> ingest_;
  std::unique_ptr<backend::Cases> cases_;
  store::Options queue_;
  std::unique_ptr<store::Store> store_;
};

/// Appends every exchange to captured/NAME.jsonl under the build folder, for validate.py.
std::function<void(const sync::Exchange&, const sync::Answer&)> capture(const std::string& name);

/// PISHKHAN_SEED, so that a failing run can be run again; another one each time without it.
std::uint64_t seed_of_this_run();

inline constexpr std::string_view kReceiptSecret = "00912734";

}  // namespace pishkhan::network_test
