#include "ui/render/input_shim.h"

#include <SDL.h>
#include <doctest/doctest.h>

namespace pishkhan::render {
namespace {

SDL_Event button(Uint32 type, int x, int y, Uint32 time, Uint32 which = 0) {
  SDL_Event event{};
  event.type = type;
  event.button.button = SDL_BUTTON_LEFT;
  event.button.x = x;
  event.button.y = y;
  event.button.timestamp = time;
  event.button.which = which;
  return event;
}

SDL_Event finger(Uint32 type, SDL_FingerID id, float x, float y, Uint32 time) {
  SDL_Event event{};
  event.type = type;
  event.tfinger.fingerId = id;
  event.tfinger.x = x;
  event.tfinger.y = y;
  event.tfinger.timestamp = time;
  return event;
}

void feed(InputShim& shim, const SDL_Event& event) {
  shim.feed(event, 1000, 2000);
}

}  // namespace

TEST_CASE("a quick tap is two frames, each where its own event was, and then the finger is nowhere") {
  InputShim shim(HardwareTyping::Refused);
  feed(shim, button(SDL_MOUSEBUTTONDOWN, 180, 300, 1000));
  feed(shim, button(SDL_MOUSEBUTTONUP, 181, 301, 1001));
  const InputFrame down = shim.next();
  CHECK(down.transition == Transition::Down);
  CHECK(down.down);
  CHECK(down.x == 180);
  const InputFrame up = shim.next();
  CHECK(up.transition == Transition::Up);
  CHECK_FALSE(up.down);
  CHECK(up.x == 181);
  CHECK(up.y == 301);
  CHECK_FALSE(shim.waiting());
  CHECK(shim.next().x == kNowhere);
  CHECK(shim.next().transition == Transition::None);
}

TEST_CASE("moves between two changes are one frame, and a change is never joined with another") {
  InputShim shim(HardwareTyping::Refused);
  feed(shim, button(SDL_MOUSEBUTTONDOWN, 10, 10, 0));
  SDL_Event move{};
  move.type = SDL_MOUSEMOTION;
  for (int x = 11; x < 40; ++x) {
    move.motion.x = x;
    feed(shim, move);
  }
  feed(shim, button(SDL_MOUSEBUTTONUP, 40, 10, 5));
  CHECK(shim.next().x == 10);
  const InputFrame moved = shim.next();
  CHECK(moved.x == 39);
  CHECK(moved.transition == Transition::None);
  CHECK(moved.down);
  CHECK(shim.next().transition == Transition::Up);
  CHECK_FALSE(shim.waiting());
}

TEST_CASE("one finger is followed, in pixels of the surface; the others are not there") {
  InputShim shim(HardwareTyping::Refused);
  feed(shim, finger(SDL_FINGERDOWN, 7, 0.18F, 0.5F, 0));
  feed(shim, finger(SDL_FINGERDOWN, 8, 0.9F, 0.9F, 1));
  feed(shim, finger(SDL_FINGERUP, 8, 0.9F, 0.9F, 2));
  feed(shim, finger(SDL_FINGERUP, 7, 0.18F, 0.5F, 3));
  const InputFrame down = shim.next();
  CHECK(down.x == doctest::Approx(180));
  CHECK(down.y == doctest::Approx(1000));
  CHECK(shim.next().transition == Transition::Up);
  CHECK_FALSE(shim.waiting());
}

TEST_CASE("mouse events that SDL makes up from touches are ignored") {
  InputShim shim(HardwareTyping::Refused);
  feed(shim, button(SDL_MOUSEBUTTONDOWN, 10, 10, 0, SDL_TOUCH_MOUSEID));
  feed(shim, button(SDL_MOUSEBUTTONUP, 10, 10, 1, SDL_TOUCH_MOUSEID));
  CHECK_FALSE(shim.waiting());
}

TEST_CASE("a panel's bounce is dropped; a second tap, a tap elsewhere and an injected one are not") {
  const auto frames_after = [](Uint32 time, int x, Uint32 which) {
    InputShim shim(HardwareTyping::Refused);
    feed(shim, button(SDL_MOUSEBUTTONDOWN, 100, 100, 1000, which));
    feed(shim, button(SDL_MOUSEBUTTONUP, 100, 100, 1050, which));
    feed(shim, button(SDL_MOUSEBUTTONDOWN, x, 100, time, which));
    feed(shim, button(SDL_MOUSEBUTTONUP, x, 100, time + 10, which));
    int frames = 0;
    for (; shim.waiting(); ++frames) (void)shim.next();
    return frames;
  };
  CHECK(frames_after(1060, 103, 0) == 2);
  CHECK(frames_after(1150, 103, 0) == 4);
  CHECK(frames_after(1060, 300, 0) == 4);
  CHECK(frames_after(1060, 100, kInjectedPointer) == 4);
}

TEST_CASE("a press is cancelled when the window loses the finger") {
  InputShim shim(HardwareTyping::Refused);
  feed(shim, button(SDL_MOUSEBUTTONDOWN, 10, 10, 0));
  SDL_Event lost{};
  lost.type = SDL_WINDOWEVENT;
  lost.window.event = SDL_WINDOWEVENT_FOCUS_LOST;
  feed(shim, lost);
  feed(shim, button(SDL_MOUSEBUTTONUP, 10, 10, 9));
  CHECK(shim.next().transition == Transition::Down);
  CHECK(shim.next().transition == Transition::Cancelled);
  CHECK_FALSE(shim.waiting());
}

TEST_CASE("a reader that types like a keyboard types into nothing, unless the demo allows it") {
  SDL_Event text{};
  text.type = SDL_TEXTINPUT;
  text.text.text[0] = '7';
  SDL_Event erase{};
  erase.type = SDL_KEYDOWN;
  erase.key.keysym.sym = SDLK_BACKSPACE;
  InputShim refusing(HardwareTyping::Refused);
  feed(refusing, text);
  feed(refusing, erase);
  CHECK_FALSE(refusing.waiting());
  InputShim accepting(HardwareTyping::Accepted);
  feed(accepting, text);
  feed(accepting, erase);
  CHECK(accepting.next().typed == "7");
  CHECK(accepting.next().key == InputKey::Backspace);
}

}  // namespace pishkhan::render
