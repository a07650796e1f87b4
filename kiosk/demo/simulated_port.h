#pragma once

#include "base/core/bytes.h"
#include "drivers/simulated/simulated_device.h"
#include "drivers/usb/forwarding_transport.h"
#include "kiosk/workers/device_port.h"

#include <memory>
#include <mutex>
#include <utility>

namespace pishkhan::demo {

/// Every byte that a driver sent by bulk transfer, kept for the tour. Thread: safe from any.
class SentBytes {
 public:
  void add(ByteView bytes) {
    const std::scoped_lock lock(mutex_);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  [[nodiscard]] Bytes take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(bytes_, {});
  }

 private:
  std::mutex mutex_;
  Bytes bytes_;
};

/// Passes everything on and writes down what was sent. Thread: the device's.
class RecordingTransport final : public usb::ForwardingTransport {
 public:
  RecordingTransport(std::unique_ptr<usb::Transport> inner, SentBytes& sent)
      : ForwardingTransport(std::move(inner)), sent_(sent) {}

  Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout timeout) override {
    auto taken = inner().bulk_out(data, timeout);
    if (taken) sent_.add(data.first(*taken));
    return taken;
  }

 private:
  SentBytes& sent_;
};

/// The cable to a simulated device.
class SimulatedPort final : public workers::DevicePort {
 public:
  explicit SimulatedPort(simulated::SimulatedDevice& device) : device_(device) {}
  Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect() override {
    auto transport = device_.connect();
    if (!transport) return transport;
    return std::unique_ptr<usb::Transport>(new RecordingTransport(std::move(*transport), sent));
  }
  SentBytes sent;

 private:
  simulated::SimulatedDevice& device_;
};

}  // namespace pishkhan::demo
