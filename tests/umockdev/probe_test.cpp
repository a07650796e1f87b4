// pishkhan-probe, run as a program, sees the same machine.
#include "base/core/clock.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

using namespace pishkhan;
using rig::UsbRig;

namespace {

struct Ended {
  int code = -1;
  std::string out;
};
Ended run(const std::string& arguments) {
  Ended ended;
  FILE* pipe = ::popen((std::string(PISHKHAN_PROBE) + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char chunk[512];
  while (std::fgets(chunk, sizeof chunk, pipe) != nullptr) ended.out += chunk;
  const int status = ::pclose(pipe);
  ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ended;
}

}  // namespace

TEST_CASE("list tells each device and the driver that would take it") {
  const SystemClock clock;
  simulated::SimulatedCardReader reader;
  simulated::SimulatedPrinter printer(clock);
  UsbRig rig;
  rig.plug_in(reader, {.port = 1});
  rig.plug_in(printer, {.port = 2, .vendor_id = 0x04B8, .product_id = 0x0202});
  const Ended ended = run("list --json");
  CHECK(ended.code == 0);
  const nlohmann::json told = nlohmann::json::parse(ended.out, nullptr, false);
  REQUIRE(told.is_object());
  REQUIRE(told["devices"].size() == 3);
  int found = 0;
  for (const auto& device : told["devices"]) {
    if (device["port"] == "1-1") {
      ++found;
      CHECK(device["driver"] == "card-reader");
      CHECK(device["problem"].is_null());
      CHECK(device["interfaces"][0]["class"] == "0b");
    }
    if (device["port"] == "1-2") {
      ++found;
      CHECK(device["driver"] == "receipt-printer");
      CHECK(device["vendor_id"] == "04b8");
    }
    if (device["port"] == "usb1") {
      ++found;
      CHECK(device["driver"].is_null());
    }
  }
  CHECK(found == 3);
  const Ended lines = run("list");
  CHECK(lines.code == 0);
  CHECK(lines.out.find("card-reader") != std::string::npos);
}

TEST_CASE("what cannot be opened is told with what mends it, and the program says no") {
  simulated::SimulatedCardReader reader;
  UsbRig rig;
  rig.plug_in(reader);
  rig.remove_node(reader);
  const Ended ended = run("list --json");
  CHECK(ended.code == 1);
  const nlohmann::json told = nlohmann::json::parse(ended.out, nullptr, false);
  REQUIRE(told.is_object());
  std::string problem;
  for (const auto& device : told["devices"]) {
    if (device["problem"].is_string()) problem = device["problem"];
  }
  CHECK(problem.find("is not there") != std::string::npos);
}

TEST_CASE("wrong use is 2") {
  CHECK(run("").code == 2);
  CHECK(run("list --nonsense").code == 2);
  CHECK(run("--help").code == 0);
  CHECK(run("--version").code == 0);
}
