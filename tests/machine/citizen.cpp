#include "tests/machine/citizen.h"

#include "tests/machine/receipt_proof.h"

#include <string>
#include <thread>
#include <utility>

namespace pishkhan::machine {

using std::chrono::milliseconds;
using std::chrono::seconds;

Citizen::Outcome Citizen::tap_all(std::initializer_list<std::string_view> ids) {
  for (const std::string_view id : ids) {
    if (auto tapped = rig_.counter().tap(id); !tapped) return tapped;
    std::string name = "after-" + std::string(id);
    for (char& letter : name)
      if (letter == '/') letter = '-';
    if (auto same = rig_.counter().look_alike(name); !same) return same;
  }
  return {};
}

Citizen::Outcome Citizen::choose(std::string_view service) {
  return tap_all({"language/fa", "area/complaints", "service/" + std::string(service), "main"});
}

Citizen::Outcome Citizen::insert_card() {
  PairedCounter& counter = rig_.counter();
  counter.insert_card();
  if (!counter.twin().wait_for([&] { return counter.twin().page<visit::page::Form>() != nullptr; }))
    return fail(Trouble{"the twin does not take its card"});
  return counter.look_alike("form");
}

Citizen::Outcome Citizen::fill_in() {
  PairedCounter& counter = rig_.counter();
  if (auto done = tap_all({"choice/topic/pothole", "main", "choice/district/d6", "main", "field/address"}); !done)
    return done;
  if (auto typed = counter.type(address); !typed) return typed;
  if (auto same = counter.look_alike("address"); !same) return same;
  if (auto done = tap_all({"main", "main", "field/mobile"}); !done) return done;
  if (auto typed = counter.type(mobile); !typed) return typed;
  if (auto same = counter.look_alike("mobile"); !same) return same;
  if (auto tapped = counter.tap("main"); !tapped) return tapped;
  return counter.look_alike("review");
}

Citizen::Outcome Citizen::fill_in_shortly() {
  return tap_all({"choice/topic/pothole", "main"});
}

Citizen::Outcome Citizen::press_file() {
  return rig_.counter().tap("main");
}

Result<simulated::Strip, Trouble> Citizen::await_receipt() {
  PairedCounter& counter = rig_.counter();
  const bool printed = counter.twin().wait_for([&] {
    const auto* page = counter.twin().page<visit::page::Receipt>();
    return page != nullptr && page->print == screens::view::PrintState::Printed;
  });
  if (!printed) return fail(Trouble{"the twin prints no receipt"});
  const auto until = std::chrono::steady_clock::now() + PairedCounter::patience;
  for (;;) {
    for (simulated::Strip& strip : rig_.outside().take_strips()) {
      if (read_statement(strip, rig_.city(), rig_.folder())) return std::move(strip);
      rig_.say("        a piece of a receipt came out before it");
    }
    if (std::chrono::steady_clock::now() > until || !rig_.machine().running())
      return fail(Trouble{"no receipt came out of the printer within " +
                          std::to_string(PairedCounter::patience.count()) + " s"});
    counter.twin().settle();
    std::this_thread::sleep_for(milliseconds(100));
  }
}

Citizen::Outcome Citizen::leave() {
  PairedCounter& counter = rig_.counter();
  if (auto tapped = counter.tap("main"); !tapped) return tapped;
  counter.remove_card();
  if (!counter.twin().wait_for([&] { return counter.twin().visit() == nullptr; }, seconds(90)))
    return fail(Trouble{"the twin's visit does not end"});
  return counter.look_alike("welcome-again", PairedCounter::with_clock);
}

}  // namespace pishkhan::machine
