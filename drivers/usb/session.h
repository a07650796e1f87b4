#pragma once

#include "base/core/bytes.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "drivers/usb/bus.h"
#include "drivers/usb/device_info.h"
#include "drivers/usb/transport.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

struct libusb_device;
struct libusb_device_handle;
struct libusb_transfer;

namespace pishkhan::usb {

/// One opened device with one claimed interface. Calls that block in the kernel (open, claim, clear halt,
/// reset, close) run on the session's own thread and are waited for with a deadline; transfers are asynchronous
/// and come back on the bus's event thread. What does not come back in time leaves the session gone for good:
/// its memory stays until the kernel has let go of it, so that a late answer can reach nobody else. Thread: one
/// device thread; cancel() and mark_gone() from any.
class Session {
 public:
  struct Target {
    libusb_device* device = nullptr;
    InterfaceInfo interface;
    Identity identity;
    std::string port;
    Bus::Options times;
  };
  struct Transfer {
    std::uint8_t endpoint = 0;  ///< 0 = control
    ControlSetup setup;         ///< for control
    ByteView out;
    std::size_t room = 0;  ///< bytes wanted from the device
  };

  /// Takes a reference to the device.
  explicit Session(Target target);
  /// Only after give_back() has said true, or before open().
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Result<void, OpenFault> open();
  /// Bytes from the device; for a transfer to it the count is in `taken`.
  Result<Bytes, TransferFault> run(const Transfer& transfer, Transport::Timeout timeout, std::size_t* taken);
  Result<void, TransferFault> clear_halts();
  Result<void, TransferFault> reset();
  void cancel();
  void mark_gone();
  /// Releases, gives the kernel driver back, closes. False: the kernel holds on to it; ask again later.
  [[nodiscard]] bool give_back();

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] ByteView descriptors() const { return descriptors_; }

 private:
  using Lock = std::unique_lock<std::mutex>;
  enum class Ending : std::uint8_t { None, Deadline, Cancelled };
  static void completed(libusb_transfer* transfer);
  void fill(const Transfer& transfer);
  [[nodiscard]] Result<void, TransferFault> submit();
  [[nodiscard]] Ending await(SteadyTime deadline);
  [[nodiscard]] Result<Bytes, TransferFault> outcome(const Transfer& transfer, Ending ending,
                                                     std::size_t* taken);
  /// Nothing: it did not come back in time, and the session is gone.
  [[nodiscard]] std::optional<int> chore(std::function<int()> work, std::chrono::milliseconds time);
  void work(const std::stop_token& stop);
  [[nodiscard]] int open_and_claim();
  [[nodiscard]] Result<void, TransferFault> ended(std::optional<int> result);

  Target target_;
  SystemClock clock_;  // The kernel's time is real time.
  libusb_device_handle* handle_ = nullptr;
  libusb_transfer* transfer_ = nullptr;
  Bytes buffer_;
  Bytes descriptors_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any changed_;
  bool flying_ = false;
  bool cancel_asked_ = false;
  bool gone_ = false;
  std::function<int()> chore_;
  bool chore_running_ = false;
  int chore_result_ = 0;
  std::jthread thread_;
};

}  // namespace pishkhan::usb
