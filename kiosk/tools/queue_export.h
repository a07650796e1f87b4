#pragma once

#include "offline-queue/store/chain_check.h"

#include <filesystem>

namespace pishkhan::tools {

struct Exported {
  int whole = 0;     ///< with their payloads
  int links = 0;     ///< erased or damaged payloads: only the header, which still verifies
  int left_out = 0;  ///< nothing ties them to their place, or no signature covers them
  int batches = 0;
};

enum class ExportFault { AlreadyThere, CannotWrite };

/// Writes what of a queue verifies with the kiosk's key as batches of the sync protocol (batch.h), as the kiosk
/// itself would have sent them; file-format.md, "Exported files". Never overwrites.
[[nodiscard]] Result<Exported, ExportFault> export_batches(store::RecoveredQueue& queue,
                                                           const protocol::VerifyingKey& key,
                                                           const std::filesystem::path& file);

}  // namespace pishkhan::tools
