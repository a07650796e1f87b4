#pragma once

#include "kiosk/demo/city_backend.h"
#include "tests/end-to-end/at_kiosk.h"
#include "tests/runner/test_folder.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace pishkhan::e2e {

namespace fs = std::filesystem;

using test::TestFolder;

inline fs::path sample_city() {
  return fs::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh";
}

/// Backend programs, network cable, a machine with simulated devices, the real kiosk, and a finger.
class WholeCity : public AtKiosk {
 public:
  explicit WholeCity(const fs::path& city_pack = sample_city(), const fs::path& folder = {})
      : city_pack_(city_pack), place_(folder.empty() ? folder_.path() : folder) {
    auto started = demo::CityBackend::start({PISHKHAN_PROGRAMS, place_ / "backend", city_pack});
    if (started) backend = std::move(*started);
    demo::Machine::Setup setup;
    setup.folder = place_ / "machine";
    setup.city_pack = city_pack_;
    if (backend != nullptr) setup.keys = backend->kiosk_keys();
    if (backend != nullptr) setup.cards = &backend->cards();
    make_machine(std::move(setup));
  }
  ~WholeCity() { switch_off(); }

  [[nodiscard]] bool switch_on() { return backend != nullptr && AtKiosk::switch_on(); }
  [[nodiscard]] const fs::path& folder() const { return place_; }
  /// What cases has opened so far, in order of arrival.
  [[nodiscard]] nlohmann::json requests() const {
    const auto listing = nlohmann::json::parse(backend->requests_json(), nullptr, false);
    return listing.is_object() ? listing.value("requests", nlohmann::json::array()) : nlohmann::json::array();
  }
  [[nodiscard]] bool await_requests(std::size_t count) {
    return robot->wait_for([this, count] { return requests().size() >= count; });
  }
  /// How the kiosk last said that it is; null: it has said nothing.
  [[nodiscard]] nlohmann::json health() const {
    const auto said = backend->staff({"health", "--json"});
    const auto all = said ? nlohmann::json::parse(*said, nullptr, false) : nlohmann::json();
    if (!all.is_object() || all["kiosks"].empty()) return {};
    return all["kiosks"][0]["health"];
  }
  [[nodiscard]] bool await_health(const std::function<bool(const nlohmann::json&)>& holds) {
    return robot->wait_for([this, &holds] {
      const auto now = health();
      return now.is_object() && holds(now);
    });
  }

 private:
  TestFolder folder_;
  fs::path city_pack_;
  fs::path place_;

 public:
  std::unique_ptr<demo::CityBackend> backend;
};

}  // namespace pishkhan::e2e
