#include "tests/machine/virtual_machine.h"

#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

namespace pishkhan::machine {

namespace fs = std::filesystem;

namespace {

constexpr const char* qemu = "/usr/bin/qemu-system-x86_64";
constexpr const char* firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";
constexpr const char* firmware_variables = "/usr/share/OVMF/OVMF_VARS_4M.fd";

std::string socket_device(const std::string& id, const fs::path& path) {
  return "socket,id=" + id + ",path=" + path.string() + ",server=on,wait=off";
}

}  // namespace

std::vector<std::string> VirtualMachine::arguments(const Setup& setup) {
  const fs::path& folder = setup.folder;
  const std::string disk = setup.cache == DiskCache::None ? setup.disk.string()
                                                          : "nbd:unix:" + (folder / "disk.sock").string();
  return {"-nodefaults",
          "-display",
          "none",
          "-no-reboot",
          "-machine",
          "q35",
          "-accel",
          "tcg,thread=multi",
          "-smp",
          "2",
          "-cpu",
          "Nehalem",  // "max" draws two to five times slower
          "-m",
          "1024",
          "-rtc",
          "base=utc",
          "-drive",
          std::string("if=pflash,format=raw,unit=0,readonly=on,file=") + firmware,
          "-drive",
          "if=pflash,format=raw,unit=1,file=" + (folder / "firmware.vars").string(),
          "-drive",
          "if=none,id=disk,format=raw,cache=none,file=" + disk,
          "-device",
          "ide-hd,drive=disk,bus=ide.0",
          "-device",
          // Two pictures of the counter and the kernel's console at once; a card with 16 MB holds only two of the three.
          "bochs-display,xres=1080,yres=1920,vgamem=64M",
          "-netdev",
          "user,id=cable",
          "-device",
          "e1000e,netdev=cable",
          "-device",
          "qemu-xhci,id=xhci,p2=8,p3=8",
          "-chardev",
          socket_device("card", folder / "card.sock"),
          "-device",
          "usb-ccid,id=reader,bus=xhci.0,port=2",
          "-device",
          "ccid-card-passthru,chardev=card",
          "-chardev",
          socket_device("printer", folder / "printer.sock"),
          "-device",
          "usb-redir,id=printer,chardev=printer,bus=xhci.0,port=3",
          "-chardev",
          socket_device("panel", folder / "panel.sock"),
          "-device",
          "usb-redir,id=panel,chardev=panel,bus=xhci.0,port=4",
          "-serial",
          "file:" + (folder / "serial.log").string(),
          "-qmp",
          "unix:" + (folder / "qmp.sock").string() + ",server=on,wait=off"};
}

/// nbdkit's cache filter (nbdkit-cache-filter(1)): writes stay in it until a flush; "unsafe" ignores flushes.
Result<demo::ChildProcess, Trouble> VirtualMachine::start_cache(const Setup& setup) {
  const fs::path socket = setup.folder / "disk.sock";
  auto cache = demo::ChildProcess::start(
      "/usr/bin/nbdkit",
      {"--foreground", "--exit-with-parent", "--unix", socket.string(), "--filter=cache", "file",
       setup.disk.string(), setup.cache == DiskCache::Volatile ? "cache=writeback" : "cache=unsafe"},
      setup.folder / "nbdkit.log");
  std::error_code error;
  for (int i = 0; cache && cache->running() && i < 500; ++i) {
    if (fs::exists(socket, error)) return std::move(*cache);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return fail(Trouble{"nbdkit does not start; what it said is in " + (setup.folder / "nbdkit.log").string()});
}

Result<std::unique_ptr<VirtualMachine>, Trouble> VirtualMachine::start(const Setup& setup) {
  std::error_code error;
  for (const char* needed : {qemu, firmware, firmware_variables})
    if (!fs::exists(needed, error))
      return fail(Trouble{std::string(needed) + " is missing (image-build/packages.txt)"});
  fs::copy_file(firmware_variables, setup.folder / "firmware.vars", fs::copy_options::overwrite_existing, error);
  if (error) return fail(Trouble{"cannot write in " + setup.folder.string()});
  for (const char* old : {"card.sock", "printer.sock", "panel.sock", "qmp.sock", "disk.sock", "serial.log"})
    fs::remove(setup.folder / old, error);
  std::optional<demo::ChildProcess> cache;
  if (setup.cache != DiskCache::None) {
    auto started = start_cache(setup);
    if (!started) return fail(started.error());
    cache = std::move(*started);
  }
  auto process = demo::ChildProcess::start(qemu, arguments(setup), setup.folder / "qemu.log");
  if (!process) return fail(Trouble{"QEMU cannot be started"});
  std::unique_ptr<VirtualMachine> machine(new VirtualMachine(setup.folder, std::move(*process)));
  machine->cache_ = std::move(cache);
  machine->qmp_ = Qmp::connect(setup.folder / "qmp.sock");
  if (!machine->qmp_)
    return fail(Trouble{"QEMU does not answer; what it said is in " + (setup.folder / "qemu.log").string()});
  return machine;
}

void VirtualMachine::pull_plug() {
  process_.kill();
  if (cache_) cache_->kill();
}

std::chrono::milliseconds VirtualMachine::age() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - born_);
}

std::string VirtualMachine::serial() const {
  std::ifstream file(serial_log(), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Result<std::chrono::milliseconds, Trouble> VirtualMachine::await_words_after(std::size_t begin,
                                                                             const std::string& words,
                                                                             std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (serial().find(words, begin) != std::string::npos) return age();
    if (!running()) return fail(Trouble{"QEMU has ended before the serial log said \"" + words + "\""});
    if (std::chrono::steady_clock::now() > until)
      return fail(Trouble{"the serial log did not say \"" + words + "\" within " +
                          std::to_string(patience.count() / 1000) + " s"});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace pishkhan::machine
