#include "tests/machine/outside.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace pishkhan::machine {

namespace {

bool has_ink(const simulated::Strip& strip) {
  for (int y = 0; y < strip.dots.height(); ++y) {
    const ByteView row = strip.dots.row(y);
    if (std::any_of(row.begin(), row.end(), [](std::uint8_t byte) { return byte != 0; })) return true;
  }
  return false;
}

}  // namespace

void Outside::attach(VirtualMachine& machine) {
  machine_ = &machine;
  plug_printer();
  panel_peer_.emplace(panel_, machine.panel_socket());
  card_.emplace(machine.card_socket());
}

void Outside::detach() {
  card_.reset();
  panel_peer_.reset();
  printer_peer_.reset();
  machine_ = nullptr;
}

void Outside::insert_card(std::unique_ptr<simulated::SimulatedCard> card) {
  card_->insert(std::move(card));
}

void Outside::remove_card() {
  card_->remove();
}

void Outside::plug_printer() {
  printer_peer_.reset();
  printer_plug_.emplace(printer_);  // after a power cut the printer is another one on its bus
  printer_peer_.emplace(*printer_plug_, machine_->printer_socket());
}

Result<void, Trouble> Outside::unplug_reader() {
  card_.reset();
  if (!machine_->control().execute("device_del", R"({"id":"reader"})"))
    return fail(Trouble{"QEMU does not unplug the card reader"});
  return {};
}

/// QEMU may still be taking the old one out; until it has, it refuses the id.
Result<void, Trouble> Outside::plug_reader() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const auto add = [&](const char* device) {
    while (!machine_->control().execute("device_add", device)) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    return true;
  };
  if (!add(R"({"driver":"usb-ccid","id":"reader","bus":"xhci.0","port":"2"})") ||
      !add(R"({"driver":"ccid-card-passthru","chardev":"card","bus":"reader.0"})"))
    return fail(Trouble{"QEMU does not plug the card reader in again"});
  card_.emplace(machine_->card_socket());
  return {};
}

std::vector<simulated::Strip> Outside::take_strips() {
  std::vector<simulated::Strip> strips = printer_.take_strips();
  std::erase_if(strips, [](const simulated::Strip& strip) { return !has_ink(strip); });
  return strips;
}

}  // namespace pishkhan::machine
