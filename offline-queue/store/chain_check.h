#pragma once

#include "offline-queue/store/recovered_queue.h"

#include <map>
#include <string_view>
#include <vector>

namespace pishkhan::store {

/// What is wrong with one place of a chain; file-format.md, "Verifying", has the rules.
enum class PlaceVerdict {
  Sound,
  Missing,       ///< no row, though the head file or a later row says that there was one
  Unreadable,    ///< the row cannot be read, a column has a wrong size, or the header names another place
  BadPayload,    ///< the payload is not the one that the header was made for
  BadLink,       ///< the hash does not join the record before
  BadSignature,  ///< the hash is not signed by the kiosk's key
  Unproven,  ///< whole in itself, but the hash of the record before is lost, so nothing ties it to its place
};
/// "sound", "missing", "unreadable", "bad-payload", "bad-link", "bad-signature", "unproven".
[[nodiscard]] std::string_view name(PlaceVerdict verdict);
/// "missing", "matches", "truncated", "forked", "damaged".
[[nodiscard]] std::string_view name(Findings::Anchor anchor);

/// Gives each row of a chain, in order, its verdict. Unlike the store at start it looks at every signature.
/// Without a key it looks at no signature. Thread: one at a time.
class ChainCheck {
 public:
  /// `key` outlives it, or is null.
  ChainCheck(int kiosk, int epoch, const protocol::VerifyingKey* key)
      : key_(key), previous_(protocol::chain_start(kiosk, epoch)) {}
  [[nodiscard]] PlaceVerdict next(const RecoveredRow& row);
  /// The hash that the next record must join; nothing: it is lost.
  [[nodiscard]] const std::optional<protocol::Hash>& previous() const { return previous_; }

 private:
  const protocol::VerifyingKey* key_;
  std::optional<protocol::Hash> previous_;
};

/// All that `verify` says.
struct ChainReport {
  int sound = 0;
  int erased = 0;  ///< of the sound ones: opened at the backend, only the link is kept
  struct Broken {
    int sequence = 0;
    PlaceVerdict verdict = PlaceVerdict::Sound;
  };
  std::vector<Broken> broken;
  Findings::Anchor anchor = Findings::Anchor::Matches;
  [[nodiscard]] bool whole() const { return broken.empty() && anchor == Findings::Anchor::Matches; }
};

[[nodiscard]] ChainReport check_chain(RecoveredQueue& queue, const protocol::VerifyingKey* key);

}  // namespace pishkhan::store
