#include "tests/ext4-cut/loop_disk.h"

#include "kiosk/demo/child_process.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <thread>

namespace pishkhan::ext4_cut {

namespace fs = std::filesystem;

namespace {

// Linux, fs/ext4/ext4.h: the numbers that "godown" of xfstests uses.
constexpr unsigned long ext4_shutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t without_flushing_the_log = 2;

}  // namespace

std::string describe(DiskFault fault) {
  switch (fault) {
    case DiskFault::NotRoot:
      return "this rig mounts a disk of its own, which needs root: run it with sudo";
    case DiskFault::NoPrivateMounts:
      return "this rig needs a mount namespace of its own (unshare), which this machine refuses";
    case DiskFault::NoImage:
      return "there is no room for the disk's image in the temporary folder";
    case DiskFault::NoLoopDevice:
      return "this rig needs a free loop device (/dev/loop-control); inside a container it must be passed in";
    case DiskFault::NoFileSystem:
      return "this rig needs mkfs.ext4 (Debian: apt-get install e2fsprogs)";
    case DiskFault::CannotMount:
      return "this kernel does not mount an ext4 from a loop device";
  }
  return "unknown";
}

Result<void, DiskFault> keep_mounts_private() {
  if (::geteuid() != 0) return fail(DiskFault::NotRoot);
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return fail(DiskFault::NoPrivateMounts);
  return {};
}

Result<std::unique_ptr<LoopDisk>, DiskFault> LoopDisk::make(std::size_t mebibytes) {
  if (::geteuid() != 0) return fail(DiskFault::NotRoot);
  std::unique_ptr<LoopDisk> disk(new LoopDisk);
  if (!disk->make_image(mebibytes)) return fail(DiskFault::NoImage);
  if (!disk->take_loop_device()) return fail(DiskFault::NoLoopDevice);
  if (!disk->make_file_system()) return fail(DiskFault::NoFileSystem);
  if (!disk->mount()) return fail(DiskFault::CannotMount);
  return disk;
}

LoopDisk::~LoopDisk() {
  if (mounted_ && !unmount()) static_cast<void>(::umount2(folder_.c_str(), MNT_DETACH));
  if (device_ >= 0) ::close(device_);
  if (image_ >= 0) ::close(image_);
  if (!folder_.empty()) static_cast<void>(::rmdir(folder_.c_str()));
}

bool LoopDisk::make_image(std::size_t mebibytes) {
  std::error_code error;
  const fs::path temporary = fs::temp_directory_path(error);
  std::string image = (temporary / "pishkhan-disk-XXXXXX").string();
  image_ = ::mkostemp(image.data(), O_CLOEXEC);
  if (image_ < 0) return false;
  static_cast<void>(::unlink(image.c_str()));
  std::string folder = (temporary / "pishkhan-mount-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return false;
  folder_ = folder;
  return ::ftruncate(image_, static_cast<off_t>(mebibytes << 20)) == 0;
}

bool LoopDisk::take_loop_device() {
  const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return false;
  // Between asking for a free one and taking it, somebody else may have taken it.
  for (int attempt = 0; attempt < 20 && device_ < 0; ++attempt) {
    const int number = ::ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) break;
    device_name_ = "/dev/loop" + std::to_string(number);
    const int device = ::open(device_name_.c_str(), O_RDWR | O_CLOEXEC);
    if (device < 0) break;
    loop_config config{};
    config.fd = static_cast<std::uint32_t>(image_);
    config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
    if (::ioctl(device, LOOP_CONFIGURE, &config) == 0)
      device_ = device;
    else
      ::close(device);
  }
  ::close(control);
  return device_ >= 0;
}

bool LoopDisk::make_file_system() const {
  for (const char* program : {"/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4"}) {
    auto made = demo::ChildProcess::start(program, {"-q", "-F", "-m", "0", device_name_}, "/dev/null");
    if (made && made->wait() == 0) return true;
  }
  return false;
}

bool LoopDisk::mount() {
  mounted_ = ::mount(device_name_.c_str(), folder_.c_str(), "ext4", 0, "") == 0;
  return mounted_;
}

bool LoopDisk::unmount() {
  // A process that was just killed may hold its files for another moment.
  for (int attempt = 0; attempt < 300; ++attempt) {
    if (::umount2(folder_.c_str(), 0) == 0) {
      mounted_ = false;
      return true;
    }
    if (errno != EBUSY) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool LoopDisk::cut() const {
  const int root = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return false;
  std::uint32_t how = without_flushing_the_log;
  const bool done = ::ioctl(root, ext4_shutdown, &how) == 0;
  ::close(root);
  return done;
}

bool LoopDisk::abort() const {
  // ext4(5), "abort". Neither its answer nor the mount's flags say in every kernel whether it did so: look.
  static_cast<void>(::mount(device_name_.c_str(), folder_.c_str(), "ext4", MS_REMOUNT, "abort"));
  const int probe = ::open((folder_ / "probe").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (probe >= 0) ::close(probe);
  return probe < 0 && errno == EROFS;
}

bool LoopDisk::restart() {
  return unmount() && mount();
}

}  // namespace pishkhan::ext4_cut
