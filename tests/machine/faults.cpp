#include "tests/machine/faults.h"

#include "tests/machine/backend_watch.h"
#include "tests/machine/citizen.h"
#include "tests/machine/receipt_proof.h"

#include <thread>
#include <utility>

namespace pishkhan::machine {

using Outcome = Rig::Outcome;
using screens::view::CardState;
using screens::view::PrintState;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int slow_head = 150;  // rows a second: a receipt takes some seconds, as on a worn printer

Outcome identify_says(Rig& rig, CardState state, const std::string& name) {
  PairedCounter& counter = rig.counter();
  const bool says = counter.twin().wait_for([&] {
    const auto* page = counter.twin().page<visit::page::Identify>();
    return page != nullptr && page->card == state;
  });
  if (!says) return fail(Trouble{"the twin does not come to the picture " + name});
  return counter.look_alike(name);
}

Outcome unplugged_reader(Rig& rig) {
  if (auto done = Citizen(rig).choose(TestCity::short_service); !done) return done;
  if (auto out = rig.counter().unplug_reader(); !out) return out;
  if (auto said = identify_says(rig, CardState::NoReader, "reader-unplugged"); !said) return said;
  if (auto in = rig.counter().plug_reader(); !in) return in;
  if (auto said = identify_says(rig, CardState::Waiting, "reader-plugged-in-again"); !said) return said;
  return Citizen(rig).insert_card();
}

Outcome pulled_card(Rig& rig) {
  Citizen citizen(rig);
  if (auto done = citizen.tap_all({"choice/topic/pothole"}); !done) return done;
  rig.counter().remove_card();
  if (auto said = identify_says(rig, CardState::PulledOut, "card-pulled"); !said) return said;
  return citizen.insert_card();  // the form again, with what was typed
}

/// On the paper of both, some rows of the receipt are printed when the plug is pulled.
Outcome unplugged_printer(Rig& rig, simulated::Strip& receipt) {
  PairedCounter& counter = rig.counter();
  Citizen citizen(rig);
  if (auto done = citizen.tap_all({"choice/topic/rubbish", "main"}); !done) return done;
  counter.set_print_speed(slow_head);
  const auto before = rig.outside().printer().view().rows_moved;
  const auto twin_before = counter.twin_printer().view().rows_moved;
  if (auto pressed = citizen.press_file(); !pressed) return pressed;
  const bool begun = counter.twin().wait_for(
      [&] {
        return rig.outside().printer().view().rows_moved > before + slow_head &&
               counter.twin_printer().view().rows_moved > twin_before;
      },
      PairedCounter::patience);
  if (!begun) return fail(Trouble{"the receipt did not begin to be printed"});
  counter.unplug_printer();
  const auto prints = [&](auto holds) {
    return counter.twin().wait_for([&] {
      const auto* page = counter.twin().page<visit::page::Receipt>();
      return page != nullptr && holds(page->print);
    }, PairedCounter::patience);
  };
  if (!prints([](PrintState state) { return state != PrintState::Printing && state != PrintState::Printed; }))
    return fail(Trouble{"the twin does not say that its printer is gone"});
  if (auto same = counter.look_alike("printer-unplugged", PairedCounter::strict, PairedCounter::around_the_receipt());
      !same)
    return same;
  counter.set_print_speed(0);
  counter.plug_printer();
  auto printed = citizen.await_receipt();  // behind what hung out of it
  if (!printed) return fail(printed.error());
  receipt = std::move(*printed);
  return {};
}

/// A whole visit; `disturb` happens before it files, `mend` after the receipt is out. In between the backend must not
/// get the request, so that the disturbance was one.
Outcome disturbed_visit(Rig& rig, const std::function<Outcome()>& disturb, const std::function<Outcome()>& mend) {
  Citizen citizen(rig);
  rig.counter().next_citizen();
  if (auto done = citizen.choose(TestCity::short_service); !done) return done;
  if (auto in = citizen.insert_card(); !in) return in;
  if (auto done = citizen.fill_in_shortly(); !done) return done;
  const auto before = rig.city().opened();
  if (!before) return fail(before.error());
  if (auto done = disturb(); !done) return done;
  if (auto pressed = citizen.press_file(); !pressed) return pressed;
  auto receipt = citizen.await_receipt();
  if (!receipt) return fail(receipt.error());
  const auto printed = read_statement(*receipt, rig.city(), rig.folder());
  if (!printed) return fail(printed.error());
  std::this_thread::sleep_for(seconds(3));
  const auto meanwhile = rig.city().opened();
  if (!meanwhile || meanwhile->size() != before->size())
    return fail(Trouble{"the request came to the backend although it could not"});
  if (auto done = mend(); !done) return done;
  const auto request = await_request(rig, printed->tracking_code);
  if (!request) return fail(request.error());
  if (const auto proven = prove_receipt(*receipt, *request, rig.city(), rig.folder()); !proven)
    return fail(proven.error());
  return citizen.leave();
}

Outcome link(Rig& rig, const char* up) {
  if (!rig.machine().control().execute("set_link", std::string(R"({"name":"cable","up":)") + up + "}"))
    return fail(Trouble{"QEMU does not switch the network cable"});
  return {};
}

}  // namespace

bool survive_faults(Rig& rig) {
  simulated::Strip receipt;
  const auto after_the_printer = [&]() -> Outcome {
    const auto printed = read_statement(receipt, rig.city(), rig.folder());
    if (!printed) return fail(printed.error());
    const auto request = await_request(rig, printed->tracking_code);
    if (!request) return fail(request.error());
    // Whether the first one came out nobody but its holder knows: the second is marked as a copy, unless it is certain.
    const auto* page = rig.counter().twin().page<visit::page::Receipt>();
    if (page == nullptr) return fail(Trouble{"the twin has left its receipt"});
    const bool copy = page->only_copies;
    const auto proven = prove_receipt(receipt, *request, rig.city(), rig.folder(),
                                      copy ? receipts::Copy::Again : receipts::Copy::Original);
    if (!proven) return fail(proven.error());
    return Citizen(rig).leave();
  };
  return rig.step("card reader unplugged and plugged in again, before the card",
                  [&] { return unplugged_reader(rig); }) &&
         rig.step("card pulled out in mid-visit, and put in again", [&] { return pulled_card(rig); }) &&
         rig.step("printer unplugged in mid-receipt, and plugged in again: it prints by itself",
                  [&] { return unplugged_printer(rig, receipt); }) &&
         rig.step("that receipt is whole, its request is at the backend once", after_the_printer) &&
         rig.step("network cable out while filing, and in again: the request comes once",
                  [&] {
                    return disturbed_visit(rig, [&] { return link(rig, "false"); }, [&] { return link(rig, "true"); });
                  }) &&
         rig.step("backend down while filing, and started again: the request comes once", [&] {
           return disturbed_visit(
               rig,
               [&]() -> Outcome {
                 rig.city().backend().stop();
                 return {};
               },
               [&]() -> Outcome {
                 if (!rig.city().backend().start_again()) return fail(Trouble{"the backend does not start again"});
                 return {};
               });
         });
}

}  // namespace pishkhan::machine
