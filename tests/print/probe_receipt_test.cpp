// pishkhan-probe receipt, run as a program: the picture and the bytes are the same receipt.
#include "base/core/png.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "tests/print/print_world.h"
#include "tests/runner/probe_run.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace pishkhan;
namespace fs = std::filesystem;

namespace {

using Ended = test::ProbeRun;
Ended run(const std::string& arguments) {
  return test::run_probe("receipt " + arguments);
}

std::string where() {
  return std::string(" --city assets/cities/shahr-e-nemuneh --fonts assets/fonts --printers assets/printers") +
         " --translations " + PISHKHAN_TRANSLATIONS;
}

}  // namespace

TEST_CASE("the sample receipt as a picture, and as the bytes that every model is sent") {
  std::string pattern = (fs::temp_directory_path() / "pishkhan-probe-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const fs::path folder = pattern;
  const fs::path png = folder / "receipt.png";
  const fs::path escpos = folder / "receipt.bin";
  for (const printer::Model& model : printer::test::shipped_models().all()) {
    CAPTURE(model.id);
    const Ended ended = run("kiosk/tools/testdata/receipt.json --png " + png.string() + " --escpos " +
                            escpos.string() + " --model " + model.id + where());
    CAPTURE(ended.out);
    REQUIRE(ended.code == 0);
    const auto picture = read_png(png);
    REQUIRE(picture);
    Bitmap shown(picture->width, picture->height);
    for (int y = 0; y < picture->height; ++y) {
      for (int x = 0; x < picture->width; ++x) {
        const auto pixel = picture->pixels[static_cast<std::size_t>(y * picture->width + x)];
        shown.set(x, y, (pixel & 0xFF) == 0);
      }
    }
    CHECK(shown.height() > 600);
    const SystemClock clock;
    simulated::SimulatedPrinter device(clock, print_rig::printer_of(model));
    const auto usb = device.connect().value();
    std::ifstream file(escpos, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    ByteView rest = as_bytes(text);
    while (!rest.empty()) {
      const auto taken = usb->bulk_out(rest, std::chrono::milliseconds(100));
      REQUIRE(taken.has_value());
      rest = rest.subspan(*taken);
    }
    CHECK(print_rig::complaints_of(device) == "");
    const auto strips = device.strips();
    REQUIRE(strips.size() == 1);
    CHECK(print_rig::shows(strips[0], shown, model));
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

TEST_CASE("what is wrong with the file is named, and wrong use is told with 2") {
  std::string pattern = (fs::temp_directory_path() / "pishkhan-probe-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const fs::path file = fs::path(pattern) / "receipt.json";
  const auto told = [&](const char* json) {
    std::ofstream(file, std::ios::trunc) << json;
    const Ended ended = run(file.string() + where());
    CHECK(ended.code == 1);
    return ended.out;
  };
  CHECK(told("[1]").find("no JSON object") != std::string::npos);
  CHECK(told(R"({"language":"de"})").find("language: fa or en") != std::string::npos);
  CHECK(told(R"({"language":"fa","service":"x"})").find("service: ") != std::string::npos);
  CHECK(told(R"({"language":"fa","service":"complaint-137","tracking_code":"1"})").find("14 digits") !=
        std::string::npos);
  CHECK(run("no-such-file.json" + where()).code == 1);
  CHECK(run("").code == 2);
  std::error_code ignored;
  fs::remove_all(pattern, ignored);
}
