#pragma once

#include "base/core/result.h"
#include "kiosk/demo/city_backend.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/protocol/request_body.h"
#include "tests/machine/virtual_machine.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace pishkhan::machine {

/// A municipality for one run: keys and certificates made anew under a CA of its own (a build for citizens
/// refuses the demo's), its catalogue with one more service that wants the card, and the reference backend on this
/// host, which the virtual machine reaches as 10.0.2.2. Thread: one owner.
class TestCity {
 public:
  struct Setup {
    std::filesystem::path folder;
    std::filesystem::path programs;  ///< pishkhan-ingest and pishkhan-cases
  };
  static Result<std::unique_ptr<TestCity>, Trouble> found(const Setup& setup);

  [[nodiscard]] demo::CityBackend& backend() { return *backend_; }
  [[nodiscard]] const demo::CityCards& cards() const { return backend_->cards(); }
  [[nodiscard]] std::filesystem::path catalogue() const { return folder_ / "city"; }
  /// The enrolled kiosk's keys, whose backend is 10.0.2.2.
  [[nodiscard]] std::filesystem::path kiosk_keys() const { return folder_ / "keys-for-kiosk"; }
  /// The same with a backend that is nowhere: for the twin, which must never send anything.
  [[nodiscard]] std::filesystem::path twin_keys() const { return folder_ / "keys-for-twin"; }
  /// Of another person each time; its check digit is right.
  [[nodiscard]] std::string next_national_id();
  /// The public key of the city, PEM: verifies receipts.
  [[nodiscard]] std::string city_key_pem() const;

  /// The requests that *cases* has opened, in order of arrival; read from its database while it runs.
  struct Opened {
    protocol::Verdict verdict = protocol::Verdict::Missing;
    protocol::Request request;
  };
  [[nodiscard]] Result<std::vector<Opened>, Trouble> opened() const;

  /// The file system of the data partition as enrolment leaves it: kiosk.toml, keys, catalogue.
  [[nodiscard]] Result<void, Trouble> write_data_partition(const std::filesystem::path& disk) const;

  static constexpr const char* service = "complaint-by-card";
  /// The same with one question only, for who files often.
  static constexpr const char* short_service = "complaint-by-card-short";

 private:
  explicit TestCity(std::filesystem::path folder) : folder_(std::move(folder)) {}
  [[nodiscard]] bool write_catalogue() const;
  [[nodiscard]] bool write_certificates(const std::filesystem::path& programs) const;
  [[nodiscard]] bool write_enrolment(const std::filesystem::path& target, const std::string& url) const;

  std::filesystem::path folder_;
  std::unique_ptr<demo::CityBackend> backend_;
  int citizens_ = 0;
};

}  // namespace pishkhan::machine
