#pragma once

#include "ui/screens/sample_test.h"

#include <vector>

namespace pishkhan::screens::sample {

/// The catalogues in assets/cities.
[[nodiscard]] std::vector<services::Catalogue> shipped_packs();
/// Welcome, services, every area, and every step of every service, with nothing typed yet.
[[nodiscard]] std::vector<Sample> pack_samples(const services::Catalogue& catalogue);

}  // namespace pishkhan::screens::sample
