#include "tests/ext4-cut/kiosk_rig.h"

#include "base/core/random.h"
#include "kiosk/demo/child_process.h"
#include "kiosk/demo/city_backend.h"
#include "tests/ext4-cut/loop_disk.h"
#include "tests/ext4-cut/store_setup.h"
#include "tests/ext4-cut/witness.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>

namespace pishkhan::ext4_cut {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr int lives_per_disk = 5;
constexpr std::size_t disk_mebibytes = 256;
constexpr int mobiles_per_life = 1000;
constexpr auto patience = std::chrono::seconds(60);

template <class Holds>
bool wait_for(Holds holds, milliseconds between = milliseconds(10)) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(between);
  }
  return true;
}

/// One kiosk's disk over several power cuts, with a backend of its own.
class City {
 public:
  City(const Places& places, std::uint64_t seed, store::Durability durability, Tally& tally)
      : places_(places),
        folder_(places.work / ("city-" + std::to_string(seed))),
        random_(seed),
        durability_(durability),
        tally_(tally) {}
  City(const City&) = delete;
  City& operator=(const City&) = delete;
  ~City() {
    backend_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  [[nodiscard]] bool prepare() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    fs::create_directories(folder_, ignored);
    auto backend = demo::CityBackend::start(
        {places_.programs, folder_ / "backend", fs::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh"});
    auto disk = LoopDisk::make(disk_mebibytes);
    if (!backend || !disk) return false;
    backend_ = std::move(*backend);
    disk_ = std::move(*disk);
    return true;
  }

  /// From switching on to the cut. False: this city is over.
  [[nodiscard]] bool live_once(int life) {
    if (random_.below(3) == 0)
      backend_->network().cut();
    else
      backend_->network().connect();
    const Witness witness(folder_ / "kiosk.lines");
    auto kiosk = start_kiosk(witness, life, 0);
    if (!kiosk) return rig_failed();
    // Some cuts come while the kiosk starts; the others after some visits, at any point of the next.
    const bool early = random_.below(4) == 0;
    const int visits = early ? 0 : 1 + static_cast<int>(random_.below(3));
    const auto later = milliseconds(random_.below(early ? 700 : 1200));
    const bool came = wait_for([&] {
      return witness.count("stuck") > 0 || !kiosk->running() ||
             (early ? witness.count("starting") > 0 : witness.count("filed") >= visits);
    });
    std::this_thread::sleep_for(later);
    const auto told = witness.read();
    if (!came || witness.count("stuck") > 0 || !kiosk->running()) {
      kiosk->end();
      return did_not_come_up();
    }
    if (!disk_->cut()) return rig_failed();
    kiosk->end();
    if (!disk_->restart()) return rig_failed();
    ++tally_.cuts;
    note(told);
    if (promised_.empty()) ++tally_.cuts_before_first_promise;
    return true;
  }

  /// The last restart: one more visit, then everything arrives, once, and the disk verifies.
  void settle(int life) {
    backend_->network().connect();
    const Witness witness(folder_ / "kiosk.lines");
    auto kiosk = start_kiosk(witness, life, 1);
    const bool came = kiosk && wait_for([&] { return witness.count("done") + witness.count("stuck") > 0; });
    note(witness.read());
    if (!came || witness.count("done") == 0) {
      kiosk.reset();
      static_cast<void>(did_not_come_up());
      return;
    }
    const std::string last = promised_.rbegin()->first;
    // Records go up in order, so behind the last one nothing is still to come.
    const bool arrived = wait_for([&] { return read_listing() && listed_.count(last) > 0; }, milliseconds(200));
    kiosk->end();
    if (!arrived) ++tally_.lost;
    compare();
    verify_disk();
  }

 private:
  bool rig_failed() {
    ++tally_.rig_failures;
    return false;
  }

  /// A kiosk that refuses to go on knows that something is missing. What is?
  bool did_not_come_up() {
    ++tally_.not_opened;
    const auto setup = StoreSetup::load(backend_->kiosk_keys());
    if (!setup) return rig_failed();
    const auto opened = store::Store::open((*setup)->options(disk_->folder() / "queue", durability_));
    for (const auto& [code, mobile] : promised_) {
      const auto place = protocol::TrackingCode::parse(code);
      if (!opened || !place || place->sequence > (*opened)->findings().records) ++tally_.lost;
    }
    return false;
  }

  std::optional<demo::ChildProcess> start_kiosk(const Witness& witness, int life, int visits) const {
    std::error_code ignored;
    fs::remove(witness.file(), ignored);
    auto started = demo::ChildProcess::start(
        places_.own_program,
        {"as-kiosk", "--disk", disk_->folder().string(), "--keys", backend_->kiosk_keys().string(), "--mobile",
         std::to_string(life * mobiles_per_life), "--visits", std::to_string(visits),
         durability_ == store::Durability::Full ? "--full" : "--normal"},
        witness.file());
    if (!started) return std::nullopt;
    return std::optional<demo::ChildProcess>(std::move(*started));
  }

  void note(const std::vector<Witness::Words>& told) {
    for (const auto& words : told) {
      if (words.size() == 2 && words[0] == "printed") ++tally_.receipts;
      if (words.size() != 3 || words[0] != "filed") continue;
      ++tally_.promised;
      // The same code for two citizens: the first one's request was forgotten.
      if (!promised_.emplace(words[1], words[2]).second) ++tally_.lost;
    }
  }

  bool read_listing() {
    const auto listing = nlohmann::json::parse(backend_->requests_json(), nullptr, false);
    if (!listing.is_object()) return false;
    listed_.clear();
    for (const auto& request : listing.value("requests", nlohmann::json::array())) {
      const auto fields = request.value("fields", nlohmann::json::object());
      listed_.emplace(request.value("tracking_code", ""),
                      Listed{fields.value("mobile", ""), request.value("verdict", "")});
    }
    return true;
  }

  void compare() {
    std::map<std::string, int> times;
    for (const auto& [code, request] : listed_) {
      if (++times[request.mobile] > 1) ++tally_.duplicated;
      if (request.verdict != "accepted" && request.verdict != "joined") ++tally_.corrupt;
    }
    for (const auto& [code, mobile] : promised_) {
      const auto found = listed_.equal_range(code);
      if (found.first == found.second)
        ++tally_.lost;
      else if (std::next(found.first) != found.second)
        ++tally_.duplicated;
      else if (found.first->second.mobile != mobile)
        ++tally_.corrupt;
    }
  }

  void verify_disk() {
    const auto setup = StoreSetup::load(backend_->kiosk_keys());
    if (!setup) {
      ++tally_.rig_failures;
      return;
    }
    const auto opened =
        store::Store::open((*setup)->options(disk_->folder() / "queue", store::Durability::Full));
    if (!opened) {
      ++tally_.not_opened;
      return;
    }
    const auto& findings = (*opened)->findings();
    const bool sound = findings.anchor == store::Findings::Anchor::Matches && findings.head_verifies;
    tally_.corrupt += static_cast<int>(findings.damaged.size()) + (sound ? 0 : 1);
  }

  struct Listed {
    std::string mobile;
    std::string verdict;
  };

  const Places& places_;
  fs::path folder_;
  SeededRandom random_;
  store::Durability durability_;
  Tally& tally_;
  std::unique_ptr<demo::CityBackend> backend_;
  std::unique_ptr<LoopDisk> disk_;
  std::map<std::string, std::string> promised_;  ///< by tracking code: who filed it
  std::multimap<std::string, Listed> listed_;    ///< by tracking code: what the backend opened
};

}  // namespace

Tally cut_the_kiosk(const Places& places, int cuts, std::uint64_t first_seed, store::Durability durability) {
  Tally tally;
  const std::uint64_t end_seed = first_seed + static_cast<std::uint64_t>(cuts);
  for (std::uint64_t seed = first_seed; seed < end_seed && tally.cuts < cuts && tally.rig_failures == 0;
       ++seed) {
    City city(places, seed, durability, tally);
    if (!city.prepare()) {
      ++tally.rig_failures;
      break;
    }
    int life = 0;
    bool well = true;
    for (; well && life < lives_per_disk && tally.cuts < cuts; ++life) well = city.live_once(life);
    if (well) city.settle(life);
    if (tally.first_bad_seed == 0 && !tally.flawless()) tally.first_bad_seed = seed;
    // The control has shown what it is there for.
    if (durability != store::Durability::Full && tally.lost > 0) break;
  }
  return tally;
}

}  // namespace pishkhan::ext4_cut
