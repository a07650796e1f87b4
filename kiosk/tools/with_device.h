#pragma once

#include "drivers/receipt-printer/job.h"
#include "drivers/receipt-printer/model.h"
#include "drivers/usb/device_info.h"
#include "drivers/usb/transport.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

/// For the verbs that speak with a device: it is opened for as long as they do.
namespace pishkhan::tools {

/// Opens the wanted device that was plugged in last and calls `act` with it, whose answer is the exit code;
/// where it answers nothing, the device before is tried. Says why there is none (`what`: "card reader") and
/// returns 1 then.
[[nodiscard]] int with_device(
    const usb::Wanted& wanted, const std::string& what,
    const std::function<std::optional<int>(usb::Transport&, const usb::DeviceInfo&)>& act);

/// The printer that was plugged in last, driven as its model says; `model`: by this one of `models` instead.
[[nodiscard]] int with_printer(
    const printer::Models& models, const std::optional<printer::Model>& model,
    const std::function<int(printer::ReceiptPrinter&, const printer::PrinterIdentity&)>& act);

/// Option "--printers" with the package's folder as its default.
CLI::Option* add_printers_option(CLI::App& verb);
/// The folder's models; what is wrong with a file is said.
[[nodiscard]] printer::Models load_models(const std::string& folder);

}  // namespace pishkhan::tools
