#pragma once

#include "kiosk/receipts/receipt.h"

#include <cstdint>
#include <vector>

namespace pishkhan::receipts {

/// Checks (doctest) what holds for every receipt: all of it on the paper, nothing over another thing, no dot
/// outside the things that are told, no letter too small, the code the largest, quiet zones white.
void check_rules(const Sheet& sheet, const Paper& paper);
[[nodiscard]] int count(const Sheet& sheet, Placed::What what);
/// The bar code read back from the dots: the widths of bars and spaces, in modules. Empty: there is none.
[[nodiscard]] std::vector<std::uint8_t> bars_on(const Sheet& sheet);

}  // namespace pishkhan::receipts
