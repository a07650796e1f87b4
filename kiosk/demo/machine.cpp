#include "kiosk/demo/machine.h"

#include <utility>

namespace pishkhan::demo {

namespace {

/// On wide paper a printer that can prove what it printed; on narrow paper one that nobody knows.
simulated::PrinterSetup printer_of(const Machine::Setup& setup) {
  simulated::PrinterSetup made{.width_dots = setup.paper_width_dots, .rows_per_second = setup.rows_per_second};
  if (setup.paper_width_dots == 576) made.name = simulated::tm_t20_name();
  return made;
}

}  // namespace

Machine::Machine(Setup setup) : setup_(std::move(setup)), printer_(clock_, printer_of(setup_)) {
  const std::filesystem::path assets = PISHKHAN_ASSETS;
  config_.city_pack = setup_.city_pack;
  config_.translations = PISHKHAN_TRANSLATIONS;
  config_.fonts = assets / "fonts";
  config_.icons = assets / "icons/icons.ttf";
  config_.data = setup_.folder / "queue";
  config_.keys = setup_.keys;
  if (setup_.cards != nullptr) config_.cards = setup_.cards->folder();
  config_.paper_width_dots = setup_.paper_width_dots;
  config_.screen_height = setup_.height;
  config_.screen_width = setup_.height * 9 / 16;
  std::error_code ignored;
  std::filesystem::create_directories(config_.data, ignored);
}

std::optional<StartFault> Machine::switch_on() {
  const int dock_width = setup_.dock == WithDock::Yes ? setup_.height * Dock::width_units / 1920 : 0;
  Kiosk::Parts parts;
  parts.config = config_;
  parts.printer = &printer_port_;
  parts.reader = &reader_port_;
  parts.printer_models = printer::Models::load(std::filesystem::path(PISHKHAN_ASSETS) / "printers");
  parts.reader_quirks = card::Quirks::load(std::filesystem::path(PISHKHAN_ASSETS) / "readers");
  parts.clock = &clock_;
  parts.random = &random_;
  parts.window.width = config_.screen_width + dock_width;
  parts.window.height = config_.screen_height;
  parts.window.title = "Pishkhan";
  parts.window.typing = render::HardwareTyping::Accepted;
  parts.beside_width = dock_width;
  parts.sync_limits = {std::chrono::milliseconds(200), std::chrono::milliseconds(2'000)};
  parts.sync_periods = {std::chrono::milliseconds(2'000), std::chrono::milliseconds(300),
                        std::chrono::milliseconds(5'000)};
  parts.city_period_of_a_rig = std::chrono::milliseconds(500);
  parts.durability = setup_.durability;
  auto kiosk = Kiosk::start(std::move(parts));
  if (!kiosk) return kiosk.error();
  kiosk_ = std::move(*kiosk);
  if (setup_.dock == WithDock::Yes) {
    dock_.emplace(Dock::Parts{&printer_, &reader_, setup_.network, setup_.cards, &clock_, setup_.note},
                  kiosk_->engine(), kiosk_->atlas());
    kiosk_->draw_beside([this](const render::InputFrame& input, ImDrawList& list) {
      const auto left = static_cast<float>(config_.screen_width);
      const float scale = static_cast<float>(config_.screen_height) / 1920;
      dock_->draw(input, list, render::Viewport{left, 0, scale, Dock::width_units, 1920});
    });
  }
  return std::nullopt;
}

void Machine::switch_off() {
  dock_.reset();
  kiosk_.reset();
}

}  // namespace pishkhan::demo
