#pragma once

#include "ui/render/input.h"

#include <cstdint>
#include <deque>

union SDL_Event;

namespace pishkhan::render {

/// A card reader that types like a keyboard must never write into the field that has the focus.
enum class HardwareTyping { Refused, Accepted };

/// The mouse id of touches that a program injects: those never bounce.
inline constexpr std::uint32_t kInjectedPointer = 0xFFFFFF00U;

/// Turns SDL's events into input frames: position and button come from the event, one change of the finger a
/// frame, one finger is followed and the others are left out, and mouse events that SDL makes up from touches
/// are ignored. A panel's bounce (down again within 40 ms and 12 pixels of the last up) is dropped with its up.
class InputShim {
 public:
  explicit InputShim(HardwareTyping typing) : typing_(typing) {}

  /// `width` and `height` of the surface in pixels, for fingers, whose places come as shares of it.
  void feed(const SDL_Event& event, int width, int height);
  [[nodiscard]] bool waiting() const { return !frames_.empty(); }
  /// The next frame; with nothing waiting, the finger where it rests.
  InputFrame next();

 private:
  enum class Source : std::uint8_t { None, Mouse, Finger };
  void went_down(Source source, std::int64_t finger, float x, float y, std::uint32_t time, bool injected);
  void moved(float x, float y);
  void went_up(float x, float y, std::uint32_t time);
  void cancelled();
  void feed_mouse(const SDL_Event& event);
  void feed_finger(const SDL_Event& event, int width, int height);
  void feed_key(const SDL_Event& event);
  void feed_window(const SDL_Event& event);
  [[nodiscard]] InputFrame resting() const;

  HardwareTyping typing_;
  std::deque<InputFrame> frames_;
  // As of the last event fed:
  Source source_ = Source::None;
  std::int64_t finger_ = 0;
  bool down_ = false;
  bool ever_up_ = false;
  float x_ = kNowhere;
  float y_ = kNowhere;
  float up_x_ = 0;
  float up_y_ = 0;
  std::uint32_t up_time_ = 0;
  // As of the last frame given out:
  bool shown_down_ = false;
  float shown_x_ = kNowhere;
  float shown_y_ = kNowhere;
};

}  // namespace pishkhan::render
