#include "tests/umockdev/usb_rig.h"

#include "base/core/ensure.h"
#include "tests/umockdev/mock_device.h"

#include <umockdev.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

namespace pishkhan::rig {

namespace fs = std::filesystem;

namespace {

/// Between the two signs of an unplugging.
constexpr std::chrono::milliseconds between_signs{5};
constexpr std::size_t id_offset = 8;  // idVendor in a device descriptor (USB 2.0, table 9-8)

struct NamedFault {
  UrbFault fault;
  const char* name;
};
constexpr std::array named_faults{
    NamedFault{UrbFault::Stall, "stall"},
    NamedFault{UrbFault::Short, "short"},
    NamedFault{UrbFault::HiddenShort, "hidden short"},
    NamedFault{UrbFault::ZeroLength, "zero length"},
    NamedFault{UrbFault::Overflow, "overflow"},
    NamedFault{UrbFault::BusError, "bus error"},
    NamedFault{UrbFault::Mute, "mute"},
    NamedFault{UrbFault::NeverReaped, "never reaped"},
    NamedFault{UrbFault::Noise, "noise"},
    NamedFault{UrbFault::Babble, "babble"},
    NamedFault{UrbFault::Stale, "stale"},
    NamedFault{UrbFault::Slow, "slow"},
    NamedFault{UrbFault::UnplugEvent, "unplug, event first"},
    NamedFault{UrbFault::UnplugError, "unplug, errors first"},
    NamedFault{UrbFault::UnplugHangUp, "unplug, hang-up"},
};

/// A root hub, which libusb wants to see as the parent.
constexpr std::array<std::uint8_t, 43> root_hub{18, 1, 0x00, 0x02, 9, 0, 1, 64,   0x6B, 0x1D,
                                                2,  0, 0x01, 0x06, 0, 0, 0, 1,        // device: class 9, hub
                                                9,  2, 25,   0,    1, 1, 0, 0xE0, 0,  // configuration
                                                9,  4, 0,    0,    1, 9, 0, 0,    0,  // interface
                                                7,  5, 0x81, 3,    4, 0, 12};         // interrupt in

std::string describe(const std::string& path, int address, ByteView descriptors, const char* product) {
  std::ostringstream text;
  char node[32];
  std::snprintf(node, sizeof node, "bus/usb/001/%03d", address);
  char number[8];
  std::snprintf(number, sizeof number, "%03d", address);
  text << "P: " << path << "\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: BUSNUM=001\nE: DEVNUM=" << number
       << "\nE: DEVNAME=/dev/" << node
       << "\nE: DEVTYPE=usb_device\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\n"
       << "A: devnum=" << address << "\\n\nA: speed=480\\n\nA: manufacturer=Pishkhan\\n\nA: product=" << product
       << "\\n\nH: descriptors=" << to_hex(descriptors) << "\n";
  return text.str();
}

}  // namespace

const char* name(UrbFault fault) {
  const auto found = std::ranges::find(named_faults, fault, &NamedFault::fault);
  return found == named_faults.end() ? "none" : found->name;
}

const std::vector<UrbFault>& all_urb_faults() {
  static const std::vector<UrbFault> all = [] {
    std::vector<UrbFault> list;
    for (const NamedFault& one : named_faults) list.push_back(one.fault);
    return list;
  }();
  return all;
}

bool unplugs(UrbFault fault) {
  return fault == UrbFault::UnplugEvent || fault == UrbFault::UnplugError || fault == UrbFault::UnplugHangUp;
}

class UsbRig::Inside {
 public:
  struct Plug {
    std::unique_ptr<MockDevice> mock;
    std::string path;  // "/devices/usb1/1-1"
    std::string node;  // "/dev/bus/usb/001/002"
    bool in = true;
    bool away = false;  // and its files are gone
  };
  using Lock = std::unique_lock<std::mutex>;

  Inside() : testbed_(umockdev_testbed_new()) {
    // A terminal that is hung up may tell its session so.
    std::signal(SIGHUP, SIG_IGN);
    gchar* root = umockdev_testbed_get_root_dir(testbed_);
    root_ = root;
    g_free(root);
    add("/devices/usb1", 1, root_hub, "root hub");
  }
  ~Inside() {
    hands_.clear();  // joins: nobody pulls a plug any more
    for (Plug& plug : plugs_) {
      umockdev_testbed_detach_ioctl(testbed_, plug.node.c_str(), nullptr);
      plug.mock.reset();
    }
    g_clear_object(&testbed_);
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  void plug_in(simulated::SimulatedDevice& device, const PlugOptions& options);
  void unplug(MockDevice& mock, UrbFault how);
  /// The newest plugging-in of the device.
  Plug& plug_of(simulated::SimulatedDevice& device) {
    const Lock lock(mutex_);
    const auto found = std::find_if(plugs_.rbegin(), plugs_.rend(),
                                    [&](const Plug& plug) { return &plug.mock->device() == &device; });
    ENSURE(found != plugs_.rend(), "the device was plugged in");
    return *found;
  }
  MockDevice& mock_of(simulated::SimulatedDevice& device) { return *plug_of(device).mock; }
  [[nodiscard]] fs::path below_root(const std::string& path) const { return fs::path(root_ + path); }

 private:
  void add(const std::string& path, int address, ByteView descriptors, const char* product) {
    ENSURE(umockdev_testbed_add_from_string(testbed_, describe(path, address, descriptors, product).c_str(),
                                            nullptr) != FALSE,
           "umockdev takes the description");
  }
  void remove_files(const Plug& plug) {
    umockdev_testbed_uevent(testbed_, ("/sys" + plug.path).c_str(), "remove");

    umockdev_testbed_remove_device(testbed_, ("/sys" + plug.path).c_str());
  }

  UMockdevTestbed* testbed_;
  std::string root_;
  std::mutex mutex_;
  std::condition_variable away_;
  int last_address_ = 1;
  std::deque<Plug> plugs_;
  std::vector<std::jthread> hands_;
};

void UsbRig::Inside::plug_in(simulated::SimulatedDevice& device, const PlugOptions& options) {
  Plug plug;
  plug.path = "/devices/usb1/1-" + std::to_string(options.port);
  plug.mock = std::make_unique<MockDevice>(MockDevice::Setup{
      .device = &device, .driver = options.driver, .pull = [this](MockDevice& mock, UrbFault how) {
        const Lock lock(mutex_);
        hands_.emplace_back([this, &mock, how] { unplug(mock, how); });
      }});
  int address = 0;
  {
    const Lock lock(mutex_);
    address = ++last_address_;
  }
  char node[40];
  std::snprintf(node, sizeof node, "/dev/bus/usb/001/%03d", address);
  plug.node = node;
  fs::create_directories(below_root(plug.node).parent_path());
  fs::create_symlink(plug.mock->file().path(), below_root(plug.node));
  ENSURE(umockdev_testbed_attach_ioctl(testbed_, node, plug.mock->handler(), nullptr) != FALSE,
         "umockdev takes the handler");

  const ByteView own = device.device_descriptor();
  Bytes descriptors(own.begin(), own.end());
  const auto patch = [&](std::size_t offset, std::optional<std::uint16_t> id) {
    if (!id) return;
    descriptors[offset] = static_cast<std::uint8_t>(*id);
    descriptors[offset + 1] = static_cast<std::uint8_t>(*id >> 8);
  };
  patch(id_offset, options.vendor_id);
  patch(id_offset + 2, options.product_id);
  const ByteView config = options.descriptors ? ByteView(*options.descriptors) : device.descriptors();
  descriptors.insert(descriptors.end(), config.begin(), config.end());

  const fs::path power = below_root("/sys" + plug.path + "/power");
  fs::create_directories(power);
  std::ofstream(power / "control") << "auto";
  const std::string path = plug.path;
  {
    const Lock lock(mutex_);
    plugs_.push_back(std::move(plug));
  }
  add(path, address, descriptors, "simulated device");
}

void UsbRig::Inside::unplug(MockDevice& mock, UrbFault how) {
  Plug* plug = nullptr;
  {
    Lock lock(mutex_);
    for (Plug& one : plugs_) {
      if (one.mock.get() == &mock) plug = &one;
    }
    ENSURE(plug != nullptr, "the device was plugged in");
    if (!plug->in) {
      away_.wait(lock, [&] { return plug->away; });
      return;
    }
    plug->in = false;
  }
  mock.device().unplug();
  if (how == UrbFault::UnplugEvent) {
    remove_files(*plug);
    std::this_thread::sleep_for(between_signs);
    mock.shut();
  } else {
    mock.shut();
    if (how == UrbFault::UnplugHangUp) mock.file().hang_up();
    std::this_thread::sleep_for(between_signs);
    remove_files(*plug);
  }
  fs::remove(below_root(plug->node));
  const Lock lock(mutex_);
  plug->away = true;
  away_.notify_all();
}

UsbRig::UsbRig() : inside_(std::make_unique<Inside>()) {}
UsbRig::~UsbRig() = default;

bool UsbRig::available() {
  const char* preload = std::getenv("LD_PRELOAD");
  return preload != nullptr && std::string_view(preload).find("umockdev") != std::string_view::npos;
}

void UsbRig::plug_in(simulated::SimulatedDevice& device, PlugOptions options) {
  inside_->plug_in(device, options);
}

void UsbRig::unplug(simulated::SimulatedDevice& device, UrbFault how) {
  ENSURE(unplugs(how), "a way to pull a plug");
  inside_->unplug(inside_->mock_of(device), how);
}

void UsbRig::strike(simulated::SimulatedDevice& device, std::size_t urb_index, UrbFault fault) {
  inside_->mock_of(device).strike(urb_index, fault);
}

void UsbRig::when(simulated::SimulatedDevice& device, std::size_t urb_index, std::function<void()> happens) {
  inside_->mock_of(device).when(urb_index, std::move(happens));
}

std::size_t UsbRig::urbs(simulated::SimulatedDevice& device) {
  return records(device).size();
}

std::vector<UrbRecord> UsbRig::records(simulated::SimulatedDevice& device) {
  return inside_->mock_of(device).records();
}

KernelDriver UsbRig::kernel_driver(simulated::SimulatedDevice& device) {
  return inside_->mock_of(device).kernel_driver();
}

bool UsbRig::claimed(simulated::SimulatedDevice& device) {
  return inside_->mock_of(device).claimed();
}

std::string UsbRig::power_control(simulated::SimulatedDevice& device) {
  std::ifstream file(inside_->below_root("/sys" + inside_->plug_of(device).path + "/power/control"));
  std::string line;
  std::getline(file, line);
  return line;
}

void UsbRig::set_node_mode(simulated::SimulatedDevice& device, unsigned mode) {
  // umockdev talks to every opener, also to one who will be refused.
  const std::string node = inside_->plug_of(device).node;
  fs::permissions(inside_->below_root(""), fs::perms(0755));
  fs::permissions(inside_->below_root("/ioctl" + node), fs::perms(0777));
  inside_->mock_of(device).file().set_mode(mode);
}

void UsbRig::remove_node(simulated::SimulatedDevice& device) {
  fs::remove(inside_->below_root(inside_->plug_of(device).node));
}

void UsbRig::set_kernel_pace(simulated::SimulatedDevice& device, std::chrono::milliseconds pace) {
  inside_->mock_of(device).set_kernel_pace(pace);
}

}  // namespace pishkhan::rig
