#include "tests/bench/card_reading_bench.h"

#include "base/core/clock.h"
#include "base/core/data_files.h"
#include "base/core/random.h"
#include "drivers/card-reader/profiles.h"
#include "drivers/card-reader/reading.h"
#include "drivers/simulated/citizen_card.h"
#include "drivers/simulated/simulated_card_reader.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

namespace pishkhan::bench {

namespace {

using Instant = std::chrono::steady_clock::time_point;
double milliseconds(Instant from, Instant to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

double quantile(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

std::optional<card::Profile> trusting(const Bytes& authority) {
  const auto text = read_data_file(std::filesystem::path(PISHKHAN_ASSETS) / "cards/citizen-card.json",
                                   card::Profiles::most_bytes);
  auto profile =
      text ? card::parse_profile("citizen-card", *text) : Result<card::Profile, DataFault>(fail(text.error()));
  if (!profile || !profile->proof) return std::nullopt;
  profile->proof->authorities = {authority};
  return std::move(*profile);
}

}  // namespace

std::optional<CardReadingTimes> measure_card_reading(int readings) {
  const simulated::CardAuthority authority;
  const auto profile = trusting(authority.certificate());
  if (!profile) return std::nullopt;
  simulated::ReaderModel model;
  model.bits_per_second = contacts_bits_per_second;
  simulated::SimulatedCardReader device(model);
  device.insert(std::make_unique<simulated::CitizenCard>(simulated::CardHolder{}, authority));
  const SystemClock clock;
  auto transport = device.connect();
  if (!transport) return std::nullopt;
  auto reader = card::CardReader::open(**transport, clock);
  if (!reader) return std::nullopt;
  SystemRandom random;
  std::vector<double> names;
  std::vector<double> proofs;
  for (int i = 0; i < readings; ++i) {
    card::ReadingSetup setup;
    setup.profiles = {&*profile, 1};
    setup.clock = &clock;
    setup.random = &random;
    setup.trusted_time = clock.wall();
    const Instant begun = std::chrono::steady_clock::now();
    setup.read_so_far = [&](const card::CardReading&) {
      names.push_back(milliseconds(begun, std::chrono::steady_clock::now()));
    };
    const auto reading = card::read_card(*reader, setup);
    if (!reading || !reading->proven) return std::nullopt;
    proofs.push_back(milliseconds(begun, std::chrono::steady_clock::now()));
  }
  return CardReadingTimes{quantile(names, 0.5), quantile(names, 0.95), quantile(proofs, 0.5),
                          quantile(proofs, 0.95), readings};
}

int report_card_reading(int readings) {
  const auto times = measure_card_reading(readings);
  if (!times) {
    std::fprintf(stderr, "pishkhan-bench: the municipal card could not be read\n");
    return 1;
  }
  std::printf("municipal card at 9600 bit/s, %d readings\n", times->readings);
  std::printf("  power to name       %7.1f ms median, %7.1f ms p95 (wanted: under 500)\n", times->name_ms,
              times->name_p95);
  std::printf("  power to its proof  %7.1f ms median, %7.1f ms p95\n", times->proven_ms, times->proven_p95);
  const auto screen = measure_card_to_screen(readings);
  if (!screen) {
    std::fprintf(stderr, "pishkhan-bench: the whole kiosk did not show the card's name\n");
    return 1;
  }
  std::printf("  card in to its name on the screen of the whole kiosk  %.1f ms median, %.1f ms slowest (wanted: "
              "under 500)\n",
              screen->median_ms, screen->slowest_ms);
  return 0;
}

}  // namespace pishkhan::bench
