#pragma once

#include "kiosk/visit/effect.h"
#include "offline-queue/protocol/messages.h"
#include "offline-queue/updates/update_book.h"

namespace pishkhan::workers {

/// What the screen shows of a case. The city names the stage by its id; its words, and those of the stages
/// before and after it, come from the catalogue that the visit began with. Pure functions.
[[nodiscard]] screens::view::TrackResult tracking_answer(const visit::effect::LookUp& question,
                                                         const protocol::CaseView& shown);
/// The same from what the city said last, when it cannot be asked.
[[nodiscard]] screens::view::TrackResult tracking_answer(const visit::effect::LookUp& question,
                                                         const updates::KnownCase& known);

}  // namespace pishkhan::workers
