#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "base/core/random.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/sync_jobs.h"
#include "offline-queue/protocol/device_secret.h"
#include "offline-queue/protocol/enrolment.h"
#include "offline-queue/protocol/signing_key.h"
#include "offline-queue/store/store.h"
#include "offline-queue/sync/key_folder.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace pishkhan::workers {

/// Who this kiosk is: what enrolment gave it and its own secrets. Loaded once at start, owned by main.
struct Identity {
  protocol::Enrolment enrolment;
  protocol::SigningKey kiosk_key;
  protocol::DeviceSecret device_secret;
  protocol::VerifyingKey ingest_key;
  protocol::VerifyingKey cases_key;
  protocol::VerifyingKey update_key;
  sync::KeySet keys{};  ///< the files it came from
};

struct IdentityFault {
  std::string staff_code;  ///< "NOT-ENROLLED", "ENROLMENT", "DEMO-KEYS", "KEYS", "TPM"
  std::filesystem::path file;
  std::string what;  ///< for the log
};

/// Reads enrolment.json, signing.pem and device.secret from a folder. `place` says where the signing key lies;
/// one that lies elsewhere is refused.
[[nodiscard]] Result<std::unique_ptr<Identity>, IdentityFault> load_identity(
    const std::filesystem::path& folder, protocol::KeyPlace place);

/// How the queue is, for health. Nothing personal.
struct QueueCondition {
  std::string store;  ///< "ok", or what hinders filing: "not-enrolled", "disk-full", "QUEUE-CHAIN"; or what
                      ///< hinders nothing yet: "QUEUE-HEAD", the head file cannot be written
  std::string room;   ///< "enough", "low", "too-little", "unknown"
  store::Counts counts;
  int damaged = 0;
  store::Usage usage;
};

/// The queue's thread, sole owner of the store: seals, signs and commits requests, records print outcomes,
/// finds codes again, and serves the sync thread. Everything borrowed must outlive it.
class QueueWorker {
 public:
  struct Setup {
    std::filesystem::path folder;  ///< of the store
    std::uint64_t least_room_bytes = 64U << 20;
    std::uint64_t budget_bytes = store::Options().budget_bytes;
    store::Durability durability = store::Durability::Full;
    const Identity* identity = nullptr;  ///< null: not enrolled, nothing is filed
    const Clock* clock = nullptr;
    Mailbox<visit::Event>* events = nullptr;
    SyncJobs* sync = nullptr;  ///< what the store cannot answer is asked there; new filings are told
    // Seams for the rigs; see store::Options.
    store::Files* files = nullptr;
    std::string vfs;
    int wal_pages = store::Options().wal_pages;
    Random* random = nullptr;  ///< nothing: the system's
  };
  explicit QueueWorker(Setup setup);
  /// Begins the thread. The three steps below are what it does; the fleet's simulation, which has one thread
  /// for all, calls them itself and never start().
  void start();
  void open_store();
  /// Carries out every job that waits.
  void work_off();
  /// Anchoring the head, forgetting, opening again: when no job waits, and after a job as soon as one is
  /// overdue.
  void housekeeping();

  void file(visit::effect::File job) { jobs_.post(std::move(job)); }
  void record(visit::effect::RecordPrint job) { jobs_.post(job); }
  void recover(visit::effect::Recover job) { jobs_.post(std::move(job)); }
  /// Only the newest visit's question matters.
  void look_up(visit::effect::LookUp job) {
    jobs_.replace_or_post(std::move(job), [](const Job& waiting) {
      return std::holds_alternative<visit::effect::LookUp>(waiting);
    });
  }
  /// Twenty ended visits while a job runs are one reason to forget; each job wipes up behind itself, too.
  void forget() {
    jobs_.replace_or_post(Forget{}, [](const Job& job) { return std::holds_alternative<Forget>(job); });
  }
  /// Runs a task of the sync thread on the store (null if it could not be opened).
  using Task = std::function<void(store::Store*)>;
  void post(Task task) { jobs_.post(std::move(task)); }
  /// Remote settings: below this much free disk no visit begins.
  void keep_free(std::uint64_t least_room_bytes) {
    jobs_.replace_or_post(LeastRoom{least_room_bytes},
                          [](const Job& job) { return std::holds_alternative<LeastRoom>(job); });
  }
  /// Staff have revoked this epoch: nothing more is filed that nobody would read. What is there stays and can
  /// be exported; a new epoch needs a new code. Kept beside the queue (`queue.revoked`), so that a restart
  /// without a network does not forget it, until the backend takes this epoch's records again.
  void epoch_revoked(bool revoked) {
    jobs_.replace_or_post(Revoked{revoked},
                          [](const Job& job) { return std::holds_alternative<Revoked>(job); });
  }
  /// Calls `told` on the queue's thread.
  void ask_condition(std::function<void(const QueueCondition&)> told) {
    jobs_.post(Task([this, told = std::move(told)](store::Store*) { told(condition()); }));
  }
  enum class Audited {
    Durable,
    NotNow,  ///< the disk is full or failing
    Never,   ///< nothing is added to this chain any more
  };
  /// Appends an audit entry, unless one of `unless` is among the last records: after a power cut nobody else
  /// knows whether it was appended. Calls `told` on the queue's thread.
  void audit(const protocol::AuditEntry& entry, std::vector<protocol::AuditEntry> unless,
             std::function<void(Audited)> told) {
    jobs_.post(Task([this, entry, unless = std::move(unless), told = std::move(told)](store::Store*) {
      told(append_audit(entry, unless));
    }));
  }
  /// The newest time that the backend told; goes into each request as evidence. It waits for nobody: the
  /// backend tells it with each answer, also while this thread waits for a slow disk.
  void server_said(WallTime time) {
    const std::int64_t told = time.time_since_epoch().count();
    // Never back: what was once told has passed, whatever is told now.
    for (std::int64_t before = last_server_ms_; before < told;) {
      if (last_server_ms_.compare_exchange_weak(before, told)) break;
    }
  }

 private:
  struct Forget {};
  struct LeastRoom {
    std::uint64_t bytes = 0;
  };
  struct Revoked {
    bool revoked = false;
  };
  /// What is posted without waiting for an answer and more than once a visit replaces the one that waits.
  using Job = std::variant<visit::effect::File, visit::effect::RecordPrint, visit::effect::Recover,
                           visit::effect::LookUp, Forget, LeastRoom, Revoked, Task>;

  void run(const std::stop_token& stop);
  void carry_out(Job& job);
  [[nodiscard]] bool housekeeping_overdue() const;
  /// Something was appended.
  void anchor_soon();
  void anchor_now();
  [[nodiscard]] bool key_signs() const;
  [[nodiscard]] std::optional<WallTime> last_server_time() const;
  void tell_state();
  void file_request(visit::effect::File& job);
  [[nodiscard]] std::optional<store::Draft> seal(const visit::effect::File& job,
                                                 const store::Place& place) const;
  [[nodiscard]] visit::FiledRequest filed(const protocol::TrackingCode& code, const protocol::RequestId& id,
                                          const protocol::Record& record, const std::string& service,
                                          const std::string& fingerprint) const;
  void record_print(const visit::effect::RecordPrint& job);
  /// What kept it from being recorded; it is tried again if time may change that.
  [[nodiscard]] std::optional<store::StoreFault> try_record_print(const visit::effect::RecordPrint& job);
  [[nodiscard]] bool was_last_record(int request_sequence, protocol::PrintOutcome outcome) const;
  void record_kept_prints();
  [[nodiscard]] Audited append_audit(const protocol::AuditEntry& entry,
                                     const std::vector<protocol::AuditEntry>& unless);
  [[nodiscard]] bool among_the_last(const std::vector<protocol::AuditEntry>& entries);
  [[nodiscard]] QueueCondition condition();
  [[nodiscard]] store::RoomLimits room_limits() const;
  void set_least_room(std::uint64_t bytes);
  void keep_revocation(bool revoked);
  [[nodiscard]] bool revocation_kept();
  [[nodiscard]] store::Files& files() { return setup_.files != nullptr ? *setup_.files : *system_files_; }
  void recover_code(const visit::effect::Recover& job);
  void look_up_here(visit::effect::LookUp& job);
  [[nodiscard]] static bool needs_reopening(store::StoreFault fault);
  void reopen(store::StoreFault why);
  /// Tells the log when it changes.
  [[nodiscard]] store::Room room();
  [[nodiscard]] bool came_through(const protocol::RequestId& id, const visit::effect::File& job);
  [[nodiscard]] bool waits_here(int sequence) const;
  void tell_filed(const visit::effect::File& job, const protocol::Record& record);

  Setup setup_;
  SystemRandom system_random_;
  std::unique_ptr<store::Files> system_files_ = store::system_files();
  Mailbox<Job> jobs_{64};
  std::unique_ptr<store::Store> store_;
  std::optional<store::StoreFault> fault_;
  bool revoked_ = false;
  bool read_revocation_ = false;
  std::atomic<std::int64_t> last_server_ms_{0};  ///< 0: it told none yet
  std::optional<SteadyTime> anchor_by_;          ///< nothing: all of the chain is anchored
  std::optional<store::StoreFault> anchor_fault_;
  SteadyTime next_purge_{0};
  SteadyTime next_open_{0};
  SteadyTime next_prints_{0};
  std::deque<visit::effect::RecordPrint> kept_prints_;  ///< outcomes that the store did not take yet
  std::map<int, WallTime> unprinted_;  ///< by sequence: until when its code can be fetched again
  std::optional<std::optional<visit::FilingFault>> told_;
  bool told_recovery_ = false;
  store::Room told_room_ = store::Room::Enough;
  std::string told_staff_code_;
  std::jthread thread_;
};

}  // namespace pishkhan::workers
