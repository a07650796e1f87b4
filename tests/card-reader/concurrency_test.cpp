// The driver on its thread while hands put cards in and pull them out, and somebody cancels. Run it under the
// thread sanitizer: ./dev build tsan, or only this: cmake --preset tsan; ninja -C build/tsan
// card_reader_levels_test.
#include "base/core/clock.h"
#include "drivers/card-reader/reader.h"
#include "drivers/simulated/echo_card.h"
#include "drivers/simulated/simulated_card_reader.h"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <thread>

using namespace pishkhan;
using namespace std::chrono_literals;
using simulated::EchoCard;

TEST_CASE("a driver at work while cards come and go, and transfers are cancelled") {
  const SystemClock clock;
  simulated::SimulatedCardReader device({.level = simulated::ExchangeLevel::Tpdu});
  device.insert(std::make_unique<EchoCard>(EchoCard::only_t1()));
  const auto usb = device.connect().value();
  std::atomic<int> answered{0};
  std::atomic<int> wrong{0};
  {
    const std::jthread hands([&](const std::stop_token& stop) {
      for (int i = 0; !stop.stop_requested(); ++i) {
        device.remove();
        std::this_thread::sleep_for(1ms);
        device.insert(std::make_unique<EchoCard>(i % 2 == 0 ? EchoCard::only_t1() : EchoCard::only_t0()));
        std::this_thread::sleep_for(5ms);
      }
    });
    const std::jthread impatient([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        usb->cancel();
        std::this_thread::sleep_for(3ms);
      }
    });
    auto reader = card::CardReader::open(*usb, clock, {.exchange = 100ms, .one_read = 50ms});
    REQUIRE(reader);
    const SteadyTime end = clock.steady() + 1500ms;
    while (clock.steady() < end) {
      static_cast<void>(reader->poll(1ms));
      if (!reader->power_on()) continue;
      for (int i = 0; i < 5; ++i) {
        const auto response = reader->transmit({.ins = 0xCA, .p2 = 200, .data = {}, .wanted = 200});
        if (!response) break;
        ++answered;
        if (response->status == 0x9000 && response->data != EchoCard::counted(200)) ++wrong;
      }
    }
  }
  CHECK(answered > 0);
  CHECK(wrong == 0);
}
