#pragma once

#include "base/core/bytes.h"
#include "drivers/simulated/simulated_device.h"
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
class RecordingTransport final : public usb::Transport {
 public:
  RecordingTransport(std::unique_ptr<usb::Transport> inner, SentBytes& sent)
      : inner_(std::move(inner)), sent_(sent) {}

  Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout timeout) override {
    auto taken = inner_->bulk_out(data, timeout);
    if (taken) sent_.add(data.first(*taken));
    return taken;
  }
  Result<Bytes, usb::TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override {
    return inner_->bulk_in(maximum, timeout);
  }
  Result<Bytes, usb::TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) override {
    return inner_->interrupt_in(maximum, timeout);
  }
  Result<Bytes, usb::TransferFault> control_in(usb::ControlSetup setup, std::uint16_t length,
                                               Timeout timeout) override {
    return inner_->control_in(setup, length, timeout);
  }
  Result<void, usb::TransferFault> control_out(usb::ControlSetup setup, ByteView data,
                                               Timeout timeout) override {
    return inner_->control_out(setup, data, timeout);
  }
  Result<void, usb::TransferFault> clear_halts() override { return inner_->clear_halts(); }
  Result<void, usb::TransferFault> reset() override { return inner_->reset(); }
  void cancel() override { inner_->cancel(); }
  [[nodiscard]] ByteView descriptors() const override { return inner_->descriptors(); }
  [[nodiscard]] usb::Identity identity() const override { return inner_->identity(); }

 private:
  std::unique_ptr<usb::Transport> inner_;
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
