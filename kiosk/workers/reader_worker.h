#pragma once

#include "base/core/clock.h"
#include "base/core/mailbox.h"
#include "drivers/card-reader/reader.h"
#include "kiosk/visit/effect.h"
#include "kiosk/workers/device_port.h"

#include <memory>
#include <optional>
#include <thread>
#include <variant>

namespace pishkhan::workers {

/// The card reader's thread: tells when a card comes and goes, and reads the one that is in when asked.
/// Everything borrowed must outlive it; destroying it stops and joins the thread.
class ReaderWorker {
 public:
  struct Setup {
    DevicePort* port = nullptr;  ///< null: this machine has no reader
    const Clock* clock = nullptr;
    Mailbox<visit::Event>* events = nullptr;
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
  /// Twenty ended visits while a job runs are one reason to forget; each job wipes up behind itself, too.
  void forget() {
    jobs_.replace_or_post(Forget{}, [](const Job& job) { return std::holds_alternative<Forget>(job); });
  }

 private:
  struct Forget {};
  struct Look {};  ///< something was plugged in or pulled out
  using Job = std::variant<visit::effect::ReadCard, Forget, Look>;

  void run(const std::stop_token& stop);
  void connect();
  void watch();
  void read_card(visit::VisitId visit);
  void tell_presence(bool present);

  Setup setup_;
  Mailbox<Job> jobs_{16};
  std::unique_ptr<usb::Transport> transport_;
  std::optional<card::CardReader> reader_;
  std::uint64_t refused_generation_ = 0;  ///< of the newest reader that we cannot drive
  bool told_present_ = false;
  bool card_inside_ = false;
  bool troubled_ = false;
  std::jthread thread_;
};

}  // namespace pishkhan::workers
