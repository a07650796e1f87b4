#include "tests/machine/slot_proof.h"

#include "tests/machine/disk_image.h"

#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace pishkhan::machine {

namespace fs = std::filesystem;
using Outcome = Rig::Outcome;
using std::chrono::seconds;

namespace {

constexpr const char* slot_name = "pishkhan-a";
/// Behind the superblock of squashfs (96 bytes) and in the same block of dm-verity (4,096): it is read whenever the
/// slot is mounted, and squashfs itself would not mind.
constexpr std::uint64_t flipped_byte = 2000;

Outcome flip(const fs::path& disk) {
  const auto slot = find_partition(disk, slot_name);
  if (!slot) return fail(Trouble{"the disk has no system slot"});
  std::fstream file(disk, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(slot->offset + flipped_byte));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(slot->offset + flipped_byte));
  file.put(static_cast<char>(byte ^ 1));
  file.close();
  if (byte < 0 || !file) return fail(Trouble{"the copy of the disk cannot be changed"});
  return {};
}

Outcome flipped_bit(Rig& rig) {
  rig.switch_off();
  const auto disk = rig.copy_disk("flipped.img");
  if (!disk) return fail(disk.error());
  if (auto done = flip(*disk); !done) return done;
  // With panic= the kernel ends the machine, and QEMU with it (-no-reboot).
  auto machine = rig.start_beside(*disk, "flipped", {"corrupted", "Kernel panic"});
  if (!machine) return fail(machine.error());
  const std::string log = (*machine)->serial();
  if (log.find("pishkhan-initrd: root mounted") != std::string::npos || log.find("kiosk.started") != std::string::npos)
    return fail(Trouble{"the changed slot was mounted"});
  std::error_code error;
  fs::remove(*disk, error);
  return {};
}

/// Copies the slot out of the disk, unpacks it and looks through it; then once more with a key that was put there.
Outcome nothing_secret(Rig& rig) {
  const fs::path disk = rig.folder() / "disk.img";
  const auto slot = find_partition(disk, slot_name);
  if (!slot) return fail(Trouble{"the disk has no system slot"});
  const fs::path packed = rig.folder() / "slot.squashfs";
  const fs::path root = rig.folder() / "slot";
  const auto done = [&](const fs::path& program, const std::vector<std::string>& words) {
    auto process = demo::ChildProcess::start(program, words, rig.folder() / "inspect.log");
    return process ? process->wait() : 127;
  };
  constexpr std::uint64_t block = 65'536;
  if (done("/bin/dd", {"if=" + disk.string(), "of=" + packed.string(), "bs=" + std::to_string(block),
                       "skip=" + std::to_string(slot->offset / block),
                       "count=" + std::to_string(slot->length / block), "status=none"}) != 0 ||
      done("/usr/bin/unsquashfs", {"-quiet", "-no-progress", "-no-xattrs", "-d", root.string(), packed.string()}) != 0)
    return fail(Trouble{"the slot cannot be unpacked (see " + (rig.folder() / "inspect.log").string() + ")"});
  std::error_code error;
  if (!fs::exists(root / "usr/bin/pishkhan", error)) return fail(Trouble{"what was unpacked is no counter's system"});
  if (done(PISHKHAN_INSPECT, {root.string()}) != 0)
    return fail(Trouble{"something is in the slot that must not be shipped (see " +
                        (rig.folder() / "inspect.log").string() + ")"});
  const std::string key = std::string("-----BEGIN EC PRIVATE") + " KEY-----\nMHcCAQEEIGMk0000000000000000\n";
  const auto planted = [&](const char* place, const std::string& text) {
    std::ofstream(root / place, std::ios::binary | std::ios::app) << text;
    const bool found = done(PISHKHAN_INSPECT, {root.string()}) != 0;
    fs::remove(root / place, error);
    return found;
  };
  // Into the program itself last, which goes with it.
  if (!planted("etc/planted", key) || !planted("usr/bin/pishkhan-demo", "x") || !planted("usr/bin/sh", "x") ||
      !planted("etc/signing.pem", "x") || !planted("usr/bin/pishkhan", std::string(1, '\0') + key))
    return fail(Trouble{"what was put there is not found, so nothing was proved"});
  fs::remove_all(root, error);
  fs::remove(packed, error);
  return {};
}

}  // namespace

bool slot_is_sound(Rig& rig) {
  return rig.step("no private key, no demo, no simulated device, no shell in the system slot",
                  [&] { return nothing_secret(rig); }) &&
         rig.step("a flipped bit in the system slot is refused when it is read", [&] { return flipped_bit(rig); });
}

}  // namespace pishkhan::machine
