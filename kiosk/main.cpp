// The kiosk. Reads the configuration, starts the workers, runs the loop.
#include "base/core/log.h"
#include "drivers/card-reader/usb_match.h"
#include "drivers/receipt-printer/model.h"
#include "drivers/usb/bus.h"
#include "kiosk/config/config.h"
#include "kiosk/kiosk.h"
#include "kiosk/notify.h"
#include "kiosk/set-up/set_up.h"
#include "kiosk/workers/usb_port.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

namespace {

using namespace pishkhan;

volatile std::sig_atomic_t stop_asked = 0;
/// EX_TEMPFAIL of sysexits.h: start me again.
constexpr int restart_status = 75;

/// A machine that nobody has set up yet. Ends when its configuration has come; the service manager then starts
/// the counter.
int wait_for_set_up(const std::string& file) {
  const SystemClock clock;
  auto screen = SetUpScreen::open(config::packaged(), file, clock);
  if (!screen) {
    log::error("kiosk.cannot-start",
               {{"code", log::PublicText{screen.error() == SetUpFault::NoFont ? "FONT" : "SCREEN"}}});
    return 1;
  }
  (*screen)->turn(SteadyTime{0});
  notify_service_manager("READY=1");
  while (stop_asked == 0 && (*screen)->turn(SteadyTime{1'000})) notify_service_manager("WATCHDOG=1");
  return 0;
}

int run(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return wait_for_set_up(file);
  Kiosk::Parts parts;
  auto config = config::load(file);
  if (config) {
    parts.config = std::move(*config);
  } else {
    parts.config = config::packaged();
    parts.config_fault = config::describe(config.error());
  }
  if (!parts.config.log.empty()) log::open(parts.config.log);
  log::info("kiosk.begin", {{"version", log::PublicText{PISHKHAN_VERSION}}});
  if (!config) log::error("kiosk.configuration", {{"fault", log::PublicText{parts.config_fault}}});

  SystemClock clock;
  SystemRandom random;
  parts.clock = &clock;
  parts.random = &random;
  parts.printer_models = printer::Models::load(parts.config.printers);
  for (const auto& refused : parts.printer_models.refused()) {
    log::error("printer.model-refused",
               {{"file", log::PublicText{refused.file}}, {"fault", log::PublicText{describe(refused.fault)}}});
  }
  parts.reader_quirks = card::Quirks::load(parts.config.readers);
  for (const auto& refused : parts.reader_quirks.refused()) {
    log::error("reader.quirk-refused",
               {{"file", log::PublicText{refused.file}}, {"fault", log::PublicText{describe(refused.fault)}}});
  }
  parts.window.width = parts.config.screen_width;
  parts.window.height = parts.config.screen_height;
  parts.window.title = "Pishkhan";
  parts.window.mode = parts.config.fullscreen ? render::WindowMode::Fullscreen : render::WindowMode::Window;
  const bool mended = config.has_value();

  // Without a USB the counter still takes requests that are typed; staff see that the devices are missing.
  const auto bus = usb::Bus::start();
  std::optional<workers::UsbPort> reader;
  std::optional<workers::UsbPort> printer;
  if (bus) {
    parts.reader = &reader.emplace(**bus, card::wanted_readers(parts.reader_quirks));
    parts.printer = &printer.emplace(**bus, parts.printer_models.wanted());
  } else {
    log::error("usb.cannot-start");
  }

  auto kiosk = Kiosk::start(std::move(parts));
  if (!kiosk) {
    log::error("kiosk.cannot-start", {{"code", log::PublicText{kiosk.error().staff_code}},
                                      {"what", log::PublicText{kiosk.error().what}}});
    return 1;
  }
  (*kiosk)->turn(SteadyTime{0});  // the first picture is on the panel and answers a touch
  notify_service_manager("READY=1");
  log::info("kiosk.started");
  while (stop_asked == 0 && (*kiosk)->turn(SteadyTime{1'000})) notify_service_manager("WATCHDOG=1");
  // The service manager starts us again after any end but its own; an ordered restart is told by its status.
  if ((*kiosk)->restart_wanted()) return restart_status;
  return mended ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Pishkhan, the self-service counter of the municipality"};
  app.set_version_flag("--version", PISHKHAN_VERSION);
  std::string file = "/etc/pishkhan/kiosk.toml";
  app.add_option("--config", file, "configuration file")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  std::signal(SIGTERM, [](int) { stop_asked = 1; });
  std::signal(SIGINT, [](int) { stop_asked = 1; });
  return run(file);
}
