#include "drivers/usb/session.h"

#include "base/core/ensure.h"
#include "base/core/log.h"
#include "base/core/personal.h"
#include "drivers/usb/libusb_facts.h"

#include <libusb.h>

#include <utility>

namespace pishkhan::usb {

namespace {

TransferFault fault_of_error(int error) {
  switch (error) {
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:  // after a reset: it came back as another device
      return TransferFault::Unplugged;
    case LIBUSB_ERROR_PIPE:
      return TransferFault::Stalled;
    case LIBUSB_ERROR_OVERFLOW:
      return TransferFault::Overflow;
    case LIBUSB_ERROR_TIMEOUT:
      return TransferFault::Timeout;
    default:
      return TransferFault::Failed;
  }
}

OpenFault open_fault_of(int error) {
  switch (error) {
    case LIBUSB_ERROR_NO_DEVICE:
      return OpenFault::Gone;
    case LIBUSB_ERROR_ACCESS:
      return OpenFault::NoPermission;
    case LIBUSB_ERROR_BUSY:
      return OpenFault::Busy;
    case LIBUSB_ERROR_NOT_FOUND:
      return OpenFault::NoInterface;
    default:
      return OpenFault::Failed;
  }
}

bool inward(const Session::Transfer& transfer) {
  return ((transfer.endpoint == 0 ? transfer.setup.request_type : transfer.endpoint) & LIBUSB_ENDPOINT_IN) != 0;
}

}  // namespace

Session::Session(Target target)
    : target_(std::move(target)), thread_([this](const std::stop_token& stop) { work(stop); }) {
  libusb_ref_device(target_.device);
}

Session::~Session() {
  thread_.request_stop();
  thread_.join();
  ENSURE(handle_ == nullptr, "a session is given back before it ends");
  libusb_free_transfer(transfer_);
  wipe(buffer_.data(), buffer_.size());
  libusb_unref_device(target_.device);
}

void Session::work(const std::stop_token& stop) {
  Lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return chore_ != nullptr; })) {
    const std::function<int()> now = std::exchange(chore_, nullptr);
    lock.unlock();
    const int result = now();
    lock.lock();
    chore_result_ = result;
    chore_running_ = false;
    changed_.notify_all();
  }
}

std::optional<int> Session::chore(std::function<int()> work, std::chrono::milliseconds time) {
  Lock lock(mutex_);
  if (chore_running_) return std::nullopt;  // the one before never came back
  chore_ = std::move(work);
  chore_running_ = true;
  changed_.notify_all();
  if (changed_.wait_for(lock, time, [this] { return !chore_running_; })) return chore_result_;
  gone_ = true;
  log::warning("usb.kernel-does-not-return",
               {{"vendor", target_.identity.vendor_id}, {"product", target_.identity.product_id}});
  return std::nullopt;
}

int Session::open_and_claim() {
  keep_awake(target_.port);
  libusb_device_handle* handle = nullptr;
  if (const int error = libusb_open(target_.device, &handle); error != 0) return error;
  // Detached when claiming, attached again when releasing (usblp, for instance).
  libusb_set_auto_detach_kernel_driver(handle, 1);
  if (const int error = libusb_claim_interface(handle, target_.interface.number); error != 0) {
    libusb_close(handle);
    return error;
  }
  handle_ = handle;
  return 0;
}

Result<void, OpenFault> Session::open() {
  transfer_ = libusb_alloc_transfer(0);
  ENSURE(transfer_ != nullptr, "there is memory for a transfer");
  descriptors_ = read_descriptors(target_.device, target_.interface.number);
  const std::optional<int> error = chore([this] { return open_and_claim(); }, target_.times.open_time);
  if (!error) return fail(OpenFault::Timeout);
  if (*error != 0) return fail(open_fault_of(*error));
  return {};
}

void Session::completed(libusb_transfer* transfer) {
  auto* session = static_cast<Session*>(transfer->user_data);
  const std::scoped_lock lock(session->mutex_);
  session->flying_ = false;
  if (transfer->status == LIBUSB_TRANSFER_NO_DEVICE) session->gone_ = true;
  session->changed_.notify_all();
}

void Session::fill(const Transfer& transfer) {
  const std::size_t head = transfer.endpoint == 0 ? LIBUSB_CONTROL_SETUP_SIZE : 0;
  const std::size_t size = inward(transfer) ? transfer.room : transfer.out.size();
  buffer_.assign(head + size, 0);
  if (!inward(transfer)) std::ranges::copy(transfer.out, buffer_.begin() + static_cast<std::ptrdiff_t>(head));
  if (transfer.endpoint == 0) {
    const ControlSetup& setup = transfer.setup;
    libusb_fill_control_setup(buffer_.data(), setup.request_type, setup.request, setup.value, setup.index,
                              static_cast<std::uint16_t>(size));
    libusb_fill_control_transfer(transfer_, handle_, buffer_.data(), &Session::completed, this, 0);
  } else if (transfer.endpoint == target_.interface.interrupt_in) {
    libusb_fill_interrupt_transfer(transfer_, handle_, transfer.endpoint, buffer_.data(),
                                   static_cast<int>(size), &Session::completed, this, 0);
  } else {
    libusb_fill_bulk_transfer(transfer_, handle_, transfer.endpoint, buffer_.data(), static_cast<int>(size),
                              &Session::completed, this, 0);
  }
}

Result<void, TransferFault> Session::submit() {
  {
    const std::scoped_lock lock(mutex_);
    if (gone_) return fail(TransferFault::Unplugged);
    flying_ = true;
    cancel_asked_ = false;
  }
  // Not under our mutex: the kernel may hold the caller here for a moment, and the event thread must go on.
  const int error = libusb_submit_transfer(transfer_);
  if (error == 0) return {};
  const std::scoped_lock lock(mutex_);
  flying_ = false;
  const TransferFault fault = fault_of_error(error);
  if (fault == TransferFault::Unplugged) gone_ = true;
  return fail(fault);
}

Session::Ending Session::await(SteadyTime deadline) {
  Lock lock(mutex_);
  const auto over = [this] { return !flying_ || gone_ || cancel_asked_; };
  changed_.wait_for(lock, deadline - clock_.steady(), over);
  if (!flying_) return Ending::None;
  const Ending ending = cancel_asked_ ? Ending::Cancelled : Ending::Deadline;
  lock.unlock();
  libusb_cancel_transfer(transfer_);
  lock.lock();
  if (!changed_.wait_for(lock, target_.times.cancel_time, [this] { return !flying_; })) {
    gone_ = true;
    log::warning("usb.transfer-lost",
                 {{"vendor", target_.identity.vendor_id}, {"product", target_.identity.product_id}});
  }
  return ending;
}

Result<Bytes, TransferFault> Session::outcome(const Transfer& transfer, Ending ending, std::size_t* taken) {
  bool gone = false;
  {
    const std::scoped_lock lock(mutex_);
    gone = gone_;
    // The kernel still holds the buffer: nothing in it may be looked at.
    if (flying_) return fail(TransferFault::Unplugged);
  }
  const auto count = static_cast<std::size_t>(transfer_->actual_length);
  switch (transfer_->status) {
    case LIBUSB_TRANSFER_COMPLETED:
      break;
    case LIBUSB_TRANSFER_CANCELLED:
    case LIBUSB_TRANSFER_TIMED_OUT:
      // What has come has been taken from the device; dropping it would lose it.
      if (inward(transfer) && transfer.endpoint != 0 && count > 0) break;
      if (gone) return fail(TransferFault::Unplugged);
      return fail(ending == Ending::Cancelled ? TransferFault::Cancelled : TransferFault::Timeout);
    case LIBUSB_TRANSFER_STALL:
      return fail(TransferFault::Stalled);
    case LIBUSB_TRANSFER_NO_DEVICE:
      return fail(TransferFault::Unplugged);
    case LIBUSB_TRANSFER_OVERFLOW:
      return fail(TransferFault::Overflow);
    case LIBUSB_TRANSFER_ERROR:
      return fail(gone ? TransferFault::Unplugged : TransferFault::Failed);
  }
  if (taken != nullptr) *taken = count;
  if (!inward(transfer)) return Bytes{};
  const std::size_t head = transfer.endpoint == 0 ? LIBUSB_CONTROL_SETUP_SIZE : 0;
  const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(head);
  return Bytes(first, first + static_cast<std::ptrdiff_t>(count));
}

Result<Bytes, TransferFault> Session::run(const Transfer& transfer, Transport::Timeout timeout,
                                          std::size_t* taken) {
  const SteadyTime deadline = clock_.steady() + timeout;
  {
    const std::scoped_lock lock(mutex_);
    if (gone_) return fail(TransferFault::Unplugged);  // and the buffer may still be the kernel's
  }
  fill(transfer);
  const Result<void, TransferFault> submitted = submit();
  if (!submitted) return fail(submitted.error());
  const Ending ending = await(deadline);
  Result<Bytes, TransferFault> result = outcome(transfer, ending, taken);
  const std::scoped_lock lock(mutex_);
  if (!flying_) wipe(buffer_.data(), buffer_.size());
  return result;
}

Result<void, TransferFault> Session::ended(std::optional<int> result) {
  if (!result) return fail(TransferFault::Unplugged);
  if (*result == 0) return {};
  const TransferFault fault = fault_of_error(*result);
  if (fault == TransferFault::Unplugged) mark_gone();
  return fail(fault);
}

Result<void, TransferFault> Session::clear_halts() {
  const auto clear = [handle = handle_, interface = target_.interface] {
    for (const std::uint8_t endpoint : {interface.bulk_out, interface.bulk_in, interface.interrupt_in}) {
      if (endpoint == 0) continue;
      if (const int error = libusb_clear_halt(handle, endpoint); error != 0) return error;
    }
    return 0;
  };
  {
    const std::scoped_lock lock(mutex_);
    if (gone_) return fail(TransferFault::Unplugged);
  }
  return ended(chore(clear, target_.times.clear_time));
}

Result<void, TransferFault> Session::reset() {
  {
    const std::scoped_lock lock(mutex_);
    if (gone_) return fail(TransferFault::Unplugged);
  }
  return ended(chore([handle = handle_] { return libusb_reset_device(handle); }, target_.times.reset_time));
}

void Session::cancel() {
  const std::scoped_lock lock(mutex_);
  cancel_asked_ = true;
  changed_.notify_all();
}

void Session::mark_gone() {
  const std::scoped_lock lock(mutex_);
  gone_ = true;
  changed_.notify_all();
}

bool Session::give_back() {
  const auto close = [this] {
    if (handle_ == nullptr) return 0;
    libusb_release_interface(handle_, target_.interface.number);
    // No answer comes after this, not even to a transfer that was never reaped.
    libusb_close(handle_);
    handle_ = nullptr;
    return 0;
  };
  {
    Lock lock(mutex_);
    const auto idle = [this] { return !chore_running_; };
    if (!changed_.wait_for(lock, target_.times.close_time, idle)) return false;
  }
  return chore(close, target_.times.close_time).has_value();
}

}  // namespace pishkhan::usb
