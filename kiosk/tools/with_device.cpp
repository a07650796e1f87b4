#include "kiosk/tools/with_device.h"

#include "base/core/clock.h"
#include "base/core/random.h"
#include "drivers/usb/bus.h"
#include "drivers/usb/permission.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

namespace pishkhan::tools {

int with_device(const usb::Wanted& wanted, const std::string& what,
                const std::function<std::optional<int>(usb::Transport&, const usb::DeviceInfo&)>& act) {
  const auto bus = usb::Bus::start();
  if (!bus) {
    std::fprintf(stderr, "this machine has no USB, or it may not be looked at\n");
    return 1;
  }
  std::vector<usb::DeviceInfo> devices = (*bus)->devices();
  std::ranges::sort(devices, std::greater<>{}, &usb::DeviceInfo::generation);
  bool seen = false;
  for (const usb::DeviceInfo& device : devices) {
    const auto interface = usb::wanted_interface(device, wanted);
    if (!interface) continue;
    seen = true;
    auto transport = (*bus)->open(device.generation, interface->number);
    if (!transport) {
      const auto problem = usb::explain_permission(usb::read_node(device.node()));
      std::fprintf(stderr, "%s: %s\n", device.port.c_str(),
                   problem ? problem->c_str() : "cannot be opened; does the kiosk have it?");
      continue;
    }
    if (const auto exit_code = act(**transport, device)) return *exit_code;
  }
  if (!seen) std::fprintf(stderr, "no %s is plugged in\n", what.c_str());
  return 1;
}

int with_printer(const printer::Models& models, const std::optional<printer::Model>& model,
                 const std::function<int(printer::ReceiptPrinter&, const printer::PrinterIdentity&)>& act) {
  constexpr int usual_paper_dots = 576;
  return with_device(models.wanted(), "receipt printer",
                     [&](usb::Transport& transport, const usb::DeviceInfo& device) -> std::optional<int> {
                       const SystemClock clock;
                       SystemRandom random;
                       const printer::PrinterIdentity identity{device.vendor_id, device.product_id,
                                                               printer::read_device_id(transport)};
                       printer::ReceiptPrinter printer(
                           transport, clock, random, model ? *model : models.match(identity, usual_paper_dots));
                       return act(printer, identity);
                     });
}

}  // namespace pishkhan::tools
