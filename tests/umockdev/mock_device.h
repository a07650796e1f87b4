#pragma once

#include "base/core/bytes.h"
#include "base/core/random.h"
#include "drivers/simulated/simulated_device.h"
#include "drivers/usb/transport.h"
#include "tests/umockdev/usb_rig.h"

#include <umockdev.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace pishkhan::rig {

/// A file that poll() says can be written exactly when we want it to: a terminal whose output is stopped and
/// started. umockdev's own node is a plain file, always ready, on which libusb would spin. Closing the other
/// end makes poll() say POLLERR, as usbfs does for an unplugged device.
class ReadyFile {
 public:
  ReadyFile();
  ~ReadyFile();
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  [[nodiscard]] std::string path() const { return path_; }
  void set_ready(bool ready);
  void set_mode(unsigned mode);
  void hang_up();

 private:
  std::mutex mutex_;
  int master_ = -1;
  int slave_ = -1;
  bool ready_ = true;
  std::string path_;
};

/// One plugging-in of a simulated device: what the kernel's usbfs would be to it.
/// Thread: the ioctls come on umockdev's thread; each endpoint has a thread that talks to the simulated device.
class MockDevice {
 public:
  struct Setup {
    simulated::SimulatedDevice* device = nullptr;
    KernelDriver driver = KernelDriver::None;
    /// Called from umockdev's thread when a fault says that the plug is pulled.
    std::function<void(MockDevice&, UrbFault)> pull;
  };
  explicit MockDevice(Setup setup);
  ~MockDevice();
  MockDevice(const MockDevice&) = delete;
  MockDevice& operator=(const MockDevice&) = delete;

  [[nodiscard]] UMockdevIoctlBase* handler() { return handler_; }
  [[nodiscard]] ReadyFile& file() { return file_; }
  [[nodiscard]] simulated::SimulatedDevice& device() { return *setup_.device; }
  void strike(std::size_t urb_index, UrbFault fault);
  void when(std::size_t urb_index, std::function<void()> happens);
  [[nodiscard]] std::vector<UrbRecord> records();
  [[nodiscard]] KernelDriver kernel_driver();
  [[nodiscard]] bool claimed();
  void set_kernel_pace(std::chrono::milliseconds pace) { pace_ = pace; }
  /// The device is away: what waits ends with -ESHUTDOWN, ioctls say ENODEV.
  void shut();

 private:
  struct Urb {
    UMockdevIoctlData* data = nullptr;    // our reference
    UMockdevIoctlData* buffer = nullptr;  // belongs to data
    unsigned long client_address = 0;
    std::uint8_t endpoint = 0;
    bool inward = false;
    bool interrupt = false;
    Bytes out;  // for control with the setup packet in front
    std::size_t room = 0;
    UrbFault fault = UrbFault::None;
    std::atomic<bool> discarded = false;
    int status = 0;
    std::size_t actual = 0;
    Bytes in;
    Urb() = default;
    Urb(const Urb&) = delete;
    Urb& operator=(const Urb&) = delete;
    ~Urb() { g_clear_object(&data); }
  };
  struct Lane {
    std::deque<std::unique_ptr<Urb>> queue;
    std::unique_ptr<Urb> current;
    Bytes last;  // the newest answer
    std::jthread thread;
  };
  using Lock = std::unique_lock<std::mutex>;

  static gboolean on_ioctl(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self);
  [[nodiscard]] int handle(unsigned long request, UMockdevIoctlData* argument);  // 0 or errno; -1: not ours
  [[nodiscard]] int submit(UMockdevIoctlData* argument);
  [[nodiscard]] int reap(UMockdevIoctlData* argument);
  [[nodiscard]] int discard(UMockdevIoctlData* argument);
  [[nodiscard]] int interface_ioctl(unsigned long request, UMockdevIoctlData* argument);
  void run_lane(Lane& lane, const std::stop_token& stop);
  void finish(std::unique_ptr<Urb> urb);
  void carry_out(Lane& lane, Urb& urb);
  /// True: the fault was all there is to it.
  [[nodiscard]] bool fail_at_once(Lane& lane, Urb& urb);
  void send(Urb& urb, std::size_t bytes);
  void receive(Lane& lane, Urb& urb);
  void control(Urb& urb);
  /// True: the URB is over for another reason than the device.
  [[nodiscard]] bool interrupted(Urb& urb);
  void wait_for_the_end(Urb& urb);
  [[nodiscard]] Bytes noise(std::size_t size);

  Setup setup_;
  ReadyFile file_;
  UMockdevIoctlBase* handler_;
  std::unique_ptr<usb::Transport> link_;
  std::atomic<std::chrono::milliseconds> pace_{std::chrono::milliseconds{0}};

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool shut_ = false;
  bool babbling_ = false;
  bool claimed_ = false;
  bool driver_bound_ = false;
  std::set<std::uint8_t> halted_;
  std::map<std::size_t, UrbFault> faults_;
  std::map<std::size_t, std::function<void()>> happenings_;
  std::vector<UrbRecord> records_;
  std::deque<std::unique_ptr<Urb>> done_;
  std::vector<std::unique_ptr<Urb>> lost_;
  SeededRandom random_{1};
  std::map<std::uint8_t, Lane> lanes_;
};

}  // namespace pishkhan::rig
