#pragma once

#include "tests/power-cut/queue_world.h"

#include <doctest/doctest.h>

namespace pishkhan::power_cut {

/// That store, and a look at whether it kept what it promised.
class World : public QueueWorld {
 public:
  using QueueWorld::QueueWorld;

  /// Opens it and looks for every promise, for false alarms, and whether filing goes on.
  void check_kept() {
    const auto opened = store::Store::open(options);
    REQUIRE(opened.has_value());
    const auto& findings = (*opened)->findings();
    CHECK(findings.damaged.empty());
    CHECK(findings.head_verifies);
    CHECK(findings.anchor == store::Findings::Anchor::Matches);
    for (const auto& [sequence, hash] : promised) {
      const auto record = (*opened)->record(sequence);
      REQUIRE(record.has_value());
      REQUIRE(record->has_value());
      CHECK((*record)->hash == hash);
    }
    CHECK(file(**opened));
  }
};

}  // namespace pishkhan::power_cut
