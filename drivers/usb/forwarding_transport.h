#pragma once

#include "drivers/usb/transport.h"

#include <memory>
#include <utility>

namespace pishkhan::usb {

/// Passes everything on to another transport; who wants to watch or to change a call overrides it. Thread: as
/// Transport says.
class ForwardingTransport : public Transport {
 public:
  explicit ForwardingTransport(std::unique_ptr<Transport> inner) : inner_(std::move(inner)) {}

  Result<std::size_t, TransferFault> bulk_out(ByteView data, Timeout timeout) override {
    return inner_->bulk_out(data, timeout);
  }
  Result<Bytes, TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override {
    return inner_->bulk_in(maximum, timeout);
  }
  Result<Bytes, TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) override {
    return inner_->interrupt_in(maximum, timeout);
  }
  Result<Bytes, TransferFault> control_in(ControlSetup setup, std::uint16_t length, Timeout timeout) override {
    return inner_->control_in(setup, length, timeout);
  }
  Result<void, TransferFault> control_out(ControlSetup setup, ByteView data, Timeout timeout) override {
    return inner_->control_out(setup, data, timeout);
  }
  Result<void, TransferFault> clear_halts() override { return inner_->clear_halts(); }
  Result<void, TransferFault> reset() override { return inner_->reset(); }
  void cancel() override { inner_->cancel(); }
  [[nodiscard]] ByteView descriptors() const override { return inner_->descriptors(); }
  [[nodiscard]] Identity identity() const override { return inner_->identity(); }

 protected:
  [[nodiscard]] Transport& inner() { return *inner_; }

 private:
  std::unique_ptr<Transport> inner_;
};

}  // namespace pishkhan::usb
