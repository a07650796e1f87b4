#pragma once

#include "base/core/clock.h"
#include "base/core/random.h"
#include "base/services/catalogue.h"
#include "offline-queue/protocol/chain.h"
#include "offline-queue/updates/pack_in_force.h"
#include "offline-queue/updates/updater.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::workers {

/// What the city says to this kiosk, and what the kiosk does about it: packs are fetched and handed over,
/// remote settings applied, staff's orders carried out once each with an audit entry in the chain, stages of
/// cases kept for when the network is gone. The book is opened on the screen's thread at the start, since its
/// pack is the first that is shown; from then on the sync thread owns all of it. Calls block on the disk.
class CityNews {
 public:
  enum class Audited {
    Durable,
    NotNow,  ///< ask again
    Never,   ///< nothing is added to this chain any more
  };
  /// What the news act on. Called on the owner's thread.
  class House {
   public:
    virtual ~House() = default;
    /// Appends an entry, unless one of `unless` is among the chain's last records already.
    virtual Audited audit(const protocol::AuditEntry& entry,
                          const std::vector<protocol::AuditEntry>& unless) = 0;
    /// Staff's reason, or nothing: the counter is open.
    virtual void close_counter(const std::optional<std::string>& reason) = 0;
    /// The next visit begins with this pack.
    virtual void show(std::unique_ptr<const services::Catalogue> pack) = 0;
    /// All three of remote_settings.h, as they are now.
    virtual void apply(const protocol::RemoteSettings& settings) = 0;
    virtual void restart() = 0;
    virtual void sync_now() = 0;
    virtual void send_health() = 0;
  };
  struct Setup {
    std::filesystem::path folder;  ///< of the book and the packs; made if it is not there
    int kiosk = 0;
    int epoch = 0;
    const protocol::VerifyingKey* update_key = nullptr;  ///< outlives this
    const Clock* clock = nullptr;
    Random* random = nullptr;
    std::string program_version;
    protocol::RemoteSettings own;  ///< the three values of the kiosk's configuration file
    sync::Backoff::Limits limits;
    /// A rig's, in milliseconds instead of the settings' seconds; 0: as the settings say.
    std::chrono::milliseconds period_of_a_rig{0};
    store::Files* files = nullptr;  ///< nothing: the system's
  };
  explicit CityNews(Setup setup);

  /// Opens the book; call it once, before the owner's thread begins. The pack that is in force, if the city
  /// gave one; a book that cannot be opened now is opened later.
  [[nodiscard]] std::optional<services::Catalogue> begin();
  [[nodiscard]] std::optional<std::string> closed() const;

  /// Asks the city one question at most. How long until the next.
  std::chrono::milliseconds ask(updates::UpdateSource& source, House& house, WallTime certainly_passed);
  /// Applies settings and carries out what orders there are; asks nobody, so it goes on without a network.
  void act(House& house, WallTime certainly_passed);

  /// What the city last said of a request of this kiosk, verified now.
  [[nodiscard]] std::optional<updates::KnownCase> case_at(int sequence) const;
  /// The fields that are about the way down.
  void fill(protocol::Health& health) const;
  [[nodiscard]] std::optional<WallTime> server_time() const { return server_time_; }  ///< of the last answer

 private:
  /// An order that is done, or never will be, whose entry is not known to be in the chain yet.
  struct Owed {
    updates::Order order;
    protocol::AuditEntry entry;
    std::vector<protocol::AuditEntry> unless;
    SteadyTime since{0};
  };

  /// False: it is not open, and cannot be opened now.
  bool open_book();
  void lose_book(store::FileFault fault);
  void carry_out_orders(House& house, WallTime now);
  [[nodiscard]] bool take_up(House& house, const updates::Order& order);
  [[nodiscard]] bool settle(House& house);
  void tell_closed(House& house);
  [[nodiscard]] protocol::RemoteSettings settings(WallTime now) const;
  [[nodiscard]] WallTime no_earlier_than(WallTime certainly_passed) const;

  Setup setup_;
  std::unique_ptr<store::Files> own_files_;
  store::Files* files_;
  std::optional<updates::UpdateBook> book_;  ///< nothing: the disk failed; it is opened again
  updates::PackShelf shelf_;
  updates::Updater updater_;
  std::optional<Owed> owed_;
  std::optional<protocol::RemoteSettings> applied_;
  std::optional<std::string> closed_;
  std::optional<std::string> told_closed_;
  bool closed_told_ = false;
  std::optional<WallTime> server_time_;
  SteadyTime next_open_{SteadyTime::min()};
  int boots_ = 0;
  std::string update_fault_;
  int refused_ = 0;
  int unknown_ = 0;
};

}  // namespace pishkhan::workers
