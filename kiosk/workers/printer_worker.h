#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "base/core/random.h"
#include "base/core/translations.h"
#include "drivers/receipt-printer/job.h"
#include "kiosk/receipts/receipt.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/device_port.h"
#include "ui/text/engine.h"
#include "ui/text/fonts.h"

#include <memory>
#include <optional>
#include <thread>
#include <variant>

namespace pishkhan::workers {

/// The printer's thread: composes and lays out each receipt once, hands the picture to the screen, prints
/// it, and reports how the printing ended. Between jobs it watches the printer's state, and the receipt that a
/// printer with a mouth holds: untaken, it is reminded of and then taken back. What is plugged in is looked at
/// each time, so that another model may follow. Everything borrowed must outlive it; destroying it stops and
/// joins the thread.
class PrinterWorker {
 public:
  struct Setup {
    DevicePort* port = nullptr;  ///< null: this machine has no printer
    const printer::Models* models = nullptr;
    int paper_width_dots = 576;  ///< of the roll; a model that prints less wide wins
    text::FontPaths fonts;
    const Translations* translations = nullptr;
    const Clock* clock = nullptr;
    Mailbox<visit::Event>* events = nullptr;
    /// How often the printer is asked how it is, when nobody says that something was plugged in or out.
    std::chrono::milliseconds status_interval{1500};
  };
  explicit PrinterWorker(Setup setup);
  ~PrinterWorker();
  PrinterWorker(const PrinterWorker&) = delete;
  PrinterWorker& operator=(const PrinterWorker&) = delete;

  void print(visit::effect::Print job) { jobs_.post(std::move(job)); }
  /// Twenty ended visits while a job runs are one reason to forget; each job wipes up behind itself, too.
  void forget() {
    jobs_.replace_or_post(Forget{}, [](const Job& job) { return std::holds_alternative<Forget>(job); });
  }

 private:
  /// A receipt in the printer's mouth.
  struct Held {
    visit::VisitId visit = 0;
    SteadyTime since{0};
    bool reminded = false;
    bool visit_over = false;
  };
  struct Forget {};
  struct Look {};  ///< something was plugged in or pulled out
  using Job = std::variant<visit::effect::Print, Forget, Look>;

  void run(const std::stop_token& stop);
  void carry_out(visit::effect::Print& job, text::Engine* engine, const text::Fonts* fonts);
  [[nodiscard]] printer::PrintOutcome print_paper(const Bitmap& paper);
  [[nodiscard]] bool connect();
  void disconnect();
  void watch();
  void tell(visit::event::PrinterChanged now);
  void watch_mouth(printer::MediaState media);
  void taken_back(visit::VisitId visit);
  [[nodiscard]] receipts::Paper paper(const visit::effect::Print& job) const;

  Setup setup_;
  SystemRandom random_;
  Mailbox<Job> jobs_{16};
  std::unique_ptr<usb::Transport> transport_;
  std::optional<printer::ReceiptPrinter> printer_;
  std::optional<visit::event::PrinterChanged> told_;
  std::optional<Held> held_;
  int retractions_ = 0;  ///< tried since the mouth was last seen empty
  std::jthread thread_;
};

}  // namespace pishkhan::workers
