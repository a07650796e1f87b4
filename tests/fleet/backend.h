#pragma once

#include "offline-queue/reference-backend/cases.h"
#include "offline-queue/reference-backend/ingest.h"
#include "offline-queue/sync/backoff.h"
#include "tests/fleet/rules.h"
#include "tests/fleet/timeline.h"
#include "tests/fleet/trace.h"
#include "tests/power-cut/model_vfs.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace pishkhan::fleet {

/// The municipality: the real Ingest and the real Cases, each over its own model disk, each of which may lose
/// its power at any write. Thread: one.
class Backend {
 public:
  Backend(const Rules& rules, const Timeline& timeline, Trace& trace, backend::KioskRegister kiosks);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  [[nodiscard]] const protocol::VerifyingKey& ingest_key() const { return ingest_public_; }
  [[nodiscard]] const protocol::VerifyingKey& cases_key() const { return cases_public_; }
  [[nodiscard]] const protocol::OpeningPublicKey& opening_key() const { return opening_public_; }

  /// The power of ingest's (cases') machine goes at one of its next writes to the disk.
  void doom_ingest() { ingest_disk_.cut_after(1 + static_cast<int>(random_.below(60))); }
  void doom_cases() { cases_disk_.cut_after(1 + static_cast<int>(random_.below(200))); }
  /// The next sync of each fails.
  void fail_sync();
  void fill_disks();
  void empty_disks();
  /// A backup of ingest's disk, as it lies there; and the power goes, and that is put back.
  void back_up_ingest();
  void put_ingest_back();
  /// No power is lost from now on, and there is room.
  void calm() {
    empty_disks();
    ingest_disk_.cut_after(-1);
    cases_disk_.cut_after(-1);
  }
  /// Switches both on again, if they are off. False: a database cannot be opened any more.
  [[nodiscard]] bool start_ingest();
  /// `way` carries its questions to ingest.
  [[nodiscard]] bool start_cases(std::unique_ptr<sync::Carrier> way);
  [[nodiscard]] bool ingest_is_up() const { return store_.has_value(); }
  [[nodiscard]] bool cases_is_up() const { return cases_ != nullptr; }
  [[nodiscard]] int restarts() const { return restarts_; }

  /// A request arrives at one of ingest's ports, `copies` times in one transaction. Nothing: there is no
  /// answer, ingest is off or went off.
  [[nodiscard]] std::optional<backend::HttpAnswer> deliver(const backend::HttpRequest& request, int copies);
  /// One poll of cases; how long to wait for the next.
  SteadyTime poll_cases();
  /// What cases has taken. The machine is on.
  [[nodiscard]] std::vector<backend::CasesStore::Row> opened();
  /// What cases has taken since this was last asked; nothing while the machine is off.
  [[nodiscard]] std::vector<backend::CasesStore::Row> arrived();
  /// All that ingest's disk holds.
  [[nodiscard]] const power_cut::ModelDisk& ingest_disk() const { return ingest_disk_; }

 private:
  std::vector<backend::Answering> commit(const std::vector<backend::Work>& works);
  void ingest_goes_off();

  Mutation mutation_;
  const Timeline& timeline_;
  Trace& trace_;
  std::vector<backend::EnrolledEpoch> kiosks_;  ///< as the city enrolled them
  SeededRandom random_;
  TrueClock clock_;
  services::Catalogue catalogue_;
  power_cut::ModelDisk ingest_disk_;
  power_cut::ModelDisk cases_disk_;
  power_cut::ModelVfs ingest_vfs_;
  power_cut::ModelVfs cases_vfs_;
  std::filesystem::path keys_;  ///< cases reads its keys again at every start
  protocol::VerifyingKey ingest_public_;
  protocol::VerifyingKey cases_public_;
  protocol::OpeningPublicKey opening_public_;
  std::unique_ptr<backend::Ingest> ingest_;
  std::optional<backend::IngestStore> store_;
  std::unique_ptr<backend::Cases> cases_;
  sync::Backoff cases_backoff_;
  std::optional<power_cut::ModelDisk::Image> backup_;
  int restarts_ = 0;
  std::int64_t last_arrival_ = 0;
  bool takes_more_ = false;  ///< since arrived() was last asked
};

}  // namespace pishkhan::fleet
