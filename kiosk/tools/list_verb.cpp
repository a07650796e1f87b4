#include "drivers/card-reader/usb_match.h"
#include "drivers/receipt-printer/model.h"
#include "drivers/usb/bus.h"
#include "drivers/usb/permission.h"
#include "kiosk/tools/verbs.h"
#include "kiosk/tools/with_device.h"

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan::tools {

namespace {

enum class Form : std::uint8_t { Lines, Json };

struct Line {
  usb::DeviceInfo device;
  std::string driver;  ///< empty: none of ours
  std::optional<std::string> problem;
};

std::string hexadecimal(unsigned value, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "%0*x", digits, value);
  return text;
}

std::vector<Line> look(usb::Bus& bus, const usb::Wanted& printers) {
  const usb::Wanted readers = card::wanted_readers(card::Quirks::load(readers_folder));
  std::vector<Line> lines;
  for (usb::DeviceInfo& device : bus.devices()) {
    Line line{.device = std::move(device), .driver = {}, .problem = {}};
    if (usb::wanted_interface(line.device, readers)) line.driver = "card-reader";
    if (usb::wanted_interface(line.device, printers)) line.driver = "receipt-printer";
    if (!line.driver.empty()) line.problem = usb::explain_permission(usb::read_node(line.device.node()));
    lines.push_back(std::move(line));
  }
  return lines;
}

nlohmann::json as_json(const Line& line) {
  const usb::DeviceInfo& device = line.device;
  nlohmann::json interfaces = nlohmann::json::array();
  for (const usb::InterfaceInfo& interface : device.interfaces) {
    interfaces.push_back({{"number", interface.number},
                          {"class", hexadecimal(interface.class_code, 2)},
                          {"subclass", hexadecimal(interface.subclass, 2)},
                          {"protocol", hexadecimal(interface.protocol, 2)},
                          {"bulk_out", hexadecimal(interface.bulk_out, 2)},
                          {"bulk_in", hexadecimal(interface.bulk_in, 2)},
                          {"interrupt_in", hexadecimal(interface.interrupt_in, 2)}});
  }
  return {{"port", device.port},
          {"node", device.node()},
          {"vendor_id", hexadecimal(device.vendor_id, 4)},
          {"product_id", hexadecimal(device.product_id, 4)},
          {"manufacturer", device.manufacturer},
          {"product", device.product},
          {"interfaces", std::move(interfaces)},
          {"driver", line.driver.empty() ? nlohmann::json(nullptr) : nlohmann::json(line.driver)},
          {"problem", line.problem ? nlohmann::json(*line.problem) : nlohmann::json(nullptr)}};
}

void print_json(const std::vector<Line>& lines) {
  nlohmann::json devices = nlohmann::json::array();
  for (const Line& line : lines) devices.push_back(as_json(line));
  // A device may call itself anything, also bytes that are no text.
  const std::string text = nlohmann::json{{"devices", std::move(devices)}}.dump(
      2, ' ', false, nlohmann::json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

void print_lines(const std::vector<Line>& lines) {
  if (lines.empty()) std::printf("no USB device\n");
  for (const Line& line : lines) {
    std::string called = line.device.manufacturer + " " + line.device.product;
    for (char& c : called) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    }
    std::printf("%-8s %s:%s  %-15s %s\n", line.device.port.c_str(),
                hexadecimal(line.device.vendor_id, 4).c_str(), hexadecimal(line.device.product_id, 4).c_str(),
                line.driver.empty() ? "-" : line.driver.c_str(), called.c_str());
    if (line.problem) std::printf("         %s\n", line.problem->c_str());
  }
}

int list(Form form, const usb::Wanted& printers) {
  const auto bus = usb::Bus::start();
  if (!bus) {
    std::fprintf(stderr, "this machine has no USB, or it may not be looked at\n");
    return 1;
  }
  const std::vector<Line> lines = look(**bus, printers);
  if (form == Form::Json)
    print_json(lines);
  else
    print_lines(lines);
  for (const Line& line : lines) {
    if (line.problem) return 1;
  }
  return 0;
}

}  // namespace

void add_list(CLI::App& app, int& exit_code) {
  CLI::App* verb =
      app.add_subcommand("list", "USB devices, the driver that would take each, and what stands in the way");
  verb->add_flag("--json")->description("for programs");
  const CLI::Option* folder = add_printers_option(*verb);
  verb->callback([verb, folder, &exit_code] {
    const usb::Wanted printers = load_models(folder->as<std::string>()).wanted();
    exit_code = list(verb->count("--json") > 0 ? Form::Json : Form::Lines, printers);
  });
}

}  // namespace pishkhan::tools
