#include "drivers/simulated/simulated_device.h"

#include "base/core/clock.h"
#include "base/core/ensure.h"

#include <algorithm>
#include <utility>

namespace pishkhan::simulated {

using usb::ControlSetup;
using usb::TransferFault;

namespace {

// USB 2.0, 9.4: bmRequestType, bRequest and descriptor types of GET_DESCRIPTOR.
constexpr std::uint8_t standard_in = 0x80;
constexpr std::uint8_t get_descriptor = 6;
constexpr std::uint8_t device_type = 1;
constexpr std::uint8_t configuration_type = 2;
constexpr std::uint8_t direction_in = 0x80;
constexpr std::uint8_t kind_mask = 0x60;
constexpr std::uint8_t kind_class = 0x20;

// How often a waiting transfer looks whether the clock has moved the device on.
constexpr std::chrono::milliseconds glance{2};

}  // namespace

/// One plugging-in of the device, as its driver holds it.
class SimulatedLink final : public usb::Transport {
 public:
  SimulatedLink(SimulatedDevice& device, std::uint64_t plug_count) : device_(device), plug_count_(plug_count) {}
  ~SimulatedLink() override {
    const auto lock = device_.lock();
    --device_.links_;
    if (plug_count_ == device_.plug_count_) device_.claimed_ = false;
  }
  SimulatedLink(const SimulatedLink&) = delete;
  SimulatedLink& operator=(const SimulatedLink&) = delete;

  Result<std::size_t, TransferFault> bulk_out(ByteView data, Timeout timeout) override {
    return wait<std::size_t>(timeout, [&]() -> std::optional<Result<std::size_t, TransferFault>> {
      if (device_.halted_) return fail(TransferFault::Stalled);
      if (data.empty()) return std::size_t{0};
      const std::size_t taken = device_.take(data);
      if (taken == 0) return std::nullopt;
      device_.wake();
      return taken;
    });
  }
  Result<Bytes, TransferFault> bulk_in(std::size_t maximum, Timeout timeout) override {
    return wait<Bytes>(timeout, [&]() -> std::optional<Result<Bytes, TransferFault>> {
      if (device_.halted_) return fail(TransferFault::Stalled);
      return fitting(device_.next_answer(), maximum);
    });
  }
  Result<Bytes, TransferFault> interrupt_in(std::size_t maximum, Timeout timeout) override {
    return wait<Bytes>(timeout, [&]() -> std::optional<Result<Bytes, TransferFault>> {
      if (!device_.notifies()) return fail(TransferFault::Failed);
      return fitting(device_.next_notice(), maximum);
    });
  }
  Result<Bytes, TransferFault> control_in(ControlSetup setup, std::uint16_t length, Timeout timeout) override {
    return wait<Bytes>(timeout, [&]() -> std::optional<Result<Bytes, TransferFault>> {
      auto answer = request_in(setup);
      if (answer && answer->size() > length) answer->resize(length);
      return answer;
    });
  }
  Result<void, TransferFault> control_out(ControlSetup setup, ByteView data, Timeout timeout) override {
    return wait<void>(timeout, [&]() -> std::optional<Result<void, TransferFault>> {
      if ((setup.request_type & direction_in) != 0 || (setup.request_type & kind_mask) != kind_class) {
        return fail(TransferFault::Stalled);
      }
      auto done = device_.class_request_out(setup, data);
      device_.wake();
      return done;
    });
  }
  Result<void, TransferFault> clear_halts() override {
    const auto lock = device_.lock();
    if (gone()) return fail(TransferFault::Unplugged);
    device_.halted_ = false;
    return {};
  }
  Result<void, TransferFault> reset() override {
    const auto lock = device_.lock();
    if (gone()) return fail(TransferFault::Unplugged);
    device_.halted_ = false;
    device_.on_bus_reset();
    device_.wake();
    return {};
  }
  void cancel() override {
    const auto lock = device_.lock();
    cancelled_ = true;
    device_.wake();
  }
  [[nodiscard]] ByteView descriptors() const override { return device_.descriptors(); }
  [[nodiscard]] usb::Identity identity() const override {
    // USB 2.0, table 9-8: idVendor, idProduct and bcdDevice lie at 8, 10 and 12.
    ByteReader reader(device_.device_descriptor().subspan(8));
    usb::Identity identity{.generation = plug_count_ + 1};
    for (std::uint16_t* field : {&identity.vendor_id, &identity.product_id, &identity.device_release}) {
      const auto low = reader.u8();
      *field = static_cast<std::uint16_t>(low | reader.u8() << 8);
    }
    return identity;
  }

 private:
  [[nodiscard]] bool gone() const { return !device_.plugged_in_ || plug_count_ != device_.plug_count_; }

  /// Runs `attempt` under the mutex until it has a result, the device is gone or the time is over.
  template <class Value, class Attempt>
  Result<Value, TransferFault> wait(Timeout timeout, Attempt attempt) {
    const SteadyTime deadline = device_.now() + timeout;
    auto lock = device_.lock();
    cancelled_ = false;
    for (;;) {
      if (gone()) return fail(TransferFault::Unplugged);
      if (device_.speech_ != Speech::Hung) {
        if (auto result = attempt()) return std::move(*result);
      }
      if (cancelled_) return fail(TransferFault::Cancelled);
      const SteadyTime left = deadline - device_.now();
      if (left <= SteadyTime::zero()) return fail(TransferFault::Timeout);
      device_.wait_a_while(lock, left);
    }
  }
  /// A packet larger than the host's buffer is lost, as on the bus.
  std::optional<Result<Bytes, TransferFault>> fitting(std::optional<Bytes> packet, std::size_t maximum) const {
    if (!packet || device_.speech_ == Speech::Mute) return std::nullopt;
    if (packet->size() > maximum) return Result<Bytes, TransferFault>(fail(TransferFault::Overflow));
    return Result<Bytes, TransferFault>(std::move(*packet));
  }
  Result<Bytes, TransferFault> request_in(ControlSetup setup) {
    if ((setup.request_type & direction_in) == 0) return fail(TransferFault::Stalled);
    if ((setup.request_type & kind_mask) == kind_class) return device_.class_request_in(setup);
    if (setup.request_type == standard_in && setup.request == get_descriptor) {
      const int type = setup.value >> 8;
      const ByteView whole = type == device_type          ? device_.device_descriptor()
                             : type == configuration_type ? device_.descriptors()
                                                          : ByteView{};
      if (!whole.empty()) return Bytes(whole.begin(), whole.end());
    }
    return fail(TransferFault::Stalled);
  }

  SimulatedDevice& device_;
  std::uint64_t plug_count_;
  bool cancelled_ = false;
};

void SimulatedDevice::wait_a_while(Lock& lock, SteadyTime left) {
  if (virtual_time_ != nullptr) {
    virtual_time_->advance(moves_by_itself() ? SteadyTime(1) : left);
  } else {
    changed_.wait_for(lock, moves_by_itself() ? std::min(left, SteadyTime(glance)) : left);
  }
}

SimulatedDevice::~SimulatedDevice() {
  ENSURE(links_ == 0, "a simulated device outlives its transports");
}

Result<std::unique_ptr<usb::Transport>, TransferFault> SimulatedDevice::connect() {
  const auto locked = lock();
  if (!plugged_in_) return fail(TransferFault::Unplugged);
  if (claimed_) return fail(TransferFault::Failed);
  claimed_ = true;
  halted_ = false;
  ++links_;
  on_connect();
  return std::unique_ptr<usb::Transport>(std::make_unique<SimulatedLink>(*this, plug_count_));
}

void SimulatedDevice::unplug() {
  const auto locked = lock();
  unplug_locked();
}

void SimulatedDevice::unplug_locked() {
  if (!plugged_in_) return;
  plugged_in_ = false;
  claimed_ = false;
  ++plug_count_;
  wake();
}

void SimulatedDevice::plug_in() {
  const auto locked = lock();
  plugged_in_ = true;
}

bool SimulatedDevice::plugged_in() const {
  const auto locked = lock();
  return plugged_in_;
}

void SimulatedDevice::set_speech(Speech speech) {
  const auto locked = lock();
  speech_ = speech;
  wake();
}

void SimulatedDevice::halt_endpoints() {
  const auto locked = lock();
  halted_ = true;
  wake();
}

}  // namespace pishkhan::simulated
