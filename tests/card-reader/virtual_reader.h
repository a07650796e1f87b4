#pragma once

#include "drivers/card-reader/reader.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/virtual_clock.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

/// What the tests of this folder share.
namespace pishkhan::card::test {

/// A simulated reader with a card in it, in virtual time, and the driver on it.
struct VirtualReader {
  explicit VirtualReader(const simulated::ReaderModel& model = {},
                         std::unique_ptr<simulated::SimulatedCard> card = nullptr,
                         simulated::WireManners manners = {})
      : device(model) {
    device.run_in(clock);
    if (card) device.insert(std::move(card), manners);
    usb = device.connect().value();
  }
  CardReader open(ReaderLimits limits = {}) {
    auto reader = CardReader::open(*usb, clock, limits);
    REQUIRE(reader);
    return std::move(*reader);
  }
  /// The names of what the driver did wrong.
  [[nodiscard]] std::string complaints() const {
    std::string all;
    for (const auto report : device.reports()) all += std::string(name(report)) + ". ";
    return all;
  }

  simulated::VirtualClock clock;
  simulated::SimulatedCardReader device;
  std::unique_ptr<usb::Transport> usb;
};

// EchoCard's three commands.
inline Command get_data(std::size_t size, std::optional<std::size_t> wanted = {}) {
  return {.ins = 0xCA,
          .p1 = static_cast<std::uint8_t>(size >> 8),
          .p2 = static_cast<std::uint8_t>(size),
          .data = {},
          .wanted = wanted.value_or(size)};
}
inline Command put_data(std::size_t size) {
  return {.ins = 0xDA, .data = Bytes(size, 0x5A), .wanted = {}};
}
inline Command echo(std::size_t size, LongForm form = LongForm::Extended) {
  return {.ins = 0x88, .data = simulated::EchoCard::counted(size), .wanted = size, .long_form = form};
}

inline void check_gives(CardReader& reader, const Command& command, ByteView wanted) {
  CAPTURE(command.data.size());
  const auto response = reader.transmit(command);
  REQUIRE(response);
  CHECK(response->status == 0x9000);
  CHECK(std::ranges::equal(response->data, wanted));
}

}  // namespace pishkhan::card::test
