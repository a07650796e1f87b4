#pragma once

#include "drivers/usb/session.h"
#include "drivers/usb/transport.h"

#include <functional>
#include <memory>

namespace pishkhan::usb {

/// The transport of real hardware: hands everything to its session, and the session back to the bus at the end.
class LibusbTransport final : public Transport {
 public:
  using GiveBack = std::function<void(std::unique_ptr<Session>)>;
  LibusbTransport(std::unique_ptr<Session> session, GiveBack give_back);
  ~LibusbTransport() override;
  LibusbTransport(const LibusbTransport&) = delete;
  LibusbTransport& operator=(const LibusbTransport&) = delete;

  Result<std::size_t, TransferFault> bulk_out(ByteView data, Timeout timeout) override;
  Result<Bytes, TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override;
  Result<Bytes, TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) override;
  Result<Bytes, TransferFault> control_in(ControlSetup setup, std::uint16_t length, Timeout timeout) override;
  Result<void, TransferFault> control_out(ControlSetup setup, ByteView data, Timeout timeout) override;
  Result<void, TransferFault> clear_halts() override { return session_->clear_halts(); }
  Result<void, TransferFault> reset() override { return session_->reset(); }
  void cancel() override { session_->cancel(); }
  [[nodiscard]] ByteView descriptors() const override { return session_->descriptors(); }
  [[nodiscard]] Identity identity() const override { return session_->target().identity; }

 private:
  std::unique_ptr<Session> session_;
  GiveBack give_back_;
};

}  // namespace pishkhan::usb
