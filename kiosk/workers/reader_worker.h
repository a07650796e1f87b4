#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "base/core/random.h"
#include "drivers/card-reader/profile.h"
#include "drivers/card-reader/quirk_files.h"
#include "drivers/card-reader/reader.h"
#include "drivers/card-reader/reading.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/device_port.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <variant>
#include <vector>

namespace pishkhan::workers {

/// The card reader's thread: tells when a card comes and goes, and reads the one that is in when asked. Reading
/// a card that wants a PIN takes as long as the person at the reader's keypad, at most PinEntry::time.
/// Everything borrowed must outlive it; destroying it stops and joins the thread.
class ReaderWorker {
 public:
  struct Setup {
    DevicePort* port = nullptr;  ///< null: this machine has no reader
    const Clock* clock = nullptr;
    Mailbox<visit::Event>* events = nullptr;
    std::span<const card::Profile> profiles = {};  ///< none: every card is a chip card that nobody knows
    /// What time it is at least, told by somebody trusted; certificates are judged by it and by the clock.
    std::function<std::optional<WallTime>()> certainly_passed = {};
    const card::Quirks* quirks = nullptr;  ///< null: every reader is as it says
    card::KioskProver* prover = nullptr;   ///< for cards that show nothing to strangers; null: they stay closed
  };
  explicit ReaderWorker(Setup setup);
  ~ReaderWorker();
  ReaderWorker(const ReaderWorker&) = delete;
  ReaderWorker& operator=(const ReaderWorker&) = delete;

  /// Only the newest wish counts.
  void read(visit::effect::ReadCard job) {
    jobs_.replace_or_post(
        job, [](const Job& waiting) { return std::holds_alternative<visit::effect::ReadCard>(waiting); });
  }
  /// Twenty ended visits while a job runs are one reason to forget; each job wipes up behind itself, too. A
  /// reading that still waits was for nobody who is there.
  void forget() {
    jobs_.erase_if([](const Job& job) { return std::holds_alternative<visit::effect::ReadCard>(job); });
    jobs_.replace_or_post(Forget{}, [](const Job& job) { return std::holds_alternative<Forget>(job); });
  }

 private:
  struct Forget {};
  struct Look {};  ///< something was plugged in or pulled out
  using Job = std::variant<visit::effect::ReadCard, Forget, Look>;

  void run(const std::stop_token& stop);
  void connect();
  [[nodiscard]] bool take(usb::Transport& transport, const char*& why_not);
  void watch();
  void read_card(visit::VisitId visit);
  [[nodiscard]] const char* trouble() const;
  void lose(const char* staff_code, visit::event::ChipPower chip = visit::event::ChipPower::NoDevice);
  void tell(visit::event::ReaderChanged now);
  [[nodiscard]] card::ReadingSetup reading_setup(visit::VisitId visit);

  Setup setup_;
  Mailbox<Job> jobs_{16};
  std::unique_ptr<usb::Transport> transport_;
  std::optional<card::CardReader> reader_;
  std::vector<std::uint64_t> refused_;  ///< generations of readers that we cannot drive, each logged once
  std::optional<visit::event::ReaderChanged> told_;
  std::optional<bool> card_inside_;  ///< nothing: not looked at since the reader was opened
  int troubled_ = 0;      ///< looks in a row that the reader did not answer well
  int busy_looks_ = 0;    ///< looks in a row that found the slot busy
  int failed_reads_ = 0;  ///< readings in a row that the reader failed, not the card
  SystemRandom random_;
  std::jthread thread_;
};

}  // namespace pishkhan::workers
