#pragma once

#include "base/core/data_files.h"
#include "base/core/random.h"
#include "drivers/card-reader/profiles.h"
#include "drivers/card-reader/reading.h"

#include <doctest/doctest.h>

#include <string>

namespace pishkhan::card::test {

/// A shipped profile; the runner starts the tests in the project's folder.
inline Profile shipped(const std::string& id) {
  const auto text = read_data_file("assets/cards/" + id + ".json", Profiles::most_bytes);
  REQUIRE(text);
  auto profile = parse_profile(id, *text);
  REQUIRE(profile);
  return std::move(*profile);
}

struct CardHolder {
  PersonalText national_id;
  PersonalText name;
};

/// The municipal card as far as its file goes, for scripted cards that have no key.
inline Result<CardHolder, CardFault> read_card(CardReader& reader, const Clock& clock) {
  static const Profile profile = [] {
    Profile made = shipped("citizen-card");
    made.proof.reset();
    made.steps.resize(2);
    made.budget.time = std::chrono::milliseconds{4000};
    return made;
  }();
  SeededRandom random(1);
  ReadingSetup setup;
  setup.profiles = {&profile, 1};
  setup.clock = &clock;
  setup.random = &random;
  auto reading = card::read_card(reader, setup);
  if (!reading) return fail(reading.error());
  const PersonalText* id = reading->find(Meaning::NationalId);
  const PersonalText* name = reading->find(Meaning::Name);
  REQUIRE(id != nullptr);
  REQUIRE(name != nullptr);
  return CardHolder{*id, *name};
}

}  // namespace pishkhan::card::test
