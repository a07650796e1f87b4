#pragma once

#include <cstdint>

namespace pishkhan {

/// The counter's one sound: two short notes, for somebody who is walking away. A machine without a loudspeaker
/// is silent, and says so once in its log. Thread: the UI thread; SDL plays.
class Chime {
 public:
  Chime() = default;
  ~Chime();
  Chime(const Chime&) = delete;
  Chime& operator=(const Chime&) = delete;

  void ring();
  /// How often it was rung, heard or not.
  [[nodiscard]] int rung() const { return rung_; }

 private:
  enum class Device : std::uint8_t { NotTried, Open, None };
  void open();

  Device state_ = Device::NotTried;
  std::uint32_t device_ = 0;  ///< SDL_AudioDeviceID
  int rung_ = 0;
};

}  // namespace pishkhan
