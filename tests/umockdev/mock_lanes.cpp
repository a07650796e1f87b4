// What happens to one URB: the endpoint threads of a MockDevice.
#include "tests/umockdev/mock_device.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pishkhan::rig {

using usb::TransferFault;

namespace {

/// How long one talk with the simulated device lasts before we look whether the host has cancelled.
constexpr std::chrono::milliseconds slice{3};
constexpr std::chrono::milliseconds slow{120};
constexpr std::size_t setup_bytes = 8;

int status_of(TransferFault fault) {
  switch (fault) {
    case TransferFault::Stalled:
      return -EPIPE;
    case TransferFault::Overflow:
      return -EOVERFLOW;
    default:
      return -EPROTO;
  }
}

}  // namespace

void MockDevice::run_lane(Lane& lane, const std::stop_token& stop) {
  Lock lock(mutex_);
  while (changed_.wait(lock, stop, [&] { return !lane.queue.empty(); })) {
    lane.current = std::move(lane.queue.front());
    lane.queue.pop_front();
    Urb& urb = *lane.current;
    lock.unlock();
    carry_out(lane, urb);
    lock.lock();
    if (urb.fault == UrbFault::NeverReaped) {
      lost_.push_back(std::move(lane.current));
    } else {
      finish(std::move(lane.current));
    }
  }
}

void MockDevice::finish(std::unique_ptr<Urb> urb) {
  done_.push_back(std::move(urb));
  file_.set_ready(true);
}

bool MockDevice::interrupted(Urb& urb) {
  const Lock lock(mutex_);
  if (shut_) urb.status = -ESHUTDOWN;
  if (urb.discarded) urb.status = -ENOENT;
  return shut_ || urb.discarded;
}

void MockDevice::wait_for_the_end(Urb& urb) {
  {
    Lock lock(mutex_);
    changed_.wait(lock, [&] { return shut_ || urb.discarded; });
  }
  static_cast<void>(interrupted(urb));
}

Bytes MockDevice::noise(std::size_t size) {
  const Lock lock(mutex_);
  Bytes bytes(size);
  random_.fill(bytes);
  return bytes;
}

bool MockDevice::fail_at_once(Lane& lane, Urb& urb) {
  bool halted = false;
  bool babbling = false;
  {
    const Lock lock(mutex_);
    if (urb.fault == UrbFault::Stall && urb.endpoint != 0) halted_.insert(urb.endpoint);
    if (urb.fault == UrbFault::Babble && urb.inward) babbling_ = true;
    halted = halted_.contains(urb.endpoint);
    babbling = babbling_ && urb.inward && urb.endpoint != 0;
  }
  if (halted || urb.fault == UrbFault::Stall) {
    urb.status = -EPIPE;
    return true;
  }
  if (unplugs(urb.fault) || urb.fault == UrbFault::Mute || urb.fault == UrbFault::NeverReaped) {
    wait_for_the_end(urb);
    return true;
  }
  const bool chatter =
      urb.fault == UrbFault::Noise || urb.fault == UrbFault::Babble || urb.fault == UrbFault::Stale;
  if (urb.fault == UrbFault::BusError || (!urb.inward && (chatter || urb.fault == UrbFault::Overflow))) {
    urb.status = -EPROTO;
    return true;
  }
  if (urb.fault == UrbFault::ZeroLength) return true;
  if (urb.fault == UrbFault::Stale) {
    urb.in = lane.last;
    urb.in.resize(std::min(urb.in.size(), urb.room));
    urb.actual = urb.in.size();
    return true;
  }
  if (babbling || chatter) {
    urb.in = noise(urb.room);
    urb.actual = urb.in.size();
    return true;
  }
  return false;
}

void MockDevice::carry_out(Lane& lane, Urb& urb) {
  if (fail_at_once(lane, urb)) return;
  if (urb.fault == UrbFault::Slow) std::this_thread::sleep_for(slow);
  if (urb.endpoint == 0) {
    control(urb);
  } else if (urb.inward) {
    receive(lane, urb);
  } else {
    const bool half = urb.fault == UrbFault::Short || urb.fault == UrbFault::HiddenShort;
    send(urb, half ? urb.out.size() / 2 : urb.out.size());
    if (urb.status == 0 && urb.fault == UrbFault::HiddenShort) urb.actual = urb.out.size();
  }
  if (urb.status != 0 || !urb.inward) return;
  if (urb.fault == UrbFault::Overflow) {
    urb.status = -EOVERFLOW;
    urb.in.clear();
  }
  if (urb.fault == UrbFault::Short || urb.fault == UrbFault::HiddenShort) urb.in.resize(urb.in.size() / 2);
  urb.actual = urb.in.size();
}

void MockDevice::send(Urb& urb, std::size_t bytes) {
  while (urb.actual < bytes) {
    if (interrupted(urb)) return;
    const ByteView rest = ByteView(urb.out).subspan(urb.actual, bytes - urb.actual);
    const auto taken = link_->bulk_out(rest, slice);
    if (taken) {
      urb.actual += *taken;
    } else if (taken.error() == TransferFault::Unplugged) {
      wait_for_the_end(urb);
      return;
    } else if (taken.error() != TransferFault::Timeout) {
      urb.status = status_of(taken.error());
      return;
    }
  }
}

void MockDevice::receive(Lane& lane, Urb& urb) {
  while (!interrupted(urb)) {
    auto answer = urb.interrupt ? link_->interrupt_in(urb.room, slice) : link_->bulk_in(urb.room, slice);
    if (answer) {
      urb.in = std::move(*answer);
      lane.last = urb.in;
      return;
    }
    if (answer.error() == TransferFault::Unplugged) {
      wait_for_the_end(urb);
      return;
    }
    if (answer.error() != TransferFault::Timeout) {
      urb.status = status_of(answer.error());
      return;
    }
  }
}

void MockDevice::control(Urb& urb) {
  ByteReader reader(urb.out);
  usb::ControlSetup setup;
  setup.request_type = reader.u8();
  setup.request = reader.u8();
  // Little endian on the bus (USB 2.0, 8.1).
  for (std::uint16_t* field : {&setup.value, &setup.index}) {
    const unsigned low = reader.u8();
    *field = static_cast<std::uint16_t>(low | static_cast<unsigned>(reader.u8()) << 8);
  }
  while (!interrupted(urb)) {
    TransferFault fault = TransferFault::Timeout;
    if (urb.inward) {
      auto answer = link_->control_in(setup, static_cast<std::uint16_t>(urb.room), slice);
      if (answer) urb.in = std::move(*answer);
      if (answer) return;
      fault = answer.error();
    } else {
      const auto done = link_->control_out(setup, ByteView(urb.out).subspan(setup_bytes), slice);
      if (done) urb.actual = urb.out.size() - setup_bytes;
      if (done) return;
      fault = done.error();
    }
    if (fault == TransferFault::Unplugged) wait_for_the_end(urb);
    if (fault != TransferFault::Timeout) {
      if (urb.status == 0) urb.status = status_of(fault);
      return;
    }
  }
}

}  // namespace pishkhan::rig
