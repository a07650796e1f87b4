#include "tests/machine/redir_simulated.h"

#include <utility>

namespace pishkhan::machine {

namespace {

constexpr usb::Transport::Timeout at_once{0};

}  // namespace

usb::Transport* RedirSimulated::link() {
  if (!link_)
    if (auto opened = device_.connect()) link_ = std::move(*opened);
  return link_.get();
}

std::optional<Bytes> RedirSimulated::control_in(usb::ControlSetup setup, std::uint16_t length) {
  usb::Transport* there = link();
  if (there == nullptr) return std::nullopt;
  auto answer = there->control_in(setup, length, at_once);
  if (!answer) return std::nullopt;
  return std::move(*answer);
}

bool RedirSimulated::control_out(usb::ControlSetup setup, ByteView data) {
  usb::Transport* there = link();
  return there != nullptr && there->control_out(setup, data, at_once).has_value();
}

std::optional<std::size_t> RedirSimulated::bulk_out(ByteView data) {
  usb::Transport* there = link();
  if (there == nullptr) return std::nullopt;
  const auto taken = there->bulk_out(data, at_once);
  if (taken) return *taken;
  if (taken.error() == usb::TransferFault::Timeout) return std::size_t{0};
  return std::nullopt;
}

std::optional<Bytes> RedirSimulated::bulk_in(std::size_t maximum) {
  usb::Transport* there = link();
  if (there == nullptr) return std::nullopt;
  auto packet = there->bulk_in(maximum, at_once);
  if (!packet) return std::nullopt;
  return std::move(*packet);
}

void RedirSimulated::reset() {
  if (link_) static_cast<void>(link_->reset());
}

}  // namespace pishkhan::machine
