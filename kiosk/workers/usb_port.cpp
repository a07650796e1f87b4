#include "kiosk/workers/usb_port.h"

#include "base/core/log.h"

#include <algorithm>

namespace pishkhan::workers {

namespace {

log::Field fault_field(usb::OpenFault fault) {
  switch (fault) {
    case usb::OpenFault::Gone:
      return {"fault", "gone"};
    case usb::OpenFault::NoPermission:
      return {"fault", "no-permission"};
    case usb::OpenFault::Busy:
      return {"fault", "busy"};
    case usb::OpenFault::NoInterface:
      return {"fault", "no-interface"};
    case usb::OpenFault::Timeout:
      return {"fault", "timeout"};
    case usb::OpenFault::Failed:
      break;
  }
  return {"fault", "failed"};
}

}  // namespace

UsbPort::UsbPort(usb::Bus& bus, usb::Wanted wanted)
    : bus_(bus),
      watcher_(bus, std::move(wanted),
               [this](const usb::DeviceChange& change, const usb::InterfaceInfo& interface) {
                 told(change, interface);
               }) {}

void UsbPort::told(const usb::DeviceChange& change, const usb::InterfaceInfo& interface) {
  const std::scoped_lock lock(mutex_);
  const usb::DeviceInfo& device = change.device;
  if (change.kind == usb::DeviceChange::Kind::Arrived) {
    present_.push_back({device.generation, interface.number});
    log::info("usb.arrived", {{"port", log::PublicText{device.port}},
                              {"vendor", device.vendor_id},
                              {"product", device.product_id},
                              {"generation", device.generation}});
  } else {
    std::erase_if(present_, [&](const Present& one) { return one.generation == device.generation; });
    log::info("usb.left", {{"port", log::PublicText{device.port}}, {"generation", device.generation}});
  }
  if (changed_) changed_();
}

void UsbPort::on_change(std::function<void()> changed) {
  const std::scoped_lock lock(mutex_);
  changed_ = std::move(changed);
}

void UsbPort::log_refusal(const Present& device, usb::OpenFault fault) {
  // The worker tries again every second; one line is enough.
  const auto [known, is_new] = logged_.emplace(device.generation, fault);
  if (!is_new && std::exchange(known->second, fault) == fault) return;
  log::warning("usb.cannot-open", {{"generation", device.generation}, fault_field(fault)});
}

Result<std::unique_ptr<usb::Transport>, usb::TransferFault> UsbPort::connect() {
  return connect_first([](usb::Transport&) { return true; });
}

Result<std::unique_ptr<usb::Transport>, usb::TransferFault> UsbPort::connect_first(
    const std::function<bool(usb::Transport&)>& usable) {
  std::vector<Present> candidates;
  {
    const std::scoped_lock lock(mutex_);
    candidates = present_;
  }
  std::erase_if(logged_, [&candidates](const auto& one) {
    return std::ranges::none_of(candidates, [&one](const Present& here) { return here.generation == one.first; });
  });
  std::ranges::reverse(candidates);
  for (const Present& device : candidates) {
    auto transport = bus_.open(device.generation, device.interface_number);
    if (!transport)
      log_refusal(device, transport.error());
    else if (usable(**transport))
      return std::move(*transport);
  }
  return fail(candidates.empty() ? usb::TransferFault::Unplugged : usb::TransferFault::Failed);
}

}  // namespace pishkhan::workers
