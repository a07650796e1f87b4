#include "drivers/usb/libusb_transport.h"

#include "base/core/ensure.h"

#include <utility>

namespace pishkhan::usb {

LibusbTransport::LibusbTransport(std::unique_ptr<Session> session, GiveBack give_back)
    : session_(std::move(session)), give_back_(std::move(give_back)) {}

LibusbTransport::~LibusbTransport() {
  give_back_(std::move(session_));
}

Result<std::size_t, TransferFault> LibusbTransport::bulk_out(ByteView data, Timeout timeout) {
  const std::uint8_t endpoint = session_->target().interface.bulk_out;
  if (endpoint == 0) return fail(TransferFault::Failed);
  std::size_t taken = 0;
  const auto done = session_->run({.endpoint = endpoint, .setup = {}, .out = data}, timeout, &taken);
  if (!done) return fail(done.error());
  return taken;
}

Result<Bytes, TransferFault> LibusbTransport::bulk_in(std::size_t maximum, Timeout timeout) {
  const std::uint8_t endpoint = session_->target().interface.bulk_in;
  if (endpoint == 0) return fail(TransferFault::Failed);
  return session_->run({.endpoint = endpoint, .setup = {}, .out = {}, .room = maximum}, timeout, nullptr);
}

Result<Bytes, TransferFault> LibusbTransport::interrupt_in(std::size_t maximum, Timeout timeout) {
  const std::uint8_t endpoint = session_->target().interface.interrupt_in;
  if (endpoint == 0) return fail(TransferFault::Failed);
  return session_->run({.endpoint = endpoint, .setup = {}, .out = {}, .room = maximum}, timeout, nullptr);
}

Result<Bytes, TransferFault> LibusbTransport::control_in(ControlSetup setup, std::uint16_t length,
                                                         Timeout timeout) {
  ENSURE((setup.request_type & 0x80) != 0, "a request for data has the direction bit (USB 2.0, table 9-2)");
  return session_->run({.endpoint = 0, .setup = setup, .out = {}, .room = length}, timeout, nullptr);
}

Result<void, TransferFault> LibusbTransport::control_out(ControlSetup setup, ByteView data, Timeout timeout) {
  ENSURE((setup.request_type & 0x80) == 0, "a request with data has no direction bit (USB 2.0, table 9-2)");
  std::size_t taken = 0;
  const auto done = session_->run({.endpoint = 0, .setup = setup, .out = data}, timeout, &taken);
  if (!done) return fail(done.error());
  if (taken != data.size()) return fail(TransferFault::Failed);
  return {};
}

}  // namespace pishkhan::usb
