#pragma once

#include "base/core/personal.h"
#include "ui/text/style.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace pishkhan::text {

/// A value to be put into a sentence, between LRI, RLI or FSI and PDI (UAX #9, 2.4), so that neither
/// disturbs the other's order: without it "2.5 MB" inside Persian becomes "MB 2.5". Auto (FSI) is for values
/// whose direction nobody knows. Isolates and embeddings left open inside the value are closed, stray
/// closing marks are dropped.
[[nodiscard]] std::string isolate(std::string_view value, Direction direction);
/// The same for a citizen's words; no copy is left behind.
[[nodiscard]] PersonalText isolate(const PersonalText& value, Direction direction);

/// An identifier that is already grouped for reading aloud ("IR06 0120 0000", "11345-6789"): left to right
/// whatever surrounds it, and never broken between lines if it fits on one.
[[nodiscard]] std::string isolate_identifier(std::string_view grouped);
[[nodiscard]] PersonalText isolate_identifier(const PersonalText& grouped);

/// Puts a no-break space after every `group` characters, counted from the left, and isolates the result.
[[nodiscard]] std::string group_identifier(std::string_view identifier, std::size_t group);

}  // namespace pishkhan::text
