#pragma once

#include "base/core/result.h"
#include "offline-queue/reference-backend/ingest_store.h"

namespace pishkhan::backend {

/// Puts what is new behind what is stored, inside the caller's transaction, and answers with a fresh signed
/// word about all that is stored of this epoch. A batch that overlaps what is here is fine (an answer was
/// lost); what it knows better than the backend is filled in; another record in a taken place is a fork, and
/// missing ones before it are a gap. Either stores nothing. The batch's payloads and signature were checked
/// before.
Result<protocol::BatchAnswer, protocol::Problem> store_batch(IngestStore& store, const protocol::Batch& batch,
                                                             const protocol::SigningKey& key,
                                                             WallTime received);

/// Nothing: nothing of this epoch is stored.
std::optional<protocol::StoredWord> stored_word(IngestStore& store, int kiosk, int epoch,
                                                const protocol::SigningKey& key, WallTime now);

}  // namespace pishkhan::backend
