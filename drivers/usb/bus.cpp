#include "drivers/usb/bus.h"

#include "base/core/clock.h"
#include "base/core/ensure.h"
#include "base/core/log.h"
#include "drivers/usb/libusb_facts.h"
#include "drivers/usb/libusb_transport.h"
#include "drivers/usb/session.h"

#include <libusb.h>
#include <pthread.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace pishkhan::usb {

namespace {

struct ExitContext {
  void operator()(libusb_context* context) const { libusb_exit(context); }
};
struct UnrefDevice {
  void operator()(libusb_device* device) const { libusb_unref_device(device); }
};
using Context = std::unique_ptr<libusb_context, ExitContext>;
using Device = std::unique_ptr<libusb_device, UnrefDevice>;

constexpr std::chrono::milliseconds long_sleep{3'600'000};
constexpr std::chrono::milliseconds pause_after_error{100};

timeval as_timeval(std::chrono::milliseconds time) {
  return {.tv_sec = time.count() / 1000, .tv_usec = time.count() % 1000 * 1000};
}

}  // namespace

class Bus::Inside {
 public:
  Inside(Context context, Options options) : context_(std::move(context)), options_(options) {
    polling_ = options_.hot_plug == HotPlug::Polling || libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) == 0 ||
               !register_hot_plug();
    if (polling_) look_around();
    tell_noticed();
    thread_ = std::jthread([this](const std::stop_token& stop) { loop(stop); });
  }
  ~Inside();
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  std::vector<DeviceInfo> devices();
  Result<std::unique_ptr<Transport>, OpenFault> open(std::uint64_t generation, std::uint8_t interface_number);
  std::uint64_t listen(Listener listener);
  void unlisten(std::uint64_t id);

 private:
  struct Known {
    Device device;
    DeviceInfo info;
  };
  struct Noticed {
    DeviceChange::Kind kind;
    Device device;
  };
  struct Named {
    std::uint64_t id;
    Listener listener;
  };

  static int LIBUSB_CALL on_hot_plug(libusb_context*, libusb_device* device, libusb_hotplug_event event,
                                     void* self);
  [[nodiscard]] bool register_hot_plug();
  void loop(const std::stop_token& stop);
  void look_around();
  void notice(DeviceChange::Kind kind, libusb_device* device);
  void tell_noticed();
  [[nodiscard]] std::optional<DeviceChange> take_in(Noticed noticed);
  void take_back(std::unique_ptr<Session> session);
  void reap();

  Context context_;
  Options options_;
  bool polling_ = false;
  libusb_hotplug_callback_handle hot_plug_{};

  // Held while listeners are told, so that each is told everything once and in order; taken before mutex_.
  std::mutex telling_;
  std::vector<Named> listeners_;

  std::mutex mutex_;  // guards what follows
  std::deque<Noticed> noticed_;
  std::vector<Known> known_;
  std::uint64_t generations_ = 0;
  std::uint64_t listener_ids_ = 0;
  std::vector<Session*> open_;
  std::vector<std::unique_ptr<Session>> left_;  // the kernel has not let go of them yet
  std::jthread thread_;
};

bool Bus::Inside::register_hot_plug() {
  const int both = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
  return libusb_hotplug_register_callback(
             context_.get(), both, LIBUSB_HOTPLUG_ENUMERATE, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
             LIBUSB_HOTPLUG_MATCH_ANY, &Inside::on_hot_plug, this, &hot_plug_) == LIBUSB_SUCCESS;
}

int Bus::Inside::on_hot_plug(libusb_context*, libusb_device* device, libusb_hotplug_event event, void* self) {
  // Little may be done inside libusb's callback, so it is only noted here.
  const bool arrived = event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED;
  static_cast<Inside*>(self)->notice(arrived ? DeviceChange::Kind::Arrived : DeviceChange::Kind::Left, device);
  return 0;
}

void Bus::Inside::notice(DeviceChange::Kind kind, libusb_device* device) {
  const std::scoped_lock lock(mutex_);
  noticed_.push_back({kind, Device(libusb_ref_device(device))});
}

void Bus::Inside::look_around() {
  libusb_device** list = nullptr;
  const auto count = libusb_get_device_list(context_.get(), &list);
  if (count < 0) return;
  const std::span now(list, static_cast<std::size_t>(count));
  std::vector<libusb_device*> before;
  {
    const std::scoped_lock lock(mutex_);
    for (const Known& known : known_) before.push_back(known.device.get());
  }
  for (libusb_device* device : before) {
    if (std::ranges::find(now, device) == now.end()) notice(DeviceChange::Kind::Left, device);
  }
  for (libusb_device* device : now) {
    if (std::ranges::find(before, device) == before.end()) notice(DeviceChange::Kind::Arrived, device);
  }
  libusb_free_device_list(list, 1);
}

std::optional<DeviceChange> Bus::Inside::take_in(Noticed noticed) {
  const std::scoped_lock lock(mutex_);
  const auto known =
      std::ranges::find_if(known_, [&](const Known& one) { return one.device.get() == noticed.device.get(); });
  if (noticed.kind == DeviceChange::Kind::Arrived) {
    if (known != known_.end()) return std::nullopt;
    DeviceInfo info = read_device(noticed.device.get());
    info.generation = ++generations_;
    known_.push_back({std::move(noticed.device), info});
    return DeviceChange{DeviceChange::Kind::Arrived, std::move(info)};
  }
  if (known == known_.end()) return std::nullopt;
  DeviceInfo info = std::move(known->info);
  known_.erase(known);
  for (Session* session : open_) {
    if (session->target().identity.generation == info.generation) session->mark_gone();
  }
  return DeviceChange{DeviceChange::Kind::Left, std::move(info)};
}

void Bus::Inside::tell_noticed() {
  const std::scoped_lock telling(telling_);
  for (;;) {
    std::optional<Noticed> noticed;
    {
      const std::scoped_lock lock(mutex_);
      if (noticed_.empty()) return;
      noticed = std::move(noticed_.front());
      noticed_.pop_front();
    }
    const std::optional<DeviceChange> change = take_in(std::move(*noticed));
    if (!change) continue;
    for (const Named& named : listeners_) named.listener(*change);
  }
}

void Bus::Inside::loop(const std::stop_token& stop) {
  pthread_setname_np(pthread_self(), "usb-events");
  const SystemClock clock;
  SteadyTime looked = clock.steady();
  while (!stop.stop_requested()) {
    timeval patience = as_timeval(polling_ ? options_.poll_interval : long_sleep);
    const int error = libusb_handle_events_timeout_completed(context_.get(), &patience, nullptr);
    if (error != 0 && error != LIBUSB_ERROR_INTERRUPTED) std::this_thread::sleep_for(pause_after_error);
    if (polling_ && clock.steady() - looked >= options_.poll_interval) {
      look_around();
      looked = clock.steady();
    }
    tell_noticed();
  }
}

std::vector<DeviceInfo> Bus::Inside::devices() {
  const std::scoped_lock lock(mutex_);
  std::vector<DeviceInfo> all;
  for (const Known& known : known_) all.push_back(known.info);
  return all;
}

Result<std::unique_ptr<Transport>, OpenFault> Bus::Inside::open(std::uint64_t generation,
                                                                std::uint8_t interface_number) {
  reap();
  std::unique_ptr<Session> session;
  {
    const std::scoped_lock lock(mutex_);
    const auto known =
        std::ranges::find_if(known_, [&](const Known& one) { return one.info.generation == generation; });
    if (known == known_.end()) return fail(OpenFault::Gone);
    const DeviceInfo& info = known->info;
    const auto interface = std::ranges::find(info.interfaces, interface_number, &InterfaceInfo::number);
    if (interface == info.interfaces.end()) return fail(OpenFault::NoInterface);
    const Identity identity{.vendor_id = info.vendor_id,
                            .product_id = info.product_id,
                            .device_release = info.device_release,
                            .interface_number = interface_number,
                            .generation = generation};
    session = std::make_unique<Session>(Session::Target{.device = known->device.get(),
                                                        .interface = *interface,
                                                        .identity = identity,
                                                        .port = info.port,
                                                        .times = options_});
    // From now on a departure reaches it.
    open_.push_back(session.get());
  }
  const Result<void, OpenFault> opened = session->open();
  if (!opened) {
    take_back(std::move(session));
    return fail(opened.error());
  }
  return std::unique_ptr<Transport>(std::make_unique<LibusbTransport>(
      std::move(session), [this](std::unique_ptr<Session> back) { take_back(std::move(back)); }));
}

void Bus::Inside::take_back(std::unique_ptr<Session> session) {
  {
    const std::scoped_lock lock(mutex_);
    std::erase(open_, session.get());
  }
  if (session->give_back()) return;
  const std::scoped_lock lock(mutex_);
  left_.push_back(std::move(session));
}

void Bus::Inside::reap() {
  std::vector<std::unique_ptr<Session>> left;
  {
    const std::scoped_lock lock(mutex_);
    left = std::move(left_);
    left_.clear();
  }
  for (std::unique_ptr<Session>& session : left) take_back(std::move(session));
}

std::uint64_t Bus::Inside::listen(Listener listener) {
  const std::scoped_lock telling(telling_);
  for (DeviceInfo& info : devices()) listener({DeviceChange::Kind::Arrived, std::move(info)});
  listeners_.push_back({++listener_ids_, std::move(listener)});
  return listener_ids_;
}

void Bus::Inside::unlisten(std::uint64_t id) {
  const std::scoped_lock telling(telling_);
  std::erase_if(listeners_, [&](const Named& named) { return named.id == id; });
}

Bus::Inside::~Inside() {
  ENSURE(open_.empty() && listeners_.empty(), "the bus outlives its transports and watchers");
  reap();
  thread_.request_stop();
  libusb_interrupt_event_handler(context_.get());
  thread_.join();
  if (!polling_) libusb_hotplug_deregister_callback(context_.get(), hot_plug_);
  noticed_.clear();
  known_.clear();
  if (left_.empty()) return;
  // A call of theirs never came back from the kernel: their memory, and libusb's, must stay for it.
  log::error("usb.kernel-keeps-devices", {{"count", left_.size()}});
  for (std::unique_ptr<Session>& session : left_) static_cast<void>(session.release());
  static_cast<void>(context_.release());
}

Bus::Bus(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Bus::~Bus() = default;

Result<std::unique_ptr<Bus>, BusFault> Bus::start(Options options) {
  libusb_context* context = nullptr;
  if (libusb_init(&context) != 0) return fail(BusFault::NoUsb);
  return std::unique_ptr<Bus>(new Bus(std::make_unique<Inside>(Context(context), options)));
}

std::vector<DeviceInfo> Bus::devices() const {
  return inside_->devices();
}

Result<std::unique_ptr<Transport>, OpenFault> Bus::open(std::uint64_t generation,
                                                        std::uint8_t interface_number) {
  return inside_->open(generation, interface_number);
}

std::uint64_t Bus::listen(Listener listener) {
  return inside_->listen(std::move(listener));
}

void Bus::unlisten(std::uint64_t id) {
  inside_->unlisten(id);
}

}  // namespace pishkhan::usb
