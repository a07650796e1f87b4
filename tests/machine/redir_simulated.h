#pragma once

#include "drivers/simulated/simulated_device.h"
#include "tests/machine/redir_device.h"

#include <memory>

namespace pishkhan::machine {

/// A simulated device of drivers/simulated as it hangs on the virtual machine's USB: the same strict printer that
/// the unit tests use. The device is borrowed. Thread: the peer's; the device's own calls are safe from any.
class RedirSimulated final : public RedirDevice {
 public:
  explicit RedirSimulated(simulated::SimulatedDevice& device) : device_(device) {}

  [[nodiscard]] ByteView device_descriptor() const override { return device_.device_descriptor(); }
  [[nodiscard]] ByteView configuration() const override { return device_.descriptors(); }
  std::optional<Bytes> control_in(usb::ControlSetup setup, std::uint16_t length) override;
  bool control_out(usb::ControlSetup setup, ByteView data) override;
  std::optional<std::size_t> bulk_out(ByteView data) override;
  std::optional<Bytes> bulk_in(std::size_t maximum) override;
  void reset() override;

 private:
  [[nodiscard]] usb::Transport* link();

  simulated::SimulatedDevice& device_;
  std::unique_ptr<usb::Transport> link_;
};

}  // namespace pishkhan::machine
