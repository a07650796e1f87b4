#include "tests/machine/paired_counter.h"

#include "base/core/png.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

namespace pishkhan::machine {

PairedCounter::PairedCounter(Parts parts) : parts_(std::move(parts)) {}

Result<void, Trouble> PairedCounter::switch_twin_on() {
  demo::Machine::Setup setup;
  setup.folder = parts_.folder / "twin";
  setup.city_pack = parts_.city->catalogue();
  setup.keys = parts_.city->twin_keys();
  setup.cards = &parts_.city->cards();
  twin_.emplace(std::move(setup));
  if (const auto fault = twin_->switch_on()) return fail(Trouble{"the twin does not start: " + fault->what});
  robot_.emplace(twin_->kiosk());
  const bool ready = robot_->wait_for([this] {
    const auto& around = twin_->kiosk().state().around;
    return around.printer_ready && around.reader_present;
  });
  if (!ready) return fail(Trouble{"the twin does not see its devices"});
  return {};
}

/// As long on the glass as a finger is: two reports in one frame would be a tap that nobody makes.
void PairedCounter::touch(toolkit::Point at) {
  const auto& surface = twin_->kiosk().surface();
  parts_.outside->panel().down(static_cast<double>(at.x) / surface.width(), static_cast<double>(at.y) / surface.height());
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  parts_.outside->panel().up();
}

Result<void, Trouble> PairedCounter::tap(std::string_view id) {
  const toolkit::Target* target = twin_->kiosk().ui().find_target(id);
  if (target == nullptr || !target->enabled || target->rect.empty())
    return fail(Trouble{"the twin shows no target " + std::string(id) + " that can be tapped"});
  const toolkit::Point at = twin_->kiosk().ui().to_pixels(target->rect.centre());
  touch(at);
  if (!robot_->tap(id)) return fail(Trouble{"the twin does not take the tap on " + std::string(id)});
  return {};
}

Result<void, Trouble> PairedCounter::type(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (i + length < text.size() && (static_cast<unsigned char>(text[i + length]) & 0xC0) == 0x80) ++length;
    std::string key(text.substr(i, length));
    if (key == " ") key = "space";
    if (auto done = tap("key/" + key); !done) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    i += length;
  }
  return {};
}

/// Who files the same again gets the same case; so each visit of a rig that files often is another person's.
void PairedCounter::next_citizen() {
  holder_.national_id = PersonalText(parts_.city->next_national_id());
}

void PairedCounter::insert_card() {
  parts_.outside->insert_card(parts_.city->cards().citizen(holder_));
  twin_->reader().insert(parts_.city->cards().citizen(holder_));
}

void PairedCounter::remove_card() {
  parts_.outside->remove_card();
  static_cast<void>(twin_->reader().remove());
}

Result<void, Trouble> PairedCounter::unplug_reader() {
  twin_->reader().unplug();
  return parts_.outside->unplug_reader();
}

Result<void, Trouble> PairedCounter::plug_reader() {
  twin_->reader().plug_in();
  return parts_.outside->plug_reader();
}

void PairedCounter::set_print_speed(int rows_per_second) {
  twin_->printer().set_rows_per_second(rows_per_second);
  parts_.outside->printer().set_rows_per_second(rows_per_second);
}

void PairedCounter::unplug_printer() {
  twin_->printer().unplug();
  parts_.outside->unplug_printer();
}

void PairedCounter::plug_printer() {
  twin_->printer().plug_in();
  parts_.outside->plug_printer();
}

Result<void, Trouble> PairedCounter::look_alike(const std::string& name, double tolerance,
                                                const std::vector<Band>& bands) {
  const auto until = std::chrono::steady_clock::now() + patience;
  double worst = 1;
  while (parts_.machine->running()) {
    robot_->settle();
    const auto shown = parts_.machine->control().screen(parts_.machine->screenshot());
    const Picture& wanted = twin_->kiosk().surface().picture();
    if (shown) {
      worst = bands.empty() ? difference(*shown, wanted) : 0;
      for (const Band& band : bands) worst = std::max(worst, difference(*shown, wanted, band));
    }
    const bool alike = shown && worst <= tolerance;
    if (alike || std::chrono::steady_clock::now() > until) {
      char number[16];
      std::snprintf(number, sizeof number, "%03d-", ++*parts_.pictures);
      if (shown) static_cast<void>(write_png(parts_.folder / (number + name + ".png"), *shown).has_value());
      if (alike) {
        worst_ = std::max(worst_, worst);
        return {};
      }
      const auto expected = parts_.folder / (number + name + "-expected.png");
      static_cast<void>(write_png(expected, wanted).has_value());
      return fail(Trouble{"the screen did not become " + expected.string() + " within " +
                          std::to_string(patience.count()) + " s (" + std::to_string(worst * 100) +
                          " % of it differ)"});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
  }
  return fail(Trouble{"QEMU has ended"});
}

}  // namespace pishkhan::machine
