#include "tests/machine/start_proof.h"

#include "base/core/png.h"
#include "kiosk/closed/closed_picture.h"
#include "kiosk/set-up/set_up.h"
#include "tests/machine/disk_image.h"
#include "tests/machine/gdb_stub.h"
#include "tests/machine/picture_difference.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

namespace pishkhan::machine {

namespace fs = std::filesystem;
using Outcome = Rig::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr const char* died = "pishkhan.service: Main process exited";
/// Seconds of the machine's own clock. Two are wanted; an emulated machine on a host that is busy just then
/// gets more.
constexpr double restarted_within = 4;

/// The kernel's clock at the beginning of the line in which these words are; negative if it has none.
double stamp_of(const std::string& log, std::size_t words) {
  const std::size_t line = log.rfind('\n', words);
  const std::size_t bracket = log.find('[', line == std::string::npos ? 0 : line);
  return bracket < words ? std::strtod(log.c_str() + bracket + 1, nullptr) : -1;
}

/// Until the panel shows this picture.
Outcome shows(VirtualMachine& machine, const Picture& wanted, const fs::path& place) {
  const auto until = std::chrono::steady_clock::now() + PairedCounter::patience;
  while (machine.running() && std::chrono::steady_clock::now() < until) {
    const auto shown = machine.control().screen(machine.screenshot());
    if (shown && difference(*shown, wanted) <= PairedCounter::with_clock) {
      static_cast<void>(write_png(place.string() + ".png", *shown).has_value());
      return {};
    }
    std::this_thread::sleep_for(milliseconds(300));
  }
  static_cast<void>(write_png(place.string() + "-expected.png", wanted).has_value());
  return fail(Trouble{"the panel did not show " + place.string() + "-expected.png; it shows " +
                      machine.screenshot().string()});
}

Result<Picture, Trouble> out_of_service_sign() {
  const auto sign = read_png(fs::path(PISHKHAN_SOURCE) / "image-build/package/closed.png");
  if (!sign) return fail(Trouble{"image-build/package/closed.png cannot be read"});
  return closed::fill_panel(*sign, 1080, 1920);
}

/// Has the counter's program die of SIGSEGV once more.
Outcome crash_once(Rig& rig, GdbStub& debugger) {
  const std::size_t begin = rig.machine().serial().size();
  const auto has_died = [&] { return rig.machine().serial().find(died, begin) != std::string::npos; };
  for (int tries = 0; tries < 600 && !has_died(); ++tries) {
    // Drawing is what the counter's program does most; a touch makes it draw.
    rig.outside().panel().down(0.5, 0.4);
    std::this_thread::sleep_for(milliseconds(80));
    const auto crashed = debugger.crash_a_program();
    if (!crashed) return fail(crashed.error());
    rig.outside().panel().up();
    std::this_thread::sleep_for(milliseconds(*crashed ? 700 : 100));
  }
  if (!has_died()) return fail(Trouble{"the counter's program could not be made to crash"});
  return {};
}

Outcome shows_the_sign(VirtualMachine& machine, const fs::path& place) {
  const auto sign = out_of_service_sign();
  if (!sign) return fail(sign.error());
  return shows(machine, *sign, place);
}

Outcome crash(Rig& rig) {
  const std::size_t begin = rig.machine().serial().size();
  {
    auto debugger = GdbStub::open(rig.machine(), rig.folder());
    if (!debugger) return fail(debugger.error());
    if (auto done = crash_once(rig, *debugger); !done) return done;
  }
  if (auto same = shows_the_sign(rig.machine(), rig.folder() / "between-two-lives"); !same) return same;
  if (auto again = rig.machine().await_words_after(begin, "kiosk.started", seconds(300)); !again)
    return fail(again.error());
  const std::string log = rig.machine().serial();
  if (log.find("dumped", begin) != std::string::npos) return fail(Trouble{"the crash left a core"});
  const std::size_t death = log.find(died, begin);
  const double pause = stamp_of(log, log.find("kiosk.begin", death)) - stamp_of(log, death);
  char text[96];
  std::snprintf(text, sizeof text, "        %.1f s after its death the program has begun again", pause);
  rig.say(text);
  if (pause < 0 || pause > restarted_within) return fail(Trouble{"that took too long"});
  return {};
}

/// It dies until the service manager gives it up; after a minute it is tried again all the same.
Outcome crash_again_and_again(Rig& rig) {
  const std::size_t begin = rig.machine().serial().size();
  const auto given_up = [&] { return rig.machine().serial().find("repeated too quickly", begin); };
  {
    auto debugger = GdbStub::open(rig.machine(), rig.folder());
    if (!debugger) return fail(debugger.error());
    for (int deaths = 0; deaths < 12 && given_up() == std::string::npos; ++deaths) {
      const std::size_t before = rig.machine().serial().size();
      if (auto done = crash_once(rig, *debugger); !done) return done;
      for (int wait = 0; wait < 600 && given_up() == std::string::npos &&
                         rig.machine().serial().find("kiosk.begin", before) == std::string::npos;
           ++wait)
        std::this_thread::sleep_for(milliseconds(100));
    }
  }
  const std::size_t end = given_up();
  if (end == std::string::npos) return fail(Trouble{"twelve deaths in a row were not too many"});
  if (auto same = shows_the_sign(rig.machine(), rig.folder() / "given-up"); !same) return same;
  if (auto again = rig.machine().await_words_after(end, "kiosk.started", seconds(300)); !again)
    return fail(again.error());
  return {};
}

/// As it leaves the factory: nothing is on its data partition.
Outcome nobody_set_it_up(Rig& rig) {
  const auto disk = rig.copy_disk("pristine.img");
  if (!disk) return fail(disk.error());
  auto machine = rig.start_beside(*disk, "set-up", {"kiosk.not-set-up"});
  if (!machine) return fail(machine.error());
  config::Config config;
  config.fonts = fs::path(PISHKHAN_ASSETS) / "fonts";
  config.icons = fs::path(PISHKHAN_ASSETS) / "icons/icons.ttf";
  config.translations = PISHKHAN_TRANSLATIONS;
  config.screen_width = 1080;
  config.screen_height = 1920;
  config.fullscreen = false;
  const SystemClock clock;
  auto screen = SetUpScreen::open(config, "/data/kiosk.toml", clock);
  if (!screen) return fail(Trouble{"the set-up screen cannot be drawn here"});
  for (int turns = 0; turns < 3; ++turns) static_cast<void>((*screen)->turn(SteadyTime{20}));
  if (auto same = shows(**machine, (*screen)->surface().picture(), rig.folder() / "set-up-screen"); !same)
    return same;
  machine->reset();
  std::error_code ignored;
  fs::remove(*disk, ignored);
  return {};
}

Outcome data_is_destroyed(Rig& rig) {
  const auto disk = rig.copy_disk("destroyed.img");
  if (!disk) return fail(disk.error());
  const auto data = find_partition(*disk, "pishkhan-data");
  if (!data) return fail(Trouble{"the disk has no data partition"});
  {
    std::fstream file(*disk, std::ios::binary | std::ios::in | std::ios::out);
    const std::string noise(std::size_t{1} << 20, '\x5A');
    // Every copy of the superblock is in the first block of a group; one group has 128 MiB.
    for (std::uint64_t at = 0; at < data->length; at += std::uint64_t{128} << 20) {
      file.seekp(static_cast<std::streamoff>(data->offset + at));
      file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
    }
    if (!file) return fail(Trouble{"the copy of the disk cannot be changed"});
  }
  auto machine = rig.start_beside(*disk, "out-of-service", {"pishkhan-initrd: root mounted"});
  if (!machine) return fail(machine.error());
  if (auto same = shows_the_sign(**machine, rig.folder() / "out-of-service-screen"); !same) return same;
  machine->reset();
  std::error_code ignored;
  fs::remove(*disk, ignored);
  return {};
}

}  // namespace

bool crash_is_mended(Rig& rig) {
  return rig.step("the program crashes: the panel says so, it is started again and leaves no core", [&] {
    return crash(rig);
  }) && rig.step("it crashes again and again: the panel says so, and a minute later it is tried again", [&] {
    return crash_again_and_again(rig);
  });
}

bool failed_starts_are_told(Rig& rig) {
  return rig.step("a machine that nobody has set up says on its panel what is missing", [&] {
    return nobody_set_it_up(rig);
  }) && rig.step("a machine whose data are destroyed says \"out of service\" on its panel", [&] {
    return data_is_destroyed(rig);
  });
}

}  // namespace pishkhan::machine
