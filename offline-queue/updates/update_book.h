#pragma once

#include "offline-queue/protocol/updates.h"
#include "offline-queue/updates/journal.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace pishkhan::updates {

/// An order of the staff whose turn it is.
struct Order {
  enum class State {
    Fresh,        ///< never begun: do it now
    Interrupted,  ///< begun before the program last ended; it may have been done. Never done again: tell
    Expired,      ///< its time passed before it was begun: not done. Tell
  };
  State state = State::Fresh;
  int kiosk = 0;  ///< its target: this kiosk, or protocol::UpdateItem::all_kiosks
  std::uint64_t number = 0;
  protocol::CommandUpdate command;
};

/// What the book shows of a case of this kiosk.
struct KnownCase {
  protocol::CaseUpdate update;
  WallTime as_of{};  ///< when the city said so
};

/// What the city has told this kiosk, durably: the newest number of each kind and target (nothing old is ever
/// taken again, restart or not), the stages of this kiosk's cases, the configuration, the wanted and the active
/// catalogue, and the staff's orders, each begun at most once. It holds the signed items themselves and
/// verifies those in force again at every start. No personal data. Thread: one owner; calls block on the disk.
class UpdateBook {
 public:
  struct Setup {
    std::filesystem::path folder;  ///< made if it is not there
    int kiosk = 0;
    int epoch = 0;
    const protocol::VerifyingKey* update_key = nullptr;  ///< outlives the book
    store::Files* files = nullptr;                       ///< nothing: the system's
    std::string program_version;
    /// Of so many cases, those with the highest numbers, the book knows the stage; of an older one the backend
    /// is asked. 40 days at 500 requests a day: by then most services have answered. It bounds memory and disk.
    std::size_t most_cases = 20'000;
  };
  static Result<UpdateBook, store::FileFault> open(Setup setup);

  // -- taking
  struct Taken {
    int fresh = 0;      ///< items that are new
    int known = 0;      ///< already here, or older: refused as a replay
    int refused = 0;    ///< bad signature, not for this kiosk, or a payload that breaks its rules
    int unknown = 0;    ///< of kinds that this program does not know
    std::string fault;  ///< word for the last one refused: "bad-signature", "other-kiosk", "malformed"
  };
  /// Keeps a page with one write; all of it or a beginning of it is there after a power cut. An item that is
  /// refused does not stop the ones behind it. After a fault, open the book again before the next page.
  Result<Taken, store::FileFault> take(const protocol::UpdatesPage& page);
  /// Where to ask on. Another version of the program asks from the beginning, since it may know more kinds.
  [[nodiscard]] const std::string& cursor() const { return cursor_; }

  // -- what is in force
  [[nodiscard]] std::optional<KnownCase> case_at(int sequence) const;
  /// This kiosk's own values before those for all; only what has not expired at `now`.
  [[nodiscard]] protocol::RemoteSettings settings(WallTime now) const;
  /// Staff's reason for having the counter closed; nothing: it is open.
  [[nodiscard]] const std::optional<std::string>& closed() const { return closed_; }
  /// No earlier than this is the present time: when the newest verified item was issued.
  [[nodiscard]] WallTime newest_issue() const { return newest_issue_; }
  [[nodiscard]] int boots() const { return boots_; }

  // -- the catalogue
  /// The newest announced pack, if it is neither active nor refused nor expired.
  [[nodiscard]] std::optional<protocol::CatalogueUpdate> wanted_pack(WallTime now) const;
  [[nodiscard]] const std::optional<protocol::Hash>& active_pack() const { return active_; }
  [[nodiscard]] const std::optional<protocol::Hash>& previous_pack() const { return previous_; }
  /// From now on, also after a restart. The one before is kept as the previous one.
  Result<void, store::FileFault> activate(const protocol::Hash& hash);
  /// None is active any more: its file is gone or damaged, so it is fetched again if it is still the newest.
  Result<void, store::FileFault> deactivate();
  /// It will not be fetched again.
  Result<void, store::FileFault> refuse(const protocol::Hash& hash);

  // -- the staff's orders
  /// The oldest one that is not done; `now` is a time that has certainly passed.
  [[nodiscard]] std::optional<Order> next_order(WallTime now) const;
  /// Call before doing it: then it is never begun again. Closing and opening the counter takes effect here.
  Result<void, store::FileFault> begin(const Order& order);
  /// Call once its audit record is durable; then it is forgotten but for its number.
  Result<void, store::FileFault> finish(const Order& order);

 private:
  using Place = std::pair<std::uint16_t, int>;  ///< kind and target
  struct Pending {
    protocol::SignedUpdate item;
    bool begun = false;
  };

  UpdateBook(Setup setup, std::unique_ptr<store::Files> own, Journal journal);
  void replay(const std::vector<Journal::Entry>& entries);
  void replay_one(const Journal::Entry& entry);
  void apply(const protocol::SignedUpdate& update, const protocol::UpdateItem& item);
  [[nodiscard]] std::string judged(const protocol::UpdateItem& item) const;
  [[nodiscard]] std::optional<protocol::UpdateItem> last(protocol::UpdateKind kind, int target) const;
  [[nodiscard]] std::vector<Journal::Entry> everything() const;
  Result<void, store::FileFault> compact_if_large();
  Result<void, store::FileFault> note(std::span<const Journal::Entry> entries);

  Setup setup_;
  std::unique_ptr<store::Files> own_files_;
  Journal journal_;
  std::size_t size_after_rewrite_ = 0;

  std::map<Place, protocol::SignedUpdate> last_;
  std::map<int, protocol::SignedUpdate> cases_;              ///< by sequence; at most `most_cases`
  std::map<std::pair<std::uint64_t, int>, Pending> orders_;  ///< by number and target
  std::optional<protocol::Hash> active_;
  std::optional<protocol::Hash> previous_;
  std::optional<protocol::Hash> refused_;  ///< the last one; an older one is not wanted any more
  std::optional<std::string> closed_;
  std::string cursor_;
  WallTime newest_issue_{};
  int boots_ = 0;
};

}  // namespace pishkhan::updates
