#include "tests/card-reader/spoiling_transport.h"

#include <algorithm>

namespace pishkhan::card::test {

using usb::TransferFault;

namespace {

// CCID 6.2: where an answer has its length, slot, number, status and error.
constexpr std::size_t header = 10;
constexpr std::size_t slot_at = 5;
constexpr std::size_t sequence_at = 6;
constexpr std::size_t status_at = 7;

}  // namespace

bool SpoilingTransport::strikes(std::uint64_t one_in) {
  return spoiling_ != Spoiling::Nothing && random_.below(one_in) == 0;
}

TransferFault SpoilingTransport::late(Timeout timeout) {
  clock_.advance(timeout);
  return TransferFault::Timeout;
}

Result<std::size_t, TransferFault> SpoilingTransport::bulk_out(ByteView data, Timeout timeout) {
  ++transfers_;
  if (halted_) return fail(TransferFault::Stalled);
  if (strikes(40)) {
    switch (random_.below(5)) {
      case 0:
        halted_ = true;
        return fail(TransferFault::Stalled);
      case 1:
        return fail(late(timeout));
      case 2:
        return fail(TransferFault::Failed);
      case 3:  // taken, and nobody says so
        static_cast<void>(inner_->bulk_out(data, timeout));
        return fail(late(timeout));
      default:
        return data.size() / 2;
    }
  }
  return inner_->bulk_out(data, timeout);
}

Result<Bytes, TransferFault> SpoilingTransport::bulk_in(std::size_t maximum, Timeout timeout) {
  ++transfers_;
  if (halted_) return fail(TransferFault::Stalled);
  if (!kept_.empty()) return std::exchange(kept_, {});
  if (strikes(40)) {
    switch (random_.below(5)) {
      case 0:
        halted_ = true;
        return fail(TransferFault::Stalled);
      case 1:
        return fail(late(timeout));
      case 2:
        return fail(TransferFault::Overflow);
      case 3:
        return Bytes{};
      default:
        return fail(TransferFault::Failed);
    }
  }
  Result<Bytes, TransferFault> frame = inner_->bulk_in(maximum, timeout);
  if (!frame || frame->size() < header) return frame;
  Result<Bytes, TransferFault> result =
      strikes(20) ? spoiled(*frame, maximum, timeout) : Result<Bytes, TransferFault>(*frame);
  older_ = std::move(*frame);
  return result;
}

Result<Bytes, TransferFault> SpoilingTransport::spoiled(Bytes frame, std::size_t maximum, Timeout timeout) {
  const std::uint64_t kinds = spoiling_ == Spoiling::Everything ? 12 : 7;
  switch (random_.below(kinds)) {
    case 0:  // lost
      return fail(late(timeout));
    case 1:
      frame.resize(random_.below(frame.size()));
      return frame;
    case 2:
      frame[sequence_at] = static_cast<std::uint8_t>(frame[sequence_at] + 1 + random_.below(255));
      return frame;
    case 3:
      frame[slot_at] = static_cast<std::uint8_t>(1 + random_.below(255));
      return frame;
    case 4:  // an older answer first
      if (older_.empty() || older_[sequence_at] == frame[sequence_at]) return frame;
      kept_ = std::move(frame);
      return older_;
    case 5: {  // a request for time first
      Bytes request(frame.begin(), frame.begin() + header);
      std::fill(request.begin() + 1, request.begin() + 5, std::uint8_t{0});
      request[status_at] = static_cast<std::uint8_t>((request[status_at] & 3U) | 0x80U);
      kept_ = std::move(frame);
      return request;
    }
    case 6:  // bytes after its end
      frame.resize(std::min(maximum, frame.size() + 1 + random_.below(50)), 0x90);
      return frame;
    default:
      spoil_bytes(frame);
      return frame;
  }
}

void SpoilingTransport::spoil_bytes(Bytes& frame) {
  switch (random_.below(4)) {
    case 0:
      frame[random_.below(frame.size())] = static_cast<std::uint8_t>(random_.next());
      break;
    case 1:
      for (std::uint64_t i = 1 + random_.below(8); i > 0; --i) {
        frame[random_.below(frame.size())] ^= static_cast<std::uint8_t>(1U << random_.below(8));
      }
      break;
    case 2:  // another answer of a right form
      frame.resize(header + random_.below(300));
      random_.fill(std::span(frame).subspan(header));
      frame[1] = static_cast<std::uint8_t>(frame.size() - header);
      frame[2] = static_cast<std::uint8_t>((frame.size() - header) >> 8);
      break;
    default:
      frame[status_at + random_.below(3)] = static_cast<std::uint8_t>(random_.next());
      break;
  }
}

Result<Bytes, TransferFault> SpoilingTransport::interrupt_in(std::size_t maximum, Timeout timeout) {
  ++transfers_;
  if (strikes(10)) {
    Bytes noise(random_.below(6));
    random_.fill(noise);
    return noise;
  }
  return inner_->interrupt_in(maximum, timeout);
}

Result<Bytes, TransferFault> SpoilingTransport::control_in(usb::ControlSetup setup, std::uint16_t length,
                                                           Timeout timeout) {
  ++transfers_;
  if (strikes(4)) {
    Bytes noise(random_.below(length + 1U));
    random_.fill(noise);
    return noise;
  }
  return inner_->control_in(setup, length, timeout);
}

Result<void, TransferFault> SpoilingTransport::control_out(usb::ControlSetup setup, ByteView data,
                                                           Timeout timeout) {
  ++transfers_;
  if (strikes(4)) return fail(random_.below(2) == 0 ? TransferFault::Stalled : late(timeout));
  return inner_->control_out(setup, data, timeout);
}

Result<void, TransferFault> SpoilingTransport::clear_halts() {
  ++transfers_;
  if (strikes(20)) return fail(TransferFault::Failed);
  halted_ = false;
  return inner_->clear_halts();
}

Result<void, TransferFault> SpoilingTransport::reset() {
  ++transfers_;
  if (strikes(20)) return fail(TransferFault::Failed);
  halted_ = false;
  kept_.clear();
  return inner_->reset();
}

}  // namespace pishkhan::card::test
