#pragma once

#include "base/core/result.h"
#include "offline-queue/reference-backend/ingest_store.h"

namespace pishkhan::backend {

/// The batch's entries follow one another from its previous hash, with the hashes they claim. Pure.
[[nodiscard]] bool is_chain(const protocol::Batch& batch);

/// Puts what is new behind what is stored, inside the caller's transaction, and gives a Stored word for every
/// entry: the first one ever given for it. A batch that overlaps what is here is fine (an answer was
/// lost), another record in a taken place is a fork, and missing ones before it are a gap. Either stores
/// nothing. The batch's chain and signature were checked before.
Result<protocol::BatchAnswer, protocol::Problem> store_batch(IngestStore& store, const protocol::Batch& batch,
                                                             const protocol::SigningKey& key,
                                                             WallTime received);

}  // namespace pishkhan::backend
