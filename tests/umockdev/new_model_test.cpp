// The printer's README, "How to add a model in ten minutes", step by step with a printer that nobody knows, by
// pishkhan-probe over the real libusb.
#include "drivers/simulated/simulated_printer.h"
#include "tests/runner/probe_run.h"
#include "tests/runner/test_folder.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

using namespace pishkhan;
namespace fs = std::filesystem;

namespace {

nlohmann::json json_of(const fs::path& file) {
  std::ifstream stream(file);
  return nlohmann::json::parse(stream, nullptr, false);
}

}  // namespace

TEST_CASE(
    "a model is added as the README says: looked at, copied, changed, tried, and then it proves its prints") {
  const SystemClock clock;
  simulated::SimulatedPrinter device(
      clock,
      {.buffer_bytes = 16'384,
       .name = {.vendor_id = 0x1209, .product_id = 0x0080, .manufacturer = "ACME", .model = "Rollo-80 v2"}});
  rig::UsbRig rig;
  rig.plug_in(device);
  const test::TestFolder folder("models");
  fs::copy("assets/printers", folder.path());
  const std::string models = " --printers " + folder.path().string();
  const std::string print =
      "receipt kiosk/tools/testdata/receipt.json --print --city assets/cities/shahr-e-nemuneh "
      "--fonts assets/fonts --translations " PISHKHAN_TRANSLATIONS +
      models;
  const auto look = [&] {
    return nlohmann::json::parse(test::run_probe("printer --json" + models).out, nullptr, false);
  };

  // 1. What it says of itself.
  const nlohmann::json before = look();
  REQUIRE(before.is_object());
  CHECK(before["id"] == "1209:0080");
  CHECK(before["device_id"]["manufacturer"] == "ACME");
  CHECK(before["device_id"]["model"] == "Rollo-80 v2");
  CHECK(before["model"] == "safe");
  CHECK(test::run_probe(print).out.find("please look") != std::string::npos);

  // 2 and 3. The nearest file, copied and filled in; first with a slip.
  nlohmann::json file = json_of(folder.path() / "epson-tm-t20.json");
  REQUIRE(file.is_object());
  file["vendor"] = "ACME";
  file["name"] = "Rollo-80";
  nlohmann::json& own = file["pishkhan"];
  own["match"] = {{{"manufacturer", "ACME"}, {"model", "Rollo-80*"}}};
  own["buffer_bytes"] = 16'384;
  own["cut"] = "feed-then-partially";
  const fs::path added = folder.path() / "acme-rollo80.json";
  std::ofstream(added) << file.dump(2);
  const test::ProbeRun slip = test::run_probe("printer" + models);
  CHECK(slip.out.find("acme-rollo80.json: wrong-value: pishkhan.cut: feed-then-full, feed-then-partial") !=
        std::string::npos);
  own["cut"] = "feed-then-partial";
  std::ofstream(added) << file.dump(2);

  // 4 and 5. It is taken, and a receipt is printed with proof; what is wrong is named.
  CHECK(look()["model"] == "acme-rollo80");
  static_cast<void>(device.take_strips());
  const test::ProbeRun printed = test::run_probe(print);
  CHECK(printed.code == 0);
  CHECK_MESSAGE(printed.out.find("printed: the printer itself said so") != std::string::npos, printed.out);
  CHECK(device.reports().empty());
  CHECK(device.strips().size() == 2);  // what may have hung there was cut off first
  device.set_cover(simulated::Cover::Open);
  const test::ProbeRun open = test::run_probe(print);
  CHECK(open.code == 1);
  CHECK(open.out.find("not printed: PRN-02") != std::string::npos);
  CHECK(look()["code"] == "PRN-02");
  device.set_cover(simulated::Cover::Closed);
  device.paper_out_after(200);
  CHECK(test::run_probe(print).out.find("not printed: PRN-01") != std::string::npos);
  rig.unplug(device, rig::UrbFault::UnplugEvent);
  CHECK(test::run_probe(print).out.find("no receipt printer is plugged in") != std::string::npos);
}
