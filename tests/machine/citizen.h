#pragma once

#include "drivers/simulated/paper.h"
#include "tests/machine/rig.h"

#include <initializer_list>
#include <string_view>

namespace pishkhan::machine {

/// What somebody does at the counter of the rig, by touch and with the card; machine and twin alike, and after each
/// step the machine must show what the twin shows. Thread: the rig's.
class Citizen {
 public:
  using Outcome = Rig::Outcome;
  explicit Citizen(Rig& rig) : rig_(rig) {}

  /// From the welcome screen to where the card is asked for.
  [[nodiscard]] Outcome choose(std::string_view service);
  [[nodiscard]] Outcome insert_card();
  /// From the form's first page to the review; of TestCity::service.
  [[nodiscard]] Outcome fill_in();
  /// The same of TestCity::short_service.
  [[nodiscard]] Outcome fill_in_shortly();
  /// Files, and does not wait for anything.
  [[nodiscard]] Outcome press_file();
  /// Waits until the twin's page says that the receipt was printed, and until one came out of the machine's printer.
  [[nodiscard]] Result<simulated::Strip, Trouble> await_receipt();
  /// Ends the visit, takes the card, waits for the welcome screen.
  [[nodiscard]] Outcome leave();

  [[nodiscard]] Outcome tap_all(std::initializer_list<std::string_view> ids);

  static constexpr const char* address = "خیابان بهار";
  static constexpr const char* mobile = "09123456789";

 private:
  Rig& rig_;
};

}  // namespace pishkhan::machine
