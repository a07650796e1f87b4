#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "base/core/random.h"
#include "base/core/result.h"
#include "base/core/translations.h"
#include "drivers/card-reader/profiles.h"
#include "drivers/card-reader/quirk_files.h"
#include "kiosk/chime.h"
#include "kiosk/config/config.h"
#include "kiosk/visit/state.h"
#include "kiosk/visit/step.h"
#include "kiosk/workers/card_terminal_key.h"
#include "kiosk/workers/printer_worker.h"
#include "kiosk/workers/queue_worker.h"
#include "kiosk/workers/reader_worker.h"
#include "kiosk/workers/sync_worker.h"
#include "ui/render/surface.h"
#include "ui/text/atlas.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"
#include "ui/toolkit/ui.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pishkhan {

/// Why the kiosk cannot even show that it is out of service.
struct StartFault {
  std::string staff_code;  ///< "FONT", "SCREEN"
  std::string what;        ///< for the log
};

/// The whole counter: window, screens, state and workers. The loop: what happened becomes an event, `step`
/// decides, effects go to the workers, the state is drawn. UI thread.
class Kiosk {
 public:
  struct Parts {
    config::Config config;
    std::string config_fault;  ///< not empty: the configuration was refused, and `config` is only a fallback
    workers::DevicePort* printer = nullptr;
    workers::DevicePort* reader = nullptr;
    printer::Models printer_models;
    card::Quirks reader_quirks;
    const Clock* clock = nullptr;
    Random* random = nullptr;
    render::SurfaceOptions window;
    int beside_width = 0;  ///< pixels right of the kiosk screen that belong to somebody else (the demo's dock)
    sync::Backoff::Limits sync_limits;
    sync::Pump::Periods sync_periods;
    /// Of the questions what the city says and of the reports how the kiosk is; 0: as configured.
    std::chrono::milliseconds city_period_of_a_rig{0};
    store::Durability durability = store::Durability::Full;  ///< another one only from the power-cut rigs
  };
  static Result<std::unique_ptr<Kiosk>, StartFault> start(Parts parts);
  ~Kiosk();
  Kiosk(const Kiosk&) = delete;
  Kiosk& operator=(const Kiosk&) = delete;

  /// One turn of the loop, waiting at most so long for something to happen. False: the window was closed, or
  /// the city's staff want the program to start afresh.
  bool turn(SteadyTime at_most);
  /// Whether that is why.
  [[nodiscard]] bool restart_wanted() const { return restart_wanted_; }
  /// Ends a waiting turn(), from any thread.
  void wake() { surface_->wake(); }

  [[nodiscard]] const visit::State& state() const { return state_; }
  [[nodiscard]] const Chime& chime() const { return chime_; }
  [[nodiscard]] toolkit::Ui& ui() { return *ui_; }
  [[nodiscard]] render::Surface& surface() { return *surface_; }
  [[nodiscard]] text::Engine& engine() { return *engine_; }
  [[nodiscard]] text::Atlas& atlas() { return *atlas_; }
  /// The network is back, or somebody wants to see it sent now.
  void hurry_sync() { workers::hurry(sync_jobs_); }
  /// Draws what lies beside the kiosk screen, in the same frame.
  using Beside = std::function<void(const render::InputFrame&, ImDrawList&)>;
  void draw_beside(Beside beside) { beside_ = std::move(beside); }

 private:
  explicit Kiosk(Parts parts);
  [[nodiscard]] Result<void, StartFault> open_screen();
  void load_house();
  void break_at_start(const char* staff_code);
  void load_identity();
  void load_city();
  [[nodiscard]] std::optional<services::Catalogue> pack_of_the_image();
  void show(std::unique_ptr<const services::Catalogue> pack);
  void start_workers();
  void start_sync();
  void tell_machine();
  void load_card_profiles();
  void happen(visit::Event event);
  void carry_out(visit::Effect& effect);
  void forget();
  void note_forgotten_card(int asked_seconds);
  [[nodiscard]] screens::Actions draw(const render::InputFrame& input);
  [[nodiscard]] screens::Actions draw_once(const render::InputFrame& input);
  [[nodiscard]] SteadyTime patience(SteadyTime at_most) const;
  [[nodiscard]] render::Viewport viewport() const;

  Parts parts_;
  std::optional<text::Fonts> fonts_;
  text::FontPaths font_paths_;
  std::optional<text::Engine> engine_;
  std::optional<text::Atlas> atlas_;
  std::unique_ptr<render::Surface> surface_;
  std::optional<toolkit::Ui> ui_;
  Translations translations_;
  /// Every pack that was shown since the start: a worker may still be busy with an earlier visit's. A city
  /// publishes a few a year.
  std::vector<std::unique_ptr<const services::Catalogue>> packs_;
  card::Profiles card_profiles_;
  std::unique_ptr<workers::CardTerminalKey> card_terminal_key_;
  Chime chime_;
  std::string staff_code_;  ///< of the first thing that was wrong at the start
  bool restart_wanted_ = false;
  visit::State state_;
  Beside beside_;
  Mailbox<visit::Event> events_;
  workers::SyncJobs sync_jobs_{64};
  workers::NewPacks new_packs_;
  workers::MachineCondition told_machine_;
  std::unique_ptr<workers::Identity> identity_;
  std::unique_ptr<workers::CityNews> news_;  ///< until the sync thread owns it
  // Stopped in the opposite order: nobody posts to a worker that is gone.
  std::optional<workers::QueueWorker> queue_;
  std::optional<workers::SyncWorker> sync_;
  std::optional<workers::PrinterWorker> printer_;
  std::optional<workers::ReaderWorker> reader_;
};

}  // namespace pishkhan
