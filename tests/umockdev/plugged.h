#pragma once

#include "base/core/bitmap.h"
#include "base/core/clock.h"
#include "base/core/ensure.h"
#include "drivers/simulated/citizen_card.h"
#include "drivers/usb/bus.h"
#include "drivers/usb/device_info.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>

/// What the rig's tests share.
namespace pishkhan::rig {

inline constexpr std::string_view citizen_national_id = "0499370899";  // of the simulated citizen

/// True as soon as `condition` holds; false after `patience`.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds patience = std::chrono::milliseconds{2000}) {
  const SystemClock clock;
  const SteadyTime end = clock.steady() + patience;
  while (!condition()) {
    if (clock.steady() >= end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

inline std::unique_ptr<usb::Bus> started_bus(usb::Bus::Options options = {}) {
  auto bus = usb::Bus::start(options);
  ENSURE(bus.has_value(), "libusb does not start");
  return std::move(*bus);
}

/// The newest device that is wanted, opened; null if none can be within two seconds.
inline std::unique_ptr<usb::Transport> open_first(usb::Bus& bus, const usb::Wanted& wanted) {
  std::unique_ptr<usb::Transport> transport;
  eventually([&] {
    for (const usb::DeviceInfo& device : bus.devices()) {
      const auto interface = usb::wanted_interface(device, wanted);
      // umockdev 0.17.16 forgets a place, of fifty, each time that a node cannot be opened.
      if (!interface || !std::filesystem::exists(device.node())) continue;
      auto opened = bus.open(device.generation, interface->number);
      if (opened) transport = std::move(*opened);
    }
    return transport != nullptr;
  });
  return transport;
}

inline const simulated::CardAuthority& card_authority() {
  static const simulated::CardAuthority authority;
  return authority;
}
inline std::unique_ptr<simulated::SimulatedCard> citizen_card() {
  return std::make_unique<simulated::CitizenCard>(simulated::CardHolder{}, card_authority());
}

/// A few rows of everything: blank, ink to the edges, a pattern.
inline Bitmap small_receipt(int width = 576, int height = 240) {
  Bitmap bitmap(width, height);
  for (int y = 0; y < height; ++y) {
    if (y % 60 < 20) continue;
    for (int x = 0; x < width; x += 1 + y % 7) bitmap.set(x, y);
  }
  return bitmap;
}

}  // namespace pishkhan::rig
