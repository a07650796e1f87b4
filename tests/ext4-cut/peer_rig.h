#pragma once

#include "tests/ext4-cut/store_rig.h"

#include <string>

namespace pishkhan::ext4_cut {

/// What became of the acknowledgements of somebody else's queue.
struct PeerTally {
  int cuts = 0;
  int acknowledged = 0;  ///< read before their cut
  int lost = 0;          ///< of those, not there after the restart
  int cuts_with_loss = 0;
  bool rig_failed = false;  ///< the figures say nothing
};
[[nodiscard]] std::string describe(const PeerTally& tally);

/// The same cuts under a peer (tests/bench/peers), each on a new disk.
[[nodiscard]] PeerTally cut_the_peer(const Places& places, const std::string& peer, int cuts,
                                     std::uint64_t seed);

/// The process under test: starts the peer on its disk and tells "ack NUMBER" for each message.
[[nodiscard]] int run_peer(const std::filesystem::path& disk, const std::string& peer);

}  // namespace pishkhan::ext4_cut
