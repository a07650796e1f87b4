#include "kiosk/chime.h"

#include "base/core/log.h"

#include <SDL.h>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace pishkhan {

namespace {

constexpr int samples_per_second = 22'050;
constexpr double note_seconds = 0.18;
// A fourth upwards, D5 and G5: heard by old ears too, which hear high notes worse.
constexpr double notes_hertz[] = {587.33, 783.99};
constexpr double loudness = 0.5;

/// Both notes, each fading out, so that nothing clicks.
std::vector<std::int16_t> melody() {
  const auto samples = static_cast<std::size_t>(note_seconds * samples_per_second);
  std::vector<std::int16_t> sound;
  for (const double hertz : notes_hertz) {
    for (std::size_t i = 0; i < samples; ++i) {
      const double seconds = static_cast<double>(i) / samples_per_second;
      const double fading = 1 - static_cast<double>(i) / static_cast<double>(samples);
      const double wave = std::sin(2 * std::numbers::pi * hertz * seconds);
      sound.push_back(static_cast<std::int16_t>(wave * fading * loudness * 32'767));
    }
  }
  return sound;
}

}  // namespace

Chime::~Chime() {
  if (device_ == 0) return;
  SDL_CloseAudioDevice(device_);
  SDL_QuitSubSystem(SDL_INIT_AUDIO);
}

void Chime::open() {
  state_ = Device::None;
  if (SDL_InitSubSystem(SDL_INIT_AUDIO) == 0) {
    SDL_AudioSpec wanted{};
    wanted.freq = samples_per_second;
    wanted.format = AUDIO_S16SYS;
    wanted.channels = 1;
    wanted.samples = 1024;
    device_ = SDL_OpenAudioDevice(nullptr, 0, &wanted, nullptr, 0);
    if (device_ != 0) {
      SDL_PauseAudioDevice(device_, 0);
      state_ = Device::Open;
      return;
    }
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
  }
  log::warning("chime.no-sound");
}

void Chime::ring() {
  ++rung_;
  if (state_ == Device::NotTried) open();
  if (state_ != Device::Open) return;
  const std::vector<std::int16_t> sound = melody();
  SDL_ClearQueuedAudio(device_);
  SDL_QueueAudio(device_, sound.data(), static_cast<Uint32>(sound.size() * sizeof sound[0]));
}

}  // namespace pishkhan
