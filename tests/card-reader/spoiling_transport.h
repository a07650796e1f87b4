#pragma once

#include "base/core/random.h"
#include "drivers/simulated/virtual_clock.h"
#include "drivers/usb/transport.h"

#include <cstdint>
#include <memory>
#include <utility>

namespace pishkhan::card::test {

/// How a hostile bus spoils what it carries.
enum class Spoiling : std::uint8_t {
  Nothing,
  /// Frames get lost, late, doubled, cut, numbered wrongly, the endpoints halt. What still passes for the
  /// answer to a command is that answer.
  Structure,
  /// And any byte may be another, so that nobody can know what is true.
  Everything
};

/// A transport between the driver and a device that spoils transfers at random, in virtual time.
class SpoilingTransport final : public usb::Transport {
 public:
  SpoilingTransport(std::unique_ptr<usb::Transport> inner, simulated::VirtualClock& clock, std::uint64_t seed)
      : inner_(std::move(inner)), clock_(clock), random_(seed) {}

  void set(Spoiling spoiling) { spoiling_ = spoiling; }
  [[nodiscard]] std::uint64_t transfers() const { return transfers_; }

  Result<std::size_t, usb::TransferFault> bulk_out(ByteView data, Timeout timeout) override;
  Result<Bytes, usb::TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override;
  Result<Bytes, usb::TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) override;
  Result<Bytes, usb::TransferFault> control_in(usb::ControlSetup setup, std::uint16_t length,
                                               Timeout timeout) override;
  Result<void, usb::TransferFault> control_out(usb::ControlSetup setup, ByteView data,
                                               Timeout timeout) override;
  Result<void, usb::TransferFault> clear_halts() override;
  Result<void, usb::TransferFault> reset() override;
  void cancel() override { inner_->cancel(); }
  [[nodiscard]] ByteView descriptors() const override { return inner_->descriptors(); }
  [[nodiscard]] usb::Identity identity() const override { return inner_->identity(); }

 private:
  [[nodiscard]] bool strikes(std::uint64_t one_in);
  [[nodiscard]] usb::TransferFault late(Timeout timeout);
  [[nodiscard]] Result<Bytes, usb::TransferFault> spoiled(Bytes frame, std::size_t maximum, Timeout timeout);
  void spoil_bytes(Bytes& frame);

  std::unique_ptr<usb::Transport> inner_;
  simulated::VirtualClock& clock_;
  SeededRandom random_;
  Spoiling spoiling_ = Spoiling::Nothing;
  std::uint64_t transfers_ = 0;
  bool halted_ = false;
  Bytes kept_;   // comes with the next read
  Bytes older_;  // an answer of before
};

}  // namespace pishkhan::card::test
