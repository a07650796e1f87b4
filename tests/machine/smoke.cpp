#include "tests/machine/smoke.h"

#include "drivers/simulated/citizen_card.h"
#include "tests/machine/backend_watch.h"
#include "tests/machine/citizen.h"
#include "tests/machine/receipt_proof.h"

#include <cstdio>
#include <map>
#include <utility>

namespace pishkhan::machine {

using Outcome = Rig::Outcome;

namespace {

Outcome is_what_was_typed(const protocol::Request& request) {
  const auto is = [](const std::map<std::string, PersonalText>& texts, const char* id, std::string_view text) {
    const auto found = texts.find(id);
    return found != texts.end() && found->second.reveal() == text;
  };
  if (request.assurance != services::Assurance::Card || !is(request.fields, "address", Citizen::address) ||
      !is(request.fields, "mobile", Citizen::mobile) ||
      !is(request.identity, "national_id", simulated::CardHolder{}.national_id.reveal()))
    return fail(Trouble{"the request at the backend is not what was typed and read from the card"});
  return {};
}

Outcome welcome(Rig& rig) {
  if (auto on = rig.pair(); !on) return on;
  return rig.counter().look_alike("welcome", PairedCounter::with_clock);
}

Outcome first_touch(Rig& rig) {
  if (auto done = Citizen(rig).tap_all({"language/fa"}); !done) return done;
  char text[80];
  std::snprintf(text, sizeof text, "        %.1f s after power-on the counter has answered a touch",
                static_cast<double>(rig.machine().age().count()) / 1000);
  rig.say(text);
  return {};
}

Outcome nothing_personal_in_the_log(Rig& rig) {
  const std::string log = rig.serial();
  const simulated::CardHolder holder;
  for (const std::string_view word : {std::string_view(Citizen::address), std::string_view(Citizen::mobile),
                                      holder.national_id.reveal(), holder.name.reveal()})
    if (log.find(word) != std::string::npos) return fail(Trouble{"the serial log holds what a citizen said"});
  if (log.find("kiosk.started") == std::string::npos)
    return fail(Trouble{"the serial log does not hold the counter's log, so nothing was looked at"});
  return {};
}

}  // namespace

bool smoke(Rig& rig) {
  Citizen citizen(rig);
  simulated::Strip strip;
  protocol::Request request;
  const auto file = [&]() -> Outcome {
    const auto began = std::chrono::steady_clock::now();
    if (auto pressed = citizen.press_file(); !pressed) return pressed;
    auto printed = citizen.await_receipt();
    if (!printed) return fail(printed.error());
    rig.note_filing_time(
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
    strip = std::move(*printed);
    for (const auto& report : rig.outside().printer().reports())
      if (report.kind != simulated::Report::Kind::RealTimeInsideData)
        return fail(Trouble{"the printer was sent what a right driver would not send, at byte " +
                            std::to_string(report.offset)});
    return rig.counter().look_alike("receipt-page", PairedCounter::strict, PairedCounter::around_the_receipt());
  };
  const auto at_backend = [&]() -> Outcome {
    const auto printed = read_statement(strip, rig.city(), rig.folder());
    if (!printed) return fail(printed.error());
    auto found = await_request(rig, printed->tracking_code);
    if (!found) return fail(found.error());
    request = std::move(*found);
    if (const auto opened = rig.city().opened(); !opened || opened->size() != 1)
      return fail(Trouble{"the backend has something else as well"});
    return is_what_was_typed(request);
  };
  const auto receipt = [&]() -> Outcome {
    const auto proven = prove_receipt(strip, request, rig.city(), rig.folder());
    if (!proven) return fail(proven.error());
    rig.say("        " + std::to_string(proven->rows) +
            " rows, dot for dot; the printed statement verifies and names the request at the backend");
    return {};
  };
  return rig.step("found a test city, enrol a kiosk, copy the disk", [&] { return rig.prepare(); }) &&
         rig.step("boot the disk with UEFI", [&] { return rig.boot(); }) &&
         rig.step("meet the welcome screen in Persian, as the twin's", [&] { return welcome(rig); }) &&
         rig.step("touch it", [&] { return first_touch(rig); }) &&
         rig.step("choose a service", [&] {
           return citizen.tap_all({"area/complaints", "service/" + std::string(TestCity::service), "main"});
         }) &&
         rig.step("identify with the card", [&] { return citizen.insert_card(); }) &&
         rig.step("fill in the form by touch", [&] { return citizen.fill_in(); }) &&
         rig.step("file, get a receipt", file) && rig.step("find the request at the backend, once", at_backend) &&
         rig.step("compare the receipt with what had to be printed", receipt) &&
         rig.step("leave, and meet the welcome screen", [&] { return citizen.leave(); }) &&
         rig.step("find nothing personal in the serial log", [&] { return nothing_personal_in_the_log(rig); });
}

}  // namespace pishkhan::machine
