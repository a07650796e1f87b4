#pragma once

#include "base/core/clock.h"
#include "kiosk/visit/effect.h"
#include "offline-queue/protocol/receipt_statement.h"
#include "offline-queue/reference-backend/cases_store.h"
#include "offline-queue/store/store.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pishkhan::fleet {

/// What was promised to citizens, kept outside of everything that is tested. It knows what a kiosk accepted,
/// and judges what the backend and the disks hold by it. A record is known by its chain hash. Thread: one.
class Ledger {
 public:
  using Breach = std::function<void(int kiosk, const std::string& what)>;
  Ledger(const protocol::VerifyingKey& city, Breach breach) : city_(city), breach_(std::move(breach)) {}

  /// A request is handed to the queue. What becomes of it is open.
  void attempt(int kiosk, const visit::effect::File& job);
  /// It was filed: the receipt's statement is in hand.
  void accept(int kiosk, const visit::event::Filed& filed);
  /// Its citizen was told that it was not filed.
  void refuse(int kiosk, visit::VisitId visit);
  /// The machine went off with what was under way; it may be on the disk or not.
  void lose_power(int kiosk);

  /// The disk was replaced by an image of itself that ends at `last`: what was accepted after it is not there
  /// any more, and the backend has it only if `stored` reached it.
  void restore(int kiosk, int last);
  /// A bit of the disk turned over: what it held may be gone, if the kiosk says so.
  void damage(int kiosk) { damaged_.insert(kiosk); }
  [[nodiscard]] bool is_damaged(int kiosk) const { return damaged_.contains(kiosk); }
  [[nodiscard]] bool is_restored(int kiosk) const { return restored_.contains(kiosk); }

  /// What cases has just taken: each once, in order behind what came before, intact, and filed here.
  void judge_arrived(const std::vector<backend::CasesStore::Row>& rows);
  /// The same of all that it has taken, from the beginning.
  void judge_opened(const std::vector<backend::CasesStore::Row>& rows);
  /// What a kiosk's disk holds: all that was accepted, and no damage that nobody did.
  void judge_disk(int kiosk, store::Store& queue);
  /// Nothing was erased that is not opened. After judge_opened().
  void judge_erased(int kiosk, store::Store& queue);
  /// Accepted and not opened, of kiosks from which that can be demanded.
  [[nodiscard]] int due() const;
  /// Breaches if something is due.
  void judge_drained();
  /// Of a disk that was restored: never both branches at the backend, and staff were told of it.
  void judge_forks(const std::set<int>& reported);
  [[nodiscard]] long long opened() const { return static_cast<long long>(opened_.size()); }

 private:
  struct Promise {
    int kiosk = 0;
    int sequence = 0;
    visit::VisitId visit = 0;
    std::map<std::string, std::string> values;
    std::string service;
    bool stranded = false;  ///< on a branch that the disk does not hold any more
  };
  void join(Promise promise, const protocol::Hash& head);
  void judge_row(const backend::CasesStore::Row& row, std::map<int, int>& last_of);
  void judge_body(const Promise& promise, const backend::CasesStore::Row& row, const char* what);

  const protocol::VerifyingKey& city_;
  Breach breach_;
  std::map<std::pair<int, visit::VisitId>, Promise> open_;  ///< handed over, no answer yet
  std::vector<Promise> unknown_;                            ///< were under way when the power went
  std::map<protocol::Hash, Promise> accepted_;
  std::map<protocol::Hash, protocol::Verdict> opened_;
  std::map<int, int> last_sequence_;
  std::set<int> damaged_;
  std::set<int> restored_;
  std::map<int, int> restored_to_;
  std::map<int, int> arrived_up_to_;
};

}  // namespace pishkhan::fleet
