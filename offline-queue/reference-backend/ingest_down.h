#pragma once

#include "base/core/clock.h"
#include "offline-queue/reference-backend/kiosk_book.h"
#include "offline-queue/reference-backend/writer.h"

#include <optional>
#include <variant>

namespace pishkhan::backend {

/// How a request goes on: its answer is known at once, or it needs the database first.
using Handling = std::variant<Answering, Work>;

/// Ingest's part in the way down and in health, by kiosks: updates, catalogues, health. Nothing: another path.
/// Pure; what it returns borrows nothing.
[[nodiscard]] std::optional<Handling> take_down_public(const HttpRequest& request, const KioskBook& kiosks,
                                                       WallTime now, int poll_after_s);
/// The same by cases.
[[nodiscard]] std::optional<Handling> take_down_internal(const HttpRequest& request);

}  // namespace pishkhan::backend
