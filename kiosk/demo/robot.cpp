#include "kiosk/demo/robot.h"

#include "base/core/png.h"

#include <cstdio>

namespace pishkhan::demo {

void Robot::settle() {
  // A touch is two events, one transition a frame, and every event is followed by two more frames.
  for (int i = 0; i < 6; ++i) kiosk_.turn(SteadyTime{0});
}

bool Robot::shows(std::string_view id) {
  return kiosk_.ui().find_target(id) != nullptr;
}

bool Robot::tap(std::string_view id) {
  const toolkit::Target* target = kiosk_.ui().find_target(id);
  if (target != nullptr && target->rect.empty()) {  // scrolled out of sight
    kiosk_.ui().reveal(id);
    for (int i = 0; i < 8; ++i) settle();
    target = kiosk_.ui().find_target(id);
  }
  if (target == nullptr || !target->enabled || target->rect.empty()) {
    std::fprintf(stderr, "robot: cannot tap %.*s (%s)\n", static_cast<int>(id.size()), id.data(),
                 target == nullptr ? "not there"
                 : target->enabled ? "out of sight"
                                   : "dimmed");
    return false;
  }
  const toolkit::Point at = kiosk_.ui().to_pixels(target->rect.centre());
  render::push_tap(at.x, at.y);
  settle();
  return true;
}

bool Robot::press_key(std::string_view letter) {
  std::string id = "key/" + std::string(letter);
  if (letter == " ") id = "key/space";
  if (letter == "\u200c") id = "key/zwnj";
  if (shows(id)) return tap(id);
  for (const char* plane : {"key/signs", "key/script", "key/shift"}) {
    if (!shows(plane)) continue;
    tap(plane);
    const bool there = shows(id);
    const bool pressed = there && tap(id);
    if (shows(plane) && std::string_view(plane) != "key/shift") tap(plane);
    if (there) return pressed;
  }
  std::fprintf(stderr, "robot: no key writes %s\n", id.c_str());
  return false;
}

bool Robot::type(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = 1;
    while (i + length < text.size() && (static_cast<unsigned char>(text[i + length]) & 0xC0) == 0x80) ++length;
    if (!press_key(text.substr(i, length))) return false;
    i += length;
  }
  settle();
  return true;
}

bool Robot::wait_for(const std::function<bool()>& holds, std::chrono::milliseconds patience) {
  const SystemClock clock;
  const SteadyTime until = clock.steady() + patience;
  while (!holds()) {
    if (clock.steady() > until) return false;
    kiosk_.turn(SteadyTime{20});
  }
  settle();
  return true;
}

bool Robot::shoot(const std::filesystem::path& png) {
  settle();
  return write_png(png, kiosk_.surface().picture()).has_value();
}

}  // namespace pishkhan::demo
