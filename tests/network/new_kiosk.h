#pragma once

#include "offline-queue/reference-backend/cases_kiosks.h"
#include "offline-queue/sync/enrolling.h"
#include "offline-queue/sync/pump.h"
#include "offline-queue/sync/renewal.h"
#include "tests/network/counter.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::network_test {

/// A kiosk that has no keys yet, at a counter's backend, and what staff do for it. Cases polls whenever the
/// kiosk waits for it. Thread: the test's.
class NewKiosk {
 public:
  NewKiosk(Counter& city, const std::string& name, protocol::KeyPlace place = protocol::KeyPlace::File);
  ~NewKiosk();
  NewKiosk(const NewKiosk&) = delete;
  NewKiosk& operator=(const NewKiosk&) = delete;

  // Staff:
  protocol::EnrolmentCode code(int kiosk, std::chrono::hours valid = std::chrono::hours(24));
  /// Nobody issued it.
  protocol::EnrolmentCode foreign_code(int kiosk);
  void revoke(int kiosk, int epoch);
  std::vector<backend::CasesKiosks::CodeRow> codes();

  // The technician:
  Result<sync::Enrolled, sync::EnrolFault> enrol(const protocol::EnrolmentCode& code,
                                                 sync::EnrolWith with = sync::EnrolWith::NewKey);
  /// One request with the pending key, and with the key that is in force.
  protocol::EnrolRequest request(const protocol::EnrolmentCode& code);
  protocol::EnrolRequest request_again(const protocol::EnrolmentCode& code);
  Result<sync::EnrolmentReply, sync::SyncFault> ask(const protocol::EnrolRequest& request);
  /// The same by another port.
  Result<sync::EnrolmentReply, sync::SyncFault> ask(const protocol::EnrolRequest& request, std::uint16_t port,
                                                    std::chrono::milliseconds deadline);

  // The kiosk, with what counts in its folder of keys:
  void start();
  void start_earlier(const sync::KeySet& set);
  void stop() { store_.reset(), client_.reset(), kiosk_key_.reset(); }
  /// Opens its connection; start() does, but not with a TPM.
  void connect();
  void file(int number);
  sync::PumpReport pump();
  sync::Client& client() { return *client_; }
  store::Store& store() { return *store_; }
  sync::Renewal::Report renew(WallTime now);
  sync::Renewal::What renew_until_done(WallTime now);

  [[nodiscard]] std::filesystem::path keys() const { return folder_ / "keys"; }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "data"; }
  [[nodiscard]] const protocol::Enrolment& enrolment() const { return *enrolment_; }
  protocol::ClientCertificate certificate();
  std::string authority_pem();

 private:
  protocol::EnrolRequest request_with(const protocol::EnrolmentCode& code, const protocol::SigningKey& key);
  sync::Endpoint enrolment_endpoint();

  Counter& city_;
  protocol::KeyPlace place_;
  std::function<void(const sync::Exchange&, const sync::Answer&)> observer_;
  std::filesystem::path folder_;
  std::optional<protocol::Enrolment> enrolment_;
  std::optional<protocol::SigningKey> kiosk_key_;
  std::optional<protocol::VerifyingKey> ingest_key_;
  std::optional<protocol::VerifyingKey> cases_key_;
  std::unique_ptr<store::Store> store_;
  std::optional<sync::Client> client_;
  std::optional<sync::Pump> pump_;
};

/// A stranger at the enrolment port.
class Flood {
 public:
  explicit Flood(Counter& city);
  /// Wrong passes for a kiosk's number; how many were refused as such.
  int guess(int kiosk, int times);
  /// Bodies that are none; how many were refused as such.
  int garbage(int times);
  /// The status of the answer to a GET.
  int asks(const std::string& target);
  /// Of ingest's database and its WAL, after what waits was folded back.
  std::uintmax_t disk_bytes();

 private:
  Counter& city_;
};

}  // namespace pishkhan::network_test
