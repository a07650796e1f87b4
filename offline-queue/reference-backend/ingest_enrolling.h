#pragma once

#include "offline-queue/reference-backend/ingest_down.h"
#include "offline-queue/reference-backend/kiosk_book.h"

#include <optional>

namespace pishkhan::backend {

// Ingest's part in enrolment. It holds no key of the authority: cases signs, ingest keeps questions and
// answers. What a Handling borrows is the book, which outlives it.

/// From anybody, on the port that asks for no client certificate: POST /v1/simpleenroll and nothing else. What
/// names no code that is open is refused without the database; a wrong pass is counted, largest_code_tries
/// times a code; only the right one is kept, one a code.
[[nodiscard]] Handling take_enrolment(const HttpRequest& request, KioskBook& book, WallTime now);
/// From a kiosk, under its certificate: POST /v1/simplereenroll. Nothing: another path.
[[nodiscard]] std::optional<Handling> take_renewal(const HttpRequest& request, const KioskBook& book,
                                                   WallTime now);
/// From cases: the book, what waits, and what became of it. Nothing: another path.
[[nodiscard]] std::optional<Handling> take_book(const HttpRequest& request, KioskBook& book);

/// At the start: what kiosks.json says goes into the database, and what that holds into the book. False: the
/// database failed.
[[nodiscard]] bool load_book(IngestStore& store, const KioskRegister& kiosks, KioskBook& book);

}  // namespace pishkhan::backend
