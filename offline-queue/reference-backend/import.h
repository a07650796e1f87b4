#pragma once

#include "offline-queue/reference-backend/ingest.h"

#include <filesystem>
#include <string>

namespace pishkhan::backend {

struct Imported {
  int batches = 0;  ///< stored, or there already
  int refused = 0;
  std::string first_refusal;             ///< the problem's name, "gap"; empty: none
  std::optional<int> expected_sequence;  ///< of the first refusal, if it has one
};

enum class ImportFault { Unreadable, Malformed, DatabaseFailed };

/// Takes the batches of a file that `pishkhan-queue export` wrote from a recovered disk, each exactly as if its
/// kiosk had sent it, and committed by itself. Whoever runs it vouches for nothing but the file: a batch needs
/// its kiosk's signature and an epoch that is not revoked all the same. Repeating it is harmless.
[[nodiscard]] Result<Imported, ImportFault> import_batches(Ingest& ingest, IngestStore& store,
                                                           const std::filesystem::path& file);

}  // namespace pishkhan::backend
