#include "kiosk/tools/card_report.h"

#include <cstdio>
#include <string>

namespace pishkhan::tools {

namespace {

/// Arrays of plain values stand on one line.
bool is_plain(const Report& value) {
  if (!value.is_structured()) return true;
  if (!value.is_array()) return false;
  for (const auto& one : value)
    if (one.is_structured()) return false;
  return true;
}

std::string plain_text(const Report& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const auto& one : value) text += (text.empty() ? "" : ", ") + plain_text(one);
  return text;
}

void print_lines(const Report& report, int depth) {
  for (const auto& [key, value] : report.items()) {
    const std::string name = report.is_array() ? "-" : key + ":";
    if (is_plain(value)) {
      std::printf("%*s%-22s %s\n", 2 * depth, "", name.c_str(), plain_text(value).c_str());
    } else {
      std::printf("%*s%s\n", 2 * depth, "", name.c_str());
      print_lines(value, depth + 1);
    }
  }
}

void add_byte(Report& group, const char* name, const std::optional<std::uint8_t>& byte) {
  if (byte) group[name] = to_hex(Bytes{*byte});
}

}  // namespace

void add_json_flag(CLI::App& verb) {
  verb.add_flag("--json")->description("for programs");
}

void print_report(const CLI::App& verb, const Report& report) {
  if (verb.count("--json") == 0) return print_lines(report, 0);
  // A device may call itself anything, also bytes that are no text.
  std::printf("%s\n", report.dump(2, ' ', false, Report::error_handler_t::replace).c_str());
}

Report report_of(const card::Atr& atr) {
  Report report;
  report["bytes"] = to_hex(atr.bytes);
  report["convention"] = atr.convention == card::Convention::Direct ? "direct" : "inverse";
  report["protocols"] = Report::array();
  for (const std::uint8_t protocol : atr.protocols)
    report["protocols"].push_back("T=" + std::to_string(protocol));
  Report groups = Report::array();
  for (std::size_t i = 0; i < atr.interface_bytes.size(); ++i) {
    Report group;
    const std::string number = std::to_string(i + 1);
    add_byte(group, ("TA" + number).c_str(), atr.interface_bytes[i].ta);
    add_byte(group, ("TB" + number).c_str(), atr.interface_bytes[i].tb);
    add_byte(group, ("TC" + number).c_str(), atr.interface_bytes[i].tc);
    add_byte(group, ("TD" + number).c_str(), atr.interface_bytes[i].td);
    groups.push_back(std::move(group));
  }
  report["interface_bytes"] = std::move(groups);
  report["historical"] = to_hex(atr.historical);
  std::string text;
  for (const std::uint8_t byte : atr.historical)
    text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
  report["historical_text"] = text;
  report["check_byte"] = atr.check == card::CheckByte::Absent  ? "absent"
                         : atr.check == card::CheckByte::Right ? "right"
                                                               : "wrong";
  return report;
}

Report report_of(const card::ccid::ClassDescriptor& descriptor) {
  using card::ccid::Level;
  namespace feature = card::ccid::feature;
  Report report;
  char release[16];
  std::snprintf(release, sizeof release, "%x.%02x", descriptor.release >> 8, descriptor.release & 0xFFU);
  report["ccid_release"] = release;
  report["exchange_level"] = descriptor.level == Level::Character   ? "character"
                             : descriptor.level == Level::Tpdu      ? "tpdu"
                             : descriptor.level == Level::ShortApdu ? "short-apdu"
                                                                    : "extended-apdu";
  report["driven"] = descriptor.level != Level::Character;
  report["slots"] = descriptor.maximum_slot_index + 1;
  report["voltages"] = Report::array();
  if ((descriptor.voltages & 1) != 0) report["voltages"].push_back("5 V");
  if ((descriptor.voltages & 2) != 0) report["voltages"].push_back("3 V");
  if ((descriptor.voltages & 4) != 0) report["voltages"].push_back("1.8 V");
  report["protocols"] = Report::array();
  if ((descriptor.protocols & 1) != 0) report["protocols"].push_back("T=0");
  if ((descriptor.protocols & 2) != 0) report["protocols"].push_back("T=1");
  report["clock_khz"] = {descriptor.default_clock, descriptor.maximum_clock};
  report["rate_bits_per_second"] = {descriptor.default_rate, descriptor.maximum_rate};
  report["maximum_message_bytes"] = descriptor.maximum_message_bytes;
  report["maximum_ifsd"] = descriptor.maximum_ifsd;
  struct Feature {
    std::uint32_t bit;
    const char* name;
  };
  report["by_itself"] = Report::array();
  for (const Feature& one :
       {Feature{feature::automatic_parameters, "parameters"},
        Feature{feature::automatic_activation, "activation"}, Feature{feature::automatic_voltage, "voltage"},
        Feature{feature::automatic_clock, "clock"}, Feature{feature::automatic_rate, "rate"},
        Feature{feature::automatic_negotiation, "negotiation"}, Feature{feature::automatic_pps, "pps"},
        Feature{feature::automatic_ifsd, "ifsd"}}) {
    if (descriptor.has(one.bit)) report["by_itself"].push_back(one.name);
  }
  report["pin_pad"] = descriptor.pin_pad != 0;
  report["tells_of_cards"] = descriptor.interrupt == card::ccid::InterruptEndpoint::Present;
  return report;
}

Report report_of(const card::ReaderStatus& status) {
  using card::ChipState;
  using card::MediaState;
  Report report;
  switch (status.media) {
    case MediaState::Unknown:
      report["media"] = "unknown";
      break;
    case MediaState::Present:
      report["media"] = "present";
      break;
    case MediaState::NotPresent:
      report["media"] = "notPresent";
      break;
    case MediaState::Entering:
      report["media"] = "entering";
      break;
    case MediaState::Jammed:
      report["media"] = "jammed";
      break;
  }
  switch (status.chip) {
    case ChipState::Unknown:
      report["chip"] = "unknown";
      break;
    case ChipState::Online:
      report["chip"] = "online";
      break;
    case ChipState::PoweredOff:
      report["chip"] = "poweredOff";
      break;
    case ChipState::Busy:
      report["chip"] = "busy";
      break;
    case ChipState::NoCard:
      report["chip"] = "noCard";
      break;
    case ChipState::NoDevice:
      report["chip"] = "noDevice";
      break;
    case ChipState::HardwareError:
      report["chip"] = "hardwareError";
      break;
  }
  return report;
}

}  // namespace pishkhan::tools
