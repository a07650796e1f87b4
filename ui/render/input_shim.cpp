#include "ui/render/input_shim.h"

#include <SDL.h>

#include <cmath>

namespace pishkhan::render {
namespace {

constexpr std::uint32_t kBounceMs = 40;
constexpr float kBouncePixels = 12;

InputKey key_of(const SDL_KeyboardEvent& event) {
  switch (event.keysym.sym) {
    case SDLK_TAB:
      return (event.keysym.mod & KMOD_SHIFT) != 0 ? InputKey::BackTab : InputKey::Tab;
    case SDLK_LEFT:
      return InputKey::Left;
    case SDLK_RIGHT:
      return InputKey::Right;
    case SDLK_UP:
      return InputKey::Up;
    case SDLK_DOWN:
      return InputKey::Down;
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
      return InputKey::Enter;
    case SDLK_ESCAPE:
      return InputKey::Escape;
    case SDLK_BACKSPACE:
      return InputKey::Backspace;
    default:
      return InputKey::None;
  }
}

}  // namespace

void InputShim::feed(const SDL_Event& event, int width, int height) {
  switch (event.type) {
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEMOTION:
    case SDL_MOUSEWHEEL:
      feed_mouse(event);
      break;
    case SDL_FINGERDOWN:
    case SDL_FINGERUP:
    case SDL_FINGERMOTION:
      feed_finger(event, width, height);
      break;
    case SDL_KEYDOWN:
    case SDL_TEXTINPUT:
      feed_key(event);
      break;
    case SDL_WINDOWEVENT:
      feed_window(event);
      break;
    case SDL_QUIT: {
      InputFrame frame = resting();
      frame.quit = true;
      frames_.push_back(frame);
      break;
    }
    default:
      break;
  }
}

void InputShim::feed_mouse(const SDL_Event& event) {
  if (event.type == SDL_MOUSEWHEEL) {
    if (event.wheel.which == SDL_TOUCH_MOUSEID) return;
    InputFrame frame = resting();
    frame.wheel = event.wheel.preciseY;
    if (!down_) {  // a wheel turns over a place although no button is held
      frame.x = static_cast<float>(event.wheel.mouseX);
      frame.y = static_cast<float>(event.wheel.mouseY);
    }
    frames_.push_back(frame);
    return;
  }
  if (event.type == SDL_MOUSEMOTION) {
    if (event.motion.which == SDL_TOUCH_MOUSEID || source_ != Source::Mouse) return;
    moved(static_cast<float>(event.motion.x), static_cast<float>(event.motion.y));
    return;
  }
  const SDL_MouseButtonEvent& button = event.button;
  if (button.which == SDL_TOUCH_MOUSEID || button.button != SDL_BUTTON_LEFT) return;
  const auto x = static_cast<float>(button.x);
  const auto y = static_cast<float>(button.y);
  if (event.type == SDL_MOUSEBUTTONDOWN) {
    went_down(Source::Mouse, 0, x, y, button.timestamp, button.which == kInjectedPointer);
  } else if (source_ == Source::Mouse) {
    went_up(x, y, button.timestamp);
  }
}

void InputShim::feed_finger(const SDL_Event& event, int width, int height) {
  const SDL_TouchFingerEvent& finger = event.tfinger;
  const float x = finger.x * static_cast<float>(width);
  const float y = finger.y * static_cast<float>(height);
  if (event.type == SDL_FINGERDOWN) {
    went_down(Source::Finger, finger.fingerId, x, y, finger.timestamp, false);
  } else if (source_ == Source::Finger && finger_ == finger.fingerId) {
    event.type == SDL_FINGERMOTION ? moved(x, y) : went_up(x, y, finger.timestamp);
  }
}

void InputShim::feed_key(const SDL_Event& event) {
  InputFrame frame = resting();
  if (event.type == SDL_TEXTINPUT) {
    if (typing_ == HardwareTyping::Refused) return;
    frame.typed = event.text.text;
  } else {
    frame.key = key_of(event.key);
    if (frame.key == InputKey::None) return;
    if (frame.key == InputKey::Backspace && typing_ == HardwareTyping::Refused) return;
  }
  frames_.push_back(std::move(frame));
}

void InputShim::feed_window(const SDL_Event& event) {
  switch (event.window.event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED: {
      InputFrame frame = resting();
      frame.resized = true;
      frames_.push_back(frame);
      break;
    }
    // The up of a finger that is down now may go to another window.
    case SDL_WINDOWEVENT_FOCUS_LOST:
    case SDL_WINDOWEVENT_MINIMIZED:
    case SDL_WINDOWEVENT_HIDDEN:
      cancelled();
      break;
    default:
      break;
  }
}

void InputShim::went_down(Source source, std::int64_t finger, float x, float y, std::uint32_t time,
                          bool injected) {
  if (source_ != Source::None) return;  // another finger is followed
  const bool bounce =
      !injected && ever_up_ && time - up_time_ < kBounceMs && std::hypot(x - up_x_, y - up_y_) < kBouncePixels;
  if (bounce) return;
  source_ = source;
  finger_ = finger;
  down_ = true;
  x_ = x;
  y_ = y;
  InputFrame frame = resting();
  frame.transition = Transition::Down;
  frames_.push_back(frame);
}

void InputShim::moved(float x, float y) {
  x_ = x;
  y_ = y;
  const bool joins = !frames_.empty() && frames_.back().transition == Transition::None && frames_.back().down &&
                     frames_.back().key == InputKey::None && frames_.back().typed.empty();
  if (!joins) frames_.push_back(resting());
  frames_.back().x = x;
  frames_.back().y = y;
}

void InputShim::went_up(float x, float y, std::uint32_t time) {
  x_ = x;
  y_ = y;
  InputFrame frame = resting();
  frame.down = false;
  frame.transition = Transition::Up;
  frames_.push_back(frame);
  ever_up_ = true;
  up_time_ = time;
  up_x_ = x;
  up_y_ = y;
  source_ = Source::None;
  down_ = false;
  x_ = y_ = kNowhere;
}

void InputShim::cancelled() {
  if (!down_) return;
  source_ = Source::None;
  down_ = false;
  x_ = y_ = kNowhere;
  InputFrame frame = resting();
  frame.transition = Transition::Cancelled;
  frames_.push_back(frame);
}

InputFrame InputShim::resting() const {
  InputFrame frame;
  frame.down = down_;
  frame.x = x_;
  frame.y = y_;
  return frame;
}

InputFrame InputShim::next() {
  InputFrame frame;
  if (frames_.empty()) {
    frame.down = shown_down_;
    frame.x = shown_x_;
    frame.y = shown_y_;
    return frame;
  }
  frame = std::move(frames_.front());
  frames_.pop_front();
  shown_down_ = frame.down;
  shown_x_ = frame.down ? frame.x : kNowhere;
  shown_y_ = frame.down ? frame.y : kNowhere;
  return frame;
}

}  // namespace pishkhan::render
