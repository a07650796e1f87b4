// The demonstration: the kiosk with its dock and the municipal backend on one machine, and the scripted tour.
#include "base/core/log.h"
#include "base/core/png.h"
#include "kiosk/demo/tour.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

using namespace pishkhan;
namespace fs = std::filesystem;

fs::path own_folder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

int tour(const std::string& target, const std::string& folder) {
  ::setenv("SDL_VIDEODRIVER", "offscreen", 1);
  std::error_code error;
  log::open(fs::path(folder) / "kiosk.log");
  demo::Tour tour({fs::absolute(target), fs::absolute(folder), own_folder()});
  if (!tour.run()) {
    std::fprintf(stderr, "the tour did not get to its end\n");
    return 1;
  }
  return 0;
}

bool has_display() {
  return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr ||
         std::getenv("SDL_VIDEODRIVER") != nullptr;
}

int run(const std::string& folder, int height) {
  const fs::path place = fs::absolute(folder);
  if (!has_display()) {
    std::printf("There is no display here, so the visits run by themselves; the pictures will be in %s\n",
                (place / "tour").c_str());
    return tour((place / "tour").string(), (place / "tour-machine").string());
  }
  std::error_code error;
  fs::create_directories(place, error);
  log::open(place / "kiosk.log");
  const fs::path city = fs::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh";
  auto backend = demo::CityBackend::start({own_folder(), place / "backend", city});
  if (!backend) {
    std::fprintf(stderr, "the backend does not start; its logs are in %s\n", (place / "backend").c_str());
    return 1;
  }
  demo::Machine::Setup setup;
  setup.folder = place / "machine";
  setup.city_pack = city;
  setup.keys = (*backend)->kiosk_keys();
  setup.network = &(*backend)->network();
  setup.cards = &(*backend)->cards();
  setup.dock = demo::Machine::WithDock::Yes;
  setup.height = height;
  setup.rows_per_second = 1600;  // 200 mm a second
  setup.note = "Receipts: " + (place / "receipts").string() + "\nRequests: pishkhan-cases list --database " +
               (place / "backend/cases.db").string();
  fs::create_directories(place / "receipts", error);
  demo::Machine machine(std::move(setup));
  if (auto fault = machine.switch_on()) {
    std::fprintf(stderr, "the kiosk does not start: %s (%s)\n", fault->what.c_str(), fault->staff_code.c_str());
    return 1;
  }
  int receipts = 0;
  for (;;) {
    while (machine.kiosk().turn(SteadyTime{500}))
      for (const simulated::Strip& strip : machine.printer().take_strips())
        static_cast<void>(
            write_png(place / "receipts" / ("receipt-" + std::to_string(++receipts) + ".png"), strip.dots)
                .has_value());
    if (!machine.kiosk().restart_wanted()) return 0;
    machine.switch_off();  // as the service manager would
    if (machine.switch_on()) return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Pishkhan's demonstration, on simulated hardware"};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  app.require_subcommand(1);
  std::string folder = "build/demo";
  std::string target;
  int height = 1000;
  CLI::App* run_verb = app.add_subcommand("run", "The kiosk in a window, its dock beside it, and the backend");
  run_verb->add_option("--folder", folder, "keys, databases, receipts")->capture_default_str();
  run_verb->add_option("--height", height, "of the window, in pixels")
      ->check(CLI::Range(600, 4000))
      ->capture_default_str();
  CLI::App* tour_verb = app.add_subcommand("tour", "The scripted visits, without a display");
  tour_verb->add_option("target", target, "folder for pictures, receipts and tour.json")->required();
  tour_verb->add_option("--folder", folder, "keys and databases; a fresh one for each tour")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return tour_verb->parsed() ? tour(target, folder) : run(folder, height);
}
