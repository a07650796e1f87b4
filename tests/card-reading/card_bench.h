#pragma once

#include "base/core/random.h"
#include "drivers/card-reader/municipal_card_test.h"
#include "drivers/card-reader/reading.h"
#include "drivers/simulated/citizen_card.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/virtual_clock.h"

#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

/// Our reading of cards against simulated cards, through the real driver and its CCID bytes.
namespace pishkhan::card {

using simulated::CardAuthority;

/// A shipped profile that trusts somebody, as a municipality's own does.
inline Profile trusting(const std::string& id, const CardAuthority& authority) {
  Profile profile = test::shipped(id);
  REQUIRE(profile.proof);
  profile.proof->authorities = {authority.certificate()};
  return profile;
}
inline std::vector<Profile> all_trusting(const CardAuthority& authority) {
  return {trusting("citizen-card", authority), trusting("staff-card", authority), trusting("piv", authority),
          trusting("pkcs15", authority), test::shipped("bank-card")};
}

struct CardBench {
  explicit CardBench(std::vector<Profile> known, const simulated::ReaderModel& model = {})
      : device(model), profiles(std::move(known)) {
    setup.profiles = profiles;
    setup.clock = &clock;
    setup.random = &random;
    setup.trusted_time = SystemClock().wall();
    device.run_in(virtual_time);
  }

  Result<CardReading, CardFault> read(std::unique_ptr<simulated::SimulatedCard> card) {
    device.insert(std::move(card));
    return read_inserted();
  }
  Result<CardReading, CardFault> read_inserted() {
    auto transport = device.connect();
    REQUIRE(transport);
    auto reader = CardReader::open(**transport, clock);
    REQUIRE(reader);
    return read_card(*reader, setup);
  }

  /// The device's waits pass at once, in a clock that the driver reads as well.
  simulated::VirtualClock virtual_time;
  Clock& clock = virtual_time;
  SystemRandom random;
  simulated::SimulatedCardReader device;
  std::vector<Profile> profiles;
  ReadingSetup setup;
};

}  // namespace pishkhan::card
