#pragma once

#include "base/core/mailbox.h"
#include "base/core/translations.h"
#include "base/services/catalogue.h"
#include "drivers/receipt-printer/shipped_models_test.h"
#include "kiosk/demo/demo_clock.h"
#include "kiosk/demo/simulated_port.h"
#include "kiosk/workers/printer_worker.h"
#include "tests/print/print_world.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pishkhan::print_rig {

/// The simulated printer that a shipped model describes, by a name that makes the kiosk take that model.
struct Plugged {
  printer::Model model;
  int rows_per_second = 0;
};
[[nodiscard]] Plugged shipped_printer(std::string_view id, int rows_per_second = 0);

/// How one printing ended, and the picture that the screen showed.
struct Printing {
  visit::PrintOutcome outcome = visit::PrintOutcome::Unknown;
  std::string code;
  Bitmap paper;
};

/// The kiosk's printer thread, a cable, and the printer that hangs on it now. Thread: the test's.
class Office {
 public:
  explicit Office(std::optional<Plugged> printer);
  ~Office();
  Office(const Office&) = delete;
  Office& operator=(const Office&) = delete;

  /// The program ends and starts again; the printer stays as it is.
  void restart();
  /// Another printer, on the same cable; the one before is out.
  void plug_in(const Plugged& printer);
  [[nodiscard]] simulated::SimulatedPrinter& printer() { return *devices_.back(); }
  [[nodiscard]] demo::DemoClock& clock() { return clock_; }
  [[nodiscard]] workers::PrinterWorker& worker() { return *worker_; }

  /// Posts the receipt of a visit; the visit's number is also the request's.
  void print(std::uint64_t visit);
  /// Both answers to that: the picture and the end.
  [[nodiscard]] Printing await_print(std::uint64_t visit);
  /// Waits until the printer is told to be ready, or not and why.
  [[nodiscard]] bool await_printer(bool ready, std::string_view code = {});
  /// The next event of that kind; those of other kinds before it are kept for later.
  template <class Kind>
  [[nodiscard]] std::optional<Kind> await(std::chrono::milliseconds patience = std::chrono::seconds(10)) {
    const SystemClock real;
    const SteadyTime end = real.steady() + patience;
    for (;;) {
      for (auto event = kept_.begin(); event != kept_.end(); ++event) {
        if (!std::holds_alternative<Kind>(*event)) continue;
        Kind found = std::get<Kind>(std::move(*event));
        kept_.erase(event);
        return found;
      }
      if (real.steady() >= end) return std::nullopt;
      if (auto event = events_.take({}, end - real.steady())) kept_.push_back(std::move(*event));
    }
  }
  [[nodiscard]] bool eventually(const std::function<bool()>& condition) const;

  [[nodiscard]] bool shows(const simulated::Strip& strip, const Bitmap& paper) const;
  /// The strip that came out last has these dots.
  [[nodiscard]] bool on_paper(const Bitmap& paper);
  /// What the printer would not have been sent by a right driver.
  [[nodiscard]] std::string complaints();
  [[nodiscard]] bool printed_letters();

 private:
  class Cable;

  services::Catalogue catalogue_;
  Translations translations_;
  demo::DemoClock clock_;
  std::vector<std::unique_ptr<simulated::SimulatedPrinter>> devices_;
  std::vector<printer::Model> models_;
  std::unique_ptr<Cable> cable_;
  Mailbox<visit::Event> events_{256};
  std::vector<visit::Event> kept_;
  std::unique_ptr<workers::PrinterWorker> worker_;
};

}  // namespace pishkhan::print_rig
