#include "ui/render/surface.h"

#include "base/core/ensure.h"
#include "base/core/log.h"
#include "base/core/personal.h"
#include "ui/render/damage.h"
#include "ui/render/primitive.h"
#include "ui/render/rasteriser.h"
#include "ui/text/atlas.h"

#include <SDL.h>
#include <imgui/imgui.h>
#include <imgui/imgui_internal.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>

namespace pishkhan::render {
namespace {

constexpr int kSettlingFrames = 2;
constexpr std::uint32_t kGround = 0xFF083A3F;  // seen only where a page does not cover the window
// Where the driver cannot sleep until an event, it is asked this often; less often when nobody has touched
// anything for a while, and rarely where nobody can.
constexpr SteadyTime kPolling{8};
constexpr SteadyTime kPollingWhenQuiet{32};
constexpr SteadyTime kPollingUnseen{250};
constexpr SteadyTime kQuietAfter{2000};

struct VideoQuit {
  ~VideoQuit() { SDL_QuitSubSystem(SDL_INIT_VIDEO); }
};
struct WindowDone {
  void operator()(SDL_Window* window) const { SDL_DestroyWindow(window); }
};
struct RendererDone {
  void operator()(SDL_Renderer* renderer) const { SDL_DestroyRenderer(renderer); }
};
struct TextureDone {
  void operator()(SDL_Texture* texture) const { SDL_DestroyTexture(texture); }
};

bool driver_is(const char* name) {
  const char* driver = SDL_GetCurrentVideoDriver();
  return driver != nullptr && std::strcmp(driver, name) == 0;
}

}  // namespace

struct Surface::State {
  State(const text::Atlas& the_atlas, HardwareTyping typing) : atlas(the_atlas), shim(typing) {}

  const text::Atlas& atlas;
  std::unique_ptr<VideoQuit> video;  // first, so that it goes last
  std::unique_ptr<SDL_Window, WindowDone> window;
  std::unique_ptr<SDL_Renderer, RendererDone> renderer;
  std::unique_ptr<SDL_Texture, TextureDone> texture;
  InputShim shim;
  std::uint32_t wake_event = 0;
  bool sleeps = false;  ///< the driver can wait for an event without asking again and again
  bool unseen = false;  ///< a driver without a screen: events come from this program only
  std::mutex mutex;
  std::condition_variable waker;
  bool woken = false;

  Picture picture;
  Damage damage;
  ImDrawListSharedData shared;
  std::unique_ptr<ImDrawList> list;
  std::uint64_t generation = 0;
  int void_frames = 0;
  int settling = kSettlingFrames;
  bool present_again = false;

  bool resize();
  void pump();
  void take(const SDL_Event& event);
  void present();
  void present_ground();
};

Surface::Surface(std::unique_ptr<State> state) : state_(std::move(state)) {}
Surface::~Surface() {
  wipe();
}

Result<std::unique_ptr<Surface>, SurfaceFault> Surface::open(const SurfaceOptions& options,
                                                             const text::Atlas& atlas) {
  SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
  SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
  SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "0");
  auto state = std::make_unique<State>(atlas, options.typing);
  if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return fail(SurfaceFault::NoVideo);
  state->video = std::make_unique<VideoQuit>();
  const Uint32 flags =
      options.mode == WindowMode::Fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
  state->window.reset(SDL_CreateWindow(options.title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                       options.width, options.height, flags));
  if (!state->window) return fail(SurfaceFault::NoWindow);
  state->unseen = driver_is("dummy") || driver_is("offscreen");
  // On KMS desktop OpenGL, which SDL would take first, drew nothing at all (SDL 2.26.5, Mesa 22.3.6's software renderer).
  if (driver_is("KMSDRM")) SDL_SetHint(SDL_HINT_RENDER_DRIVER, "opengles2");
  if (!state->unseen)
    state->renderer.reset(SDL_CreateRenderer(state->window.get(), -1, SDL_RENDERER_ACCELERATED));
  if (!state->renderer)
    state->renderer.reset(SDL_CreateRenderer(state->window.get(), -1, SDL_RENDERER_SOFTWARE));
  if (!state->renderer || !state->resize()) return fail(SurfaceFault::NoRenderer);
  state->present_ground();
  if (options.mode == WindowMode::Fullscreen) SDL_ShowCursor(SDL_DISABLE);
  state->sleeps = driver_is("x11") || driver_is("wayland");
  state->wake_event = SDL_RegisterEvents(1);
  state->shared.InitialFlags =
      ImDrawListFlags_AntiAliasedLines | ImDrawListFlags_AntiAliasedFill | ImDrawListFlags_AllowVtxOffset;
  state->shared.SetCircleTessellationMaxError(0.3F);
  state->list = std::make_unique<ImDrawList>(&state->shared);
  if (options.typing == HardwareTyping::Accepted) SDL_StartTextInput();
  return std::unique_ptr<Surface>(new Surface(std::move(state)));
}

bool Surface::State::resize() {
  int width = 0;
  int height = 0;
  if (SDL_GetRendererOutputSize(renderer.get(), &width, &height) != 0 || width <= 0 || height <= 0)
    return false;
  // Without alpha, as windows are: the software renderer then copies rows instead of converting pixels.
  texture.reset(
      SDL_CreateTexture(renderer.get(), SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, width, height));
  if (!texture) return false;
  SDL_SetTextureBlendMode(texture.get(), SDL_BLENDMODE_NONE);
  pishkhan::wipe(picture.pixels.data(), picture.pixels.size() * sizeof(std::uint32_t));
  picture.width = width;
  picture.height = height;
  picture.pixels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), kGround);
  damage.forget();
  return true;
}

void Surface::State::take(const SDL_Event& event) {
  settling = kSettlingFrames;
  if (event.type == wake_event) return;
  if (event.type == SDL_WINDOWEVENT) {
    if (event.window.event == SDL_WINDOWEVENT_SIZE_CHANGED && !resize()) {
      log::error("surface.resize_failed");
    }
    if (event.window.event == SDL_WINDOWEVENT_EXPOSED) present_again = true;
  }
  if (event.type == SDL_RENDER_TARGETS_RESET || event.type == SDL_RENDER_DEVICE_RESET) {
    if (!resize()) log::error("surface.reset_failed");
  }
  shim.feed(event, picture.width, picture.height);
}

void Surface::State::pump() {
  SDL_Event event;
  while (SDL_PollEvent(&event) != 0) take(event);
}

InputFrame Surface::wait(SteadyTime timeout) {
  State& state = *state_;
  state.pump();
  const Uint64 start = SDL_GetTicks64();
  while (!state.shim.waiting() && state.settling == 0) {
    const SteadyTime left = timeout - SteadyTime{SDL_GetTicks64() - start};
    if (left <= SteadyTime{0}) break;
    if (state.sleeps) {
      const auto milliseconds = static_cast<int>(std::min<SteadyTime::rep>(left.count(), 3'600'000));
      SDL_Event event;
      if (SDL_WaitEventTimeout(&event, milliseconds) != 0) state.take(event);
    } else {
      std::unique_lock lock(state.mutex);
      const SteadyTime waited = timeout - left;
      const SteadyTime interval = waited < kQuietAfter ? kPolling
                                  : state.unseen       ? kPollingUnseen
                                                       : kPollingWhenQuiet;
      state.waker.wait_for(lock, std::min(left, interval), [&] { return state.woken; });
    }
    state.pump();
    const std::scoped_lock lock(state.mutex);
    if (state.woken) break;
  }
  InputFrame frame;
  if (state.shim.waiting()) {
    state.settling = kSettlingFrames;
    frame = state.shim.next();
  } else {
    if (state.settling > 0) --state.settling;
    frame = state.shim.next();
  }
  const std::scoped_lock lock(state.mutex);
  if (state.woken) {
    frame.woken = true;
    state.woken = false;
    state.settling = kSettlingFrames;
  }
  return frame;
}

void Surface::wake() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->woken = true;
  }
  state_->waker.notify_one();
  SDL_Event event{};
  event.type = state_->wake_event;
  SDL_PushEvent(&event);  // a full queue wakes, too
}

int Surface::width() const {
  return state_->picture.width;
}
int Surface::height() const {
  return state_->picture.height;
}
const Picture& Surface::picture() const {
  return state_->picture;
}

ImDrawList& Surface::begin_frame() {
  State& state = *state_;
  state.generation = state.atlas.generation();
  const text::Atlas::Point white = state.atlas.white();
  state.shared.TexUvWhitePixel = ImVec2(white.u, white.v);
  state.shared.ClipRectFullscreen =
      ImVec4(0, 0, static_cast<float>(state.picture.width), static_cast<float>(state.picture.height));
  state.list->_ResetForNewFrame();
  state.list->PushClipRectFullScreen();
  state.list->PushTextureID(nullptr);
  return *state.list;
}

std::vector<PixelRect> Surface::end_frame() {
  State& state = *state_;
  // A frame that needs more than the whole atlas can hold is shown as it is rather than never.
  if (state.atlas.generation() != state.generation && state.void_frames < 3) {
    ++state.void_frames;
    state.settling = kSettlingFrames;
    return {};
  }
  state.void_frames = 0;
  const PixelRect whole{0, 0, state.picture.width, state.picture.height};
  const AlphaImage image{state.atlas.pixels(), state.atlas.width(), state.atlas.height()};
  const std::vector<Primitive> primitives = take_apart(*state.list, whole, image);
  std::vector<PixelRect> damaged = state.damage.update(primitives, whole.right, whole.bottom);
  for (const PixelRect& rect : damaged) {
    rasterise(primitives, rect, kGround, image, state.picture);
    const SDL_Rect area{rect.left, rect.top, rect.width(), rect.height()};
    const std::size_t first = static_cast<std::size_t>(rect.top) * static_cast<std::size_t>(whole.right) +
                              static_cast<std::size_t>(rect.left);
    SDL_UpdateTexture(state.texture.get(), &area, state.picture.pixels.data() + first, whole.right * 4);
  }
  if (!damaged.empty() || state.present_again) state.present();
  return damaged;
}

void Surface::State::present() {
  present_again = false;
  SDL_RenderCopy(renderer.get(), texture.get(), nullptr, nullptr);
  SDL_RenderPresent(renderer.get());
}

/// SDL's kmsdrm makes its buffers anew inside the first swap of a full-screen window (KMSDRM_GLES_SwapWindow,
/// egl_surface_dirty), and shows one of those: what was drawn until then is lost. Who draws all the time never sees
/// it; we draw only what changes, and the panel stayed black. So the first thing presented is one to lose.
void Surface::State::present_ground() {
  SDL_SetRenderDrawColor(renderer.get(), kGround >> 16 & 0xFF, kGround >> 8 & 0xFF, kGround & 0xFF, SDL_ALPHA_OPAQUE);
  SDL_RenderClear(renderer.get());
  SDL_RenderPresent(renderer.get());
}

void Surface::wipe() {
  if (!state_) return;
  State& state = *state_;
  auto& pixels = state.picture.pixels;
  pishkhan::wipe(pixels.data(), pixels.size() * sizeof(std::uint32_t));
  SDL_UpdateTexture(state.texture.get(), nullptr, pixels.data(), state.picture.width * 4);
  pishkhan::wipe(state.list->VtxBuffer.Data,
                 static_cast<std::size_t>(state.list->VtxBuffer.Capacity) * sizeof(ImDrawVert));
  state.list->_ClearFreeMemory();
  state.damage.forget();
}

namespace {

void push_button(Uint32 type, float x, float y) {
  SDL_Event event{};
  event.type = type;
  event.button.which = kInjectedPointer;
  event.button.button = SDL_BUTTON_LEFT;
  event.button.state = type == SDL_MOUSEBUTTONDOWN ? SDL_PRESSED : SDL_RELEASED;
  event.button.x = static_cast<Sint32>(x);
  event.button.y = static_cast<Sint32>(y);
  ENSURE(SDL_PushEvent(&event) >= 0, "SDL's event queue holds an injected touch");
}

}  // namespace

void push_mouse_down(float x, float y) {
  push_button(SDL_MOUSEBUTTONDOWN, x, y);
}
void push_mouse_up(float x, float y) {
  push_button(SDL_MOUSEBUTTONUP, x, y);
}

void push_mouse_move(float x, float y) {
  SDL_Event event{};
  event.type = SDL_MOUSEMOTION;
  event.motion.which = kInjectedPointer;
  event.motion.state = SDL_BUTTON_LMASK;
  event.motion.x = static_cast<Sint32>(x);
  event.motion.y = static_cast<Sint32>(y);
  ENSURE(SDL_PushEvent(&event) >= 0, "SDL's event queue holds an injected touch");
}

void push_tap(float x, float y) {
  push_mouse_down(x, y);
  push_mouse_up(x, y);
}

}  // namespace pishkhan::render
