// Another party's encoder: what receiptline (npm) sends decodes in the strict simulated printer without a
// report. Skipped where it is not installed: npm install --prefix build/peers receiptline
#include "base/core/png.h"
#include "tests/print/print_world.h"
#include "tests/runner/test_folder.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

using namespace pishkhan;
namespace fs = std::filesystem;

namespace {

/// What the script says; nothing if it does not end well, as where node or receiptline is missing.
std::optional<std::string> receiptline(const std::string& arguments) {
  const std::string command = std::string("node ") + PISHKHAN_RECEIPTLINE_SCRIPT + " " + PISHKHAN_NPM_MODULES +
                              " " + arguments + " 2>/dev/null";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  char chunk[512];
  while (std::fgets(chunk, sizeof chunk, pipe) != nullptr) out += chunk;
  const int status = ::pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return out;
}

bool installed() {
  const auto version = receiptline("version");
  if (version) return true;
  MESSAGE("skipped: receiptline is not installed (npm install --prefix build/peers receiptline)");
  return false;
}

Bytes file_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  return {text.begin(), text.end()};
}

struct Printer {
  Printer() : device(clock, {.text = simulated::TextMode::Taken}) {
    device.run_in(clock);
    usb = device.connect().value();
  }
  void send(ByteView bytes) {
    while (!bytes.empty()) {
      const auto taken = usb->bulk_out(bytes, std::chrono::milliseconds(0));
      REQUIRE(taken.has_value());
      bytes = bytes.subspan(*taken);
    }
  }
  simulated::VirtualClock clock;
  simulated::SimulatedPrinter device;
  std::unique_ptr<usb::Transport> usb;
};

}  // namespace

TEST_CASE("receiptline's streams for five printer dialects decode without a report") {
  if (!installed()) return;
  const test::TestFolder folder("receiptline");
  const auto names = receiptline("streams " + folder.path().string());
  REQUIRE(names);
  std::istringstream lines(*names);
  int streams = 0;
  std::size_t symbols = 0;
  for (std::string name; std::getline(lines, name); ++streams) {
    CAPTURE(name);
    Printer printer;
    const Bytes bytes = file_bytes(folder.path() / name);
    REQUIRE(bytes.size() > 100);
    printer.send(bytes);
    CHECK(print_rig::complaints_of(printer.device) == "");
    CHECK(printer.device.unfinished_command().empty());
    CHECK(printer.device.strips().size() >= 1);
    symbols += printer.device.symbols().size();
  }
  CHECK(streams == 20);
  CHECK(symbols >= 10);  // its bar codes; its QR codes are graphics
}

TEST_CASE("a picture that receiptline sends comes out as it sent it, dot by dot") {
  if (!installed()) return;
  const test::TestFolder folder("receiptline");
  constexpr int rows = 100;
  Bitmap picture(576, rows);
  SeededRandom random(5);
  for (int y = 0; y < rows; ++y) random.fill(picture.row(y));
  const fs::path png = folder.path() / "picture.png";
  const fs::path stream = folder.path() / "picture.bin";
  REQUIRE(write_png(png, picture));
  REQUIRE(receiptline("picture " + png.string() + " " + stream.string() + " 1"));
  Printer printer;
  const Bytes bytes = file_bytes(stream);
  printer.send(bytes);
  CHECK(print_rig::complaints_of(printer.device) == "");
  // It dithers even what is black and white, so the dots are taken out of its stream: GS 8 L, function 112.
  const std::string_view text = as_text(bytes);
  const std::size_t header = text.find("\x1D\x38L");
  REQUIRE(header != std::string_view::npos);
  REQUIRE(bytes.size() >= header + 17 + std::size_t{72} * rows);
  const ByteView dots = ByteView(bytes).subspan(header + 17, std::size_t{72} * rows);
  bool found = false;
  for (const simulated::Strip& strip : printer.device.strips()) {
    for (int top = 0; top + rows <= strip.dots.height() && !found; ++top) {
      found = true;
      for (int y = 0; y < rows && found; ++y)
        found = std::ranges::equal(strip.dots.row(top + y), dots.subspan(static_cast<std::size_t>(y) * 72, 72));
    }
  }
  CHECK(found);
}
