// pishkhan-probe, run as a program, sees the same machine.
#include "base/core/clock.h"
#include "drivers/simulated/simulated_card_reader.h"
#include "drivers/simulated/simulated_printer.h"
#include "tests/runner/probe_run.h"
#include "tests/umockdev/plugged.h"
#include "tests/umockdev/usb_rig.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

using namespace pishkhan;
using rig::UsbRig;

using Ended = test::ProbeRun;
static Ended run(const std::string& arguments) {
  return test::run_probe(arguments);
}

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

TEST_CASE("atr and ccid-descriptor take bytes apart without any device") {
  const Ended good = run("atr --json 3B 68 00 00 50 49 53 48 4B 48 41 4E");
  CHECK(good.code == 0);
  const nlohmann::json atr = nlohmann::json::parse(good.out, nullptr, false);
  REQUIRE(atr.is_object());
  CHECK(atr["convention"] == "direct");
  CHECK(atr["historical_text"] == "PISHKHAN");
  CHECK(atr["interface_bytes"][0]["TB1"] == "00");
  CHECK(atr["check_byte"] == "absent");
  CHECK(run("atr 3B:F8:13:00").code == 1);
  CHECK(run("atr 3A02 1450").out.find("bad-first-byte") != std::string::npos);
  CHECK(run("atr xyz").code == 2);
  const simulated::SimulatedCardReader reader;
  const Ended whole = run("ccid-descriptor --json " + to_hex(reader.descriptors()));
  CHECK(whole.code == 0);
  const nlohmann::json descriptor = nlohmann::json::parse(whole.out, nullptr, false);
  REQUIRE(descriptor.is_object());
  CHECK(descriptor["exchange_level"] == "short-apdu");
  CHECK(descriptor["slots"] == 1);
  CHECK(descriptor["driven"] == true);
  CHECK(run("ccid-descriptor 0902").code == 1);
}

TEST_CASE("profile names what is wrong in a card's profile") {
  const Ended good = run("profile --json assets/cards/citizen-card.json");
  CHECK(good.code == 0);
  const nlohmann::json told = nlohmann::json::parse(good.out, nullptr, false);
  REQUIRE(told.is_object());
  CHECK(told["kind"] == "citizen");
  CHECK(told["authorities"] == 0);
  CHECK(run("profile assets/printers/safe.json").out.find("missing-field: format") != std::string::npos);
  CHECK(run("profile /nonexistent.json").code == 1);
}

TEST_CASE("a reader quirk and a card are added as the README says") {
  namespace fs = std::filesystem;
  std::string pattern = (fs::temp_directory_path() / "pishkhan-newcomer-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const fs::path folder = pattern;
  const auto text_of = [](const fs::path& file) {
    std::ifstream stream(file);
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  };
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
  };
  // The page's own example, for the reader that is here: one that claims more than it can.
  const std::string page = text_of("drivers/card-reader/README.md");
  const auto begin = page.find("```json\n") + 8;
  std::string quirk = page.substr(begin, page.find("```", begin) - begin);
  quirk = replaced(replaced(quirk, "076b", "1209"), "3022", "0002");
  std::ofstream(folder / "mine.json") << quirk;
  CHECK(run("quirk " + (folder / "mine.json").string()).code == 0);
  simulated::SimulatedCardReader device({.level = simulated::ExchangeLevel::Tpdu});
  device.insert(rig::citizen_card());
  UsbRig rig;
  rig.plug_in(device);
  const auto told = [](const Ended& ended) { return nlohmann::json::parse(ended.out, nullptr, false); };
  const nlohmann::json reader = told(run("reader --json --readers " + folder.string()));
  REQUIRE(reader.is_object());
  CHECK(reader["quirk"] == "mine");
  CHECK(told(run("reader --json --readers /nonexistent"))["quirk"] == "none");
  // The card: its pattern under another name, with a mistake, and without it.
  fs::create_directories(folder / "cards");
  const fs::path own = folder / "cards/own-card.json";
  const std::string pattern_of_card = text_of("assets/cards/citizen-card.json");
  std::ofstream(own) << replaced(pattern_of_card, "\"at_most\": 256", "\"at_mots\": 256");
  CHECK(run("profile " + own.string()).out.find("unknown-field: steps.1.at_mots") != std::string::npos);
  std::ofstream(own) << pattern_of_card;
  CHECK(run("profile " + own.string()).code == 0);
  const nlohmann::json card =
      told(run("card --json --readers " + folder.string() + " --profiles " + (folder / "cards").string()));
  REQUIRE(card.is_object());
  CHECK(card["profile"] == "own-card");
  CHECK(card["fault"] == "untrusted");
  fs::remove_all(folder);
}

TEST_CASE("reader, card and record speak of the card and not of its holder") {
  simulated::SimulatedCardReader device;
  device.insert(rig::citizen_card());
  UsbRig rig;
  CHECK(run("reader").out.find("no card reader is plugged in") != std::string::npos);
  rig.plug_in(device);
  const Ended reader = run("reader --json");
  CHECK(reader.code == 0);
  const nlohmann::json told = nlohmann::json::parse(reader.out, nullptr, false);
  REQUIRE_MESSAGE(told.is_object(), reader.out);
  CHECK(told["status"]["media"] == "present");
  const std::string file = "/tmp/pishkhan-transcript-" + std::to_string(::getpid());
  // As shipped, nobody is trusted: the card is known, and its proof is not.
  for (const std::string& verb : {std::string("card"), "record " + file}) {
    const Ended card = run(verb + " --json --profiles assets/cards");
    const nlohmann::json read = nlohmann::json::parse(card.out, nullptr, false);
    REQUIRE_MESSAGE(read.is_object(), card.out);
    CHECK(read["profile"] == "citizen-card");
    CHECK(read["fault"] == "untrusted");
    CHECK(read["atr"]["historical_text"] == "PISHKHAN");
    CHECK(card.out.find(rig::citizen_national_id) == std::string::npos);
  }
  std::ifstream stream(file);
  const std::string transcript{std::istreambuf_iterator<char>(stream), {}};
  std::filesystem::remove(file);
  CHECK(transcript.find("\"outcome\":\"untrusted\"") != std::string::npos);
  CHECK(transcript.find(to_hex(as_bytes(rig::citizen_national_id))) == std::string::npos);
}
