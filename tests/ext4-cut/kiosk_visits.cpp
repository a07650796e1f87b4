// The process under test of the kiosk's rig.
#include "base/core/log.h"
#include "tests/end-to-end/at_kiosk.h"
#include "tests/ext4-cut/kiosk_rig.h"
#include "tests/ext4-cut/witness.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace pishkhan::ext4_cut {

namespace {

std::string mobile_number(int last_digits) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0912%07d", last_digits);
  return text.data();
}

int stuck(const char* where) {
  tell(std::string("stuck ") + where);
  return 1;
}

/// One visit, from the welcome screen to the welcome screen. Nothing, or where it went wrong.
const char* visit_once(e2e::AtKiosk& at, const std::string& mobile) {
  if (!at.fill_complaint("کوچهٔ بهار", mobile)) return "filling-in";
  const std::string code = at.file();
  if (code.empty()) return "filing";
  tell("filed " + code + " " + mobile);
  if (!at.await_print(screens::view::PrintState::Printed) || at.machine->printer().take_strips().empty())
    return "printing";
  tell("printed " + code);
  return at.leave() ? nullptr : "leaving";
}

}  // namespace

int run_kiosk(const KioskVisits& visits) {
  log::mute();
  ::setenv("SDL_VIDEODRIVER", "offscreen", 1);
  demo::Machine::Setup setup;
  setup.folder = visits.disk;
  setup.city_pack = std::filesystem::path(PISHKHAN_ASSETS) / "cities/shahr-e-nemuneh";
  setup.keys = visits.keys;
  setup.height = 960;  // what is drawn does not matter here
  setup.durability = visits.durability;
  e2e::AtKiosk at;
  at.make_machine(std::move(setup));
  at.machine->config().keep_free_mebibytes = 1;
  tell("starting");
  if (!at.switch_on()) return stuck("switching-on");
  if (!at.devices_ready()) return stuck("devices");
  if (at.machine->kiosk().state().around.queue_refuses) return stuck("refused");
  tell("ready");
  for (int visit = 0; visits.visits == 0 || visit < visits.visits; ++visit)
    if (const char* where = visit_once(at, mobile_number(visits.first_mobile + visit))) return stuck(where);
  tell("done");
  for (;;) at.machine->kiosk().turn(SteadyTime{200});
}

}  // namespace pishkhan::ext4_cut
