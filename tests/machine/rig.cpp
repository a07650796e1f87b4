#include "tests/machine/rig.h"

#include "base/core/log.h"

#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <fstream>

namespace pishkhan::machine {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// What tells in the serial log that a stage of the boot has begun, and how long to wait for it at most.
struct Stage {
  const char* words;
  const char* name;
  seconds patience;
  bool ours = false;  ///< a step of the image's own, which should take a second at most
};
constexpr Stage stages[] = {
    {"BdsDxe: starting", "the firmware starts our kernel", seconds(400)},
    {"pishkhan-initrd: started", "the kernel has unpacked itself and starts our first program", seconds(400)},
    {"pishkhan-initrd: modules loaded", "the modules for the disk are loaded, its controller has answered", seconds(300)},
    {"pishkhan-initrd: root mounted", "the system slot is verified and mounted", seconds(300), true},
    {"kiosk.begin", "systemd has found the devices, mounted /data and started the counter", seconds(600)},
    {"queue.opened", "the counter has its city, its devices and its queue", seconds(600)},
    {"kiosk.started", "the counter's first frame is drawn", seconds(600)},
};

constexpr const char* starved = "IO-APIC + timer doesn't work";
constexpr int starts_at_most = 3;

std::string tenths(milliseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(time.count()) / 1000);
  return text;
}

}  // namespace

void Rig::say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  std::ofstream(setup_.folder / "report.txt", std::ios::app) << line << '\n';
}

bool Rig::step(const std::string& name, const std::function<Outcome()>& work) {
  const auto began = std::chrono::steady_clock::now();
  // Should it hang, this is the last line; the report has only how it went.
  std::printf("        ... %s\n", name.c_str());
  std::fflush(stdout);
  const Outcome outcome = work();
  const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
  if (outcome) {
    say("ok      " + name + " (" + tenths(took) + " s)");
    return true;
  }
  say("FAILED  " + name + ", after " + tenths(took) + " s: " + outcome.error().what);
  say("        what was left of it: " + setup_.folder.string());
  if (machine_) {
    static_cast<void>(machine_->control().screen(machine_->screenshot()));
    say("        serial log: " + machine_->serial_log().string());
    say("        last screenshot: " + machine_->screenshot().string());
  }
  return false;
}

Rig::Outcome Rig::prepare() {
  std::error_code error;
  if (!fs::exists(setup_.image, error))
    return fail(Trouble{setup_.image.string() + " is not there; ./dev image makes it"});
  for (const char* tool : {"/usr/bin/zbarimg", "/usr/bin/nbdkit", "/usr/bin/unsquashfs", "/bin/cp", "/bin/dd"})
    if (!fs::exists(tool, error)) return fail(Trouble{std::string(tool) + " is missing (image-build/packages.txt)"});
  // The twin's words are no part of the report.
  log::divert([file = std::make_shared<std::ofstream>(setup_.folder / "twin.log")](std::string_view line) {
    *file << line << std::endl;
  });
  auto city = TestCity::found({setup_.folder / "city", setup_.programs});
  if (!city) return fail(city.error());
  city_ = std::move(*city);
  const auto disk = copy_disk("disk.img");
  if (!disk) return fail(disk.error());
  return city_->write_data_partition(*disk);
}

Result<fs::path, Trouble> Rig::copy_disk(const std::string& name) {
  const fs::path copy = setup_.folder / name;
  std::error_code error;
  const auto room = fs::space(setup_.folder, error);
  // It is sparse, and so is its copy.
  struct stat image {};
  const bool there = ::stat(setup_.image.c_str(), &image) == 0;
  constexpr std::uintmax_t to_grow = 300'000'000;  // what a run writes into it
  if (error || !there || room.available < static_cast<std::uintmax_t>(image.st_blocks) * 512 + to_grow)
    return fail(Trouble{"there is no room for a copy of the disk in " + setup_.folder.string()});
  auto copying = demo::ChildProcess::start("/bin/cp", {"--sparse=always", setup_.image.string(), copy.string()},
                                           setup_.folder / "copy.log");
  if (!copying || copying->wait() != 0)
    return fail(Trouble{"the disk cannot be copied (see " + (setup_.folder / "copy.log").string() + ")"});
  return copy;
}

Rig::Outcome Rig::start_machine(DiskCache cache) {
  switch_off();
  auto machine = VirtualMachine::start({setup_.folder / "disk.img", cache, setup_.folder});
  if (!machine) return fail(machine.error());
  machine_ = std::move(*machine);
  outside_.attach(*machine_);
  return {};
}

Rig::Outcome Rig::await_counter() {
  milliseconds before{0};
  for (const Stage& stage : stages) {
    const auto reached = machine_->await_words(stage.words, stage.patience);
    if (!reached) return fail(reached.error());
    if (boots_ == 1)
      say("        " + tenths(*reached) + " s (+" + tenths(*reached - before) + ")  " + stage.name +
          (stage.ours && *reached - before > seconds(1) ? "  (more than a second)" : ""));
    before = *reached;
  }
  return {};
}

Rig::Outcome Rig::boot(DiskCache cache) {
  ++boots_;
  for (int start = 1;; ++start) {
    if (auto started = start_machine(cache); !started) return started;
    auto up = await_counter();
    // The kernel counts timer interrupts for an instant, and QEMU gives it none if this host is busy just then. That
    // is no matter of the image's: its command line stays as a real machine needs it.
    if (up || start == starts_at_most || machine_->serial().find(starved) == std::string::npos) return up;
    say("        the kernel's timer test failed because this host is busy; the machine is started again");
  }
}

Result<std::unique_ptr<VirtualMachine>, Trouble> Rig::start_beside(const fs::path& disk, const std::string& name,
                                                                    const std::vector<std::string>& words) {
  constexpr seconds patience{600};
  const fs::path folder = setup_.folder / name;
  std::error_code error;
  fs::create_directories(folder, error);
  for (int start = 1;; ++start) {
    auto machine = VirtualMachine::start({disk, DiskCache::None, folder});
    if (!machine) return machine;
    std::optional<Trouble> trouble;
    for (const std::string& word : words)
      if (const auto said = (*machine)->await_words(word, patience); !said) {
        trouble = said.error();
        break;
      }
    if (!trouble) return machine;
    if (start == starts_at_most || (*machine)->serial().find(starved) == std::string::npos)
      return fail(Trouble{trouble->what + "; serial log: " + (*machine)->serial_log().string()});
  }
}

Rig::Outcome Rig::pair() {
  std::error_code error;
  counter_.reset();
  fs::remove_all(setup_.folder / "twin", error);
  counter_.emplace(PairedCounter::Parts{machine_.get(), &outside_, city_.get(), setup_.folder, &pictures_});
  return counter_->switch_twin_on();
}

void Rig::switch_off() {
  counter_.reset();
  outside_.detach();
  keep_serial_log();
  machine_.reset();
}

void Rig::pull_plug() {
  machine_->pull_plug();
  switch_off();
}

void Rig::keep_serial_log() {
  if (!machine_) return;
  serial_before_ += machine_->serial();
  std::error_code error;
  fs::copy_file(machine_->serial_log(), setup_.folder / ("serial-" + std::to_string(boots_) + ".log"),
                fs::copy_options::overwrite_existing, error);
}

std::string Rig::serial() const {
  return machine_ ? serial_before_ + machine_->serial() : serial_before_;
}

}  // namespace pishkhan::machine
