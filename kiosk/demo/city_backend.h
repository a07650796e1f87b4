#pragma once

#include "base/core/result.h"
#include "kiosk/demo/child_process.h"
#include "kiosk/demo/city_cards.h"
#include "kiosk/demo/network_switch.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::demo {

enum class BackendFault { NoKeys, IngestDoesNotStart, CasesDoesNotStart, NoSwitch };

/// The municipality's two programs, ingest and cases, as child processes on this machine, and the network
/// cable between them and the kiosk. Thread: one owner.
class CityBackend {
 public:
  struct Places {
    std::filesystem::path programs;  ///< folder of pishkhan-ingest and pishkhan-cases
    std::filesystem::path folder;    ///< keys, databases and logs; made on first use
    std::filesystem::path city_pack;
  };
  static Result<std::unique_ptr<CityBackend>, BackendFault> start(const Places& places);

  /// The kiosk's keys and its enrolment, whose backend is the near end of the network switch.
  [[nodiscard]] std::filesystem::path kiosk_keys() const { return places_.folder / "kiosk-keys"; }
  /// Where a technician's code is taken. A kiosk that is enrolled there finds ingest without the switch.
  [[nodiscard]] std::string enrolment_url() const {
    return "https://127.0.0.1:" + std::to_string(enrolment_port_);
  }
  [[nodiscard]] NetworkSwitch& network() { return *network_; }
  [[nodiscard]] const CityCards& cards() const { return *cards_; }
  void stop();
  /// On the ports it had; whoever was given one of them meanwhile is waited for.
  [[nodiscard]] bool start_again();
  /// What `pishkhan-cases list --json` prints: the opened requests.
  [[nodiscard]] std::string requests_json() const;
  /// What a staff's verb of pishkhan-cases prints ("command", "out-of-service", ...); nothing: it says no. The
  /// options that name the database, the keys and ingest are added.
  [[nodiscard]] std::optional<std::string> staff(std::vector<std::string> words) const;

 private:
  explicit CityBackend(Places places) : places_(std::move(places)) {}
  [[nodiscard]] bool make_keys() const;
  [[nodiscard]] std::optional<BackendFault> start_programs();
  [[nodiscard]] bool enrol_through_switch() const;

  Places places_;
  std::uint16_t port_ = 0;
  std::uint16_t internal_port_ = 0;
  std::uint16_t enrolment_port_ = 0;
  std::unique_ptr<NetworkSwitch> network_;
  std::unique_ptr<CityCards> cards_;
  std::optional<ChildProcess> ingest_;
  std::optional<ChildProcess> cases_;
};

}  // namespace pishkhan::demo
