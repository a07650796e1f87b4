#pragma once

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "drivers/simulated/virtual_clock.h"
#include "drivers/usb/transport.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace pishkhan::simulated {

/// How a plugged-in device behaves on the bus.
enum class Speech {
  Talking,  ///< takes commands and answers them
  Mute,     ///< takes commands and carries them out, but its answers are lost
  Hung,     ///< takes nothing, answers nothing: every transfer runs into its timeout
};

/// A device without hardware at the far end of a usb::Transport. It outlives the transports that connect()
/// hands out, as a device outlives the handles on it: unplugging makes a transport say Unplugged for ever,
/// and only a new connect() after plug_in() helps. Waiting inside the transports is in real time and ends
/// as soon as something happens on the device.
/// Thread: every public call is safe from any thread; one mutex guards all of the device's state. The dock
/// works it from the UI thread while a device thread talks to it.
class SimulatedDevice {
 public:
  SimulatedDevice(const SimulatedDevice&) = delete;
  SimulatedDevice& operator=(const SimulatedDevice&) = delete;
  virtual ~SimulatedDevice();

  /// Opens and claims the device. Unplugged if it is not there, Failed if another transport still holds it.
  Result<std::unique_ptr<usb::Transport>, usb::TransferFault> connect();

  void unplug();
  void plug_in();
  [[nodiscard]] bool plugged_in() const;
  void set_speech(Speech speech);
  /// Both bulk endpoints STALL until clear_halts() or reset() (USB 2.0, 9.4.5).
  void halt_endpoints();
  /// Waits on this device pass in that clock from now on, and at once in the world. One thread only: nobody
  /// else can do anything while it waits. Call it before connect(); the clock outlives the device.
  void run_in(VirtualClock& time) { virtual_time_ = &time; }

  /// USB 2.0, 9.6.1. Not part of Transport::descriptors(), which begins with the configuration.
  [[nodiscard]] virtual ByteView device_descriptor() const = 0;
  [[nodiscard]] virtual ByteView descriptors() const = 0;

 protected:
  using Lock = std::unique_lock<std::mutex>;
  using Answer = Result<Bytes, usb::TransferFault>;

  SimulatedDevice() = default;
  [[nodiscard]] Lock lock() const { return Lock(mutex_); }
  /// Wakes every waiting transfer, after a change that may concern it.
  void wake() { changed_.notify_all(); }
  void halt_endpoints_locked() { halted_ = true; }
  void unplug_locked();
  void plug_in_locked() { plugged_in_ = true; }
  [[nodiscard]] bool plugged_in_locked() const { return plugged_in_; }
  /// The time in which transfers wait.
  [[nodiscard]] SteadyTime now() const { return virtual_time_ ? virtual_time_->steady() : clock_.steady(); }

  // What a device does; each is called with the mutex held.
  /// Takes a first part of a bulk-out transfer; 0 means "not now".
  virtual std::size_t take(ByteView data) = 0;
  /// The next bulk-in packet, if one is ready.
  virtual std::optional<Bytes> next_answer() = 0;
  /// The next interrupt report, if one is ready.
  virtual std::optional<Bytes> next_notice() = 0;
  /// Whether there is an interrupt endpoint at all.
  [[nodiscard]] virtual bool notifies() const = 0;
  virtual Answer class_request_in(usb::ControlSetup setup) = 0;
  virtual Result<void, usb::TransferFault> class_request_out(usb::ControlSetup setup, ByteView data) = 0;
  /// Whether the passing of time alone may change what the calls above answer.
  [[nodiscard]] virtual bool moves_by_itself() const { return false; }
  virtual void on_connect() {}
  virtual void on_bus_reset() {}

 private:
  friend class SimulatedLink;

  /// Sleeps until something happens on the device, at most that long.
  void wait_a_while(Lock& lock, SteadyTime left);

  SystemClock clock_;
  VirtualClock* virtual_time_ = nullptr;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Speech speech_ = Speech::Talking;
  bool plugged_in_ = true;
  bool claimed_ = false;
  bool halted_ = false;
  int links_ = 0;
  std::uint64_t plug_count_ = 0;  // A transport belongs to one plugging-in.
};

}  // namespace pishkhan::simulated
