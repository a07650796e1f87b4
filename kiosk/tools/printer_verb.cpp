#include "kiosk/tools/verbs.h"
#include "kiosk/tools/with_device.h"

#include <cstdio>
#include <string>

namespace pishkhan::tools {

namespace {

Report report_of(printer::ReceiptPrinter& printer, const printer::PrinterIdentity& identity) {
  char id[16];
  std::snprintf(id, sizeof id, "%04x:%04x", identity.vendor_id, identity.product_id);
  const printer::PrinterStatus status = printer.status();
  return {{"id", id},
          {"device_id",
           {{"manufacturer", identity.device_id.manufacturer},
            {"model", identity.device_id.model},
            {"commands", identity.device_id.commands}}},
          {"model", printer.model().id},
          {"device", std::string(printer::name(status.device))},
          {"paper", std::string(printer::name(status.paper))},
          {"media", std::string(printer::name(status.media))},
          {"code", status.fault ? std::string(printer::staff_code(*status.fault)) : std::string()}};
}

}  // namespace

void add_printer(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand(
      "printer", "What the printer calls itself, which model is taken for it, and how it is");
  add_json_flag(*verb);
  const CLI::Option* folder = add_printers_option(*verb);
  verb->callback([verb, folder, &exit_code] {
    const printer::Models models = load_models(folder->as<std::string>());
    exit_code =
        with_printer(models, std::nullopt,
                     [verb](printer::ReceiptPrinter& printer, const printer::PrinterIdentity& identity) {
                       const Report report = report_of(printer, identity);
                       print_report(*verb, report);
                       return report["device"] == "online" ? 0 : 1;
                     });
  });
}

CLI::Option* add_printers_option(CLI::App& verb) {
  return verb.add_option("--printers")
      ->description("folder of printer models")
      ->default_str("/usr/share/pishkhan/printers");
}

printer::Models load_models(const std::string& folder) {
  printer::Models models = printer::Models::load(folder);
  for (const auto& refused : models.refused())
    std::fprintf(stderr, "%s: %s\n", refused.file.c_str(), describe(refused.fault).c_str());
  return models;
}

}  // namespace pishkhan::tools
