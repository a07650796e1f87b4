#include "kiosk/kiosk.h"

#include "base/core/log.h"
#include "base/core/personal.h"
#include "kiosk/visit/present.h"
#include "offline-queue/protocol/chain.h"
#include "ui/screens/draw.h"
#include "ui/toolkit/theme.h"

#include <algorithm>
#include <utility>

namespace pishkhan {

namespace {

/// More than all that can be under way at once: one filing, one print, and the latest state of each device.
constexpr std::size_t event_capacity = 512;

text::FontPaths font_paths(const config::Config& config) {
  text::FontPaths paths;
  paths.regular = config.fonts / "Vazirmatn-Regular.ttf";
  paths.medium = config.fonts / "Vazirmatn-Medium.ttf";
  paths.bold = config.fonts / "Vazirmatn-Bold.ttf";
  paths.icons = config.icons;
  return paths;
}

/// Debian's Noto, so that a kiosk whose own font is gone can still say that it is out of service.
text::FontPaths emergency_font_paths() {
  text::FontPaths paths;
  const std::filesystem::path noto = "/usr/share/fonts/truetype/noto";
  paths.regular = noto / "NotoSansArabicUI-Regular.ttf";
  paths.medium = paths.regular;
  paths.bold = noto / "NotoSansArabicUI-Bold.ttf";
  paths.fallback = {noto / "NotoSans-Regular.ttf"};
  return paths;
}

}  // namespace

Kiosk::Kiosk(Parts parts)
    : parts_(std::move(parts)),
      events_(event_capacity,
              [this] {
                if (surface_ != nullptr) surface_->wake();
              }),
      new_packs_(1, [this] {
        if (surface_ != nullptr) surface_->wake();
      }) {}

/// A receipt that comes out while we stop is still recorded beside its request.
Kiosk::~Kiosk() {
  reader_.reset();
  printer_.reset();
  while (auto event = events_.try_take())
    if (const auto* ended = std::get_if<visit::event::PrintEnded>(&*event); ended != nullptr && queue_)
      queue_->record({ended->sequence, ended->outcome});
}

Result<std::unique_ptr<Kiosk>, StartFault> Kiosk::start(Parts parts) {
  std::unique_ptr<Kiosk> kiosk(new Kiosk(std::move(parts)));
  if (auto opened = kiosk->open_screen(); !opened) return fail(opened.error());
  kiosk->load_house();
  kiosk->start_workers();
  return kiosk;
}

Result<void, StartFault> Kiosk::open_screen() {
  if (!parts_.config_fault.empty()) staff_code_ = "CONFIGURATION";
  font_paths_ = font_paths(parts_.config);
  auto fonts = text::Fonts::open(font_paths_);
  if (!fonts) {
    log::error("kiosk.font", {{"file", log::PublicText{fonts.error().file.string()}}});
    if (staff_code_.empty()) staff_code_ = "FONT";
    font_paths_ = emergency_font_paths();
    fonts = text::Fonts::open(font_paths_);
  }
  if (!fonts) return fail(StartFault{"FONT", "no font: " + fonts.error().file.string()});
  fonts_.emplace(std::move(*fonts));
  engine_.emplace(*fonts_);
  atlas_.emplace(*fonts_, 2048, 1024);
  auto surface = render::Surface::open(parts_.window, *atlas_);
  if (!surface) return fail(StartFault{"SCREEN", "no window can be opened"});
  surface_ = std::move(*surface);
  ui_.emplace(*engine_, *atlas_, *parts_.clock);
  return {};
}

bool Kiosk::turn(SteadyTime at_most) {
  const render::InputFrame input = surface_->wait(patience(at_most));
  if (input.quit) return false;
  while (auto pack = new_packs_.try_take()) show(std::move(*pack));
  while (auto event = events_.try_take()) happen(std::move(*event));
  const auto deadline = visit::next_deadline(state_, parts_.clock->steady());
  if (deadline && *deadline <= parts_.clock->steady()) happen(visit::event::Tick{});
  screens::Actions actions = draw(input);
  for (screens::Action& action : actions) happen(visit::event::Acted{std::move(action)});
  if (sync_) tell_machine();
  return !restart_wanted_;
}

SteadyTime Kiosk::patience(SteadyTime at_most) const {
  const SteadyTime now = parts_.clock->steady();
  SteadyTime until = now + at_most;
  if (const auto deadline = visit::next_deadline(state_, now)) until = std::min(until, *deadline);
  if (const auto deadline = ui_->deadline()) until = std::min(until, *deadline);
  // The clock on the welcome screen shows minutes.
  const auto into_minute = parts_.clock->wall().time_since_epoch() % std::chrono::minutes(1);
  until = std::min(until, now + (SteadyTime{60'000} - into_minute));
  return std::max(SteadyTime{0}, until - now);
}

void Kiosk::happen(visit::Event event) {
  visit::Stamped stamped{std::move(event), parts_.clock->wall(), parts_.clock->steady(), 0};
  while (stamped.fresh_id == 0)
    for (const std::uint8_t byte : parts_.random->bytes<8>()) stamped.fresh_id = stamped.fresh_id << 8 | byte;
  visit::Effects effects = visit::step(state_, stamped);
  for (visit::Effect& effect : effects) carry_out(effect);
}

void Kiosk::carry_out(visit::Effect& effect) {
  namespace wanted = visit::effect;
  if (std::holds_alternative<wanted::Forget>(effect)) return forget();
  if (std::holds_alternative<wanted::Restart>(effect)) {
    log::info("kiosk.restart-ordered");
    restart_wanted_ = true;
    return;
  }
  if (std::holds_alternative<wanted::Chime>(effect)) return chime_.ring();
  if (!queue_) return;  // out of service: there is no visit that could want anything
  if (const auto* read = std::get_if<wanted::ReadCard>(&effect))
    reader_->read(*read);
  else if (auto* file = std::get_if<wanted::File>(&effect))
    queue_->file(std::move(*file));
  else if (auto* print = std::get_if<wanted::Print>(&effect))
    printer_->print(std::move(*print));
  else if (const auto* record = std::get_if<wanted::RecordPrint>(&effect))
    queue_->record(*record);
  else if (auto* question = std::get_if<wanted::LookUp>(&effect))
    queue_->look_up(std::move(*question));
  else if (const auto* forgotten = std::get_if<wanted::NoteForgottenCard>(&effect))
    note_forgotten_card(forgotten->asked_seconds);
  else if (auto* recovery = std::get_if<wanted::Recover>(&effect))
    queue_->recover(std::move(*recovery));
}

void Kiosk::tell_machine() {
  auto now = workers::MachineCondition::of(state_.around);
  if (now == told_machine_) return;
  told_machine_ = now;
  workers::tell_machine(sync_jobs_, std::move(now));
}

/// Beside the requests in the chain, so that whoever empties the reader knows since when; not whose it is.
void Kiosk::note_forgotten_card(int asked_seconds) {
  log::warning("card.forgotten", {{"asked-seconds", asked_seconds}});
  queue_->post([asked_seconds](store::Store* store) {
    const protocol::AuditEntry entry{protocol::AuditKind::CardForgotten, asked_seconds};
    if (store != nullptr && !store->record_audit(entry)) log::warning("card.forgotten-not-recorded");
  });
}

/// The visit has ended: nothing that the citizen typed stays in this process.
void Kiosk::forget() {
  ui_->reset();
  engine_->forget();
  atlas_->forget();
  surface_->wipe();
  if (printer_) printer_->forget();
  if (reader_) reader_->forget();
  if (queue_) queue_->forget();
  if (sync_) workers::forget(sync_jobs_);
  wipe_dead_stack();
}

render::Viewport Kiosk::viewport() const {
  const auto width = static_cast<float>(surface_->width() - parts_.beside_width);
  return render::letterbox(0, 0, width, static_cast<float>(surface_->height()), 1080, 1920);
}

screens::Actions Kiosk::draw(const render::InputFrame& input) {
  const auto generation = atlas_->generation();
  screens::Actions actions = draw_once(input);
  if (atlas_->generation() != generation) {  // the quads point into an atlas that was laid anew
    render::InputFrame still = input;
    still.transition = render::Transition::None;
    still.key = render::InputKey::None;
    still.typed.clear();
    still.wheel = 0;
    static_cast<void>(draw_once(still));
  }
  surface_->end_frame();
  return actions;
}

screens::Actions Kiosk::draw_once(const render::InputFrame& input) {
  ImDrawList& list = surface_->begin_frame();
  const visit::Presentation shown = visit::present(state_, parts_.clock->wall(), parts_.clock->steady());
  const auto theme = toolkit::Theme::make(
      shown.situation.high_contrast ? toolkit::Contrast::High : toolkit::Contrast::Standard,
      shown.situation.large_text ? toolkit::TextSize::Large : toolkit::TextSize::Normal);
  render::InputFrame own = input;
  if (parts_.beside_width > 0 && input.x >= static_cast<float>(surface_->width() - parts_.beside_width)) {
    own = render::InputFrame{};  // a touch beside the screen is no citizen's
    own.quit = input.quit;
  }
  ui_->begin(own, list, viewport(), shown.situation.language, theme);
  screens::Actions actions = screens::draw(*ui_, translations_, shown.situation, shown.view, shown.overlay);
  ui_->end();
  if (beside_) beside_(input, list);
  return actions;
}

}  // namespace pishkhan
