#include "tests/umockdev/mock_device.h"

#include "base/core/ensure.h"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace pishkhan::rig {

namespace {

constexpr std::size_t setup_bytes = 8;  // USB 2.0, 9.3
constexpr std::uint8_t direction_in = 0x80;

template <class Struct>
Struct* resolve(UMockdevIoctlData* argument) {
  UMockdevIoctlData* data = umockdev_ioctl_data_resolve(argument, 0, sizeof(Struct), nullptr);
  return data == nullptr ? nullptr : reinterpret_cast<Struct*>(data->data);
}

}  // namespace

ReadyFile::ReadyFile() {
  master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ENSURE(master_ >= 0 && ::grantpt(master_) == 0 && ::unlockpt(master_) == 0,
         "the machine has pseudo terminals");
  char name[64] = {};
  ENSURE(::ptsname_r(master_, name, sizeof name) == 0, "a terminal has a name");
  path_ = name;
  // Not by open(): umockdev would keep one of its few places for it.
  slave_ = ::ioctl(master_, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  ENSURE(slave_ >= 0, "a terminal can be opened");
  set_ready(false);
}

ReadyFile::~ReadyFile() {
  ::close(slave_);
  if (master_ >= 0) ::close(master_);
}

void ReadyFile::set_ready(bool ready) {
  const std::scoped_lock lock(mutex_);
  if (ready == ready_ || master_ < 0) return;
  ready_ = ready;
  ::tcflow(slave_, ready ? TCOON : TCOOFF);
}

void ReadyFile::set_mode(unsigned mode) {
  ::fchmod(slave_, mode);
}

void ReadyFile::hang_up() {
  const std::scoped_lock lock(mutex_);
  ::close(std::exchange(master_, -1));
}

MockDevice::MockDevice(Setup setup)
    : setup_(std::move(setup)),
      handler_(umockdev_ioctl_base_new()),
      driver_bound_(setup_.driver == KernelDriver::Bound) {
  setup_.device->plug_in();
  auto link = setup_.device->connect();
  ENSURE(link.has_value(), "nobody else talks to the simulated device");
  link_ = std::move(*link);
  g_signal_connect(handler_, "handle-ioctl", G_CALLBACK(&MockDevice::on_ioctl), this);
}

MockDevice::~MockDevice() {
  shut();
  for (auto& [endpoint, lane] : lanes_) {
    lane.thread.request_stop();
    lane.thread.join();
  }
  g_clear_object(&handler_);
}

gboolean MockDevice::on_ioctl(UMockdevIoctlBase*, UMockdevIoctlClient* client, gpointer self) {
  auto* device = static_cast<MockDevice*>(self);
  UMockdevIoctlData* argument = umockdev_ioctl_client_get_arg(client);
  const int error = device->handle(umockdev_ioctl_client_get_request(client), argument);
  if (error < 0) return FALSE;
  umockdev_ioctl_client_complete(client, error == 0 ? 0 : -1, error);
  return TRUE;
}

int MockDevice::handle(unsigned long request, UMockdevIoctlData* argument) {
  switch (request) {
    case USBDEVFS_GET_CAPABILITIES:
      // No BULK_CONTINUATION: that would promise to stop the later parts of a transfer at a short one.
      *resolve<std::uint32_t>(argument) =
          USBDEVFS_CAP_NO_PACKET_SIZE_LIM | USBDEVFS_CAP_REAP_AFTER_DISCONNECT | USBDEVFS_CAP_ZERO_PACKET;
      return 0;
    case USBDEVFS_SUBMITURB:
      return submit(argument);
    case USBDEVFS_REAPURB:
    case USBDEVFS_REAPURBNDELAY:
      return reap(argument);
    case USBDEVFS_DISCARDURB:
      return discard(argument);
    default:
      return interface_ioctl(request, argument);
  }
}

int MockDevice::interface_ioctl(unsigned long request, UMockdevIoctlData* argument) {
  std::this_thread::sleep_for(pace_.load());
  Lock lock(mutex_);
  if (shut_) return ENODEV;
  switch (request) {
    case USBDEVFS_CLAIMINTERFACE:
      if (driver_bound_ || claimed_) return EBUSY;
      claimed_ = true;
      return 0;
    case USBDEVFS_DISCONNECT_CLAIM:
      if (claimed_) return EBUSY;
      driver_bound_ = false;
      claimed_ = true;
      return 0;
    case USBDEVFS_RELEASEINTERFACE:
      claimed_ = false;
      return 0;
    case USBDEVFS_IOCTL: {
      const auto code = static_cast<unsigned long>(resolve<usbdevfs_ioctl>(argument)->ioctl_code);
      if (code == USBDEVFS_CONNECT) driver_bound_ = setup_.driver == KernelDriver::Bound;
      if (code == USBDEVFS_DISCONNECT) driver_bound_ = false;
      return 0;
    }
    case USBDEVFS_GETDRIVER:
      if (!driver_bound_ && !claimed_) return ENODATA;
      std::strncpy(resolve<usbdevfs_getdriver>(argument)->driver, claimed_ ? "usbfs" : "usblp",
                   USBDEVFS_MAXDRIVERNAME);
      return 0;
    case USBDEVFS_CLEAR_HALT:
      halted_.erase(static_cast<std::uint8_t>(*resolve<unsigned>(argument)));
      lock.unlock();
      return link_->clear_halts() ? 0 : ENODEV;
    case USBDEVFS_RESET:
      halted_.clear();
      babbling_ = false;
      lock.unlock();
      return link_->reset() ? 0 : ENODEV;
    default:
      return -1;
  }
}

int MockDevice::submit(UMockdevIoctlData* argument) {
  auto urb = std::make_unique<Urb>();
  urb->data = umockdev_ioctl_data_resolve(argument, 0, sizeof(usbdevfs_urb), nullptr);
  const auto* raw = reinterpret_cast<const usbdevfs_urb*>(urb->data->data);
  const bool is_control = raw->type == USBDEVFS_URB_TYPE_CONTROL;
  const auto length = static_cast<std::size_t>(raw->buffer_length);
  urb->interrupt = raw->type == USBDEVFS_URB_TYPE_INTERRUPT;
  urb->endpoint = is_control ? 0 : raw->endpoint;
  urb->client_address = urb->data->client_addr;
  urb->buffer = length == 0
                    ? nullptr
                    : umockdev_ioctl_data_resolve(urb->data, offsetof(usbdevfs_urb, buffer), length, nullptr);
  g_object_ref(urb->data);
  const ByteView bytes = urb->buffer == nullptr ? ByteView{} : ByteView(urb->buffer->data, length);
  urb->inward = ((is_control ? bytes[0] : urb->endpoint) & direction_in) != 0;
  if (is_control || !urb->inward) urb->out.assign(bytes.begin(), bytes.end());
  urb->room = is_control ? length - setup_bytes : length;

  Lock lock(mutex_);
  if (shut_) return ENODEV;
  if (const auto happening = happenings_.find(records_.size()); happening != happenings_.end()) {
    lock.unlock();  // only this thread submits, so that nothing comes in between
    happening->second();
    lock.lock();
  }
  const auto fault = faults_.find(records_.size());
  if (fault != faults_.end()) urb->fault = fault->second;
  records_.push_back({urb->endpoint, urb->room});
  const UrbFault strikes = urb->fault;
  Lane& lane = lanes_[urb->endpoint];
  lane.queue.push_back(std::move(urb));
  if (!lane.thread.joinable()) {
    lane.thread = std::jthread([this, &lane](const std::stop_token& stop) { run_lane(lane, stop); });
  }
  changed_.notify_all();
  lock.unlock();
  if (unplugs(strikes)) setup_.pull(*this, strikes);
  return 0;
}

int MockDevice::reap(UMockdevIoctlData* argument) {
  const Lock lock(mutex_);
  if (done_.empty()) return shut_ ? ENODEV : EAGAIN;
  const std::unique_ptr<Urb> urb = std::move(done_.front());
  done_.pop_front();
  if (done_.empty()) file_.set_ready(false);
  auto* raw = reinterpret_cast<usbdevfs_urb*>(urb->data->data);
  raw->status = urb->status;
  raw->actual_length = static_cast<int>(urb->actual);
  const std::size_t head = urb->endpoint == 0 ? setup_bytes : 0;
  if (urb->inward && !urb->in.empty()) std::memcpy(urb->buffer->data + head, urb->in.data(), urb->in.size());
  UMockdevIoctlData* place = umockdev_ioctl_data_resolve(argument, 0, sizeof(void*), nullptr);
  umockdev_ioctl_data_set_ptr(place, 0, urb->data);
  return 0;
}

int MockDevice::discard(UMockdevIoctlData* argument) {
  // The argument is the client's address of its URB.
  unsigned long wanted = 0;
  std::memcpy(&wanted, argument->data, sizeof wanted);
  const Lock lock(mutex_);
  for (const auto& urb : lost_) {
    if (urb->client_address == wanted) return 0;
  }
  for (auto& [endpoint, lane] : lanes_) {
    if (lane.current && lane.current->client_address == wanted) {
      lane.current->discarded = true;
      changed_.notify_all();
      return 0;
    }
    for (auto& urb : lane.queue) {
      if (urb->client_address != wanted) continue;
      urb->discarded = true;
      return 0;
    }
  }
  return shut_ ? ENODEV : EINVAL;
}

void MockDevice::strike(std::size_t urb_index, UrbFault fault) {
  const Lock lock(mutex_);
  faults_[urb_index] = fault;
}

void MockDevice::when(std::size_t urb_index, std::function<void()> happens) {
  const Lock lock(mutex_);
  happenings_[urb_index] = std::move(happens);
}

std::vector<UrbRecord> MockDevice::records() {
  const Lock lock(mutex_);
  return records_;
}

KernelDriver MockDevice::kernel_driver() {
  const Lock lock(mutex_);
  return driver_bound_ ? KernelDriver::Bound : KernelDriver::None;
}

bool MockDevice::claimed() {
  const Lock lock(mutex_);
  return claimed_;
}

void MockDevice::shut() {
  const Lock lock(mutex_);
  shut_ = true;
  claimed_ = false;
  changed_.notify_all();
}

}  // namespace pishkhan::rig
